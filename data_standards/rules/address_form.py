"""The form of a written address: prefecture, municipality, town, numbers and building, without an address master.

Source of the rules: GIF 442 住所 (2026-03-17): the form of three items (都道府県, 市区町村（郡）, 町字以下) and of four (町字 and 番地以下
apart), 方書 always apart; the names and codes of municipalities are those of :func:`data_standards.codes.municipalities`.

Choices where 442 leaves one, each by its name:

- ``drop_oaza``: 大字, and a leading 字, are dropped (442 allows both); 字 inside the text stays (高川字甲 keeps its 字).
- ``chome_digits`` / ``chome_kanji``: 丁目 is digits in three items (霞が関2-1-2), kanji in four (霞が関二丁目). So are 条 and 線 that stand
  before a number (北1条西1-3, 北一条西一丁目).
- ``series_before_number``: 甲乙丙, イロハ, 子丑寅 before the number belong to the 小字; behind it they are a branch (12-イ-2), as in
  :mod:`data_standards.rules.lot_number`.

What cannot be known without a master of towns: whether a town exists; whether the first of unmarked numbers is a 丁目 (霞が関2-1-2 may be
二丁目1-2 or 2番地1-2, so four items keep the numbers together and say ``chome_not_marked``); whether the last of unmarked numbers is a room
(1-2-3-405); where a town ends that itself ends in a numeral (麻布十番). A kanji numeral is a number only before 丁目, 番地, 条 or 線, and
before 番, 号, の or a hyphen where a number stands on the other side or before it; so 三軒茶屋, 一番町 and 二の丸 keep theirs.
"""

from collections.abc import Callable
from functools import partial

import polars as pl

from data_standards.rules.address_head import countries, read_head
from data_standards.rules.address_lower import KANJI, NUMERAL_CONTEXT, SEPARATORS, K, folded, or_null, read_lower
from data_standards.rules.batch import staged
from data_standards.rules.folding import says_unknown
from data_standards.rules.ladder import NOTATION, SAID_UNKNOWN, WRONG_FORM, with_fields
from data_standards.rules.rule import CleansingRule, Status

THREE_ITEMS = with_fields(
    prefecture=pl.String, city=pl.String, street_address=pl.String, lg_code=pl.String, building=pl.String, remainder=pl.String
)
"""Outcome in three items. ``value`` joins the first three; ``remainder`` is text that has no place in them."""

FOUR_ITEMS = with_fields(
    prefecture=pl.String,
    city=pl.String,
    town=pl.String,
    block=pl.String,
    lg_code=pl.String,
    building=pl.String,
    remainder=pl.String,
)
"""Outcome in four items: ``town`` (町字) with 丁目 in kanji, ``block`` (番地以下); ``value`` joins the first four."""

LOWER = with_fields(town=pl.String, chome=pl.String, block=pl.String, building=pl.String, remainder=pl.String)
"""Outcome of 町字以下 alone: ``town`` without 丁目, ``chome`` its number in digits, ``block`` 番地以下."""

_UNKNOWN, _INVALID, _UNCERTAIN = Status.UNKNOWN, Status.INVALID, Status.UNCERTAIN
_CHANGED, _UNCHANGED = Status.CHANGED, Status.UNCHANGED

Choice = tuple[pl.Expr, Status, str | pl.Expr]
"""When, with which status, and for which reason."""


def _first(frame: pl.DataFrame, *choices: Choice) -> pl.DataFrame:
    """Add ``status`` and ``reason`` of the first choice that holds; unchanged or changed where none does."""
    number: pl.Expr = pl.lit(len(choices), pl.Int8)
    for place, (when, _, _) in reversed(list(enumerate(choices))):
        number = pl.when(when).then(pl.lit(place, pl.Int8)).otherwise(number)
    frame = frame.with_columns(choice=number, same=pl.col("value") == pl.col("given"))
    choice, same = pl.col("choice"), pl.col("same")
    status: pl.Expr = pl.when(same).then(pl.lit(_UNCHANGED.value)).otherwise(pl.lit(_CHANGED.value))
    reason: pl.Expr = pl.when(~same).then(pl.lit("notation"))
    for place, (_, what, why) in enumerate(choices):
        status = pl.when(choice == place).then(pl.lit(what.value)).otherwise(status)
        reason = pl.when(choice == place).then(pl.lit(why) if isinstance(why, str) else why).otherwise(reason)
    return frame.with_columns(status=status, reason=reason)


