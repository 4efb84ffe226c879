"""地図XML read as the packaged parser reads it; zips in zips; broken sheets; systems of coordinates."""

import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
import shapely
from mojxml.parse import ParseOptions, parse_raw

from pipelines.ingest.delimited import Refusal
from pipelines.sample.land.disagreements import tell
from pipelines.sample.land.maps import write_maps
from pipelines.sample.land.world import MUNICIPALITIES, make_world
from pipelines.sources.moj_map_xml.reader import read, sheets
from pipelines.sources.moj_map_xml.sheet import SheetError, read_sheet, zone_of


def as_the_peer_reads_it(content: bytes) -> None:
    """Compare a sheet with the packaged parser's features: same lots, same texts, outlines equal to a millimetre."""
    ours = read_sheet(io.BytesIO(content))
    theirs = parse_raw(content, ParseOptions(include_arbitrary_crs=True, include_chikugai=True))
    assert ours.height == len(theirs)
    for row, feature in zip(ours.iter_rows(named=True), theirs, strict=True):
        said = feature["properties"]
        assert {name: row[name] for name in said} == said
        if row["形状"] is None:
            assert row["座標系"] == "任意座標系"
            continue
        outline = shapely.from_wkb(row["形状"])
        peer = shapely.geometry.shape(feature["geometry"])
        # a degree is about 1e5 m, so 1e-8 of it is a millimetre; the peer cuts off at the ninth decimal
        assert outline.hausdorff_distance(peer) < 2e-8


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maps")
    write_maps(tell(make_world(MUNICIPALITIES[0], 700, 1000, 3), 0.1, 3), folder)
    (path,) = folder.glob("*.zip")
    return path


def test_sheets_of_a_zip_of_zips_are_read_as_the_peer_reads_them(office: Path) -> None:
    names = []
    for name, stream in sheets(office):
        as_the_peer_reads_it(stream.read())
        names.append(name)
    assert names == ["37201-9999-1.xml", "37201-9999-2.xml", "37201-9999-3.xml"]


@pytest.mark.real
@pytest.mark.parametrize("name", ["46505-3411-1", "12103-0400-76"])
def test_real_sheets_are_read_as_the_peer_reads_them(name: str, shared_data: Path) -> None:
    as_the_peer_reads_it((shared_data / "land" / f"{name}.xml").read_bytes())


def test_areas_are_those_of_the_plane(office: Path) -> None:
    lots = pl.concat(read(office, lambda refusal: pytest.fail(str(refusal))))
    assert lots.get_column("line").to_list() == list(range(1, lots.height + 1))
    assert lots.get_column("図上面積").null_count() == 0
    # without a place on earth there is still a size
    assert lots.filter(pl.col("座標系") == "任意座標系").get_column("図上面積").cast(pl.Float64).min() > 0


BROKEN = [
    (b"", "not well-formed"),
    (b"<a/>", "no 地図XML"),
    (b'<?xml version="1.0"?><a>', "not well-formed"),
]


@pytest.mark.parametrize(("content", "message"), BROKEN)
def test_a_broken_sheet_is_told(content: bytes, message: str) -> None:
    with pytest.raises(SheetError, match=message):
        read_sheet(io.BytesIO(content))


def test_a_broken_sheet_does_not_harm_its_neighbours(office: Path, tmp_path: Path) -> None:
    whole = [stream.read() for _, stream in sheets(office)]
    path = tmp_path / "office.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.xml", whole[0])
        archive.writestr("2.xml", whole[1][: len(whole[1]) // 2])
        archive.writestr(
            "3.xml", whole[1].replace(b'<zmn:GM_CompositeCurve.generator idref="C5"/>', b"", 1).replace(b'idref="C8"', b'idref="C_"')
        )
        archive.writestr("4.xml", whole[2])
    refused: list[Refusal] = []
    read_lots = list(read(path, refused.append))
    assert [refusal.code for refusal in refused] == ["unreadable_sheet", "unreadable_sheet"]
    assert "2.xml" in refused[0].reason
    assert sum(lots.height for lots in read_lots) == sum(read_sheet(io.BytesIO(content)).height for content in (whole[0], whole[2]))


@pytest.mark.parametrize(("system", "zone"), [("公共座標1系", 1), ("公共座標19系", 19), ("任意座標系", None)])
def test_systems(system: str, zone: int | None) -> None:
    assert zone_of(system) == zone


@pytest.mark.parametrize("system", ["公共座標20系", "公共座標0系", "世界測地系", ""])
def test_unknown_systems_are_told(system: str) -> None:
    with pytest.raises(SheetError):
        zone_of(system)
