"""The analyst notebooks: stored without outputs, and run through on the embedded sample."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from pipelines.home import Home
from pipelines.run import run_build

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
PLOTS = {"address_coverage": 2, "company_demography": 6, "register_tax_reconciliation": 2}


def by_name(path: Path) -> str:
    return path.stem


def execute(path: Path) -> Any:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}).execute()
    return notebook


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


@pytest.fixture(scope="session")
def sample_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("notebooks") / "home")
    assert run_build(home, [], release=False, public_key=None) == 0
    return home.warehouse


def test_every_notebook_says_how_many_plots_it_draws() -> None:
    assert [path.stem for path in NOTEBOOKS] == sorted(PLOTS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_is_stored_without_outputs_and_traces_of_a_run(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    notebook = json.loads(text)
    nbformat.validate(nbformat.from_dict(notebook))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"] is not None] == []
    assert [cell["id"] for cell in notebook["cells"] if cell["metadata"]] == []
    assert [cell["id"] for cell in notebook["cells"]] == [f"cell-{number:02d}" for number in range(1, len(notebook["cells"]) + 1)]
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert text == json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_runs_on_the_sample_and_leaves_the_warehouse_alone(path: Path, sample_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAICHO_WAREHOUSE", str(sample_warehouse))
    before = sample_warehouse.read_bytes()
    found = outputs(execute(path))
    assert [output for output in found if output.output_type == "error"] == []
    plots = [output for output in found if "image/png" in output.get("data", {})]
    assert len(plots) == PLOTS[path.stem]
    # matplotlib warns where a font lacks the glyph of a label, and draws a box for it
    warnings = [output.text for output in found if output.output_type == "stream" and output.name == "stderr"]
    assert [text for text in warnings if re.search(r"Glyph .* missing", text)] == []
    assert sample_warehouse.read_bytes() == before


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_says_what_to_do_where_there_is_no_warehouse(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = tmp_path / "nowhere.duckdb"
    monkeypatch.setenv("DAICHO_WAREHOUSE", str(missing))
    with pytest.raises(CellExecutionError) as raised:
        execute(path)
    assert raised.value.ename == "FileNotFoundError"
    assert f"倉庫がありません: {missing}" in raised.value.evalue
    assert f"There is no warehouse at {missing}. Run ./daicho build" in raised.value.evalue


def test_the_plots_name_the_source_of_the_real_files(sample_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A warehouse that does not lie beside the sample carries the sentence the publisher requires."""
    alone = tmp_path / "warehouse.duckdb"
    alone.write_bytes(sample_warehouse.read_bytes())
    monkeypatch.setenv("DAICHO_WAREHOUSE", str(alone))
    notebook = nbformat.read(FOLDER / "company_demography.ipynb", as_version=4)
    setup = [cell for cell in notebook.cells if cell.cell_type == "code"][:2]
    notebook.cells = [*setup, nbformat.v4.new_code_cell("print(ATTRIBUTION)")]
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    said = outputs(notebook)[-1].text
    assert "国税庁法人番号公表サイト" in said or "National Tax Agency" in said
