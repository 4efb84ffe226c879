"""The page inside a release, which goes wherever the release's folder is copied: no script, no request to anywhere."""

from html import escape
from typing import Any

from registries.contract import Contract

_STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1c; --paper: #fff; --line: #b4b4b8; --link: #0017c1; --soft: #f1f1f4 }
@media (prefers-color-scheme: dark) { :root { --ink: #f0f0f3; --paper: #16161a; --line: #55555c; --link: #9db7f9; --soft: #232329 } }
* { box-sizing: border-box }
body { margin: 0; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.75 "Noto Sans JP", "Hiragino Sans", "Yu Gothic", Meiryo, system-ui, sans-serif }
main { max-width: 62rem; margin: 0 auto }
h1 { font-size: 1.9rem; line-height: 1.4; margin: 0 0 .5rem }
h2 { font-size: 1.35rem; margin: 2.5rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line) }
a { color: var(--link); text-underline-offset: .2em }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
table { border-collapse: collapse; width: 100% }
caption { text-align: start; padding: .25rem 0 .5rem }
th, td { border-bottom: 1px solid var(--line); padding: .5rem .75rem .5rem 0; text-align: start; vertical-align: top }
td.n, th.n { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap }
code { font-family: ui-monospace, "SFMono-Regular", Consolas, monospace; font-size: .875em; overflow-wrap: anywhere }
pre { background: var(--soft); padding: 1rem; overflow-x: auto }
details { margin: .75rem 0 } summary { cursor: pointer }
.note { border: 2px solid currentColor; padding: .75rem 1rem }
.scroll { overflow-x: auto } .en { color: inherit; opacity: .8 }
"""


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="ja">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _size(count: int) -> str:
    """A size in the unit a person reads it in."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:,.1f} {unit}"
    return f"{count} B"


def _files(entries: list[dict[str, Any]], caption: str) -> str:
    def row(entry: dict[str, Any]) -> str:
        rows = f"{entry['rows']:,}" if "rows" in entry else ""
        path = escape(entry["path"])
        return (
            f'<tr><td><a href="{path}">{path}</a></td><td class="n">{rows}</td>'
            f'<td class="n">{_size(entry["bytes"])}</td><td><code>{entry["sha256"][:16]}…</code></td></tr>\n'
        )

    rows = "".join(row(entry) for entry in entries)
    return (
        f'<div class="scroll"><table><caption>{caption}</caption>\n<thead><tr><th scope="col">ファイル <span class="en" lang="en">'
        'File</span></th><th scope="col" class="n">行数 <span class="en" lang="en">Rows</span></th><th scope="col" class="n">大きさ '
        '<span class="en" lang="en">Size</span></th><th scope="col">SHA-256</th></tr></thead>\n'
        f"<tbody>\n{rows}</tbody></table></div>\n"
    )


def release_page(manifest: dict[str, Any], contracts: list[Contract]) -> str:
    """The page of one release.

    Args:
        manifest: Manifest of the release.
        contracts: Contracts of the registries in it.

    Returns:
        An HTML document whose links are relative to the release's folder.
    """
    files = manifest["files"]
    parts = [
        f'<p><a href="../index.html">すべての公開版 <span class="en" lang="en">All releases</span></a></p>\n'
        f"<h1>台帳 公開版 {escape(manifest['release'])}</h1>\n"
        f'<p>{escape(manifest["date"])} 現在のデータ。<span class="en" lang="en">Data as of {escape(manifest["date"])}.</span></p>\n'
    ]
    if manifest["sample"]:
        parts.append(
            '<p class="note"><strong>見本データです。実在の法人ではありません。</strong> '
            '<span class="en" lang="en">Sample data: the companies are invented.</span></p>\n'
        )
    parts += [
        f"<p>{escape(source['attribution'])}（{escape(source['licence'])} "
        f'<a href="{escape(source["licence_url"])}">{escape(source["licence_url"])}</a>）<br>'
        f'<span class="en" lang="en">{escape(source["attribution_en"])}</span></p>\n'
        for source in manifest["sources"]
    ]
    for contract in contracts:
        parts.append(f'<h2>{escape(contract.title)} <span class="en" lang="en">{escape(contract.title_en)}</span></h2>\n')
        parts.append(f"<p>{escape(contract.description)}</p>\n")
        for table in contract.tables.values():
            own = [entry for entry in files if entry.get("table") == table.name]
            caption = (
                f"<strong>{escape(table.label)}</strong> <code>{table.name}</code> — {escape(table.definition)} "
                f'<span class="en" lang="en">{escape(table.definition_en)}</span>'
            )
            parquet = [entry for entry in own if entry["path"].endswith(".parquet")]
            others = [entry for entry in own if not entry["path"].endswith(".parquet")]
            parts.append(_files(parquet, caption))
            summary = f'CSV（{len(others)}ファイル） <span class="en" lang="en">CSV for spreadsheets</span>'
            parts.append(f"<details><summary>{summary}</summary>{_files(others, f'{escape(table.label)} CSV')}</details>\n")
    described = [entry for entry in files if "table" not in entry]
    parts.append('<h2>契約・辞書・コード一覧 <span class="en" lang="en">Contracts, dictionary, code lists</span></h2>\n')
    parts.append(_files(described, '<a href="manifest.json">manifest.json</a>'))
    first = next(entry["path"] for entry in files if entry["path"].endswith(".parquet") and "table" in entry)
    parts.append(
        '<h2>使い方 <span class="en" lang="en">How to use</span></h2>\n<pre><code>'
        f"-- DuckDB\nFROM '{escape(first)}' LIMIT 10;\n\n# Polars\npl.scan_parquet(\"{escape(first)}\").head(10).collect()</code></pre>\n"
        "<p>CSVはUTF-8（BOM付き）です。表計算ソフトで開くときは、番号やコードの列を「文字列」として読み込んでください。"
        '<span class="en" lang="en">The CSV is UTF-8 with a byte order mark; import number and code columns as text.</span></p>\n'
    )
    return _page(f"台帳 公開版 {manifest['release']}", "".join(parts))
