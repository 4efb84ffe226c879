"""Names of towns evened out for comparison: 大字 and 字 dropped, one form of variant letters, 丁目 with digits."""

import polars as pl

_DIGITS = "一二三四五六七八九"


def _kanji_number(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else ("" if tens == 1 else _DIGITS[tens - 1]) + "十") + ("" if ones == 0 else _DIGITS[ones - 1])


KANJI_NUMBERS = {number: _kanji_number(number) for number in range(1, 100)}
"""Kanji numerals of the numbers that a 丁目 can have."""

_FULL_WIDTH = {chr(ord("０") + digit): str(digit) for digit in range(10)}
_CHOME = {f"{kanji}丁目": f"{number}丁目" for number, kanji in KANJI_NUMBERS.items()}
# letters that municipalities, Japan Post and the ministry write differently for one and the same town
_VARIANTS = {
    variant: common
    for common, variants in {
        "ケ": "ヶがガヵ", "ノ": "之の乃", "ツ": "ッつっヅ", "淵": "渕", "沢": "澤", "崎": "﨑", "高": "髙",
        "竜": "龍", "檜": "桧", "辺": "邊邉", "広": "廣", "島": "嶋", "条": "條", "寿": "壽", "藪": "薮",
        "曽": "曾", "館": "舘", "竈": "竃", "浜": "濱", "滝": "瀧", "桜": "櫻", "円": "圓", "静": "靜",
        "国": "國", "栄": "榮", "斎": "齋", "斉": "齊", "駅": "驛", "塩": "鹽", "鉄": "鐵", "仏": "佛",
        "万": "萬", "当": "當", "蔵": "藏", "豊": "豐", "荘": "莊", "檪": "櫟", "篭": "籠", "禰": "祢",
        "野": "埜", "富": "冨", "徳": "德", "恵": "惠", "穂": "穗", "場": "塲", "槙": "槇", "遥": "遙",
        "尭": "堯", "浅": "淺", "与": "與", "弥": "彌", "頼": "賴", "瀬": "瀨",
    }.items()
    for variant in variants
}  # fmt: skip


def folded_part(name: pl.Expr) -> pl.Expr:
    """Bring one part of a town's name (大字・町, 丁目 or 小字) to the form for comparison.

    Args:
        name: Text column; nulls become empty.

    Returns:
        Text column: ``大字霞ヶ関`` -> ``霞ケ関``, ``２丁目`` and ``二丁目`` -> ``2丁目``.
    """
    text = name.fill_null("").str.replace_all(r"[\s　]", "").str.replace(r"^(大字|小字|字)(.)", "${2}")
    text = text.str.replace_many(list(_FULL_WIDTH), list(_FULL_WIDTH.values()))
    text = text.str.replace_many(list(_CHOME), list(_CHOME.values()), leftmost=True)
    return text.str.replace_many(list(_VARIANTS), list(_VARIANTS.values()))


def formal_chome() -> pl.Expr:
    """The 丁目 of a town with its number in kanji; as the origin writes it where it gives no number.

    Returns:
        Text column, from the columns ``chome`` and ``chome_number``.
    """
    kanji = pl.col("chome_number").replace_strict(KANJI_NUMBERS, default=None, return_dtype=pl.String)
    return pl.when(kanji.is_not_null()).then(pl.concat_str(kanji, pl.lit("丁目"))).otherwise(pl.col("chome"))


def folded_towns() -> pl.Expr:
    """The form for comparison of whole names.

    Returns:
        Text column, from the columns ``oaza_cho``, ``chome``, ``chome_number`` and ``koaza``.
    """
    return pl.concat_str(folded_part(pl.col("oaza_cho")), folded_part(formal_chome()), folded_part(pl.col("koaza")))