def _whole(frame: pl.DataFrame, *, four: bool) -> pl.DataFrame:
    frame = read_lower(read_head(frame), in_kanji=four)
    street = [pl.col("town_kanji"), pl.col("block")] if four else [pl.col("street_address")]
    parts = [pl.col("prefecture"), pl.col("city"), *street]
    said, text, bare = pl.col("said"), pl.col("text"), pl.col("bare")
    nowhere = pl.col("key").is_null()
    lost = nowhere | (pl.col("city").is_null() & (pl.col("below") != ""))
    behind_city = pl.concat_str(part.fill_null("") for part in parts[2:])
    # 区 and 字 aside, what stands behind a complete municipality cannot change how the head is read.
    safe = pl.when(pl.col("lg_code").is_not_null() & pl.col("city").is_not_null() & (pl.col("area") == "")).then(behind_city)
    frame = frame.with_columns(value=pl.concat_str(part.fill_null("") for part in parts), street=safe)
    frame = _first(
        frame,
        (says_unknown(text), _UNKNOWN, "said_unknown"),
        (nowhere & bare.str.contains(countries()), _UNKNOWN, "abroad"),
        (nowhere & ~bare.str.contains(r"[\p{Han}\p{Hiragana}\p{Katakana}]"), _INVALID, "wrong_form"),
        (nowhere & bare.str.contains("^[^0-9 ]{1,3}[都道府県]"), _INVALID, "prefecture_unknown"),
        (lost, _INVALID, "municipality_unknown"),
        (said.is_in(["municipality_not_unique", "former_municipality", "town_or_municipality"]), _UNCERTAIN, said),
        (pl.col("remainder").is_not_null(), _UNCERTAIN, "left_over"),
        (pl.col("town_in_doubt"), _UNCERTAIN, "town_or_number"),
        (~pl.col("marked") if four else pl.lit(value=False), _UNCERTAIN, "chome_not_marked"),
        (said.is_not_null(), _CHANGED, said),
        (pl.col("building").is_not_null(), _CHANGED, "building_split"),
    )
    kept = pl.col("status").is_in([_UNKNOWN.value, _INVALID.value]).not_()
    rest = pl.concat_str("postal", "remainder", separator=" ", ignore_nulls=True)
    behind = (
        pl.when(pl.col("prefecture").is_not_null())
        .then(pl.concat_str("postal", "below", separator=" ", ignore_nulls=True))
        .otherwise("text")
    )
    return frame.with_columns(
        value=pl.when(kept).then("value"),
        prefecture=pl.col("prefecture"),
        city=pl.when(kept).then("city"),
        lg_code=pl.when(kept).then("lg_code"),
        street_address=pl.when(kept).then(or_null(pl.col("street_address"))),
        town=pl.when(kept).then(or_null(pl.col("town_kanji" if four else "town"))),
        block=pl.when(kept).then("block"),
        building=pl.when(kept).then("building"),
        remainder=or_null(pl.when(kept).then(rest).otherwise(behind)),
    )


def _lower(frame: pl.DataFrame) -> pl.DataFrame:
    text = folded(pl.col("given"))
    frame = read_lower(frame.with_columns(text=text, lower=text.str.strip_chars(SEPARATORS)))
    frame = _first(
        frame.with_columns(value=pl.col("street_address"), street=pl.col("street_address")),
        (says_unknown(pl.col("text")), _UNKNOWN, "said_unknown"),
        (pl.col("value") == "", _INVALID, "wrong_form"),
        (pl.col("remainder").is_not_null(), _UNCERTAIN, "left_over"),
        (pl.col("town_in_doubt"), _UNCERTAIN, "town_or_number"),
        (pl.col("building").is_not_null(), _CHANGED, "building_split"),
    )
    kept = pl.col("status").is_in([_UNKNOWN.value, _INVALID.value]).not_()
    fields = {
        "town": or_null(pl.concat_str("town", "sub")),
        "chome": pl.col("chome"),
        "block": pl.col("block"),
        "building": pl.col("building"),
    }
    return frame.with_columns(
        **{name: pl.when(kept).then(field) for name, field in fields.items()},
        value=pl.when(kept).then("value"),
        remainder=or_null(pl.when(kept).then("remainder").otherwise("text")),
    )


def _regular() -> pl.Expr:
    """Tell the texts whose shape alone assures that they read the same a second time, so that most rows are read once."""
    street = pl.col("street")
    name = street.str.replace(f"(?:{K}丁目)?[-0-9]*$", "")
    plain = name.str.contains(r"^[\p{Han}\p{Hiragana}\p{Katakana}ー]+$") & ~name.str.contains(
        rf"{NUMERAL_CONTEXT}|[区字{KANJI}-]$|[区大]|^字"
    )
    return (plain & street.str.contains("[^-]$")).fill_null(value=False)


