"""町字以下 and 番地以下: numbers in half width joined by half-width hyphens, the building apart.

Source: GIF 442 住所 (2026-03-17): 丁目・番地・号 become half-width digits with half-width hyphens (霞が関2-1-6), 条 stays (北1条西1-3),
番外地, 地先 and 無番地 stay as they are, and the building's name is an item of its own (建物名等(方書)).
Between the table and the sentence of 442
§1.2, which differ in the last number of one address, the numbers are kept as they are written.
"""

import polars as pl

from data_standards.rules.batch import staged
from data_standards.rules.rule import CleansingRule, Status

_WIDE_DIGITS = dict(zip("０１２３４５６７８９", "0123456789", strict=True))
_DIGITS = "一二三四五六七八九"
_SEPARATOR = r"([0-9])(?:丁目|番地の|番地|番の|番|号の|の|[－‐‑–—―−─ーｰ])([0-9])"
_CHAIN = r"^(.*?)([0-9]+(?:-[0-9]+)*)(?:丁目|番地|番|号)?(?:[ 　、,]+(.*)|([^0-9\s条線区町番丁号割地ノの・-].*))?$"
_NO_NUMBER = "番外地|地先|無番地"
_PART_OF_BUILDING = "^(?:室|棟|館|階|F|[一二三四五六七八九十]+(?:番|号))"


def _kanji(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens - 1] + "十") + ("" if ones == 0 else _DIGITS[ones - 1])


_BLOCKS = {f"{_kanji(number)}丁目": f"{number}丁目" for number in range(99, 0, -1)}


_OUTCOME = pl.Struct({"value": pl.String, "status": pl.String, "reason": pl.String, "building": pl.String})


def clean(value: pl.Expr) -> pl.Expr:
    """Bring the part of an address below the municipality to GIF 442.

    Args:
        value: Text column (町字以下 or 番地以下).

    Returns:
        Outcomes with a further field ``building``: what follows the numbers. A value with a building is uncertain: the building belongs
        into an item of its own, and is not dropped without a look.
    """
    return staged(value, _parse, _OUTCOME)


def _parse(frame: pl.DataFrame) -> pl.DataFrame:
    text, joined = pl.col("text"), pl.col("joined")
    halved = pl.col("given").str.strip_chars().str.replace_many(list(_WIDE_DIGITS), list(_WIDE_DIGITS.values()))
    frame = frame.with_columns(text=halved.str.replace_many(list(_BLOCKS), list(_BLOCKS.values()), leftmost=True))
    frame = frame.with_columns(joined=text.str.replace_all(_SEPARATOR, "${1}-${2}").str.replace_all(_SEPARATOR, "${1}-${2}"))
    names = ["town", "numbers", "after_space", "after_number"]
    frame = frame.with_columns(joined.str.extract_groups(_CHAIN).struct.rename_fields(names).struct.unnest())
    frame = frame.with_columns(
        rest=pl.coalesce("after_space", "after_number", pl.lit("")).str.strip_chars(), open_ended=joined.str.contains(_NO_NUMBER)
    )
    chained = ~pl.col("open_ended") & pl.col("numbers").is_not_null() & ~pl.col("rest").str.contains(_PART_OF_BUILDING)
    frame = frame.with_columns(chained=chained)
    frame = frame.with_columns(
        building=pl.when(pl.col("chained") & (pl.col("rest") != "")).then("rest"),
        value=pl.when("open_ended").then("text").when("chained").then(pl.concat_str("town", "numbers")).otherwise("joined"),
    )
    blank = pl.col("value") == ""
    inside = pl.col("building").is_not_null()
    same = pl.col("value") == pl.col("given")
    return frame.with_columns(
        value=pl.when(~blank).then("value"),
        status=pl.when(blank)
        .then(pl.lit(Status.UNKNOWN.value))
        .when(inside)
        .then(pl.lit(Status.UNCERTAIN.value))
        .when(same)
        .then(pl.lit(Status.UNCHANGED.value))
        .otherwise(pl.lit(Status.CHANGED.value)),
        reason=pl.when(blank).then(pl.lit("blank")).when(inside).then(pl.lit("building_inside")).when(~same).then(pl.lit("numbers_joined")),
    )


RULES: tuple[CleansingRule, ...] = (
    CleansingRule(
        id="street_address_442",
        label="町字以下・番地以下",
        label_en="Address below the municipality",
        takes="町字以下又は番地以下",
        gives="丁目・番地・号を半角数字と半角ハイフンで結んだ文字列、その後の建物名",
        standard="GIF 442 住所",
        clause="442 (2026-03-17) 町字以下・番地以下",
        apply=clean,
        reasons={
            "numbers_joined": ("丁目・番地・号を半角数字と半角ハイフンに改めました。", "The numbers were joined by half-width hyphens."),
            "building_inside": (
                "建物名が含まれています。別の項目に分けてください。",
                "A building follows; it belongs into an item of its own.",
            ),
            "blank": ("値が空です。", "The value is blank."),
        },
    ),
)
