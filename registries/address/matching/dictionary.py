"""The dictionary of the matcher: every place of the nation and every way its name is written, as arrays that load at once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from registries.address.matching import common_names, corrections, former_names, municipality_names, overseas, town_names
from registries.address.matching.code_points import Codes
from registries.address.matching.hashing import Hashes, HashTable, hash_texts, make_table, seeds
from registries.address.matching.plans import Numbers, optional
from registries.address.matching.text import character_table, folded_strings

ROOT, NATION, ABROAD = 0, 1, 2
"""Places that are no place: where an address begins, where a town without its municipality begins, anything overseas."""

KINDS = ("none", "overseas", "prefecture", "municipality", "oaza", "part")
"""Kind of a place, by number."""

_PREFIX_BITS_MAX = 28
_TOWN_COLUMNS = ("lg_code", "machiaza_id", "pref", "county", "city", "ward", "oaza_cho", "chome", "koaza")
_TABLE = ("keys", "bucket", "first", "prefixes")
_ARRAYS = (*_TABLE, "entry_place", "entry_penalty", "entry_corrections", "state", "kind", "above", "real", "characters")


@dataclass(frozen=True, kw_only=True)
class TownDictionary:
    """Places, and the table of their names.

    Attributes:
        towns: The town table it was built from, one row for each town.
        places: One row for each place: lg_code, prefecture, municipality, oaza_cho, chome, koaza, town, machiaza_id, town_row, equal_rows.
        table: Hash of every written name below every place.
        entry_place: For each entry of the table the place it leads to.
        entry_penalty: Distance from the official name in quarters of a character.
        entry_corrections: Corrections that reading the name so means.
        state: Hash from which the names below each place go on.
        kind: Kind of each place, an index into :data:`KINDS`.
        above: The place that each place lies in.
        real: The place that stands for each place (a merged town's name already read stands for its municipality).
        characters: Folded code of every code point.
    """

    towns: pl.DataFrame
    places: pl.DataFrame
    table: HashTable
    entry_place: npt.NDArray[np.int32]
    entry_penalty: npt.NDArray[np.int16]
    entry_corrections: npt.NDArray[np.uint32]
    state: Hashes
    kind: npt.NDArray[np.uint8]
    above: npt.NDArray[np.int32]
    real: npt.NDArray[np.int32]
    characters: Codes

    @classmethod
    def build(cls, towns: pl.DataFrame) -> "TownDictionary":
        """Build the dictionary from a town table.

        Args:
            towns: Columns of the registry's table ``town``: lg_code, machiaza_id, pref, county, city, ward, oaza_cho, chome, koaza; where
                given also oaza_cho_kana, the common names oaza_cho_alias and koaza_alias, and old_names (lists of former names, whole).
                Other columns are kept.

        Returns:
            The dictionary.
        """
        towns = towns.with_columns(pl.lit(None, pl.String).alias(name) for name in _TOWN_COLUMNS if name not in towns.columns)
        places, names = _places_and_names(towns)
        characters = character_table()
        places = places.rechunk()
        return cls(
            towns=towns.rechunk(), places=places.drop("kind", "above", "real"), characters=characters, **_arrays(places, names, characters)
        )

    def write(self, folder: Path) -> None:
        """Write the dictionary into a folder (made where it is missing): Arrow files and plain arrays.

        Args:
            folder: Folder.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.towns.write_ipc(folder / "towns.arrow", compression="lz4")
        self.places.write_ipc(folder / "places.arrow", compression="lz4")
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self.table if name in _TABLE else self, name))

    @classmethod
    def read(cls, folder: Path) -> "TownDictionary":
        """Read a dictionary; the files are mapped into memory, not copied.

        Args:
            folder: Folder that :meth:`write` wrote.

        Returns:
            The dictionary.
        """
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        arrays = {name: np.asarray(array) for name, array in arrays.items()}
        table = HashTable(*(arrays.pop(name) for name in _TABLE))
        frames = {name: pl.read_ipc(folder / f"{name}.arrow").rechunk() for name in ("towns", "places")}
        return cls(towns=frames["towns"], places=frames["places"], table=table, **arrays)

    @cached_property
    def town_row(self) -> Numbers:
        """Of each place the row of its town, -1 where it has none."""
        return optional(self.places, "town_row")

    @cached_property
    def is_town_or_village(self) -> npt.NDArray[np.bool_]:
        """Whether a place is a municipality that is a 町 or 村."""
        named = self.places["municipality"].str.contains("[町村]$").fill_null(value=False).to_numpy()
        which: npt.NDArray[np.bool_] = named & (self.kind == KINDS.index("municipality"))
        return which

    @cached_property
    def is_called_like_a_ward(self) -> npt.NDArray[np.bool_]:
        """Whether a place is a municipality that has the name of a ward of some city (東京都北区, 大阪市北区)."""
        named = self.places["municipality"]
        wards = named.str.extract("^.+市(.+区)$").drop_nulls().unique()
        alike = named.is_in(wards.implode()).fill_null(value=False).to_numpy()
        which: npt.NDArray[np.bool_] = alike & (self.kind == KINDS.index("municipality"))
        return which

    @cached_property
    def is_numbered_street(self) -> npt.NDArray[np.bool_]:
        """Whether a place is a 番町, 番丁 or the like: a number for a name, but no 丁目."""
        named = self.places["oaza_cho"].str.contains("(?:番町|番丁|番|号)$").fill_null(value=False)
        which: npt.NDArray[np.bool_] = named.to_numpy() & (self.kind == KINDS.index("oaza"))
        return which

    @cached_property
    def is_in_kyoto(self) -> npt.NDArray[np.bool_]:
        """Whether a place is in 京都市, where addresses name streets before the town."""
        code = self.places["lg_code"].str.starts_with("2610").fill_null(value=False)
        inside: npt.NDArray[np.bool_] = code.to_numpy()[self.real]
        return inside

    @cached_property
    def has_parts(self) -> npt.NDArray[np.bool_]:
        """Whether a place has 丁目 or 小字 below it."""
        has = np.zeros(len(self.kind), np.bool_)
        has[self.above[self.kind == KINDS.index("part")]] = True
        return has


