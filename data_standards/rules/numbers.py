"""Numbers: width, signs, thousands separators, kanji numerals up to 京, units.

Sources of the rules: GIF 438-1 (2026-03-17; 数値 is 半角数字), 機械可読性ルール 2026-03-31 L2-01 (numbers without separators and units),
大字 after 商業登記規則48条2項 and 不動産登記規則45条. Numbers are worked on as text: no digit is lost however long they are.
"""

import polars as pl

from data_standards.rules.batch import replaced, staged
from data_standards.rules.characters import half_width, visible
from data_standards.rules.folding import says_unknown
from data_standards.rules.rule import CleansingRule, Status

OUTCOME_WITH_UNIT = pl.Struct({"value": pl.String, "status": pl.String, "reason": pl.String, "unit": pl.String})
"""Outcome of the number rule: ``unit`` is the unit that stood behind the number, null where there was none."""

PLAIN = r"^(?:-?(?:[1-9][0-9]*(?:\.[0-9]+)?|0\.[0-9]*[1-9][0-9]*)|0(?:\.[0-9]+)?)$"
"""A number under the standard: half-width digits, no separators, no leading zeros."""

_NUMERALS = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
_FORMAL = {
    **dict.fromkeys("壱壹弌", "1"),
    **dict.fromkeys("弐貳貮", "2"),
    **dict.fromkeys("参參", "3"),
    **dict(zip("肆伍陸漆柒捌玖", "4567789", strict=True)),
    **dict.fromkeys("拾", "十"),
    **dict.fromkeys("佰陌", "百"),
    **dict.fromkeys("仟阡", "千"),
    "萬": "万",
    "圓": "円",
    "廿": "2十",
    "卅": "3十",
}
_SIGNS = "▲△−‐‑–—―ー"
_KANJI_NUMERAL = "[" + "".join(_NUMERALS) + "".join(_FORMAL) + "十百千万億兆京]"
_UNIT = (
    "(?:円|銭|ドル|人|名|件|社|棟|戸|筆|台|本|個|枚|点|回|組|頭|校|世帯|歳|階|%|[箇かカヶ]所|年|[かカヶ]月|日|時間|分|秒"
    "|平方メートル|平方キロメートル|立方メートル|ヘクタール|アール|トン|km2|m2|m3|m²|km|cm|mm|kg|kW|ha|[magt㎞㎝㎜㎡㎢㎥㎏坪反畝町歩])"
)
_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+"
_SHIFTS = {"百": 2, "千": 3, "万": 4, "億": 8, "兆": 12, "京": 16}
_LARGE = "京兆億万"
_SECTION = r"[0-9千百十]+|[0-9],[0-9]{3}"


_BODY = (
    r"^(約|およそ|概ね)? *([-+]?)[\\\\¥]? *(\(?)((?:[0-9,. ]*[0-9千百十万億兆京][0-9,.千百十万億兆京]*)) *"
    rf"({_UNIT})?(\)?) *(以上|以下|未満|超|程度|前後|余り?|弱|強)?$"
)
_ONE_UNIT = rf"^({_GROUPED})(?:\.([0-9]+))?([百千]?)([万億兆京]?)$"
_BY_SECTIONS = "^" + "".join(f"(?:({_SECTION}){unit})?" for unit in _LARGE) + f"({_SECTION})?$"


