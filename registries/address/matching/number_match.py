"""Ties the numbers of an address to blocks, residences and lots of the registry, under the town and the towns it may be as well.

Sources of the rules: 住居表示に関する法律 第2条 (街区符号 and 住居番号); アドレス・ベース・レジストリ, where a town can have both
住居表示 and 地番, one name can be two towns, and the lots of a town can be split between them.

Which of the two systems a number belongs to is decided by what the registry holds; by the notation (号; の, 番 without 号, 番地) where it
holds both; and where that says nothing either the answer is ambiguous and names both.
"""

import polars as pl

from data_standards.rules.batch import only_where
from registries.address.matching.number_register import NumberRegister, number_key
from registries.address.matching.remainder import TOKENS

NUMBER_CANDIDATE = pl.Struct(
    {"level": pl.String, "machiaza_id": pl.String, "blk_id": pl.String, "rsdt_id": pl.String, "rsdt2_id": pl.String, "prc_id": pl.String}
)
"""One reading of the numbers."""

FOUND_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "number_level": pl.String,
    "found_town_row": pl.UInt32,
    "found_as": pl.String,
    "blk_id": pl.String,
    "rsdt_id": pl.String,
    "rsdt2_id": pl.String,
    "prc_id": pl.String,
    "tokens_used": pl.Int32,
    "room_used": pl.Boolean,
    "number_ambiguous": pl.Boolean,
    "number_candidates": pl.List(NUMBER_CANDIDATE),
    "number_latitude": pl.Float64,
    "number_longitude": pl.Float64,
    "number_epsg": pl.String,
    "position_level": pl.String,
}
"""What :func:`match_numbers` gives."""

# how a number can be asked for: level, and the letter of its key
_ASKED = {"residence3": "r", "residence2": "r", "block": "b", "lot_room": "l", "lot": "l"}
_LEVEL = {"residence3": "residence", "residence2": "residence", "block": "block", "lot_room": "lot", "lot": "lot"}
_TOWN_COLUMNS = ("lg_code", "machiaza_id", "koaza")


def town_kin(towns: pl.DataFrame) -> pl.DataFrame:
    """Tell of each town which others its numbers may be registered under.

    Args:
        towns: Towns of the dictionary, in the order of its rows: ``lg_code``, ``machiaza_id``, ``koaza``.

    Returns:
        ``town_row``, ``lg_code``, ``machiaza_id``, ``oaza`` (the id's four digits of the 大字), ``koaza_number`` (digits of a 小字 whose
        name is a number) and ``parent_row`` (the 大字 of a 小字).
    """
    kin = towns.select(*_TOWN_COLUMNS).with_row_index("town_row")
    koaza = number_key(pl.col("koaza")).str.extract("^字?第?([0-9]+)$")
    kin = kin.with_columns(oaza=pl.col("machiaza_id").str.head(4), koaza_number=koaza)
    whole = kin.filter(pl.col("machiaza_id").str.ends_with("000")).unique(["lg_code", "oaza"], keep="first", maintain_order=True)
    kin = kin.join(whole.select("lg_code", "oaza", parent_row="town_row"), on=["lg_code", "oaza"], how="left", maintain_order="left")
    part = pl.col("koaza").is_not_null() & (pl.col("parent_row") != pl.col("town_row"))
    return kin.select("town_row", "lg_code", "machiaza_id", "oaza", "koaza_number", parent_row=pl.when(part).then("parent_row"))


def _alternatives(rows: pl.DataFrame, kin: pl.DataFrame) -> pl.DataFrame:
    """The towns to ask under: ``place``, ``town_row``, ``rank`` (0 is the town itself), ``found_as``, ``first`` and ``skip``.

    ``first`` is a number to put before the others, ``skip`` whether the first one is used up by the town.
    """
    nothing = {"first": pl.lit(None, pl.String), "skip": pl.lit(value=False)}
    own = rows.select("place", town_row=pl.col("equal_rows").fill_null(pl.concat_list("town_row"))).explode("town_row")
    own = own.with_columns(rank=pl.lit(0), found_as=pl.lit("town"), **nothing)
    coarser = rows.filter(pl.col("coarser_row").is_not_null()).select(
        "place",
        town_row="coarser_row",
        rank=pl.lit(1),
        found_as=pl.lit("number_not_chome"),
        first="chome_number",
        skip=pl.lit(value=False),
    )
    # 紀尾井町1丁目3番地: a town without 丁目 has none, and the number is the block's
    chome = rows.filter(pl.col("unconfirmed_chome").is_not_null()).select(
        "place",
        "town_row",
        rank=pl.lit(1),
        found_as=pl.lit("chome_as_number"),
        first="unconfirmed_chome",
        skip=pl.lit(value=False),
    )
    of_town = rows.select("place", "town_row", "t1", "t2").join(kin, on="town_row", how="inner")
    parent = of_town.filter(pl.col("parent_row").is_not_null()).select(
        "place", town_row="parent_row", rank=pl.lit(2), found_as=pl.lit("koaza_without_numbers"), **nothing
    )
    numbered = kin.filter(pl.col("koaza_number").is_not_null()).select("lg_code", "oaza", t1="koaza_number", child="town_row")
    child = (
        of_town.filter(pl.col("machiaza_id").str.ends_with("000") & pl.col("t2").is_not_null())
        .join(numbered, on=["lg_code", "oaza", "t1"], how="inner")
        .select(
            "place",
            town_row="child",
            rank=pl.lit(1),
            found_as=pl.lit("numeric_koaza"),
            first=pl.lit(None, pl.String),
            skip=pl.lit(value=True),
        )
    )
    return pl.concat([own, coarser, chome, parent, child], how="vertical_relaxed")


