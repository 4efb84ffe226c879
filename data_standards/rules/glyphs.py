"""Old, new and variant glyphs folded onto one, for search keys only: a name is never rewritten by this table.

Sources: the forms in brackets of 常用漢字表 (平成22年内閣告示第2号) and the pairs of 人名用漢字 (戸籍法施行規則 別表第二), with variants
that are common in family and company names (髙, 﨑, 邉, 嶋, 冨, …). CJK compatibility ideographs fold as Unicode unifies them.
"""

import unicodedata
from functools import cache

# each pair: the glyph that is folded, then the one it is folded onto; ordered by the latter
_PAIRS = (
    "萬万 與与 兩両 竝並 乘乗 亂乱 龜亀 豫予 爭争 亞亜 佛仏 假仮 會会 傳伝 "
    "體体 餘余 倂併 價価 儘侭 侠俠 儉倹 僞偽 兒児 黨党 內内 圓円 寫写 凜凛 "
    "處処 苅刈 劍剣 劑剤 剩剰 勵励 勞労 效効 敕勅 勸勧 勳勲 區区 醫医 單単 "
    "卽即 嚴厳 參参 雙双 收収 敍叙 臺台 號号 𠮷吉 吳呉 吿告 啞唖 營営 噓嘘 "
    "囑嘱 嚙噛 團団 圍囲 圖図 圀国 國国 圈圏 薗園 壓圧 墮堕 壘塁 鹽塩 增増 "
    "壞壊 壤壌 壯壮 聲声 壹壱 賣売 變変 奧奥 奬奨 娛娯 孃嬢 學学 寶宝 實実 "
    "冨富 寬寛 寢寝 對対 壽寿 專専 將将 尙尚 盡尽 屆届 屛屏 屬属 嶽岳 峽峡 "
    "峯峰 嶋島 嶌島 﨑崎 巖巌 巢巣 卷巻 帶帯 歸帰 幷并 廳庁 廣広 廢廃 瓣弁 "
    "辨弁 辯弁 貳弐 彎弯 彈弾 當当 彥彦 徑径 從従 德徳 徵徴 應応 戀恋 恆恒 "
    "耻恥 惠恵 悅悦 惱悩 惡悪 慘惨 愼慎 懷懐 戰戦 戲戯 戶戸 戾戻 拂払 拔抜 "
    "擇択 擔担 拜拝 據拠 擴拡 擧挙 挾挟 插挿 搜捜 揭掲 摑掴 搔掻 搖揺 攝摂 "
    "擊撃 攪撹 敎教 數数 斎斉 齊斉 齋斉 斷断 籏旗 舊旧 昻昂 曻昇 晝昼 晄晃 "
    "晉晋 晚晩 曉暁 曆暦 曾曽 杦杉 條条 來来 枩松 桝枡 樞枢 栁柳 桺柳 榮栄 "
    "桒桑 櫻桜 棧桟 檢検 樓楼 樂楽 槪概 樣様 槇槙 權権 橫横 槗橋 缺欠 歐欧 "
    "歡歓 步歩 齒歯 歲歳 歷歴 殘残 毆殴 殼殻 每毎 氣気 沒没 澤沢 淨浄 淺浅 "
    "濱浜 濵浜 淚涙 瀆涜 凉涼 渊淵 渕淵 淸清 渴渇 濟済 涉渉 澁渋 溪渓 溫温 "
    "灣湾 濕湿 滿満 潑溌 瀧滝 滯滞 潛潜 瀨瀬 燈灯 爐炉 點点 爲為 焰焔 燒焼 "
    "尓爾 犧犠 狀状 獨独 狹狭 獵猟 獻献 獸獣 瑤瑶 甁瓶 產産 畫画 畠畑 疊畳 "
    "瘦痩 癡痴 發発 盜盗 縣県 眞真 硏研 碎砕 礦砿 禮礼 祿禄 禪禅 祕秘 稱称 "
    "稅税 稻稲 穗穂 穩穏 穰穣 竊窃 龍竜 簞箪 籠篭 粹粋 肅粛 絲糸 經経 繪絵 "
    "絕絶 繼継 續続 總総 綠緑 緖緒 緣縁 繩縄 縱縦 纖繊 繫繋 繡繍 罐缶 飜翻 "
    "聰聡 聽聴 膽胆 脫脱 腦脳 臟臓 舍舎 舖舗 艷艶 蘆芦 藝芸 莖茎 莊荘 莱萊 "
    "萠萌 蔣蒋 藏蔵 薰薫 藥薬 籔薮 藪薮 虛虚 蟲虫 蠶蚕 螢蛍 蠻蛮 蠅蝿 衞衛 "
    "裝装 襃褒 霸覇 覺覚 覽覧 觀観 觸触 譯訳 證証 譽誉 說説 讀読 謠謡 讓譲 "
    "讚讃 豐豊 贊賛 踐践 軀躯 轉転 輕軽 輛輌 辭辞 邉辺 邊辺 迯逃 遞逓 遯遁 "
    "遲遅 遙遥 郞郎 鄕郷 醉酔 醱醗 醬醤 釀醸 釋釈 埜野 鉃鉄 鐵鉄 鑛鉱 錢銭 "
    "銳鋭 鑄鋳 鍊錬 錄録 鎭鎮 閒間 關関 閱閲 鬥闘 鬪闘 鬬闘 鬭闘 陷陥 險険 "
    "隨随 隱隠 隸隷 雜雑 靈霊 靑青 靜静 賴頼 顏顔 顯顕 顚顛 飮飲 餠餅 舘館 "
    "驛駅 驅駆 騷騒 驗験 驒騨 髓髄 髙高 髮髪 鶯鴬 鷄鶏 靍鶴 靏鶴 鹼鹸 麥麦 "
    "麴麹 麵麺 黃黄 黑黒 默黙 齡齢 "
    "堯尭 彌弥 檜桧 祢禰 祷禱 穎頴 蠟蝋 鷗鴎"
)


@cache
def folding() -> dict[str, str]:
    """Give the glyph that each old or variant glyph is folded onto. No glyph folded onto is itself folded."""
    pairs = {pair[0]: pair[1] for pair in _PAIRS.split()}
    for code in (*range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20)):
        unified = unicodedata.normalize("NFKC", chr(code))
        if unified != chr(code):
            pairs[chr(code)] = pairs.get(unified, unified)
    return pairs