def _rule_over(work: Callable[[pl.DataFrame], pl.DataFrame], dtype: pl.Struct) -> Callable[[pl.Expr], pl.Expr]:
    """Make the column function of a rule; a value that would read differently a second time is not given out."""

    def read(frame: pl.DataFrame) -> pl.DataFrame:
        first = work(frame)
        first = first.with_columns(steady=pl.col("value").is_null() | (pl.col("value") == pl.col("given")))
        first = first.with_columns(steady=pl.when("steady").then(pl.lit(value=True)).otherwise(_regular()))
        again = work(first.filter(~pl.col("steady")).select(given="value").unique()).select(pl.col("given").alias("value"), again="value")
        strays = again.filter(~pl.col("value").eq_missing(pl.col("again"))).get_column("value")
        if strays.is_empty():
            return first
        steady = pl.col("steady") | ~pl.col("value").is_in(strays.implode())
        parts = {name: pl.when(steady).then(name) for name in dtype.to_schema() if name not in {"status", "reason", "remainder"}}
        return first.with_columns(
            **parts,
            status=pl.when(steady).then("status").otherwise(pl.lit(Status.INVALID.value)),
            reason=pl.when(steady).then("reason").otherwise(pl.lit("unreadable")),
            remainder=pl.when(steady).then("remainder").otherwise("text"),
        )

    def apply(value: pl.Expr) -> pl.Expr:
        return staged(value, read, dtype)

    return apply


_LOWER_REASONS = (
    NOTATION
    | SAID_UNKNOWN
    | WRONG_FORM
    | {
        "building_split": ("建物名等（方書）を分けた。", "The building (方書) was taken off."),
        "left_over": ("置き場所の決まらない文字が残った。", "Text is left over that has no certain place."),
        "town_or_number": (
            "末尾の漢数字が町字名か番地かは町字マスターなしには分からない。",
            "Whether the numeral at the end belongs to the town's name cannot be known without a master.",
        ),
        "unreadable": ("住所として一通りに読めない。", "The text cannot be read as an address in one way."),
    }
)
_WHOLE_REASONS = _LOWER_REASONS | {
    "prefecture_supplied": ("省かれた都道府県等を補った。", "The prefecture that was left out was supplied; the name is unique."),
    "municipality_completed": (
        "省かれた郡又は政令市の名を補った。",
        "The county or city that was left out was supplied; the name is unique.",
    ),
    "municipality_not_unique": ("同じ名の市区町村が複数ある。", "Several municipalities bear this name."),
    "former_municipality": ("今はない市区町村である。コードは当時のもの。", "The municipality is no more; the code is that of its time."),
    "town_or_municipality": (
        "町村名と読んだが、都道府県も郡もなく町字名かもしれない。",
        "Read as a municipality; without prefecture and county it may be the name of a town area.",
    ),
    "prefecture_unknown": ("都道府県名が誤っている。", "There is no prefecture of this name."),
    "municipality_unknown": ("市区町村名が見つからない。", "No municipality of this name was found."),
    "abroad": ("国外の住所である。", "The address is abroad."),
}
_STANDARD = "GIF 442 住所"
_TAKES = "都道府県からの住所（都道府県、郡の省略を含む）"

RULES = (
    CleansingRule(
        id="address_three_items",
        label="住所（3項目）",
        label_en="Address in three items",
        takes=_TAKES,
        gives="都道府県、市区町村（郡）、町字以下（霞が関2-1-2）。方書は別",
        standard=_STANDARD,
        clause="3項目の形; drop_oaza; chome_digits; series_before_number (2026-03-17)",
        apply=_rule_over(partial(_whole, four=False), THREE_ITEMS),
        reasons=_WHOLE_REASONS,
    ),
    CleansingRule(
        id="address_four_items",
        label="住所（4項目）",
        label_en="Address in four items",
        takes=_TAKES,
        gives="都道府県、市区町村（郡）、町字（霞が関二丁目）、番地以下（1-2）。方書は別",
        standard=_STANDARD,
        clause="4項目の形; drop_oaza; chome_kanji; series_before_number (2026-03-17)",
        apply=_rule_over(partial(_whole, four=True), FOUR_ITEMS),
        reasons=_WHOLE_REASONS
        | {
            "chome_not_marked": (
                "最初の数字が丁目か番地かは町字マスターなしには分からない。",
                "Whether the first number is a 丁目 cannot be known without a master.",
            )
        },
    ),
    CleansingRule(
        id="address_lower",
        label="町字以下",
        label_en="Address below the municipality",
        takes="町字以下（都道府県、市区町村を含まない）",
        gives="丁目、番地、号を半角数字とハイフンにした町字以下。方書は別",
        standard=_STANDARD,
        clause="町字以下; drop_oaza; chome_digits; series_before_number (2026-03-17)",
        apply=_rule_over(_lower, LOWER),
        reasons=_LOWER_REASONS,
    ),
)