def _lettered_key(number: pl.Expr) -> pl.Expr:
    """The key of a parsed number: plain digits are their own."""
    return only_where(number, "[^0-9]", number_key)


def _questions(rows: pl.DataFrame, alternatives: pl.DataFrame, kin: pl.DataFrame) -> pl.DataFrame:
    """One row for each key to look up: ``ask``, ``lg_code``, ``key`` and what an answer would mean."""
    tokens = [pl.col(f"t{token}") for token in range(1, TOKENS + 1)]
    numbers = rows.select(
        "place",
        "room_number",
        "by_notation",
        "mark",
        tokens=pl.concat_list(_lettered_key(token) for token in tokens).list.drop_nulls(),
        series=_lettered_key(pl.col("series")),
        name=_lettered_key(pl.coalesce(pl.col("unverified").str.strip_chars_start("字"), "series")),
    )
    asked = alternatives.join(kin.select("town_row", "lg_code", "machiaza_id"), on="town_row").join(numbers, on="place")
    own = pl.when("skip").then(pl.col("tokens").list.slice(1)).otherwise(pl.concat_list("first", "tokens").list.drop_nulls())
    asked = asked.with_columns(tokens=own).with_columns(
        by_block=pl.concat_list("name", "tokens").list.drop_nulls(),
        by_lot=pl.concat_list("series", "tokens").list.drop_nulls(),
    )
    asked = asked.with_columns(
        with_room=pl.concat_list("by_block", "room_number").list.drop_nulls(),
        # parts of a number that are none of the written tokens: a name or series and the town's own 丁目; the skipped one is
        not_tokens=pl.col("name").is_not_null().cast(pl.Int32)
        + pl.col("first").is_not_null().cast(pl.Int32)
        - pl.col("skip").cast(pl.Int32),
        tokens_written=pl.col("tokens").list.len().cast(pl.Int32)
        - pl.col("first").is_not_null().cast(pl.Int32)
        + pl.col("skip").cast(pl.Int32),
    )
    length, block = pl.col("with_room").list.len(), pl.col("by_block").list
    any_number = pl.col("tokens").list.len() > 0
    keys = {
        "residence3": pl.when(length > 2).then(pl.col("with_room").list.head(3).list.join("-")),
        "residence2": pl.when(block.len() > 1).then(block.head(2).list.join("-")),
        "block": block.first(),
        "lot_room": pl.when(any_number & pl.col("room_number").is_not_null()).then(pl.concat_list("by_lot", "room_number").list.join("-")),
        "lot": pl.when(any_number).then(pl.col("by_lot").list.join("-")),
    }
    before = pl.concat_str("machiaza_id", pl.lit("|"))
    asked = asked.with_columns(
        pl.concat_str(before, pl.lit(f"{_ASKED[name]}|"), key).alias(name) for name, key in keys.items()
    ).with_columns(total=length, own_length=block.len())
    index = [
        "place",
        "lg_code",
        "town_row",
        "rank",
        "found_as",
        "by_notation",
        "mark",
        "total",
        "own_length",
        "not_tokens",
        "tokens_written",
    ]
    long = asked.unpivot(list(keys), index=index, variable_name="asked", value_name="key").drop_nulls("key")
    return long.with_row_index("ask")


def _judged(answers: pl.DataFrame) -> pl.DataFrame:
    """Order the answers of each address, best first: column ``grade``; equal grades are equally good."""
    level = pl.col("asked").replace_strict(_LEVEL)
    used = (
        pl.when(pl.col("asked") == "block")
        .then(1)
        .when(pl.col("asked") == "residence2")
        .then(2)
        .when(pl.col("asked") == "residence3")
        .then(3)
        .when(pl.col("asked") == "lot_room")
        .then("total")
        .otherwise("own_length")
    ).cast(pl.Int32)
    answers = answers.with_columns(level=level, used=used)
    # 舞浜2-11: a lone number can be a whole lot number as well as a block.
    lone = (pl.col("own_length") == 1) & (pl.col("mark").fill_null("") != "番地")
    coarse = (pl.col("level") == "block") & ~lone
    against = (
        # 番地 behind what was written as 丁目 says nothing
        pl.when(pl.col("found_as") == "chome_as_number")
        .then(pl.lit(value=False))
        .when(pl.col("by_notation").fill_null("") == "residence")
        .then(pl.col("level") == "lot")
        .otherwise((pl.col("by_notation").fill_null("") == "lot") & (pl.col("level") != "lot"))
    )
    unused = (pl.col("total").cast(pl.Int32) - pl.col("used")).clip(0, 9)
    grade = coarse.cast(pl.Int32) * 1000 + pl.col("rank") * 100 + unused * 10 + against.cast(pl.Int32)
    return answers.with_columns(grade=grade, second=pl.col("level") == "lot")


