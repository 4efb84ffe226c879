"""The stewards' page: scores, what to mend first, the gate, levels of the rubric, and plots drawn as SVG in the page itself."""

from collections.abc import Iterable
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1c; --paper: #fff; --line: #b4b4b8; --soft: #f1f1f4 }
@media (prefers-color-scheme: dark) { :root { --ink: #f0f0f3; --paper: #16161a; --line: #55555c; --soft: #232329 } }
* { box-sizing: border-box }
body { margin: 0; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.7 "Noto Sans JP", "Hiragino Sans", "Yu Gothic", Meiryo, system-ui, sans-serif }
main { max-width: 72rem; margin: 0 auto }
h1 { font-size: 1.9rem } h2 { font-size: 1.35rem; margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .75rem }
table { border-collapse: collapse; width: 100% } caption { text-align: start; padding: .25rem 0 .5rem }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .75rem .4rem 0; text-align: start; vertical-align: top }
td.n, th.n { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap }
code { font-family: ui-monospace, Consolas, monospace; font-size: .875em; overflow-wrap: anywhere }
.scroll { overflow-x: auto } .note { border: 2px solid currentColor; padding: .75rem 1rem } svg text { fill: var(--ink); font-size: 11px }
"""
_COLOURS = ((0.999, "#1b7837"), (0.99, "#7fbf7b"), (0.95, "#d9f0d3"), (0.8, "#fdb863"), (0.0, "#b35806"))
_NONE = "#9a9aa0"


def _colour(score: float | None) -> str:
    if score is None:
        return _NONE
    return next(colour for least, colour in _COLOURS if score >= least)


def percent(score: float | None) -> str:
    """A score for people; what was not measured has none."""
    return "測定なし" if score is None else f"{int(score * 10_000) / 100:.2f}%"


def heat_map(title: str, columns: dict[str, str], rows: dict[str, str], scores: dict[tuple[str, str], float]) -> str:
    """Draw a heat map.

    Args:
        title: What it shows, for people who do not see it.
        columns: Labels of the columns by key.
        rows: Labels of the rows by key.
        scores: Score by keys of row and column; a missing one is drawn as not measured.

    Returns:
        An SVG element. Each cell says its row, column and value when pointed at.
    """
    left, top, wide, high = 90, 110, 34, 18
    width, height = left + wide * len(columns) + 60, top + high * len(rows) + 30
    parts = [f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(title)}">']
    for place, label in enumerate(columns.values()):
        x = left + place * wide + wide / 2
        parts.append(f'<text x="{x}" y="{top - 6}" transform="rotate(-50 {x} {top - 6})">{escape(label)}</text>')
    for line, (row, label) in enumerate(rows.items()):
        y = top + line * high
        parts.append(f'<text x="{left - 6}" y="{y + 13}" text-anchor="end">{escape(label)}</text>')
        for place, (column, name) in enumerate(columns.items()):
            score = scores.get((row, column))
            told = f"{label} {name}: {percent(score)}"
            parts.append(
                f'<rect x="{left + place * wide}" y="{y}" width="{wide - 1}" height="{high - 1}" fill="{_colour(score)}">'
                f"<title>{escape(told)}</title></rect>"
            )
    parts.append("</svg>")
    return "".join(parts)


def trend(title: str, series: dict[str, list[float | None]]) -> str:
    """Draw scores over runs as lines.

    Args:
        title: What it shows.
        series: Scores by label, oldest first; all of one length.
    """
    width, height, left = 640, 180, 130
    length = max((len(values) for values in series.values()), default=0)
    told = [value for values in series.values() for value in values if value is not None]
    if length < 2 or not told:
        return "<p>二回目の測定から推移を示します。</p>"
    low = min([*told, 0.999]) - 0.001
    parts = [f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(title)}">']
    for number, (label, values) in enumerate(series.items()):
        hue = number * 360 // max(len(series), 1)
        points = " ".join(
            f"{left + place * (width - left - 10) / (length - 1):.1f},{10 + (1 - value) / (1 - low) * (height - 20):.1f}"
            for place, value in enumerate(values)
            if value is not None
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="hsl({hue} 60% 45%)" stroke-width="2">'
            f"<title>{escape(label)}</title></polyline>"
        )
        parts.append(f'<text x="0" y="{14 + number * 13}" style="fill: hsl({hue} 60% 45%)">{escape(label)}</text>')
    parts.append("</svg>")
    return "".join(parts)


def table(caption: str, headings: Iterable[tuple[str, bool]], rows: Iterable[Iterable[str]]) -> str:
    """Write a table.

    Args:
        caption: Caption.
        headings: Text of each column, and whether it holds numbers.
        rows: Cells as text.
    """
    columns = list(headings)
    head = "".join(f'<th scope="col"{" class=n" if number else ""}>{escape(text)}</th>' for text, number in columns)
    body = "".join(
        "<tr>"
        + "".join(f"<td{' class=n' if number else ''}>{escape(cell)}</td>" for cell, (_, number) in zip(row, columns, strict=True))
        + "</tr>\n"
        for row in rows
    )
    caption = f"<caption>{escape(caption)}</caption>"
    return f'<div class="scroll"><table>{caption}<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>\n'


def _registry(about: dict[str, Any], prefectures: dict[str, str], labels: dict[str, str]) -> str:
    scores = about["characteristics"]
    parts = [f"<h2>{escape(about['title'])}</h2>\n"]
    parts.append(
        table(
            "品質特性（ISO/IEC 25012）",
            [("特性", False), ("得点", True), ("測定量", False)],
            ((labels[name], percent(told["score"]), told["evidence"] or "") for name, told in scores.items()),
        )
    )
    if about["worst"]:
        parts.append(
            table(
                "先に直すところ（違反の多い順）",
                [("表", False), ("検査", False), ("違反", True), ("対象", True), ("割合", True)],
                (
                    (row["table"], row["check"], f"{row['violations']:,}", f"{row['of']:,}", f"{row['violations'] / row['of']:.3%}")
                    for row in about["worst"]
                ),
            )
        )
    if about["places"]:
        parts.append(
            table(
                "先に見る市区町村（行に対して違反の多い順）",
                [("団体コード", False), ("市区町村", False), ("表", False), ("行", True), ("違反", True), ("最も多い検査", False)],
                (
                    (row["lg_code"], row["name"], row["table"], f"{row['rows']:,}", f"{row['violations']:,}", row["check"])
                    for row in about["places"]
                ),
            )
        )
    if about["by_prefecture"]:
        cells = {(prefecture, name): score for prefecture, told in about["by_prefecture"].items() for name, score in told.items()}
        rows = {code: prefectures.get(code, code) for code in sorted(about["by_prefecture"]) if code}
        shown = {name: labels[name] for name in labels if any(key == name for _, key in cells)}
        parts.append(f'<div class="scroll">{heat_map("都道府県と品質特性の得点", shown, rows, cells)}</div>\n')
    if about.get("trend"):
        parts.append(f"<h3>推移</h3>{trend('品質特性の推移', about['trend'])}\n")
    parts.append(_rubric(about["rubric"]))
    return "".join(parts)


def _overview(registries: dict[str, Any], labels: dict[str, str]) -> str:
    scores = {
        (name, item): told["score"]
        for name, about in registries.items()
        for item, told in about["characteristics"].items()
        if told["score"] is not None
    }
    rows = {name: about["title"][:6] for name, about in registries.items()}
    drawn = heat_map("台帳と品質特性の得点", labels, rows, scores)
    return f'<h2>台帳の得点</h2>\n<div class="scroll">{drawn}</div>\n<p>灰色は測定のないもの。升目を指すと値が出ます。</p>\n'


def _rubric(levels: list[dict[str, Any]]) -> str:
    told = [level for level in levels if level["level"] is not None]
    mean = f"{sum(level['level'] for level in told) / len(told):.2f}" if told else "-"
    body = table(
        "データ品質管理の評価（GIF 468-2）: 水準0～4。測定のない項目は平均に入れない",
        [("項目", False), ("水準", True), ("根拠", False)],
        ((level["label"], "測定なし" if level["level"] is None else str(level["level"]), level["evidence"]) for level in levels),
    )
    summary = f"データ品質管理の評価（GIF 468-2）: 平均 {mean}（{len(told)} / {len(levels)} 項目）"
    return f"<details><summary>{summary}</summary>\n{body}</details>\n"


def _source(name: str, about: dict[str, Any], labels: dict[str, str]) -> str:
    told = {item: found for item, found in about["characteristics"].items() if found["score"] is not None}
    parts = [f"<h3>{escape(name)}</h3>\n"]
    parts.append(
        table(
            "品質特性（測定したもの）",
            [("特性", False), ("得点", True), ("測定量", False)],
            ((labels[item], percent(found["score"]), found["evidence"] or "") for item, found in told.items()),
        )
    )
    if about.get("changes"):
        items = "".join(f"<li>{escape(change)}</li>" for change in about["changes"])
        parts.append(f'<div class="note">{escape(about["changed_on"])} の納品で変わったこと<ul>{items}</ul></div>\n')
    if about["worst"]:
        parts.append(
            table(
                "受け入れなかった記録（多い順）",
                [("列", False), ("理由", False), ("記録", True), ("対象", True)],
                ((row["column"] or "", row["check"], f"{row['violations']:,}", f"{row['of']:,}") for row in about["worst"]),
            )
        )
    parts.append(_rubric(about["rubric"]))
    return "".join(parts)


def quality_page(content: dict[str, Any], prefectures: dict[str, str], labels: dict[str, str]) -> str:
    """The page of one run.

    Args:
        content: What :func:`quality.publication.content_of` gives.
        prefectures: Names of the prefectures by code.
        labels: Japanese names of the characteristics.

    Returns:
        An HTML document that asks nothing of any other place.
    """
    gate = content["gate"]
    shown = [
        (
            finding["severity"],
            finding["id"],
            finding["text"],
            "; ".join(f"{key}: {value}" for key, value in finding.get("waiver", {}).items()) or finding.get("note", ""),
        )
        for finding in gate["findings"]
    ]
    held = "".join(f'<p class="note">{escape(name)} は検査に合わなかったため、前回の良い版のままです。</p>\n' for name in gate["held"])
    parts = [
        f"<h1>品質 {escape(content['run'])}</h1>\n<p>{escape(content['data_date'] or '')} 現在のデータの測定。</p>\n{held}",
        "<h2>関門</h2>\n",
        table("見つかったこと", [("重大度", False), ("検査", False), ("内容", False), ("猶予", False)], shown)
        if shown
        else "<p>止めるもの、知らせるものはありません。</p>\n",
        _overview(content["registries"], labels),
        *(_registry(about, prefectures, labels) for about in content["registries"].values()),
    ]
    sources = content["sources"]
    if sources:
        parts.append("<h2>情報源</h2>\n")
        parts += [_source(name, told, labels) for name, told in sources.items()]
    body = "".join(parts)
    return (
        '<!doctype html>\n<html lang="ja">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>品質 {escape(content['run'])}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
