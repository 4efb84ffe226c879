"""What the assets share: the home folder, and how columns are shown."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.home import Home, home_from_environment


class HomeResource(dg.ConfigurableResource[Any]):
    """The home folder of the warehouse.

    Attributes:
        root: Path of the folder; ``DAICHO_HOME``, else ``var`` beside the program, where it is empty.
    """

    root: str = ""

    @property
    def home(self) -> Home:
        """The home folder."""
        return Home(Path(self.root)) if self.root else home_from_environment()


def column_schema(names: Mapping[str, tuple[str, str]]) -> dg.TableSchema:
    """Columns as the orchestrator shows them: by name, type and description."""
    return dg.TableSchema(columns=[dg.TableColumn(name, type_, description=text) for name, (type_, text) in names.items()])
