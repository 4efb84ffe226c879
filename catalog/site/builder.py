"""Building the site: every page of the catalogue in two languages, written aside and put in place by rename.

The site lies beside the releases: ``index.html`` is the home page, everything else is below ``site/``. Links are relative, so that the
folder works from a web server, below any path, and as a folder on a disk.
"""

import json
import posixpath
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from catalog.model import ACCESS, FREQUENCIES, MODES, Catalogue
from catalog.search.documents import file_name
from catalog.site.page import Page
from catalog.site.pages import pages
from catalog.site.scripts import packages_folder, write_assets
from catalog.site.search_index import write_search_index

LANGUAGES = ("ja", "en")
_TEMPLATES = Path(__file__).parent / "templates"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Site:
    """The finished site.

    Attributes:
        pages: Number of pages.
        has_preview: Whether its dataset pages have a preview.
    """

    pages: int
    has_preview: bool


@dataclass
class _Writer:
    """Renders pages of one language."""

    environment: jinja2.Environment
    language: str
    catalogue: Catalogue
    has_preview: bool
    home: str = field(init=False)

    def __post_init__(self) -> None:
        self.home = "index.html" if self.language == "ja" else f"site/{self.language}/index.html"

    def address(self, page: str) -> str:
        """Path of a page of this language below the public folder."""
        return self.home if page == "index.html" else f"site/{self.language}/{page}"

    def render(self, page: Page) -> tuple[str, str]:
        """Path and text of a page."""
        own = self.address(page.path)

        def link(target: str) -> str:
            """Relative address of a page of the same language."""
            return posixpath.relpath(self.address(target), posixpath.dirname(own) or ".")

        def public(target: str) -> str:
            """Relative address of a file of the public folder."""
            return posixpath.relpath(target, posixpath.dirname(own) or ".")

        def pick(thing: Any, name: str) -> str:
            """The text of a thing in the page's language."""
            japanese = self.language == "ja"
            if hasattr(thing, "ja") and not name:
                return str(thing.ja if japanese else thing.en)
            return str(getattr(thing, name if japanese else f"{name}_en"))

        def t(japanese: str, english: str) -> str:
            return japanese if self.language == "ja" else english

        def japanese(text: str) -> str:
            """A text that there is in Japanese only, marked as such on a page of another language (WCAG 2.2, 3.1.2)."""
            return text if self.language == "ja" or text.isascii() else Markup('<span lang="ja">{}</span>').format(text)

        other = "en" if self.language == "ja" else "ja"
        twin = "index.html" if (page.path, other) == ("index.html", "ja") else f"site/{other}/{page.path}"
        text = self.environment.get_template(page.template).render(
            catalogue=self.catalogue,
            page=page,
            lang=self.language,
            link=link,
            public=public,
            pick=pick,
            t=t,
            japanese=japanese,
            twin=posixpath.relpath(twin, posixpath.dirname(own) or "."),
            other=other,
            has_preview=self.has_preview,
            attributions=list(dict.fromkeys(text for dataset in self.catalogue.public_datasets for text in dataset.attributions)),
            **page.values(link, t),
        )
        return own, text


def build_site(catalogue: Catalogue, folder: Path, progress: Progress = lambda _: None) -> Site:
    """Write the site of the newest release into the public folder, in place of the one before.

    Args:
        catalogue: What is published.
        folder: Public folder, which holds the releases.
        progress: Called with what is being written.

    Returns:
        What was made.
    """
    aside = folder / ".site.part"
    shutil.rmtree(aside, ignore_errors=True)
    packages = packages_folder()
    has_preview = write_assets(aside / "site" / "assets", packages)
    environment = _environment()
    progress("pages")
    count = 0
    listed = list(pages(catalogue, folder))
    for language in LANGUAGES:
        writer = _Writer(environment, language, catalogue, has_preview)
        for path, text in _rendered(writer, listed):
            target = aside / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            count += 1
    progress("search index")
    write_search_index(catalogue, aside / "site" / "data")
    _put_in_place(aside, folder)
    return Site(count, has_preview)


def _rendered(writer: _Writer, listed: list[Page]) -> Iterator[tuple[str, str]]:
    for page in listed:
        yield writer.render(page)


def _put_in_place(aside: Path, folder: Path) -> None:
    """Swap the site by renames; the home page, which people enter by, last."""
    old = folder / ".site.old"
    shutil.rmtree(old, ignore_errors=True)
    if (folder / "site").exists():
        (folder / "site").rename(old)
    (aside / "site").rename(folder / "site")
    (aside / "index.html").replace(folder / "index.html")
    shutil.rmtree(aside)
    shutil.rmtree(old, ignore_errors=True)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.globals.update(access_names=ACCESS, mode_names=MODES, frequency_names=FREQUENCIES)
    environment.filters["size"] = size
    environment.filters["file_name"] = file_name
    environment.filters["count"] = lambda number: f"{number:,}" if number is not None else ""
    environment.filters["script"] = lambda value: Markup(_for_script(value))  # noqa: S704
    return environment


def _for_script(value: Any) -> str:
    """A value as JSON that may stand in an attribute of a page."""
    return str(Markup.escape(json.dumps(value, ensure_ascii=False)))


def size(count: int) -> str:
    """A number of bytes in the unit a person reads it in."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:,.1f} {unit}"
    return f"{count} B"
