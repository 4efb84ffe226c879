"""Recognising addresses that are not in Japan."""

import numpy as np
import polars as pl

from data_standards.codes import load_code_lists
from registries.address.matching.code_points import Positions

_SHORT = (
    "アメリカ",
    "米国",
    "イギリス",
    "英国",
    "韓国",
    "中国",
    "台湾",
    "香港",
    "マカオ",
    "海外",
    "国外",
    "英領",
    "ケイマン諸島",
    "ハワイ州",
    "中華民国",
)
_CHINESE = (
    "北京市 上海市 天津市 重慶市 深セン市 深圳市 広州市 大連市 青島市 蘇州市 杭州市 南京市 成都市 武漢市 台北市 新北市 "
    "台中市 高雄市 河北省 山西省 遼寧省 吉林省 黒竜江省 江蘇省 浙江省 安徽省 福建省 江西省 山東省 河南省 湖北省 湖南省 "
    "広東省 海南省 四川省 貴州省 雲南省 陝西省 甘粛省 青海省 ソウル特別市 釜山広域市 仁川広域市 京畿道 中山市 台南市 無錫市 珠海市 "
    "東莞市 厦門市 寧波市 合肥市 西安市"
)
_LATIN = r"^[^\p{Han}\p{Hiragana}\p{Katakana}]*\p{Latin}{2}[^\p{Han}\p{Hiragana}\p{Katakana}]*$"
_STATE = r"[ァ-ヶー]{3,}州|連邦|共和国|王国"


def names() -> list[str]:
    """List the names an address overseas may begin with: countries (code list ``country``), and provinces and cities near Japan."""
    countries = [code.label for code in load_code_lists()["country"].codes.values() if code.label not in {"日本", "不明"}]
    return sorted({*countries, *_SHORT, *_CHINESE.split()})


def rows(addresses: pl.Series, unread: Positions) -> Positions:
    """Tell which addresses that begin with no place of Japan lie overseas.

    Written in Latin letters without a word of Japan, or with a country or state further behind.

    Args:
        addresses: Addresses as written.
        unread: Rows to look at.

    Returns:
        The rows that lie overseas.
    """
    if not len(unread):
        return unread
    text = addresses.gather(unread)
    behind = "|".join(name for name in names() if len(name) > 2)
    japan = text.str.contains(r"(?i)japan|[jJｊＪ][aAａＡ][pPｐＰ][aAａＡ][nNｎＮ]|-(?:ken|shi|ku|cho|machi)\b")
    away = (text.str.contains(_LATIN) & ~japan) | text.str.contains(f"{_STATE}|{behind}")
    return unread[np.flatnonzero(away.to_numpy())]
