"""Legal forms of organisations as they stand in names: full, in old glyphs, abbreviated, and in the kana of bank files.

Sources: 会社法6条 and the acts that give each kind of juridical person its name; abbreviations after the kana forms of bank transfers
(全銀協) and the common use of bracketed forms; codes after 法人種別 of the 国税庁 法人番号公表サイト (GIF 438-1).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class LegalForm:
    """One legal form that can be parted from a name.

    Attributes:
        name: The form as the law writes it.
        kind: Code of 法人種別.
        short: What stands in brackets for it, such as 株 in （株）.
        kana: Reading in full-width katakana.
        kana_short: What stands in brackets for it in kana, such as カ.
        spellings: Other spellings in full, in old glyphs or by common name.
        unsure: Those of the short forms and spellings that may stand for another form, or be part of a registered name.
    """

    name: str
    kind: str
    short: tuple[str, ...] = ()
    kana: str = ""
    kana_short: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


LEGAL_FORMS: tuple[LegalForm, ...] = (
    LegalForm("株式会社", "301", ("株",), "カブシキガイシャ", ("カブ", "カ"), ("株式會社",)),
    LegalForm("有限会社", "302", ("有",), "ユウゲンガイシャ", ("ユウ", "ユ"), ("有限會社",)),
    LegalForm("合名会社", "303", ("名",), "ゴウメイガイシャ", ("メ",), ("合名會社",)),
    LegalForm("合資会社", "304", ("資",), "ゴウシガイシャ", ("シ",), ("合資會社",)),
    LegalForm("合同会社", "305", ("同",), "ゴウドウガイシャ", ("ド",)),
    LegalForm("相互会社", "399", ("相",), "ソウゴガイシャ", ("ソ",), ("相互會社",)),
    LegalForm("特定目的会社", "399", (), "トクテイモクテキガイシャ"),
    LegalForm("一般社団法人", "399", ("一社",), "イッパンシャダンホウジン", ("イッシャ",)),
    LegalForm("一般財団法人", "399", ("一財",), "イッパンザイダンホウジン", ("イチザイ",)),
    LegalForm("公益社団法人", "399", ("公社",), "コウエキシャダンホウジン", ("コウシャ",)),
    LegalForm("公益財団法人", "399", ("公財",), "コウエキザイダンホウジン", ("コウザイ",)),
    LegalForm("特例社団法人", "399", (), "トクレイシャダンホウジン"),
    LegalForm("特例財団法人", "399", (), "トクレイザイダンホウジン"),
    LegalForm("社団法人", "399", ("社",), "シャダンホウジン", ("シャ",), ("社團法人",), ("社",)),
    LegalForm("財団法人", "399", ("財",), "ザイダンホウジン", ("ザイ",), ("財團法人",), ("財",)),
    LegalForm("社会医療法人社団", "399", (), "シャカイイリョウホウジンシャダン"),
    LegalForm("社会医療法人財団", "399", (), "シャカイイリョウホウジンザイダン"),
    LegalForm("社会医療法人", "399", (), "シャカイイリョウホウジン"),
    LegalForm("特定医療法人社団", "399", (), "トクテイイリョウホウジンシャダン"),
    LegalForm("特定医療法人財団", "399", (), "トクテイイリョウホウジンザイダン"),
    LegalForm("特定医療法人", "399", (), "トクテイイリョウホウジン"),
    LegalForm("医療法人社団", "399", ("医社",), "イリョウホウジンシャダン", (), ("醫療法人社團", "（医）社団", "医療法人　社団")),
    LegalForm("医療法人財団", "399", ("医財",), "イリョウホウジンザイダン", (), ("（医）財団", "医療法人　財団")),
    LegalForm("医療法人", "399", ("医",), "イリョウホウジン", ("イ",), ("醫療法人",)),
    LegalForm("学校法人", "399", ("学",), "ガッコウホウジン", ("ガク",), ("學校法人",)),
    LegalForm("準学校法人", "399", (), "ジュンガッコウホウジン"),
    LegalForm("社会福祉法人", "399", ("福", "社福"), "シャカイフクシホウジン", ("フク",)),
    LegalForm("宗教法人", "399", ("宗",), "シュウキョウホウジン", ("シュウ",), ("宗敎法人",)),
    LegalForm(
        "特定非営利活動法人", "399", ("特非", "ＮＰＯ"), "トクテイヒエイリカツドウホウジン", ("トクヒ",), ("ＮＰＯ法人",), ("ＮＰＯ法人",)
    ),
    LegalForm(
        "認定特定非営利活動法人",
        "399",
        ("認特非",),
        "ニンテイトクテイヒエイリカツドウホウジン",
        (),
        ("認定ＮＰＯ法人",),
        ("認定ＮＰＯ法人",),
    ),
    LegalForm("更生保護法人", "399", ("更",), "コウセイホゴホウジン", ("ホゴ",)),
    LegalForm("職業訓練法人", "399", ("職",), "ショクギョウクンレンホウジン", ("クンレン",)),
    LegalForm("農事組合法人", "399", ("農",), "ノウジクミアイホウジン", ("ノウ",)),
    LegalForm("管理組合法人", "399", (), "カンリクミアイホウジン"),
    LegalForm("国立大学法人", "399", ("国大",), "コクリツダイガクホウジン", ("ダイ",)),
    LegalForm("公立大学法人", "399", ("公大",), "コウリツダイガクホウジン"),
    LegalForm("大学共同利用機関法人", "399", (), "ダイガクキョウドウリヨウキカンホウジン"),
    LegalForm("地方独立行政法人", "399", ("地独",), "チホウドクリツギョウセイホウジン", ("チドク",)),
    LegalForm("国立研究開発法人", "399", ("国研",), "コクリツケンキュウカイハツホウジン"),
    LegalForm("独立行政法人", "399", ("独",), "ドクリツギョウセイホウジン", ("ドク",)),
    LegalForm("有限責任中間法人", "399", (), "ユウゲンセキニンチュウカンホウジン"),
    LegalForm("無限責任中間法人", "399", (), "ムゲンセキニンチュウカンホウジン"),
    LegalForm("弁護士法人", "399", ("弁",), "ベンゴシホウジン", ("ベン",), ("辯護士法人",)),
    LegalForm("外国法事務弁護士法人", "399", (), "ガイコクホウジムベンゴシホウジン"),
    LegalForm("弁護士・外国法事務弁護士共同法人", "399", (), "ベンゴシガイコクホウジムベンゴシキョウドウホウジン"),
    LegalForm("税理士法人", "399", ("税",), "ゼイリシホウジン", ("ゼイ",)),
    LegalForm("司法書士法人", "399", ("司",), "シホウショシホウジン", ("シホウ",)),
    LegalForm("行政書士法人", "399", ("行",), "ギョウセイショシホウジン", ("ギョ",)),
    LegalForm("社会保険労務士法人", "399", ("労",), "シャカイホケンロウムシホウジン", ("ロウム",)),
    LegalForm("土地家屋調査士法人", "399", (), "トチカオクチョウサシホウジン"),
    LegalForm("弁理士法人", "399", (), "ベンリシホウジン"),
    LegalForm("特許業務法人", "399", (), "トッキョギョウムホウジン"),
    LegalForm("有限責任監査法人", "399", (), "ユウゲンセキニンカンサホウジン"),
    LegalForm("監査法人", "399", ("監",), "カンサホウジン"),
    LegalForm("投資法人", "399", (), "トウシホウジン"),
    LegalForm("企業組合", "399", ("企",), "キギョウクミアイ"),
    LegalForm("協業組合", "399", ("業",), "キョウギョウクミアイ"),
    LegalForm("有限責任事業組合", "499", (), "ユウゲンセキニンジギョウクミアイ", (), ("ＬＬＰ",)),
    LegalForm("投資事業有限責任組合", "499", (), "トウシジギョウユウゲンセキニンクミアイ"),
)
"""The legal forms, in the order of 法人種別. Those that are part of the name (農業協同組合, 信用金庫) are not among them."""


def longest_first(texts: dict[str, str]) -> dict[str, str]:
    """Order a table so that a text stands before those that it begins with, as an alternation of a regular expression needs.

    Args:
        texts: Table by text.

    Returns:
        The same table, longest texts first, then in code point order.
    """
    return dict(sorted(texts.items(), key=lambda item: (-len(item[0]), item[0])))


SPELLINGS: dict[str, str] = longest_first({text: form.name for form in LEGAL_FORMS for text in (form.name, *form.spellings)})
"""Name of the form by each of its spellings in full."""

BRACKETED: dict[str, str] = longest_first({short: form.name for form in LEGAL_FORMS for short in form.short})
"""Name of the form by what stands in brackets for it."""

KANA: dict[str, str] = longest_first(
    {form.kana.replace("ガイシャ", sound): form.name for form in LEGAL_FORMS for sound in ("ガイシャ", "カイシャ") if form.kana}
)
"""Name of the form by its reading; 会社 is read ガイシャ and, by some, カイシャ."""

_LARGE = str.maketrans("ャュョッ", "ヤユヨツ")

KANA_BRACKETED: dict[str, str] = longest_first(
    {written: form.name for form in LEGAL_FORMS for short in form.kana_short for written in (short, short.translate(_LARGE))}
)
"""Name of the form by what stands in brackets for it in kana; banks write small kana large."""

KINDS: dict[str, str] = {form.name: form.kind for form in LEGAL_FORMS}
"""Code of 法人種別 by name of the form."""

READINGS: dict[str, str] = {form.name: form.kana for form in LEGAL_FORMS}
"""Reading by name of the form."""

UNSURE: tuple[str, ...] = tuple(text for form in LEGAL_FORMS for text in form.unsure)
"""Short forms that leave a doubt: 社団法人 is since 2013 一般社団法人 or 公益社団法人, and ＮＰＯ法人 stands in some registered names."""
