"""What a person gets who types the commands about releases and search for the first time."""

import argparse
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.command_options import at_least_one
from tests.release_material import Publisher, company


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "release").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("catalog.release_writer.write_conformance", lambda *_: None)
        Publisher(folder / "release").publish([company(1), company(2)])
    return folder


def run(*words: str) -> int:
    return main([*words])


def test_the_newest_release_is_verified_where_the_folder_of_all_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", str(home / "release")) == 0
    told = capsys.readouterr().out
    assert "2024-02-01.0" in told
    assert "beside the release" in told


def test_a_folder_of_no_release_is_told_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", str(tmp_path)) == 1
    told = capsys.readouterr()
    assert "no manifest.json and no latest.json" in told.err
    assert told.out == ""


def test_search_is_narrowed_by_a_facet(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("search", "法人番号", "--kind", "column", "--facet", "registry=company", "--home", str(home)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all(line.split()[1].startswith("company") for line in lines)
    assert run("search", "法人番号", "--facet", "registry=compny", "--home", str(home)) == 1
    assert "Known are registry=company" in capsys.readouterr().err


@pytest.mark.parametrize("told", ["0", "-3", "x", "１", ""])
def test_a_limit_is_a_number_from_one_up(told: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        at_least_one(told)
    assert at_least_one("20") == 20
