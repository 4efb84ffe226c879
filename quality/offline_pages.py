"""Great Expectations' pages made to open without a network: what they fetch is taken out, and the scripts that need it with it.

The library's front page is drawn by such a script; in its place stands a plain list of the results, those that do not hold first.
"""

import re
from html import escape
from pathlib import Path
from urllib.parse import quote

_TAKEN_OUT = re.compile(
    r"<script\b.*?</script>"
    r"|<footer\b.*?</footer>"
    r"""|<link[^>]*\bhref=["'](?:https?:)?//[^>]*>"""
    r"""|<link[^>]*\brel=["'](?:shortcut )?icon["'][^>]*>"""
    r"""|<img[^>]*\bsrc=["'](?:https?:)?//[^>]*>""",
    re.IGNORECASE | re.DOTALL,
)
_STYLE = """<style>
body { font: 16px/1.6 "Noto Sans JP", "Hiragino Sans", Meiryo, system-ui, sans-serif }
body { margin: 1rem auto; max-width: 80rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
th, td { border: 1px solid #b4b4b8; padding: .3rem .6rem; text-align: start }
.badge-success, .text-success, .fa-check-circle { color: #1b7837 }
.badge-danger, .text-danger, .fa-times { color: #b30000 }
.fa-check-circle::before { content: "✓" } .fa-times::before { content: "✕" } .collapse { display: block }
nav ol, .breadcrumb { list-style: none; display: flex; gap: .5rem; padding: 0 } .d-none, .modal, .alert { display: none }
.ge-index-page-validation-results-table, form, input[type=radio], input[type=radio] + label { display: none }
</style>"""
_COUNT = r"{}</div></td><td[^>]*><div[^>]*>([0-9]+)"


def _count(text: str, what: str) -> int:
    """A number of the statistics on a page of results."""
    found = re.search(_COUNT.format(re.escape(what)), text)
    return int(found[1]) if found else 0


def _front_page(folder: Path, results: dict[Path, str]) -> str:
    told = []
    for path, text in results.items():
        failed, every = _count(text, "Unsuccessful Expectations"), _count(text, "Evaluated Expectations")
        place = path.relative_to(folder)
        name, run = place.parts[1], place.parts[-2]
        link = f'<a href="{quote(place.as_posix())}">{escape(name)}</a>'
        told.append((-failed, name, f"<td>{link}</td><td>{every}</td><td>{failed}</td><td>{escape(run)}</td>"))
    rows = "\n".join(f"<tr>{cells}</tr>" for _, _, cells in sorted(told))
    suites = sorted((folder / "expectations").glob("*.html"))
    listed = "\n".join(f'<li><a href="expectations/{quote(path.name)}">{escape(path.stem)}</a></li>' for path in suites)
    return (
        f'<!doctype html>\n<html lang="ja">\n<head>\n<meta charset="utf-8">\n'
        f"<title>Great Expectations: 検査の結果</title>\n{_STYLE}\n</head>\n<body>\n"
        "<h1>検査の結果</h1>\n<table>\n<thead><tr><th>表</th><th>検査</th><th>合わないもの</th><th>実行</th></tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table>\n<h2>検査の一覧</h2>\n<ul>\n{listed}\n</ul>\n</body>\n</html>\n"
    )


def make_offline(folder: Path) -> None:
    """Rewrite the pages below a folder.

    Args:
        folder: Folder of the pages (Data Docs).
    """
    results: dict[Path, str] = {}
    for path in sorted(folder.rglob("*.html")):
        text = _TAKEN_OUT.sub("", path.read_text(encoding="utf-8")).replace("</head>", f"{_STYLE}\n</head>", 1)
        path.write_text(text, encoding="utf-8")
        if path.is_relative_to(folder / "validations"):
            results[path] = text
    (folder / "index.html").write_text(_front_page(folder, results), encoding="utf-8")
