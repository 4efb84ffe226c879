"""From written addresses to the registry: town, numbers, standard forms, position, and what every character was used for.

Source of the rules: GIF 442 住所 (2026-03-17) for the forms; アドレス・ベース・レジストリ for the ids. Nothing is told more precisely
than the registry shows: an unknown number leaves the town and the number as written, a known block without the residence the block.
"""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from registries.address.matching.dictionary import TownDictionary
from registries.address.matching.forms import TOWN_PARTS, chome_digits, standard_forms, town_forms
from registries.address.matching.match import match_towns
from registries.address.matching.number_match import match_numbers, town_kin
from registries.address.matching.number_register import NumberRegister
from registries.address.matching.remainder import TOKENS, parse_remainders
from registries.address.matching.town_names import chome_in_kanji

CANDIDATE = pl.Struct(
    {
        "lg_code": pl.String,
        "prefecture": pl.String,
        "municipality": pl.String,
        "town": pl.String,
        "machiaza_id": pl.String,
        "match_level": pl.String,
        "blk_id": pl.String,
        "rsdt_id": pl.String,
        "rsdt2_id": pl.String,
        "prc_id": pl.String,
    }
)
"""One of several places that fit equally well."""

SPAN = pl.Struct({"part": pl.String, "start": pl.Int32, "end": pl.Int32})
"""Characters ``start`` (from 0) up to before ``end`` of the input, and what they were used for."""

PARTS = (
    "lead",
    "municipality",
    "skipped",
    "town",
    "chome",
    "unconfirmed_town",
    "number",
    "room_number",
    "left_over",
    "building",
    "room",
    "note",
)
"""What characters are used for, in the order in which they follow each other; together the spans are the whole input."""

OUTPUT: dict[str, pl.DataType | type[pl.DataType]] = {
    "prefecture": pl.String,
    "municipality": pl.String,
    "town": pl.String,
    "block_number": pl.String,
    "building": pl.String,
    "lg_code": pl.String,
    "machiaza_id": pl.String,
    "blk_id": pl.String,
    "rsdt_id": pl.String,
    "rsdt2_id": pl.String,
    "prc_id": pl.String,
    "kyoto_street": pl.String,
    "unconfirmed_town": pl.String,
    "note": pl.String,
    "left_over": pl.String,
    "town_and_block": pl.String,
    "full_address": pl.String,
    "full_address_kana": pl.String,
    "full_address_en": pl.String,
    "postal_code": pl.String,
    "latitude": pl.Float64,
    "longitude": pl.Float64,
    "epsg": pl.String,
    "match_level": pl.String,
    "position_level": pl.String,
    "status": pl.String,
    "score": pl.Float32,
    "candidates": pl.List(CANDIDATE),
    "spans": pl.List(SPAN),
    "corrections": pl.List(pl.String),
}
"""Columns of the result, in order."""

_POSITION = {"latitude": "rep_lat", "longitude": "rep_lon", "epsg": "rep_srid"}
_EDGES = " \u3000\t,、，-－−・"