def _places_and_names(towns: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Number every place and write every name: places in order of number, and names (below, text, place, penalty, corrections)."""
    special = pl.DataFrame({"kind": ["none", "none", "overseas"]})
    municipalities = municipality_names.current(towns)
    prefectures = municipalities.select("prefecture").unique(maintain_order=True)
    first = special.height
    prefectures = prefectures.with_row_index("place", offset=first)
    municipalities = municipalities.with_row_index("place", offset=first + prefectures.height)
    former = _expanded(municipality_names.written_former(municipalities), municipalities)
    stand_ins = former.filter(pl.col("read") != "").select("place", "read").unique(maintain_order=True)
    stand_ins = stand_ins.with_row_index("number", offset=first + prefectures.height + municipalities.height)
    named = _named(towns)
    offset = first + prefectures.height + municipalities.height + stand_ins.height
    codes = municipalities.select("lg_code", muni="place", prefecture="prefecture")
    oaza = (
        named.group_by("lg_code", "oaza", maintain_order=True)
        .agg(pl.col("oaza_cho_kana").drop_nulls().first().alias("kana"))
        .join(codes, on="lg_code", how="left", maintain_order="left")
        .with_row_index("place", offset=offset)
    )
    below = pl.col("chome").is_not_null() | pl.col("part").is_not_null()
    grouped = named.group_by("lg_code", "oaza", "chome", "part", maintain_order=True).agg(
        pl.col("town_row").first().alias("first_row"),
        pl.col("town_row").alias("equal_rows"),
        pl.col("machiaza_id", "oaza_cho", "koaza", "koaza_alias").first(),
    )
    keys = ["lg_code", "oaza"]
    grouped = grouped.join(oaza.select(*keys, oaza_place="place", muni="muni"), on=keys, how="left", maintain_order="left")
    parts = grouped.filter(below).with_row_index("place", offset=offset + oaza.height)
    own = grouped.filter(~below)
    old = _old(former_names.written_former(named), oaza, parts)
    common = common_names.written_common_oaza(oaza, named)
    names = _names(municipalities, prefectures, former, stand_ins, oaza, parts, old, common)
    title = pl.concat_str("county", "city", "ward")
    formal = pl.concat_str(pl.col("oaza_cho").fill_null(""), pl.col("chome").fill_null(""), pl.col("koaza").fill_null(""))
    oaza_rows = oaza.join(
        own.select(*keys, "first_row", "equal_rows", "machiaza_id", "oaza_cho", "koaza"), on=keys, how="left", maintain_order="left"
    )
    bare = pl.col("oaza_cho").is_null() & pl.col("koaza").is_null()
    where = municipalities.select("lg_code", "prefecture", municipality=title)
    detail = ["oaza_cho", "chome", "koaza", "town", "machiaza_id", "first_row", "equal_rows"]
    blocks = [
        special.with_columns(above=pl.lit(ROOT), real=pl.int_range(pl.len())),
        prefectures.select("prefecture", kind=pl.lit("prefecture"), above=pl.lit(ROOT), real="place"),
        municipalities.join(prefectures.rename({"place": "above"}), on="prefecture", maintain_order="left").select(
            "lg_code", "prefecture", "above", kind=pl.lit("municipality"), municipality=title, real="place"
        ),
        stand_ins.select(kind=pl.lit("municipality"), above=pl.lit(ROOT), real="place"),
        oaza_rows.with_columns(oaza_cho=pl.when(bare).then("oaza").otherwise("oaza_cho"), chome=pl.lit(None, pl.String))
        .with_columns(town=formal)
        .join(where, on="lg_code", how="left", maintain_order="left", suffix="_")
        .select("lg_code", "prefecture", "municipality", *detail, kind=pl.lit("oaza"), above="muni", real="place"),
        parts.with_columns(town=formal)
        .join(where, on="lg_code", how="left", maintain_order="left")
        .select("lg_code", "prefecture", "municipality", *detail, kind=pl.lit("part"), above="oaza_place", real="place"),
    ]
    return pl.concat([block.cast({"above": pl.Int32, "real": pl.Int32}) for block in blocks], how="diagonal").rename(
        {"first_row": "town_row"}
    ), names


def _named(towns: pl.DataFrame) -> pl.DataFrame:
    """Town rows with ``oaza`` (the name below the municipality; the 小字 where there is no 大字・町) and ``part`` (the 小字 below it)."""
    kinds = {"oaza_cho_kana": pl.String(), "oaza_cho_alias": pl.String(), "koaza_alias": pl.String(), "old_names": pl.List(pl.String)}
    optional = [(pl.col(name) if name in towns.columns else pl.lit(None)).cast(kind).alias(name) for name, kind in kinds.items()]
    blank = [pl.when(pl.col(name) != "").then(name).alias(name) for name in ("oaza_cho", "chome", "koaza")]
    rows = towns.with_row_index("town_row").select("town_row", "lg_code", "machiaza_id", *blank, *optional)
    # KEN_ALL lists streets of Kyoto among the towns
    street = pl.col("lg_code").str.starts_with("2610") & pl.col("oaza_cho").str.contains("(?:[上下][るルがガ]|入[るルり]?)$")
    rows = rows.filter(~street.fill_null(value=False))
    rows = rows.filter(pl.any_horizontal(pl.col("oaza_cho", "koaza", "chome").is_not_null()))
    alone = pl.col("oaza_cho").is_null()
    chome = town_names.chome_in_kanji(pl.col("chome"))
    return rows.with_columns(
        oaza_cho_alias=pl.when(alone).then("koaza_alias").otherwise("oaza_cho_alias"),
        chome=chome,
        oaza=pl.when(alone & pl.col("chome").is_null()).then("koaza").otherwise(pl.col("oaza_cho").fill_null("")),
        part=pl.when(alone & pl.col("chome").is_null()).then(None).otherwise("koaza"),
    )


def _old(written: pl.DataFrame, oaza: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """Former names with the place of their town and of its municipality."""
    keys = ["lg_code", "oaza", "chome", "part"]
    whole = oaza.select(*keys[:2], pl.lit(None, pl.String).alias("chome"), pl.lit(None, pl.String).alias("part"), "place", "muni")
    places = pl.concat([whole, parts.select(*keys, "place", "muni")])
    return written.join(places, on=keys, nulls_equal=True, maintain_order="left")


def _expanded(former: pl.DataFrame, municipalities: pl.DataFrame) -> pl.DataFrame:
    """Names that lead to a designated city lead to each of its wards as well: the towns hang on the wards."""
    cities = municipalities.filter(pl.col("ward") == "").select("prefecture", "city", city_place="place")
    wards = municipalities.filter(pl.col("ward") != "").join(cities, on=["prefecture", "city"]).select("city_place", ward_place="place")
    more = former.join(wards, left_on="place", right_on="city_place").with_columns(place="ward_place").drop("ward_place")
    return pl.concat([former, more.with_columns(penalty=pl.col("penalty") + 1)])


def _names(
    municipalities: pl.DataFrame,
    prefectures: pl.DataFrame,
    former: pl.DataFrame,
    stand_ins: pl.DataFrame,
    oaza: pl.DataFrame,
    parts: pl.DataFrame,
    old: pl.DataFrame,
    common: pl.DataFrame,
) -> pl.DataFrame:
    columns = ["below", "text", "place", "penalty", "corrections"]

    def shaped(frame: pl.DataFrame, below: pl.Expr) -> pl.DataFrame:
        return frame.with_columns(below=below).select(
            pl.col("below").cast(pl.Int32),
            "text",
            pl.col("place").cast(pl.Int32),
            pl.col("penalty").cast(pl.Int16),
            pl.col("corrections").cast(pl.UInt32),
        )

    root = pl.lit(ROOT)
    plain = pl.DataFrame({"penalty": [0], "corrections": [0]})
    read = pl.DataFrame({"penalty": [1], "corrections": [corrections.bits("kana_read")]})
    abroad = pl.DataFrame({"text": overseas.names(), "place": ABROAD}).join(plain, how="cross")
    gone = former.join(stand_ins, on=["place", "read"], how="left", maintain_order="left")
    oaza_names = town_names.written_oaza(oaza.rename({"oaza": "name"})).join(
        oaza.select("place", "muni", "prefecture"), on="place", maintain_order="left"
    )
    oaza_names = oaza_names.join(prefectures.rename({"place": "pref_place"}), on="prefecture", maintain_order="left")
    official = oaza_names.filter(pl.col("penalty") <= 1)
    loose = (pl.col("corrections") & corrections.LOOSE) != 0
    oaza_names = pl.concat([oaza_names.filter(~loose), oaza_names.filter(loose).join(official, on=["muni", "text"], how="anti")])
    # 笠原町 became the town 笠原町 of 多治見市: the name alone is the town's
    whole = gone.join(oaza.select(town="place", place="muni", read=pl.col("oaza").str.replace("^大字", "")), on=["place", "read"])
    whole = whole.join(municipalities.select("place", now="city"), on="place", how="left", maintain_order="left")
    # 多治見市笠原町 is no name of the past
    whole = whole.filter(~pl.col("text").str.contains(pl.col("now"), literal=True))
    whole = whole.with_columns(place="town", penalty=pl.lit(1)).unique(["text", "place"], keep="first", maintain_order=True)
    frames = [
        shaped(whole, root),
        shaped(prefectures.select("place", text="prefecture").join(plain, how="cross"), root),
        shaped(
            prefectures.join(municipality_names.prefectures_by_reading(), on="prefecture").rename({"kana": "text"}).join(read, how="cross"),
            root,
        ),
        shaped(municipality_names.written(municipalities), root),
        shaped(gone.with_columns(place=pl.coalesce("number", "place")), root),
        shaped(abroad, root),
        shaped(oaza_names, pl.col("muni")),
        shaped(official, pl.col("pref_place")),
        shaped(official, pl.lit(NATION)),
        shaped(old, pl.col("muni")),
        shaped(common, pl.col("muni")),
        shaped(common_names.written_common_parts(parts), pl.col("above")),
        shaped(town_names.written_parts(parts.select("place", "chome", above="oaza_place", koaza="part")), pl.col("above")),
    ]
    names = pl.concat(frames).select(columns)
    # What stands for a successor with a name already read is hashed from the successor with that name.
    reads = stand_ins.select(below="place", text="read", place="number").join(plain, how="cross")
    return pl.concat(
        [names.with_columns(stands=pl.lit(value=False)), shaped(reads, pl.col("below")).with_columns(stands=pl.lit(value=True))]
    )


def _arrays(places: pl.DataFrame, names: pl.DataFrame, characters: Codes) -> dict[str, Any]:
    names = names.with_columns(text=folded_strings(names["text"].str.replace_all("\x03", "\ue003", literal=True), characters))
    names = names.with_columns(pl.col("text").str.replace_all("\ue003", "\x03", literal=True))
    ten = [
        names.filter(pl.col("text").str.contains("十", literal=True)).with_columns(
            pl.col("text").str.replace_all("十", "10", literal=True)
        ),
        names.filter(pl.col("text").str.contains("(^|[^0-9])10($|[^0-9])")).with_columns(
            pl.col("text").str.replace("(^|[^0-9])10($|[^0-9])", "${1}十${2}")
        ),
    ]
    names = pl.concat([names, *(more.filter(~pl.col("stands")) for more in ten)]).filter(pl.col("text") != "")
    names = names.sort("below", "text", "place", "penalty").unique(["below", "text", "place", "stands"], keep="first", maintain_order=True)
    state = seeds(np.arange(places.height))
    codes = np.frombuffer("".join(names["text"]).encode("utf-32-le"), dtype=np.uint32)
    length = names["text"].str.len_chars().to_numpy().astype(np.int64)
    start = np.cumsum(length) - length
    bits = min(_PREFIX_BITS_MAX, max(16, len(codes).bit_length() + 3))
    hashes, prefixes = hash_texts(codes, start, length, state[names["below"].to_numpy()], bits)
    stands = names["stands"].to_numpy()
    state[names["place"].to_numpy()[stands]] = hashes[stands]
    order = np.argsort(hashes, kind="stable")
    order = order[~stands[order]]
    return {
        "table": make_table(hashes[order], prefixes),
        "entry_place": names["place"].to_numpy()[order].astype(np.int32),
        "entry_penalty": names["penalty"].to_numpy()[order].astype(np.int16),
        "entry_corrections": names["corrections"].to_numpy()[order].astype(np.uint32),
        "state": state,
        "kind": places["kind"].replace_strict({name: number for number, name in enumerate(KINDS)}, return_dtype=pl.UInt8).to_numpy(),
        "above": places["above"].to_numpy(),
        "real": places["real"].to_numpy(),
    }
