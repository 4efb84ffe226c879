"""Towns, residences and lots in the nation's number: real municipalities and towns, made numbers.

The towns are those of the real list; 小字 under real 大字, named as other real towns, fill their number up. Lots are spread over the towns
as widely as they are in the two municipalities whose masters are at hand (half of the towns of 和歌山市 have a hundred, one has 7,709), and
as many have a position as there (45 %). Residences lie in the towns with 丁目, twenty to a block, each with a position.
"""

import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.address_data import towns as real_towns
from pipelines.ingest.standardise import standardised_schema
from pipelines.source_declarations import source_named

TABLES = ("abr_lot", "abr_lot_position", "abr_residence", "abr_residence_position")
"""Sources whose records are made, beside ``abr_town``."""

_SPREAD_OF_LOTS, _SPREAD_OF_RESIDENCES = 1.5, 0.5
_MOST_LOTS, _MOST_RESIDENCES = 20_000, 19_000
_RESIDENCES_OF_BLOCK = 20
_LOTS_OF_NUMBER = 4
_POSITIONED = 9  # of twenty
_DAY = date(2024, 1, 1)
_PORTION = 2_000_000


def _spread(weights: np.ndarray, total: int, most: int) -> np.ndarray:
    """Whole numbers in proportion to weights, none above ``most``."""
    for _ in range(4):  # what the cut takes off goes to the others
        weights = np.minimum(weights * (total / max(weights.sum(), 1e-9)), most)
    return np.asarray(np.round(weights), np.int64)