@dataclass(frozen=True)
class AddressMatcher:
    """Matches written addresses.

    Attributes:
        dictionary: The towns.
        register: The blocks, residences and lots; may be empty.
    """

    dictionary: TownDictionary
    register: NumberRegister

    @cached_property
    def _kin(self) -> pl.DataFrame:
        return town_kin(self.dictionary.towns)

    @cached_property
    def _towns(self) -> pl.DataFrame:
        """The towns with the columns the result is made of, whatever the table calls them."""
        towns = self.dictionary.towns.with_row_index("town_row")
        position = [
            pl.col(name if name in towns.columns else other).cast(pl.String if name == "epsg" else pl.Float64).alias(f"town_{name}")
            if {name, other} & {*towns.columns}
            else pl.lit(None, pl.String if name == "epsg" else pl.Float64).alias(f"town_{name}")
            for name, other in _POSITION.items()
        ]
        code = "postal_code" if "postal_code" in towns.columns else "post_code"
        one_code = pl.col(code) if code in towns.columns else pl.lit(None, pl.String)
        if "postal_codes" in towns.columns:
            one_code = pl.when(pl.col("postal_codes").list.len() == 1).then(pl.col("postal_codes").list.first()).otherwise(one_code)
        parts = [name for name in TOWN_PARTS if name in towns.columns]
        return towns.select("town_row", "lg_code", "machiaza_id", *parts, *position, town_code=one_code)

    def match(self, addresses: pl.Series) -> pl.DataFrame:
        """Match addresses.

        Args:
            addresses: Addresses as written; null counts as empty.

        Returns:
            One row for each, in order, with the columns of :data:`OUTPUT`.
        """
        written = addresses.fill_null("").cast(pl.String).alias("written")
        found = match_towns(written, self.dictionary).with_columns(written).rename({"row": "place"})
        rest = pl.col("written").str.slice(pl.col("town_end"))
        skipped = pl.col("written").str.slice(pl.col("municipality_end"), pl.col("skipped_end") - pl.col("municipality_end"))
        # without a municipality what is left is no number of a place
        placed = pl.col("municipality").is_not_null()
        found = found.with_columns(
            remainder=pl.when(placed).then(rest).otherwise(pl.lit("")),
            before=pl.col("written").str.slice(pl.col("town_end") - 1, 1),
            town_chome=chome_digits(pl.col("chome")),
            kyoto_street=pl.when(pl.col("lg_code").str.starts_with("261") & skipped.str.contains("通|[上下]る|入")).then(skipped),
        )
        parsed = parse_remainders(found["remainder"], found["before"]).rename({"chome": "unconfirmed_chome"})
        frame = found.hstack(parsed.rename({"unverified": "unconfirmed_town", "left_over": "loose"}))
        asked = frame.rename({"town_chome": "chome_number", "unconfirmed_town": "unverified"})
        numbers = match_numbers(asked, self.register, self._kin)
        frame = frame.join(numbers, on="place", how="left", maintain_order="left")
        return self._result(_cut(frame))

    def _result(self, frame: pl.DataFrame) -> pl.DataFrame:
        frame = frame.with_columns(final_row=pl.coalesce("found_town_row", "town_row").cast(pl.UInt32))
        own = self._towns.join(frame.select(town_row="final_row").unique(), on="town_row", how="semi")
        forms = town_forms(own).join(own.drop(*(name for name in TOWN_PARTS if name in own.columns)), on="town_row")
        names = own.select("town_row", *_formal(own))
        forms = forms.join(names, on="town_row").rename({"town_row": "final_row", "lg_code": "final_code", "machiaza_id": "final_id"})
        frame = frame.join(forms, on="final_row", how="left", maintain_order="left")
        moved = pl.col("found_as").is_in(["number_not_chome", "numeric_koaza"]).fill_null(value=False)
        lead_code = pl.col("written").str.slice(0, pl.col("lead_end")).str.extract("([0-9０-９]{3}[-－‐−]?[0-9０-９]{4})")
        lead_code = lead_code.str.replace_many(list("０１２３４５６７８９"), list("0123456789")).str.replace_all("[^0-9]", "")
        frame = frame.with_columns(
            town=pl.when(moved).then("formal").otherwise("town"),
            machiaza_id=pl.coalesce("final_id", "machiaza_id"),
            postal_code=pl.coalesce(pl.col("town_code").replace("", None), lead_code),
            block_number=_block_number(),
            building=pl.when(pl.col("end_left_over") > pl.col("end_room_number"))
            .then(_kept_text("end_left_over", "end_room"))
            .otherwise(_kept_text("end_number", "end_room")),
            match_level=pl.coalesce("number_level", "match_level"),
            status=pl.when((pl.col("status") == "unique") & pl.col("number_ambiguous").fill_null(value=False))
            .then(pl.lit("ambiguous"))
            .otherwise("status"),
        )
        frame = standard_forms(frame)
        frame = _with_candidates(frame, self._towns)
        by_number, by_town = pl.col("number_latitude").is_not_null(), pl.col("town_latitude").is_not_null()
        return frame.with_columns(
            full_address=pl.when(pl.col("status") == "overseas").then("written").otherwise("full_address"),
            latitude=pl.coalesce("number_latitude", "town_latitude"),
            longitude=pl.coalesce("number_longitude", "town_longitude"),
            epsg=pl.when(by_number).then("number_epsg").when(by_town).then("town_epsg"),
            position_level=pl.when(by_number).then("position_level").when(by_town).then(pl.lit("town")),
            spans=_spans(),
            corrections=_corrections(),
            left_over=_left_over(),
        ).select(pl.col(name).cast(kind) for name, kind in OUTPUT.items())


