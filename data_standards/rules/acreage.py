"""地積 and 床面積 (areas): units brought to square metres, fractions cut off as the register cuts them.

Sources of the rules: 不動産登記規則第100条 (地積: below 1/100 ㎡, and below 1 ㎡ for land other than 宅地 and 鉱泉地 above 10 ㎡),
第115条 (床面積: below 1/100 ㎡); 計量法 and 度量衡法 (1 坪 = 1 歩 = 400/121 ㎡; 畝 30 歩, 反 300 歩, 町 3,000 歩).
"""

import polars as pl

from data_standards.rules.folding import half_width, kanji_numbers, says_unknown
from data_standards.rules.ladder import NOTATION, SAID_UNKNOWN, WRONG_FORM, Step, unless_clean
from data_standards.rules.rule import CleansingRule, Status

PATTERN = r"^(?:0|[1-9][0-9]{0,11})(?:\.[0-9]+)?$"
_NUMBER = r"([0-9]+(?:\.[0-9]+)?)"
_METRES = r"(?:㎡|m2|m\^2|m²|平米|平方メートル|平方米)"
_OLD_UNITS = {"町": 3000, "反": 300, "畝": 30, "(?:歩|坪)": 1}
_CENT_CATEGORIES = ("宅地", "鉱泉地")


def _cents(text: pl.Expr) -> pl.Expr:
    """Hundredths of a square metre, cut off, of a decimal text; exact, unlike binary fractions."""
    whole = text.str.extract(r"^([0-9]+)", 1).cast(pl.Int64, strict=False)
    fraction = text.str.extract(r"\.([0-9]+)$", 1).fill_null("").str.pad_end(2, "0").str.head(2).cast(pl.Int64, strict=False)
    return whole * 100 + fraction