def read_unsigned(frame: pl.DataFrame) -> pl.DataFrame:
    """Read numbers without sign: digits with or without separators, kanji numerals, and both mixed.

    Args:
        frame: Frame with a text column ``body``: half width, kanji digits already as digits.

    Returns:
        The frame with a column ``number``: plain decimal text without leading zeros, null where the body is no number.
    """
    body = pl.col("body")
    # "1.5億", "1,234千", "12百万", "1234": digits, and the places that the units after them move the point by
    frame = frame.with_columns(
        _whole=body.str.extract(_ONE_UNIT, 1).str.replace_all("[, ]", ""),
        _fraction=body.str.extract(_ONE_UNIT, 2).fill_null(""),
        _places=pl.sum_horizontal(
            body.str.extract(_ONE_UNIT, group).replace_strict(_SHIFTS, default=0, return_dtype=pl.UInt32) for group in (3, 4)
        ),
    ).with_columns(
        _moved=pl.concat_str(
            "_whole",
            pl.col("_fraction").str.slice(0, pl.col("_places")),
            pl.lit("0" * 19).str.slice(0, pl.max_horizontal(pl.col("_places").cast(pl.Int64) - pl.col("_fraction").str.len_chars(), 0)),
        ),
        _rest=pl.col("_fraction").str.slice(pl.col("_places")),
    )
    # "1億2千万", "3兆45億6,789万": sections of four digits each
    left = pl.when(pl.col("_whole").is_null()).then(body)
    names = [f"_{group}" for group in range(1, len(_LARGE) + 2)]
    frame = frame.with_columns(left.alias("_left"), left.str.extract_groups(_BY_SECTIONS).struct.rename_fields(names).struct.unnest())
    frame = frame.with_columns(_section(pl.col(name)).alias(name) for name in names)
    matches = pl.col("_left").str.contains(_BY_SECTIONS) & (pl.col("_left") != "")
    present = pl.all_horizontal(
        pl.col(f"_{group}").is_not_null() | ~pl.col("_left").str.contains(unit)
        for group, unit in enumerate((*_LARGE, "[0-9千百十]$"), start=1)
    )
    by_sections = pl.when(matches & present).then(pl.concat_str([pl.col(name).fill_null("0000") for name in names]))
    by_places = pl.when(pl.col("_rest") == "").then("_moved").otherwise(pl.concat_str("_moved", pl.lit("."), "_rest"))
    number = pl.coalesce(by_places, by_sections).str.replace(r"^0+([0-9])", "${1}")
    return frame.with_columns(number=number).drop(pl.selectors.starts_with("_"))


def _spelled(text: pl.Expr) -> pl.Expr:
    """Write the digits behind 千 and 百 with their units: 2千24 is 2千2十4."""
    return text.str.replace("千([0-9])([0-9])([0-9])$", "千${1}百${2}十${3}").str.replace("([千百])([0-9])([0-9])$", "${1}${2}十${3}")


def _section(text: pl.Expr) -> pl.Expr:
    """Read a number below ten thousand, such as 2千3百, 1234 or 十, as four digits; null where it is none."""
    pattern = "^(?:([0-9]?)千)?(?:([0-9]?)百)?(?:([0-9]?)十)?([0-9]?)$"
    # 2千24, 3百05: the digits behind the last unit are all that is below it
    behind = text.str.extract("^(?:[0-9]?千)?(?:[0-9]?百)?([0-9]{2,3})$", 1)
    text = pl.when(behind.is_not_null() & text.str.contains("千[0-9]{2,3}$|百[0-9]{2}$")).then(_spelled(text)).otherwise(text)
    digits = [
        pl.when(text.str.contains(unit, literal=True)).then(text.str.extract(pattern, group).replace("", "1")).otherwise(pl.lit("0"))
        for group, unit in ((1, "千"), (2, "百"), (3, "十"))
    ]
    mixed = pl.concat_str(*digits, text.str.extract(pattern, 4).replace("", "0"))
    plain = text.str.replace(",", "", literal=True).str.extract("^([0-9]{1,4})$", 1).str.zfill(4)
    return pl.coalesce(plain, mixed)


