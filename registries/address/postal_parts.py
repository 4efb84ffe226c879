"""The rules of KEN_ALL taken apart: lines put together again, town areas told from what stands in brackets, ranges read as numbers.

Source: 日本郵便 郵便番号データの説明. A town area of more than 38 letters continues on the next line; brackets tell the part of the area
that a code applies to (丁目, 番地, 地割, 小字, the streets of Kyoto, floors of a building), or what it does not apply to (を除く).
"""

import polars as pl

from registries.address.town_names import folded_part

_OTHERWISE = "以下に掲載がない場合"
_DIGITS = {chr(ord("０") + digit): str(digit) for digit in range(10)} | {"～": "〜", "−": "-", "－": "-"}
_FLAGS = ("postal_has_several_codes", "postal_counts_from_koaza", "postal_has_chome", "postal_covers_several_towns")
_LINE = ("postal_code", "lg_code", "prefecture", "postal_city", *_FLAGS)


def whole_lines(delivered: pl.LazyFrame) -> pl.LazyFrame:
    """Put town areas together that go on over several lines.

    Args:
        delivered: Standardised records of the source ``japanpost_postal``.

    Returns:
        One row for each entry, ``postal_town`` and ``postal_town_kana`` whole.
    """
    text = pl.col("postal_town").fill_null("")
    balance = text.str.count_matches("（").cast(pl.Int32) - text.str.count_matches("）").cast(pl.Int32)
    return (
        delivered.sort("file_id", "source_line")
        .with_columns(_open=balance.cum_sum().over("file_id"))
        .with_columns(_begins=(pl.col("_open").shift(1, fill_value=0).over("file_id") <= 0))
        .with_columns(_entry=pl.col("_begins").cum_sum().over("file_id"))
        .group_by("file_id", "_entry", maintain_order=True)
        .agg(
            *(pl.col(name).first() for name in _LINE),
            pl.col("postal_town").fill_null("").str.join(""),
            pl.col("postal_town_kana").fill_null("").unique(maintain_order=True).str.join(""),
        )
    )


def postal_parts(delivered: pl.LazyFrame) -> pl.LazyFrame:
    """Resolve the entries of KEN_ALL to one row for each part that a code applies to.

    Args:
        delivered: Standardised records of the source ``japanpost_postal``.

    Returns:
        The columns of the table ``postal_code``.
    """
    town = pl.col("postal_town")
    split = whole_lines(delivered).with_columns(
        _base=town.str.extract(r"^([^（]*)").str.replace_many(list(_DIGITS), list(_DIGITS.values())),
        _note=town.str.extract(r"（(.*)）?$").str.strip_suffix("）").str.replace_many(list(_DIGITS), list(_DIGITS.values())),
        town_kana=pl.col("postal_town_kana").str.extract(r"^([^（(]*)"),
    )
    base, note = pl.col("_base"), pl.col("_note")
    divisions = base.str.contains(r"^\D+\d+地割")
    whole_municipality = base.str.ends_with("一円") & (base != "一円")
    split = split.with_columns(
        town=pl.when(town.is_in([_OTHERWISE, ""]) | town.str.contains("の次に.*番地がくる場合$") | whole_municipality)
        .then(None)
        .when(divisions)
        .then(base.str.extract(r"^(\D+)"))
        .otherwise(base),
        _note=pl.when(divisions)
        .then(base.str.replace_all(r"(^|[、〜])\D+?(\d)", "${1}${2}"))
        .when(note == "次のビルを除く")
        .then(None)
        .otherwise(note),
    )
    left_out = note.str.ends_with("を除く") | note.str.ends_with("除く")
    several = pl.when(note.str.contains("「")).then(pl.concat_list(note)).otherwise(note.str.split("、"))
    parts = split.with_columns(
        postal_part_is_excluded=left_out.fill_null(value=False),
        _note=note.str.strip_suffix("を除く"),
    )
    parts = parts.with_columns(postal_part=several).explode("postal_part", empty_as_null=True)
    part = pl.col("postal_part")
    # a list such as 1、3〜5丁目 names its unit once, at its end
    unit_text = pl.when(part.str.contains(r"^[\d〜\-の]+$")).then(note).otherwise(part)
    streets = pl.col("lg_code").str.starts_with("261") & part.str.contains("上る|下る|[東西南北]入|通")
    kind = (
        pl.when(pl.col("town").is_null() & town.str.contains("の次に"))
        .then(pl.lit("next"))
        .when(pl.col("town").is_null() & ~(whole_municipality & (town != _OTHERWISE)))
        .then(pl.lit("otherwise"))
        .when(part.is_null())
        .then(pl.lit("whole"))
        .when(streets)
        .then(pl.lit("street"))
        .when(part == "その他")
        .then(pl.lit("rest"))
        .when(unit_text.str.contains(r"\d*階(層不明)?$"))
        .then(pl.lit("floor"))
        .when(unit_text.str.contains(r"\d+地割|地割$"))
        .then(pl.lit("land_division"))
        .when(unit_text.str.contains(r"\d丁目"))
        .then(pl.lit("chome"))
        .when(unit_text.str.contains(r"番地|番$|^\d[\d〜\-の]*$|番地?以[上下]"))
        .then(pl.lit("lot"))
        .otherwise(pl.lit("name"))
    )
    ranged = pl.col("postal_part_code").is_in(["chome", "lot", "land_division", "floor"])
    # what stands in 「」 is told apart within a part; a list in it is no range
    bare = pl.when(~part.str.contains("、")).then(part.str.replace_all("「[^」]*」?", ""))
    first = bare.str.extract(r"(\d+)").cast(pl.Int64, strict=False)
    last = bare.str.extract(r"〜\D*(\d+)").cast(pl.Int64, strict=False)
    return (
        parts.with_columns(postal_part_code=kind, folded_town=folded_part(pl.col("town")))
        .with_columns(
            postal_range_from=pl.when(ranged & ~part.str.contains("以下")).then(first),
            postal_range_to=pl.when(ranged & part.str.contains("以下"))
            .then(first)
            .when(ranged & ~part.str.contains("以上"))
            .then(last.fill_null(first)),
            town_kana=pl.when(pl.col("town").is_not_null()).then(pl.col("town_kana")),
        )
        .with_columns(
            postal_part_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(
                "postal_code", "lg_code", "folded_town", order_by=["postal_town", "postal_part"]
            )
        )
    )  # fmt: skip
