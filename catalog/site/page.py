"""A page of the site, in whatever language."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

Link = Callable[[str], str]
Say = Callable[[str, str], str]
Values = Callable[[Link, Say], dict[str, Any]]


def _nothing(_link: Link, _say: Say) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Page:
    """A page, in whatever language.

    Attributes:
        path: Path below the language's folder.
        template: Name of the template.
        title: Title in both languages.
        trail: Pages above it: path, and title in both languages.
        values: What the template is given, made for a language; called with the functions that make a link and choose a text.
    """

    path: str
    template: str
    title: tuple[str, str]
    trail: tuple[tuple[str, str, str], ...] = ()
    values: Values = field(default=_nothing)


def given(**values: Any) -> Values:
    """Values that are the same in every language."""
    return lambda _link, _say: values


def drawn(picture: str) -> Markup:
    """A picture as a piece of a page; what is text in it has been escaped."""
    return Markup(picture)  # noqa: S704
