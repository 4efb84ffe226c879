"""From written addresses to the registry: town, numbers, standard forms, position, and what every character was used for.

Source of the rules: GIF 442 住所 (2026-03-17) for the forms; アドレス・ベース・レジストリ for the ids. Nothing is told more precisely
than the registry shows: an unknown number leaves the town and the number as written, a known block without the residence the block.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from registries.address.matching.dictionary import TownDictionary
from registries.address.matching.english_order import carried_back, is_roman, turned
from registries.address.matching.forms import standard_forms, town_forms
from registries.address.matching.match import match_towns
from registries.address.matching.number_groups import TOKENS
from registries.address.matching.number_match import TownKin, match_numbers, town_kin
from registries.address.matching.number_register import NumberRegister
from registries.address.matching.remainder import parse_remainders
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
    "bracketed",
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

ITEMS = {
    **{name: name for name in OUTPUT},
    "municipality": "municipality_name",
    "block_number": "block",
    "building": "building_name",
    "prc_id": "parcel_id",
    "note": "address_note",
    "left_over": "address_left_over",
    "epsg": "crs_code",
    "match_level": "address_match_level",
    "position_level": "address_position_level",
    "status": "address_match_status",
    "score": "address_match_score",
    "candidates": "address_candidates",
    "spans": "address_spans",
    "corrections": "address_corrections",
}
"""The data item that each column of the result holds."""

_POSITION = {"latitude": "rep_lat", "longitude": "rep_lon", "epsg": "rep_srid"}
_POSTAL_LEAD = r"^[(（\[［【「]?(?:〒|郵便番号)?[ 　:：]*[0-9０-９]{3}[-－‐−]?[0-9０-９]{4}[)）\]］】」]?"
_EDGES = " \u3000\t,、，-－−・"


@dataclass(frozen=True)
class AddressMatcher:
    """Matches written addresses.

    Attributes:
        dictionary: The towns.
        forms: What the result says of each town, in the order of the dictionary's rows.
        kin: For each town the towns that its numbers may be registered under.
        register: The blocks, residences and lots; may be empty.
    """

    dictionary: TownDictionary
    forms: pl.DataFrame
    kin: TownKin
    register: NumberRegister

    @classmethod
    def build(cls, towns: pl.DataFrame, register: NumberRegister | None = None) -> "AddressMatcher":
        """Build a matcher from a town table.

        Args:
            towns: As for the build of a :class:`TownDictionary`; positions (``latitude``, ``longitude``, ``epsg``), postal codes
                (``postal_codes`` or ``post_code``) and the readings of :data:`registries.address.matching.forms.TOWN_PARTS` where given.
            register: Numbers below the towns; none where not given.

        Returns:
            The matcher.
        """
        dictionary = TownDictionary.build(towns)
        return cls(
            dictionary,
            _town_results(dictionary.towns).rechunk(),
            TownKin(town_kin(dictionary.towns).rechunk()),
            register or NumberRegister.of_frames(),
        )

    def write(self, folder: Path) -> None:
        """Write the towns into a folder; the numbers stay where they are.

        Args:
            folder: Folder, made where it is missing.
        """
        self.dictionary.write(folder)
        self.forms.write_ipc(folder / "forms.arrow", compression="lz4")
        self.kin.frame.write_ipc(folder / "kin.arrow", compression="lz4")

    @classmethod
    def read(cls, folder: Path, register: NumberRegister | None = None) -> "AddressMatcher":
        """Read what :meth:`write` wrote.

        Args:
            folder: Folder.
            register: Numbers below the towns; none where not given.

        Returns:
            The matcher.
        """
        # rows are taken out of frames in one piece many times as fast
        forms, kin = (pl.read_ipc(folder / f"{name}.arrow").rechunk() for name in ("forms", "kin"))
        return cls(TownDictionary.read(folder), forms, TownKin(kin), register or NumberRegister.of_frames())

    def match(self, addresses: pl.Series) -> pl.DataFrame:
        """Match addresses.

        Args:
            addresses: Addresses as written; null counts as empty.

        Returns:
            One row for each, in order, with the columns of :data:`OUTPUT`.
        """
        written = addresses.fill_null("").cast(pl.String).alias("written")
        result = self._matched(written)
        unread = pl.col("match_level").is_in(["none", "prefecture", "municipality"]) & is_roman(pl.col("written"))
        rows = result.select("match_level").with_columns(written).select(unread.arg_true()).to_series()
        return self._in_english_order(result, written, rows) if len(rows) else result

    def _in_english_order(self, result: pl.DataFrame, written: pl.Series, rows: pl.Series) -> pl.DataFrame:
        """Read addresses in Roman letters once more, their pieces in Japanese order; a prefecture or the country must be named."""
        order = turned(pl.DataFrame({"row": rows, "written": written.gather(rows)}))
        again = self._matched(order["text"])
        named = ~pl.col("corrections").list.contains("prefecture_supplied") | order["written"].str.contains("(?i)japan")
        better = pl.col("match_level").is_in(["none", "prefecture"]).not_() & named & pl.col("prefecture").is_not_null()
        again = again.with_columns(
            carried_back(again["spans"], order["pieces"]), pl.col("corrections").list.concat(pl.lit(["english_order_read"])), better=better
        )
        again = again.hstack(order.select("row")).filter("better").select("row", *OUTPUT)
        if again.is_empty():
            return result
        kept = result.with_row_index("row").filter(~pl.col("row").is_in(again["row"].implode()))
        return pl.concat([kept, again.cast({"row": kept.schema["row"]})]).sort("row").select(*OUTPUT)

    def _matched(self, written: pl.Series) -> pl.DataFrame:
        written = written.alias("written")
        found = match_towns(written, self.dictionary).with_columns(written).rename({"row": "place"})
        rest = pl.col("written").str.slice(pl.col("town_end"))
        skipped = pl.col("written").str.slice(pl.col("municipality_end"), pl.col("skipped_end") - pl.col("municipality_end"))
        # without a municipality what is left is no number of a place
        placed = pl.col("municipality").is_not_null()
        found = found.with_columns(
            remainder=pl.when(placed).then(rest).otherwise(pl.lit("")),
            before=pl.col("written").str.slice(pl.col("town_end") - 1, 1),
            town_chome=self.forms["chome_number"].gather(found["town_row"]),
            kyoto_street=pl.when(pl.col("lg_code").str.starts_with("261") & skipped.str.contains("通|[上下][るルり]|[東西]入")).then(
                skipped
            ),
        )
        parsed = parse_remainders(found["remainder"], found["before"]).rename({"chome": "unconfirmed_chome"})
        frame = found.hstack(parsed.rename({"unverified": "unconfirmed_town", "left_over": "loose"}))
        asked = frame.rename({"town_chome": "chome_number", "unconfirmed_town": "unverified"})
        numbers = match_numbers(asked, self.register, self.kin)
        if numbers.height == frame.height:
            frame = frame.hstack(numbers.drop("place"))
        else:
            frame = frame.join(numbers, on="place", how="left", maintain_order="left")
        return self._result(_cut(frame))

    def _result(self, frame: pl.DataFrame) -> pl.DataFrame:
        final = pl.coalesce("found_town_row", "town_row").cast(pl.UInt32)
        frame = frame.hstack(self.forms[frame.select(final).to_series()])
        moved = pl.col("found_as").is_in(["number_not_chome", "numeric_koaza"]).fill_null(value=False)
        lead_code = pl.col("written").str.slice(0, pl.col("lead_end")).str.extract("([0-9０-９]{3}[-－‐−]?[0-9０-９]{4})")
        lead_code = lead_code.str.replace_many(list("０１２３４５６７８９"), list("0123456789")).str.replace_all("[^0-9]", "")
        frame = frame.with_columns(
            town=pl.when(moved).then("formal").otherwise("town"),
            machiaza_id=pl.coalesce("final_id", "machiaza_id"),
            postal_code=pl.coalesce("town_code", lead_code),
            block_number=_block_number(),
            unconfirmed_chome=pl.when(~pl.col("chome_is_number")).then("unconfirmed_chome"),
            building=pl.when(pl.col("end_left_over") > pl.col("end_room_number"))
            .then(_kept_text("end_left_over", "end_room"))
            .otherwise(_kept_text("end_number", "end_room").str.strip_chars_start("ー━")),
            match_level=pl.coalesce("number_level", "match_level"),
            status=pl.when((pl.col("status") == "unique") & pl.col("number_ambiguous").fill_null(value=False))
            .then(pl.lit("ambiguous"))
            .otherwise("status"),
        )
        frame = standard_forms(frame)
        frame = _with_candidates(frame, self.forms)
        frame = frame.with_columns(_spans(frame), _corrections(frame))
        by_number, by_town = pl.col("number_latitude").is_not_null(), pl.col("town_latitude").is_not_null()
        return frame.with_columns(
            full_address=pl.when(pl.col("status") == "overseas").then("written").otherwise("full_address"),
            latitude=pl.coalesce("number_latitude", "town_latitude"),
            longitude=pl.coalesce("number_longitude", "town_longitude"),
            epsg=pl.when(by_number).then("number_epsg").when(by_town).then("town_epsg"),
            position_level=pl.when(by_number).then("position_level").when(by_town).then(pl.lit("town")),
            left_over=_left_over(),
        ).select(pl.col(name).cast(kind) for name, kind in OUTPUT.items())


def _town_results(towns: pl.DataFrame) -> pl.DataFrame:
    """What results say of each town, whatever the table calls its columns."""
    position = []
    for name, other in _POSITION.items():
        kind = pl.String if name == "epsg" else pl.Float64
        given = next((column for column in (name, other) if column in towns.columns), None)
        position.append((pl.lit(None, kind) if given is None else pl.col(given).cast(kind)).alias(f"town_{name}"))
    code = pl.col("post_code") if "post_code" in towns.columns else pl.lit(None, pl.String)
    if "postal_codes" in towns.columns:
        code = pl.when(pl.col("postal_codes").list.len() == 1).then(pl.col("postal_codes").list.first()).otherwise(code)
    formal = [chome_in_kanji(pl.col(name)) if name == "chome" else pl.col(name) for name in ("oaza_cho", "chome", "koaza")]
    own = towns.select(
        *position,
        town_code=code.replace("", None),
        final_code="lg_code",
        final_id="machiaza_id",
        formal=pl.concat_str(*(part.fill_null("") for part in formal)),
    )
    return own.hstack(town_forms(towns.with_row_index("town_row")).drop("town_row"))


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
        "end_bracketed": pl.col("end_bracketed"),
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
    for name in ("end_chome", "end_unconfirmed_town", "end_bracketed"):
        ends[name] = pl.when(coarse).then(town_end).otherwise(ends[name])
    for name in ("end_left_over", "end_building", "end_room", "end_note"):
        ends[name] = pl.when(unplaced).then(whole).otherwise(ends[name])
    return frame.with_columns(
        **ends,
        chome_is_number=found_as == "chome_as_number",
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
    chome = pl.when(pl.col("coarse")).then("town_chome").when("chome_is_number").then("unconfirmed_chome")
    numbers = pl.concat_str(chome, *own, room, separator="-", ignore_nulls=True)
    hyphen = pl.when(pl.col("series").str.contains("[A-Z]")).then(pl.lit("-")).otherwise(pl.lit(""))
    series = pl.when(pl.col("series").is_not_null()).then(pl.concat_str("series", hyphen)).otherwise(pl.lit(""))
    behind = pl.when(pl.col("mark") == "番外地").then(pl.lit("番外地")).otherwise(pl.col("bare").fill_null(""))
    adjoining = pl.when(pl.col("qualifier").str.contains("先")).then(pl.lit("地先")).otherwise(pl.lit(""))
    text = pl.concat_str(series, numbers, behind, adjoining)
    return pl.when(text != "").then(text)


def _left_over() -> pl.Expr:
    """Text that has no place in the address: before it, skipped in it, behind its number."""
    skipped = pl.when(pl.col("kyoto_street").is_null()).then(_kept_text("end_municipality", "end_skipped"))
    lead = _kept_text_from_start().str.replace(_POSTAL_LEAD, "").str.strip_chars(_EDGES)
    loose = _kept_text("end_room_number", "end_left_over").str.strip_chars_start("ー-−").replace("", None)
    return pl.concat_str(pl.when(lead != "").then(lead), skipped, "bracketed", loose, separator=" ", ignore_nulls=True).replace("", None)


def _kept_text_from_start() -> pl.Expr:
    return pl.col("written").str.slice(0, pl.col("end_lead")).str.strip_chars(_EDGES)


def _with_candidates(frame: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Bring the towns or readings that fit equally well to one form: column ``candidates``."""
    by_number = pl.col("number_candidates").list.len().fill_null(0) > 0
    open_rows = frame.filter(by_number | (pl.col("candidates").list.len() > 0))
    if open_rows.is_empty():
        return frame.with_columns(candidates=pl.lit([], pl.List(CANDIDATE)))
    place = open_rows.select("place", "lg_code", "prefecture", "municipality")
    readings = open_rows.filter(by_number).select("place", pl.col("number_candidates").alias("one")).explode("one")
    readings = readings.unnest("one").rename({"level": "match_level"}).join(place, on="place", how="left", maintain_order="left")
    asked = readings.select("lg_code", "machiaza_id").unique()
    names = towns.select(lg_code="final_code", machiaza_id="final_id", town="formal").join(asked, on=["lg_code", "machiaza_id"], how="semi")
    names = names.unique(["lg_code", "machiaza_id"], keep="first", maintain_order=True)
    readings = readings.join(names, on=["lg_code", "machiaza_id"], how="left", maintain_order="left")
    places = open_rows.filter(~by_number).select("place", pl.col("candidates").alias("one")).explode("one").unnest("one")
    places = places.with_columns(machiaza_id=pl.lit(towns["final_id"]).gather(pl.col("town_row")))
    every = pl.concat([readings, places], how="diagonal_relaxed")
    absent = [name for name in CANDIDATE.to_schema() if name not in every.columns]
    every = every.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    fields = [pl.col(name).cast(kind) for name, kind in CANDIDATE.to_schema().items()]
    joined = every.group_by("place", maintain_order=True).agg(candidates=pl.struct(*fields))
    frame = frame.drop("candidates").join(joined, on="place", how="left", maintain_order="left")
    return frame.with_columns(pl.col("candidates").fill_null(pl.lit([], pl.List(CANDIDATE))))