def match_numbers(rows: pl.DataFrame, register: NumberRegister, kin: pl.DataFrame) -> pl.DataFrame:
    """Find the block, residence or lot of addresses whose town is known.

    Args:
        rows: What :func:`registries.address.matching.remainder.parse_remainders` gives, with ``place`` (row number), ``lg_code``,
            ``town_row`` (null where no town was found), ``equal_rows``, ``coarser_row``, ``chome_number`` (digits of the town's 丁目) and
            ``unconfirmed_chome`` (digits of a 丁目 behind it).
        register: The numbers of the registry.
        kin: What :func:`town_kin` gives of the dictionary's towns.

    Returns:
        ``place`` and the columns of :data:`FOUND_SCHEMA`; one row for each address with a match, none for the others.
    """
    open_rows = rows.filter(pl.col("town_row").is_not_null() & (pl.col("kept") > 0))
    known = register.known(open_rows.get_column("lg_code").unique().drop_nulls().sort().to_list())
    open_rows = open_rows.filter(pl.col("lg_code").is_in(known))
    if open_rows.is_empty():
        return pl.DataFrame(schema={"place": rows.schema["place"], **FOUND_SCHEMA})
    spoken = pl.col("joints").fill_null("")
    open_rows = open_rows.with_columns(
        by_notation=pl.when(pl.col("mark") == "号")
        .then(pl.lit("residence"))
        .when(
            spoken.str.contains(r"番地?[のノ之]|^番$|[のノ之]")
            | (pl.col("series").is_not_null() | pl.col("qualifier").is_not_null())
            | ((pl.col("mark") == "番地") & (pl.col("kept") == 1))
        )
        .then(pl.lit("lot"))
    )
    questions = _questions(open_rows, _alternatives(open_rows, kin), kin)
    answers = register.find(questions.select("ask", "lg_code", "key"))
    if answers.is_empty():
        return pl.DataFrame(schema={"place": rows.schema["place"], **FOUND_SCHEMA})
    answers = _judged(answers.drop("key").join(questions.drop("key", "lg_code"), on="ask"))
    answers = answers.sort("place", "grade", "second", "town_row", "asked")
    return _settled(answers)


def _settled(answers: pl.DataFrame) -> pl.DataFrame:
    """One row for each address: its best answer, and those that are as good."""
    best = pl.col("grade") == pl.col("grade").min().over("place")
    identity = ["place", "machiaza_id", "level", "blk_id", "rsdt_id", "rsdt2_id", "prc_id"]
    top = answers.filter(best).unique(identity, keep="first", maintain_order=True)
    candidate = pl.struct(*(pl.col(name) for name in NUMBER_CANDIDATE.to_schema()))
    readings = top.filter(pl.len().over("place") > 1).group_by("place", maintain_order=True).agg(readings=candidate)
    # of two readings, the lot's id stands beside the residence's
    lot = pl.coalesce("prc_id", pl.col("prc_id").max().over("place"))
    per_place = top.with_columns(count=pl.len().over("place"), prc_id=lot).unique("place", keep="first", maintain_order=True)
    per_place = per_place.join(readings, on="place", how="left", maintain_order="left")
    blocks = (
        answers.filter(pl.col("level") == "block")
        .unique(["place", "town_row"], keep="first")
        .select("place", "town_row", block_latitude="latitude", block_longitude="longitude", block_epsg="epsg")
    )
    per_place = per_place.join(blocks, on=["place", "town_row"], how="left", maintain_order="left")
    ambiguous = (pl.col("count") > 1) | pl.col("several")
    located, by_block = pl.col("latitude").is_not_null(), pl.col("block_latitude").is_not_null() & (pl.col("level") == "residence")
    return per_place.select(
        "place",
        number_level="level",
        found_town_row=pl.col("town_row").cast(pl.UInt32),
        found_as="found_as",
        blk_id="blk_id",
        rsdt_id="rsdt_id",
        rsdt2_id="rsdt2_id",
        prc_id="prc_id",
        tokens_used=pl.when(pl.col("level") == "lot")
        .then("tokens_written")
        .otherwise(pl.min_horizontal(pl.col("used") - pl.col("not_tokens"), "tokens_written")),
        room_used=(pl.col("asked") == "lot_room") | ((pl.col("asked") == "residence3") & (pl.col("own_length") < 3)),
        number_ambiguous=ambiguous,
        number_candidates=pl.when(pl.col("count") > 1).then("readings").otherwise(pl.lit([], dtype=pl.List(NUMBER_CANDIDATE))),
        number_latitude=pl.coalesce("latitude", pl.when(by_block).then("block_latitude")),
        number_longitude=pl.coalesce("longitude", pl.when(by_block).then("block_longitude")),
        number_epsg=pl.coalesce("epsg", pl.when(by_block).then("block_epsg")),
        position_level=pl.when(located).then("level").when(by_block).then(pl.lit("block")),
    )