def _parse(frame: pl.DataFrame) -> pl.DataFrame:
    given, text = pl.col("given"), pl.col("text")
    frame = frame.with_columns(text=half_width(visible(given)))
    frame = frame.with_columns(text=replaced(text, _NUMERALS | _FORMAL).str.replace_all("[、，]", ",").str.strip_chars())
    # the frame of an amount on a receipt (金壱万円也, ￥1,000-) and points without a digit on one side say nothing more
    frame = frame.with_columns(
        text=text.str.replace(r"^金 ?(.*[0-9十百千万億兆]円)也?$", "${1}").str.replace(r"^([\\¥].*[0-9])[-ー－―]$", "${1}")
    )
    frame = frame.with_columns(text=text.str.replace(r"^(-?)\.([0-9]+)$", "${1}0.${2}").str.replace(r"^(-?[0-9]+)\.$", "${1}"))
    frame = frame.with_columns(text=text.str.replace(f"^[{_SIGNS}]", "-"))
    names = ["about", "sign", "open", "body", "unit", "close", "bound"]
    frame = frame.with_columns(text.str.extract_groups(_BODY).struct.rename_fields(names).struct.unnest())
    frame = frame.with_columns(
        body=pl.col("body").str.strip_chars(), opened=pl.col("open") == "(", closed=pl.col("close") == ")", unknown=says_unknown(text)
    )
    frame = read_unsigned(frame)
    negative = ((pl.col("sign") == "-") | pl.col("opened")) & ~pl.col("number").str.contains(r"^0(?:\.0*)?$")
    signed = pl.when(negative).then(pl.lit("-") + pl.col("number")).otherwise("number")
    frame = frame.with_columns(value=pl.when((pl.col("opened") == pl.col("closed")) & ~pl.col("unknown")).then(signed))
    value, approximate = pl.col("value"), pl.col("about").is_not_null() | pl.col("bound").is_not_null()
    return frame.with_columns(
        status=pl.when("unknown")
        .then(pl.lit(Status.UNKNOWN.value))
        .when(value.is_null())
        .then(pl.lit(Status.INVALID.value))
        .when(value == given)
        .then(pl.lit(Status.UNCHANGED.value))
        .when(approximate | pl.col("opened"))
        .then(pl.lit(Status.UNCERTAIN.value))
        .otherwise(pl.lit(Status.CHANGED.value)),
        reason=pl.when("unknown")
        .then(pl.lit("says_unknown"))
        .when(value.is_null())
        .then(pl.lit("not_a_number"))
        .when(value == given)
        .then(pl.lit(None, pl.String))
        .when(approximate)
        .then(pl.lit("approximate"))
        .when("opened")
        .then(pl.lit("parentheses_as_minus"))
        .when(pl.col("unit").is_not_null())
        .then(pl.lit("unit_taken_off"))
        .when(given.str.contains(_KANJI_NUMERAL))
        .then(pl.lit("kanji_numeral_read"))
        .otherwise(pl.lit("number_form")),
    )


RULES: tuple[CleansingRule, ...] = (
    CleansingRule(
        id="number_plain",
        label="数値",
        label_en="Numbers",
        takes="数値の列 (全角、桁区切り、漢数字・大字、単位、△▲) / numbers as people write them",
        gives="半角数字の十進数。unit に単位 / plain decimal in half-width digits; field unit",
        standard="GIF 438-1 データ項目定義 (2026-03-17); 機械可読性ルール (2026-03-31)",
        clause="数値（半角数字）; L2-01",
        apply=lambda value: staged(value, _parse, OUTCOME_WITH_UNIT, PLAIN),
        reasons={
            "says_unknown": ("不明又は空です。", "The value is blank or says that it is not known."),
            "not_a_number": ("数値として読めません。", "The value cannot be read as a number."),
            "number_form": ("半角・桁区切りなしの数字に直しました。", "Brought to plain half-width digits."),
            "kanji_numeral_read": ("漢数字を数字に直しました。", "Kanji numerals were read."),
            "unit_taken_off": ("単位を数値から分けました。", "The unit was parted from the number."),
            "approximate": ("概数又は範囲の言葉があります。", "The text says that the number is approximate or a bound."),
            "parentheses_as_minus": ("括弧を負数の印と読みました。", "Parentheses were read as a minus sign."),
        },
    ),
)
