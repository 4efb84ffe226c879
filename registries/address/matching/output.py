"""The columns of the result of address matching."""

import polars as pl

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
