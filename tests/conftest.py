"""Fixtures that more than one test file uses."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from data_standards.items import DataItem, ItemType
from pipelines.home import Home
from pipelines.source_declarations import Source, SourceColumn

# builds of other registries need not make the postal codes of the nation each time
os.environ["DAICHO_PACKAGED"] = "no"

_SHARED_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture
def shared_data() -> Path:
    """Folder of real files beside the checkout."""
    if not _SHARED_DATA.is_dir():
        pytest.skip("no real files beside the checkout (../shared/data)")
    return _SHARED_DATA


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home folder."""
    made = Home(tmp_path / "home")
    made.prepare()
    return made


def _column(name: str, kind: ItemType = "text") -> SourceColumn:
    about: dict[str, Any] = dict.fromkeys(("label", "label_en", "reading", "definition", "definition_en", "reference", "example"), name)
    return SourceColumn(name=name, label=name, item=DataItem(name=name, type=kind, confidentiality="public", **about))


@pytest.fixture(scope="session")
def letters() -> Source:
    """A source of three columns that demands nothing of its values but a date in the last: ``no``, ``word``, ``day``."""
    return Source(
        name="letters",
        about={},
        encodings=("utf-8", "cp932"),
        columns=(_column("no"), _column("word"), _column("day", "date")),
        derived=(),
        deliveries={"daily": re.compile("(?i)diff"), "full": re.compile("(?i)_all_")},
        daily_date_column="day",
        holidays=(),
    )
