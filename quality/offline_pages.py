"""Great Expectations' pages made to open without a network: what they fetch from elsewhere is taken out, and a small style put in."""

import re
from pathlib import Path

_FETCHED = re.compile(
    r"""<script[^>]*\bsrc=["'](?:https?:)?//[^>]*>\s*</script>"""
    r"""|<link[^>]*\bhref=["'](?:https?:)?//[^>]*>"""
    r"""|<img[^>]*\bsrc=["'](?:https?:)?//[^>]*>""",
    re.IGNORECASE,
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
</style>"""


def make_offline(folder: Path) -> None:
    """Rewrite the pages below a folder.

    Args:
        folder: Folder of the pages (Data Docs).
    """
    for path in sorted(folder.rglob("*.html")):
        text = _FETCHED.sub("", path.read_text(encoding="utf-8"))
        path.write_text(text.replace("</head>", f"{_STYLE}\n</head>", 1), encoding="utf-8")