def _spans(frame: pl.DataFrame) -> pl.Series:
    """The parts of each input that are not empty."""
    ends = np.zeros((frame.height, len(PARTS) + 1), np.int32)
    for place, part in enumerate(PARTS, start=1):
        ends[:, place] = frame[f"end_{part}"].to_numpy()
    filled = np.flatnonzero(ends[:, 1:] > ends[:, :-1])
    row, which = np.divmod(filled, np.int64(len(PARTS)))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=frame.height))])
    flat = ends.ravel()
    at = filled + row
    part_names = pa.DictionaryArray.from_arrays(pa.array(which, pa.int32()), pa.array(PARTS)).cast(pa.large_string())
    fields = [part_names, pa.array(flat[at]), pa.array(flat[at + 1])]
    spans = pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), pa.StructArray.from_arrays(fields, ["part", "start", "end"]))
    return pl.Series("spans", spans)


_CORRECTIONS = {
    "kanji_numeral_read": pl.col("numerals_read"),
    "number_not_chome": pl.col("coarse"),
    "chome_as_number": pl.col("chome_is_number"),
    "numeric_koaza": pl.col("numeric"),
    "lot_under_oaza": pl.col("found_as") == "koaza_without_numbers",
    "unknown_koaza_skipped": pl.col("unconfirmed_town").is_not_null() & (pl.col("number_level") == "lot"),
    "room_split": pl.col("room_number").is_not_null() & ~pl.col("room_used").fill_null(value=False),
}


def _corrections(frame: pl.DataFrame) -> pl.Series:
    """What was done to the address, the town's corrections first."""
    bits = [holds.fill_null(value=False).cast(pl.Int32) * 2**place for place, holds in enumerate(_CORRECTIONS.values())]
    fields, which = np.unique(frame.select(pl.sum_horizontal(bits)).to_series().to_numpy(), return_inverse=True)
    lists = [[code for place, code in enumerate(_CORRECTIONS) if int(field) >> place & 1] for field in fields]
    own = pl.Series("own", lists, pl.List(pl.String)).gather(which)
    # the 丁目 that had been read from the number is taken back
    given = pl.when(pl.col("coarse")).then(pl.col("corrections").list.set_difference(["chome_from_number"])).otherwise("corrections")
    return frame.select(given.list.concat(own).alias("corrections")).to_series()