def _formal(towns: pl.DataFrame) -> list[pl.Expr]:
    parts = [name for name in ("oaza_cho", "chome", "koaza") if name in towns.columns]
    texts = [chome_in_kanji(pl.col(name)) if name == "chome" else pl.col(name) for name in parts]
    return [pl.concat_str(*(text.fill_null("") for text in texts)).alias("formal") if texts else pl.lit(None, pl.String).alias("formal")]


def _kept_text(start: str, end: str) -> pl.Expr:
    """A piece of the input between two ends, without separators at its edges; null where nothing is left."""
    text = pl.col("written").str.slice(pl.col(start), pl.col(end) - pl.col(start)).str.strip_chars(_EDGES)
    return pl.when(text != "").then(text)


def _cut(frame: pl.DataFrame) -> pl.DataFrame:
    """Move the ends of the segments to where the registry's answer puts them: columns ``end_<part>`` in characters of the input."""
    found_as = pl.col("found_as").fill_null("")
    coarse, numeric = found_as == "number_not_chome", found_as == "numeric_koaza"
    used, base = pl.col("tokens_used"), pl.col("town_end")
    # what the registry confirmed to the full ends the number; behind a block the rest stays a number as written
    full = pl.col("number_level").is_in(["residence", "lot"]).fill_null(value=False) & (used < pl.col("kept"))
    after_used = pl.coalesce(pl.when(used == token).then(f"end_t{token}") for token in range(1, TOKENS + 1))
    number_end = pl.when(full).then(pl.coalesce(after_used, "end_number")).otherwise("end_number")
    with_room = pl.col("room_used").fill_null(value=False)
    number_end = pl.when(with_room).then("end_room_number").otherwise(number_end)
    room_end = pl.when(full & ~with_room).then(number_end).otherwise("end_room_number")
    left = pl.when(full & ~with_room & (pl.col("end_room_number") > number_end)).then("end_room_number").otherwise("end_left_over")
    town_end = pl.when(coarse).then("coarser_end").when(numeric).then(base + pl.col("end_t1")).otherwise(base)
    shifted = {
        "end_chome": pl.col("end_chome"),
        "end_unconfirmed_town": pl.col("end_unverified"),
        "end_number": number_end,
        "end_room_number": room_end,
        "end_left_over": pl.max_horizontal(left, pl.col("end_left_over")),
        "end_building": pl.col("end_building"),
        "end_room": pl.col("end_room"),
        "end_note": pl.col("end_note"),
    }
    ends = {name: pl.max_horizontal(town_end, base + end) for name, end in shifted.items()}
    whole = pl.col("written").str.len_chars().cast(pl.Int32)
    unplaced = pl.col("municipality").is_null()
    # a number that begins before the remainder leaves no room for a 丁目 of its own
    for name in ("end_chome", "end_unconfirmed_town"):
        ends[name] = pl.when(coarse).then(town_end).otherwise(ends[name])
    for name in ("end_left_over", "end_building", "end_room", "end_note"):
        ends[name] = pl.when(unplaced).then(whole).otherwise(ends[name])
    return frame.with_columns(
        **ends,
        end_lead="lead_end",
        end_municipality="municipality_end",
        end_skipped="skipped_end",
        end_town=town_end,
        coarse=coarse,
        numeric=numeric,
        number_cut=full & ~with_room,
    )


def _block_number() -> pl.Expr:
    """番地以下: numbers joined by hyphens, a series of kana or kanji right before them, 番外地 and 地先 behind them."""
    limit = pl.when(pl.col("number_cut")).then("tokens_used").otherwise("kept")
    own = [pl.when((limit >= token) & ~(pl.col("numeric") & (pl.lit(token) == 1))).then(f"t{token}") for token in range(1, TOKENS + 1)]
    room = pl.when(pl.col("room_used").fill_null(value=False)).then("room_number")
    chome = pl.when(pl.col("coarse")).then("town_chome")
    numbers = pl.concat_str(chome, *own, room, separator="-", ignore_nulls=True)
    hyphen = pl.when(pl.col("series").str.contains("[A-Z]")).then(pl.lit("-")).otherwise(pl.lit(""))
    series = pl.when(pl.col("series").is_not_null()).then(pl.concat_str("series", hyphen)).otherwise(pl.lit(""))
    behind = pl.when(pl.col("mark") == "番外地").then(pl.lit("番外地")).otherwise(pl.col("bare").fill_null(""))
    adjoining = pl.when(pl.col("qualifier").str.contains("地先")).then(pl.lit("地先")).otherwise(pl.lit(""))
    text = pl.concat_str(series, numbers, behind, adjoining)
    return pl.when(text != "").then(text)