def made_towns(data: Path, *, towns: int, lots: int, residences: int, municipalities: int = 0) -> pl.DataFrame:
    """Put together the towns with the number of lots and residences of each.

    Args:
        data: Folder of the real files.
        towns: How many towns.
        lots: How many lots in all, about.
        residences: How many residences in all, about.
        municipalities: Keep that many of the municipalities, evenly drawn from them, and no more rows than are theirs; 0 keeps all.

    Returns:
        ``lg_code``, ``machiaza_id``, ``pref``, ``county``, ``city``, ``ward``, ``oaza_cho``, ``chome``, ``koaza``, ``lots`` and
        ``residences``, in order of the ids.
    """
    names = ["oaza_cho", "chome", "koaza"]
    real = real_towns(data).with_columns(pl.col("county", "ward", *names).fill_null("")).filter(pl.col("oaza_cho") != "")
    real = real.unique(["lg_code", *names], keep="first", maintain_order=True).select("lg_code", "pref", "county", "city", "ward", *names)
    random = np.random.default_rng(1)
    bare = real.filter((pl.col("chome") == "") & (pl.col("koaza") == "") & ~pl.col("lg_code").str.starts_with("13"))
    drawn = bare[random.integers(0, bare.height, max(towns - real.height, 0))]
    named = real["oaza_cho"].gather(random.integers(0, real.height, drawn.height))
    drawn = drawn.with_columns(koaza=pl.concat_str(pl.lit("字"), named))
    every = pl.concat([real, drawn]).unique(["lg_code", *names], keep="first", maintain_order=True).sort("lg_code", *names)
    part = pl.col("chome") + pl.col("koaza") != ""
    every = every.with_columns(
        oaza=pl.col("oaza_cho").rank("dense").over("lg_code"), place=pl.when(part).then(part.cum_sum().over("lg_code", "oaza_cho"))
    ).filter(pl.col("place").fill_null(0) < 1000)
    every = every.with_columns(
        machiaza_id=pl.col("oaza").cast(pl.String).str.zfill(4) + pl.col("place").fill_null(0).cast(pl.String).str.zfill(3)
    )
    of_lots = random.lognormal(0, _SPREAD_OF_LOTS, every.height)
    of_residences = random.lognormal(0, _SPREAD_OF_RESIDENCES, every.height) * (every["chome"] != "").to_numpy()
    every = every.with_columns(
        lots=_spread(of_lots, lots, _MOST_LOTS), residences=_spread(of_residences, residences, _MOST_RESIDENCES)
    ).drop("oaza", "place")
    if municipalities:
        codes = every["lg_code"].unique().sort()
        every = every.filter(pl.col("lg_code").is_in(codes.gather_every(max(len(codes) // municipalities, 1)).implode()))
    return every.sort("lg_code", "machiaza_id")


def _numbered(towns: pl.DataFrame, counts: str) -> pl.DataFrame:
    """One row for each number of the towns: the ids, and ``n`` from 0 within its town."""
    lengths = towns[counts].to_numpy()
    begin = np.cumsum(lengths) - lengths
    place = np.arange(lengths.sum()) - np.repeat(begin, lengths)
    rows = np.repeat(np.arange(towns.height), lengths)
    return towns.select("lg_code", "machiaza_id")[rows].with_columns(n=pl.Series(place))


def _position(frame: pl.DataFrame, scale: str) -> list[pl.Expr]:
    of_town = pl.struct("lg_code", "machiaza_id").hash() % 1_000_000
    return [
        (of_town / 1e5 + 130 + pl.col("n") / 1e6).alias("longitude"),
        (of_town / 1e5 + 31 + pl.col("n") / 1e6).alias("latitude"),
        pl.lit("EPSG:6668").alias("crs_code"),
        pl.lit(scale).alias("position_scale"),
    ]


def _records(towns: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The records of some towns, by source, under the names of the items."""
    text = pl.String
    lot, main = _numbered(towns, "lots"), pl.col("n") // _LOTS_OF_NUMBER + 1
    branch = pl.col("n") % _LOTS_OF_NUMBER
    lot = lot.with_columns(
        parcel_id=main.cast(text).str.zfill(5) + branch.cast(text).str.zfill(5) + "00000",
        prc_num1=main.cast(text),
        prc_num2=pl.when(branch > 0).then(branch.cast(text)),
        displayed_address_code=pl.lit("0"),
        prc_rec_flg=pl.lit("1"),
        effective_on=pl.lit(date(1947, 4, 17)),
    )
    placed = lot.filter(pl.col("n") % 20 < _POSITIONED)
    residence = _numbered(towns, "residences")
    block, number = pl.col("n") // _RESIDENCES_OF_BLOCK + 1, pl.col("n") % _RESIDENCES_OF_BLOCK + 1
    residence = residence.with_columns(
        blk_id=block.cast(text).str.zfill(3),
        rsdt_id=number.cast(text).str.zfill(3),
        blk_num=block.cast(text),
        rsdt_num=number.cast(text),
        basic_rsdt_div=pl.lit("0"),
        displayed_address_code=pl.lit("1"),
        rsdt_addr_mtd_code=pl.lit("1"),
        status_flg=pl.lit("0"),
        effective_on=pl.lit(date(1947, 4, 17)),
    )
    keys = ["lg_code", "machiaza_id", "blk_id", "rsdt_id"]
    return {
        "abr_lot": lot.drop("n"),
        "abr_lot_position": placed.select("lg_code", "machiaza_id", "parcel_id", *_position(placed, "500")),
        "abr_residence": residence.drop("n"),
        "abr_residence_position": residence.select(*keys, *_position(residence, "2500")),
    }


def portions(towns: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut towns into runs of whole municipalities with about two million lots and residences each."""
    sizes = towns.group_by("lg_code", maintain_order=True).agg(size=pl.sum("lots") + pl.sum("residences"))
    sizes = sizes.with_columns(portion=pl.col("size").cum_sum() // _PORTION)
    placed = towns.join(sizes.select("lg_code", "portion"), on="lg_code", maintain_order="left")
    yield from placed.partition_by("portion", maintain_order=True, include_key=False)


def town_records(towns: pl.DataFrame) -> pl.DataFrame:
    """The records of the town master, under the names of the items."""
    empty = {name: pl.col(name).replace("", None) for name in ("county", "ward", "chome", "koaza")}
    return towns.select(
        "lg_code",
        "machiaza_id",
        "oaza_cho",
        prefecture="pref",
        city_name="city",
        displayed_address_code=pl.when(pl.col("residences") > 0).then(pl.lit("1")).otherwise(pl.lit("0")),
        status_flg=pl.lit("0"),
        **empty,
    )


def write_delivered(folder: Path, towns: pl.DataFrame, nation: pl.DataFrame) -> None:
    """Write zip files as the publisher delivers them: one for each master, as CSV in UTF-8.

    Args:
        folder: Folder; each source has a folder of its own in it.
        towns: The towns whose lots and residences are delivered.
        nation: The towns of the town master.
    """
    frames = [_records(part) for part in portions(towns)]
    every = {name: pl.concat([part[name] for part in frames]) for name in TABLES} | {"abr_town": town_records(nation)}
    for name, frame in every.items():
        columns = {column.item.name: column.name for column in source_named(name).columns}
        (folder / name).mkdir(parents=True)
        written = frame.select(pl.col(item).alias(columns[item]) for item in frame.columns)
        path = folder / name / f"{name}_20240101.zip"
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open(f"{name}.csv", "w", force_zip64=True) as file,
        ):
            written.write_csv(file)


def write_standardised(folder: Path, towns: pl.DataFrame) -> None:
    """Write records as the standardised stage keeps them: Parquet parts of whole municipalities.

    Args:
        folder: Folder; each source has a folder of its own in it.
        towns: The towns, with their numbers.
    """
    _write_part(folder, "abr_town", town_records(towns), 0)
    for number, part in enumerate(portions(towns)):
        for name, frame in _records(part).items():
            _write_part(folder, name, frame, number)


def _write_part(folder: Path, name: str, frame: pl.DataFrame, number: int) -> None:
    schema = standardised_schema(source_named(name))
    about: Mapping[str, object] = {"source_file": f"{name}.csv", "file_id": name, "delivery_kind": "full", "file_date": _DAY}
    told = [pl.lit(value, schema[column]).alias(column) for column, value in about.items()]
    whole = frame.with_columns(*told, source_line=pl.int_range(pl.len(), dtype=pl.Int64))
    absent = [pl.lit(None, kind).alias(column) for column, kind in schema.items() if column not in whole.columns]
    (folder / name).mkdir(parents=True, exist_ok=True)
    path = folder / name / f"made-{number:04}.parquet"
    typed = whole.with_columns(absent).select(pl.col(column).cast(kind) for column, kind in schema.items())
    typed.write_parquet(path, compression="zstd", compression_level=1)


def written_addresses(towns: pl.DataFrame, rows: int, seed: int) -> pl.DataFrame:
    """Write addresses of the numbers that were made, drawn evenly from them: half residences, half lots.

    Args:
        towns: The towns to draw from.
        rows: How many.
        seed: Of the draw.

    Returns:
        ``address``, and ``level``: ``residence`` or ``lot``.
    """
    random = np.random.default_rng(seed)
    drawn = []
    for counts, level in (("residences", "residence"), ("lots", "lot")):
        some = towns.filter(pl.col(counts) > 0)
        if some.is_empty():
            continue
        until = np.cumsum(some[counts].to_numpy())
        asked = random.integers(0, until[-1], rows // 2)
        row = np.searchsorted(until, asked, side="right")
        n = asked - np.where(row > 0, until[row - 1], 0)
        if level == "residence":
            block, of_block = pl.col("n") // _RESIDENCES_OF_BLOCK + 1, pl.col("n") % _RESIDENCES_OF_BLOCK + 1
            number = pl.concat_str(block, pl.lit("番"), of_block, pl.lit("号"))
        else:
            branch = pl.col("n") % _LOTS_OF_NUMBER
            behind = pl.when(branch > 0).then(pl.concat_str(pl.lit("の"), branch)).otherwise(pl.lit(""))
            number = pl.concat_str(pl.col("n") // _LOTS_OF_NUMBER + 1, pl.lit("番地"), behind)
        place = ("pref", "county", "city", "ward", "oaza_cho", "chome", "koaza")
        drawn.append(some[row].with_columns(n=pl.Series(n)).select(address=pl.concat_str(*place, number), level=pl.lit(level)))
    return pl.concat(drawn).sample(fraction=1, shuffle=True, seed=seed)