def _text(cents: pl.Expr) -> pl.Expr:
    return pl.concat_str(cents // 100, pl.lit("."), (cents % 100).cast(pl.String).str.zfill(2)).str.replace(r"\.00$", "")


def register_area(area: pl.Expr, category: pl.Expr) -> pl.Expr:
    """Cut an area off as the land register does (規則第100条).

    Args:
        area: Text column of areas in square metres with any number of decimals.
        category: Text column of the 23 land categories.

    Returns:
        Text column: two decimals for 宅地 and 鉱泉地 and for areas up to 10 ㎡, else none; null where the area is no number.
    """
    cents = _cents(pl.when(area.str.contains(PATTERN)).then(area))
    fine = category.is_in(list(_CENT_CATEGORIES)).fill_null(value=False) | (cents <= 1000)
    return pl.when(cents.is_not_null()).then(_text(pl.when(fine).then(cents).otherwise(cents // 100 * 100)))


def floor_area(area: pl.Expr) -> pl.Expr:
    """Cut a floor area off below 1/100 ㎡ (規則第115条).

    Args:
        area: Text column of areas in square metres.

    Returns:
        Text column; null where the area is no number.
    """
    return _text(_cents(pl.when(area.str.contains(PATTERN)).then(area)))


def _read(frame: pl.LazyFrame) -> pl.LazyFrame:
    given = half_width(pl.col("given")).str.strip_chars()
    # 町 after 百 or 十 would be no unit of an area: kanji numerals count where nothing but they and units stand
    kanji = "^[〇一二三四五六七八九壱弐参拾十百千町反畝歩坪・:㎡平方メートル]+$"
    numerals = kanji_numbers(pl.col("folded").str.replace_many({"拾": "十"}))
    read = pl.when(pl.col("folded").str.contains(kanji)).then(numerals).otherwise("folded")
    plain = read.str.replace_all(r"[, ]", "").str.to_lowercase()
    metres = (
        pl.col("plain")
        .str.replace("^([0-9]+)(?:㎡|平方メートル)([0-9]{2})$", "${1}.${2}")
        .str.replace(f"{_METRES}$", "")
        # The register prints the decimal mark as a colon, a bar or a dot at half height.
        .str.replace(r"^([0-9]+)[:|│┃・･]([0-9]{2})$", "${1}.${2}")
        .str.replace(r"^0+([0-9])", "${1}")
    )
    old = pl.col("plain").str.extract_groups("^" + "".join(f"(?:{_NUMBER}{unit}(?:歩)?)?" for unit in _OLD_UNITS) + "$")
    parts = [(old.struct.field(str(place)), size) for place, size in enumerate(_OLD_UNITS.values(), start=1)]
    hundredths = pl.sum_horizontal(_cents(part).fill_null(0) * size for part, size in parts)
    any_part = pl.any_horizontal(part.is_not_null() for part, _ in parts)
    return (
        frame.with_columns(folded=given)
        .with_columns(plain=plain)
        .with_columns(
            metres=metres,
            old=pl.when(any_part & (hundredths < 10**13)).then(_text(hundredths * 400 // 121)),
            are=pl.col("plain").str.extract(f"^{_NUMBER}(?:a|アール)$", 1),
            hectare=pl.col("plain").str.extract(f"^{_NUMBER}(?:ha|ヘクタール)$", 1),
        )
    )


def _scaled(text: pl.Expr, zeros: int) -> pl.Expr:
    """Shift the decimal point to the right, without rounding."""
    whole = text.str.extract(r"^([0-9]+)", 1)
    fraction = text.str.extract(r"\.([0-9]+)$", 1).fill_null("").str.pad_end(zeros, "0")
    rest = fraction.str.slice(zeros)
    moved = pl.concat_str(whole, fraction.str.head(zeros), pl.when(rest != "").then(pl.concat_str(pl.lit("."), rest)).otherwise(pl.lit("")))
    return moved.str.replace(r"^0+([0-9])", "${1}")


def _steps(_: pl.Expr) -> list[Step]:
    metres, old = pl.col("metres"), pl.col("old")
    are, hectare = _scaled(pl.col("are"), 2), _scaled(pl.col("hectare"), 4)
    return [
        Step(says_unknown(pl.col("folded")), None, Status.UNKNOWN, "said_unknown"),
        Step(metres.str.contains(PATTERN), metres, Status.CHANGED, "notation"),
        Step(are.str.contains(PATTERN), are, Status.CHANGED, "metric_unit"),
        Step(hectare.str.contains(PATTERN), hectare, Status.CHANGED, "metric_unit"),
        Step(old.str.contains(PATTERN), old, Status.UNCERTAIN, "old_unit"),
    ]


def clean(value: pl.Expr) -> pl.Expr:
    """Bring areas to square metres as a plain decimal number.

    Decimals are kept as given; :func:`register_area` and :func:`floor_area` cut them off. Old units are converted exactly and cut off
    below 1/100 ㎡, as uncertain: the size of a 歩 was not the same everywhere and always.

    Args:
        value: Text column.

    Returns:
        Column of outcomes.
    """
    return unless_clean(value, lambda given: given.str.contains(PATTERN), _steps, _read)


RULES = (
    CleansingRule(
        id="area_square_metres",
        label="面積",
        label_en="Area in square metres",
        takes="面積（㎡、a、ha、坪、町反畝歩、登記の小数点の表記を含む）",
        gives="平方メートルの半角十進数",
        standard="不動産登記規則; 計量法; GIF 438-1 土地",
        clause="規則第100条・第115条; GIF 土地面積 landArea_MTK (2026-03)",
        apply=clean,
        reasons=NOTATION
        | SAID_UNKNOWN
        | WRONG_FORM
        | {
            "metric_unit": ("アール又はヘクタールを平方メートルに直した。", "Ares or hectares became square metres."),
            "old_unit": (
                "坪・歩・畝・反・町を1坪=400/121平方メートルとして直し、百分の一未満を切り捨てた。",
                "Old units were converted by 1 tsubo = 400/121 square metres and cut off below a hundredth.",
            ),
        },
    ),
)