def _left_over() -> pl.Expr:
    """Text that has no place in the address: before it, skipped in it, behind its number."""
    skipped = pl.when(pl.col("kyoto_street").is_null()).then(_kept_text("end_municipality", "end_skipped"))
    lead = _kept_text_from_start().str.replace("^(?:〒|郵便番号)?[ 　:：]*[0-9０-９]{3}[-－‐−]?[0-9０-９]{4}", "").str.strip_chars(_EDGES)
    return pl.concat_str(
        pl.when(lead != "").then(lead), skipped, _kept_text("end_room_number", "end_left_over"), separator=" ", ignore_nulls=True
    ).replace("", None)


def _kept_text_from_start() -> pl.Expr:
    return pl.col("written").str.slice(0, pl.col("end_lead")).str.strip_chars(_EDGES)


def _with_candidates(frame: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Bring the towns or readings that fit equally well to one form: column ``candidates``."""
    by_number = pl.col("number_candidates").list.len().fill_null(0) > 0
    open_rows = frame.filter(by_number | (pl.col("candidates").list.len() > 0))
    place = open_rows.select("place", "prefecture", "municipality")
    readings = open_rows.filter(by_number).select("place", "lg_code", pl.col("number_candidates").alias("one")).explode("one")
    readings = readings.unnest("one").rename({"level": "match_level"}).join(place, on="place", how="left")
    names = towns.select("lg_code", "machiaza_id", *_formal(towns)).unique(["lg_code", "machiaza_id"], keep="first", maintain_order=True)
    readings = readings.join(names.rename({"formal": "town"}), on=["lg_code", "machiaza_id"], how="left", maintain_order="left")
    places = open_rows.filter(~by_number).select("place", pl.col("candidates").alias("one")).explode("one").unnest("one")
    ids = towns.select("town_row", "machiaza_id")
    places = places.join(ids, on="town_row", how="left", maintain_order="left")
    every = pl.concat([readings, places], how="diagonal_relaxed")
    every = every.with_columns(pl.lit(None, pl.String).alias(name) for name in CANDIDATE.to_schema() if name not in every.columns)
    joined = every.group_by("place", maintain_order=True).agg(
        candidates=pl.struct(*(pl.col(name).cast(kind) for name, kind in CANDIDATE.to_schema().items()))
    )
    frame = frame.drop("candidates").join(joined, on="place", how="left", maintain_order="left")
    return frame.with_columns(pl.col("candidates").fill_null(pl.lit([], pl.List(CANDIDATE))))


def _spans() -> pl.Expr:
    """The parts of the input that are not empty."""
    ends = [pl.lit(0, pl.Int32), *(pl.col(f"end_{part}") for part in PARTS)]
    spans = [
        pl.when(ends[place + 1] > ends[place]).then(pl.struct(part=pl.lit(part), start=ends[place], end=ends[place + 1]))
        for place, part in enumerate(PARTS)
    ]
    return pl.concat_list(span.cast(SPAN) for span in spans).list.drop_nulls()


def _corrections() -> pl.Expr:
    """What was done to the address, the town's corrections first."""
    made = {
        "kanji_numeral_read": pl.col("numerals_read"),
        "number_not_chome": pl.col("coarse"),
        "numeric_koaza": pl.col("numeric"),
        "lot_under_oaza": pl.col("found_as") == "koaza_without_numbers",
        "unknown_koaza_skipped": pl.col("unconfirmed_town").is_not_null() & (pl.col("number_level") == "lot"),
        "room_split": pl.col("room_number").is_not_null() & ~pl.col("room_used").fill_null(value=False),
    }
    own = pl.concat_list(pl.when(holds.fill_null(value=False)).then(pl.lit(code)) for code, holds in made.items()).list.drop_nulls()
    # the 丁目 that had been read from the number is taken back
    given = pl.when(pl.col("coarse")).then(pl.col("corrections").list.set_difference(["chome_from_number"])).otherwise("corrections")
    return pl.concat_list(given, own)
