"""The documents name what there is, and link to what there is."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import data_standards.rules

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    for link in links:
        if not link.startswith("https://"):
            assert (document.parent / link).exists(), link


def test_every_rule_is_documented() -> None:
    text = (PROJECT / "docs" / "data-standard.md").read_text(encoding="utf-8")
    for module in pkgutil.iter_modules(data_standards.rules.__path__):
        for rule in getattr(importlib.import_module(f"data_standards.rules.{module.name}"), "RULES", ()):
            assert f"`{rule.id}`" in text, rule.id


def test_the_readmes_show_the_same_commands() -> None:
    english, japanese = ((PROJECT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ja.md"))
    commands = [set(re.findall(r"`(\./daicho [a-z-]+)", text)) for text in (english, japanese)]
    assert commands[0] == commands[1]
    every = {f"./daicho {path.stem.replace('_', '-')}" for path in (PROJECT / "pipelines" / "commands").glob("[a-z]*.py")}
    assert every | {"./daicho test", "./daicho lint", "./daicho bench"} <= commands[0]
    for text in (english, japanese):
        first_screen = "\n".join(text.splitlines()[:40])
        assert "$ ./daicho build" in first_screen
        assert "$ ./daicho test" in first_screen
