"""The conformance report for people, in Japanese or English."""

from collections.abc import Iterable
from typing import Any

import polars as pl

from data_standards.conformance.document import Document, Finding, letters, position
from data_standards.conformance.examination import Result
from data_standards.conformance.gif_level import LEVELS, GifResult
from data_standards.conformance.machine_readability import EDITION, Outcome, level_score

_SHOWN = 5
_STATUS = {"changed": "変更", "repaired": "修復", "uncertain": "要確認", "invalid": "誤り", "unknown": "不明"}


def positions(result: Result, changes: pl.DataFrame, *, english: bool) -> pl.Series:
    """Positions of the cells of a change list, as people name them.

    Args:
        result: The result.
        changes: Change list, with the columns ``row`` and ``column``.
        english: Whether to write in English.

    Returns:
        Text column.
    """
    sheet = result.table.sheet
    column = pl.col("column")
    if result.document.kind == "excel":
        names = pl.Series([letters(i) for i in range(sheet.grid.width)])
        text = pl.concat_str(pl.lit(f"{sheet.name}!"), pl.lit(names).gather(column), pl.col("row") + 1)
        return changes.select(text.alias("position")).to_series()
    line = pl.col("row") + 1 if sheet.lines is None else pl.lit(pl.Series(sheet.lines)).gather(pl.col("row"))
    pieces = (pl.lit("line "), line, pl.lit(", column "), column + 1) if english else (line, pl.lit("行目の"), column + 1, pl.lit("列目"))
    return changes.select(pl.concat_str(*pieces).alias("position")).to_series()


def change_report(result: Result, *, english: bool) -> pl.DataFrame:
    """The change list as it is written beside a cleansed file.

    Args:
        result: The result.
        english: Whether to write in English.

    Returns:
        Text columns: position, column, GIF item, before, after, rule, standard, clause, status, reason.
    """
    changes = result.cleansed.changes
    names = ("position", "column", "item", "before", "after", "rule", "standard", "clause", "status", "reason")
    japanese = ("位置", "項目名", "GIF項目", "変更前", "変更後", "規則", "標準", "条項", "状態", "理由")
    status = pl.col("status") if english else pl.col("status").replace(_STATUS)
    reason = "reason_en" if english else "reason_ja"
    columns = [
        positions(result, changes, english=english),
        *changes.select("header", "item", "before", "after", "rule", "standard", "clause"),
    ]
    columns += changes.select(status, pl.col(reason).alias("reason")).get_columns()
    return pl.DataFrame([column.rename(name) for column, name in zip(columns, names if english else japanese, strict=True)])


class _Lines:
    """Lines of a report in one of two languages."""

    def __init__(self, document: Document, *, english: bool) -> None:
        self.document = document
        self.english = english
        self.lines: list[str] = []

    def say(self, japanese: str, english: str) -> None:
        self.lines.append(english if self.english else japanese)

    def finding(self, finding: Finding, indent: str = "      ") -> None:
        where = position(self.document, finding, english=self.english)
        more = "" if finding.count == 1 else f" ({finding.count} in all)" if self.english else f"（全{finding.count}件）"
        text = finding.text_en if self.english else finding.text
        self.lines.append(f"{indent}{where + ': ' if where else ''}{text}{more}")

    def findings(self, findings: Iterable[Finding], indent: str = "      ") -> None:
        listed = list(findings)
        for finding in listed[:_SHOWN]:
            self.finding(finding, indent)
        if len(listed) > _SHOWN:
            rest = len(listed) - _SHOWN
            self.say(f"{indent}ほか{rest}か所", f"{indent}and {rest} more")


def report(result: Result, *, english: bool) -> str:
    """Write the report.

    Args:
        result: The result.
        english: Whether to write in English.

    Returns:
        Text of several lines.
    """
    out = _Lines(result.document, english=english)
    _about(out, result)
    if result.in_gif:
        _gif(out, result.gif, result.level)
    else:
        out.say(
            "\n■ GIF準拠: 対象外（GIFにこの表のモデルはありません）", "\nGIF conformance: not applicable (GIF has no model of this table)"
        )
    _readability(out, result)
    _changes(out, result)
    if not result.in_gif:
        out.say(
            f"判定: 機械可読性の重大な違反は{'ありません' if result.conforms else 'あります'}。",
            f"Verdict: {'no' if result.conforms else 'a'} rule of machine readability is broken that makes a score 0.",
        )
    elif result.conforms:
        out.say(f"判定: {result.level}に適合します。", f"Verdict: conforms to {result.level}.")
    else:
        out.say(
            f"判定: {result.level}に適合しません。上の理由を直してください。",
            f"Verdict: does not conform to {result.level}; see the reasons above.",
        )
    return "\n".join(out.lines) + "\n"


def _about(out: _Lines, result: Result) -> None:
    encoding = f" {result.document.encoding}" if result.document.encoding else ""
    out.say(f"ファイル: {result.name}（{result.document.kind}{encoding}）", f"File: {result.name} ({result.document.kind}{encoding})")
    table, model = result.table, result.recognition.model
    rows, width = table.body.height, len(table.columns)
    sheet = f"シート「{table.sheet.name}」 " if table.sheet.name else ""
    out.say(f"表: {sheet}{rows:,}件 {width}列", f"Table: {table.sheet.name + ' ' if sheet else ''}{rows:,} records, {width} columns")
    known = len(result.recognition.columns)
    if not known and result.chosen:
        out.say(
            f"モデル: どの列の名前もGIFの項目ではないため選べません。--as で指定してください（ここでは{model.label}として判定します）",
            f"Model: no column has the name of an item of GIF; set the model with --as (judged as {model.label_en} here)",
        )
        return
    how = (
        ("（列の名前から選びました。--as で指定できます）", " (chosen by the column names; set it with --as)")
        if result.chosen
        else ("", "")
    )
    out.say(f"モデル: {model.label}{how[0]}、{known}列を認識", f"Model: {model.label_en}{how[1]}, {known} columns recognised")
    for index, item in sorted(result.recognition.columns.items()):
        if table.headers[index] != item.path:
            out.lines.append(f"      {table.headers[index]} → {item.path}")


def _gif(out: _Lines, gif: GifResult, level: str) -> None:
    pattern = f"、必須パターン{gif.pattern}" if gif.pattern else ""
    out.say(
        f"\n■ GIF準拠: {gif.level or 'なし'}{pattern}（求めるレベル: {level}）",
        f"\nGIF conformance: {gif.level or 'none'} (asked: {level})",
    )
    for candidate in LEVELS:
        barred = [one.finding for one in gif.obstacles if one.level == candidate]
        if barred:
            out.say(f"  {candidate}に届かない理由", f"  Not {candidate} because")
            for finding in barred:
                out.finding(finding)
    if gif.remarks:
        out.say("  参考", "  To note")
        out.findings(gif.remarks)


def _readability(out: _Lines, result: Result) -> None:
    out.say(f"\n■ 機械可読性（{EDITION}）", "\nMachine readability (rules of 2026-03-31)")
    for level in (1, 2, 3):
        score = level_score(result.judgements, level)
        shown = ("対象なし", "nothing to judge") if score is None else (f"{score}点", f"{score} points")
        out.say(f"  レベル{level}: {shown[0]}", f"  Level {level}: {shown[1]}")
        for one in result.judgements:
            if one.rule.level != level or one.outcome not in (Outcome.FAILED, Outcome.NOT_JUDGED):
                continue
            if one.outcome == Outcome.FAILED:
                lost = one.rule.deduction
                points = ("0点になる違反", "makes the score 0") if lost is None else (f"-{lost}点", f"-{lost}")
                out.say(
                    f"    × {one.rule.id} {one.rule.title}（{points[0]}） {one.rule.advice}",
                    f"    x {one.rule.id} {one.rule.title_en} ({points[1]}). {one.rule.advice_en}",
                )
            else:
                out.say(
                    f"    ? {one.rule.id} {one.rule.title}（人が確かめる） {one.rule.question or ''}",
                    f"    ? {one.rule.id} {one.rule.title_en} (for a person to judge). {one.rule.question_en or ''}",
                )
            out.findings(one.findings)


def _changes(out: _Lines, result: Result) -> None:
    changes = result.cleansed.changes
    out.say(f"\n■ 標準に合わせると: {changes.height:,}セル", f"\nUnder the standard: {changes.height:,} cells")
    if changes.is_empty():
        return
    counts = {row[0]: row[1] for row in changes["status"].value_counts().iter_rows()}
    out.lines.append("  " + "  ".join(f"{_STATUS[key] if not out.english else key} {counts[key]:,}" for key in _STATUS if key in counts))
    first = changes.group_by("column", "status", "reason", maintain_order=True).head(1).sort("column", "row").head(4 * _SHOWN)
    places = positions(result, first, english=out.english)
    for place, row in zip(places, first.iter_rows(named=True), strict=True):
        reason = row["reason_en"] if out.english else row["reason_ja"]
        after = "" if row["after"] is None else f" → {_short(row['after'])}"
        status = row["status"] if out.english else _STATUS[row["status"]]
        out.lines.append(f"      {place}: {_short(row['before'])}{after}  [{status}] {reason} ({row['rule']})")


def _short(text: str) -> str:
    flat = text.replace("\n", "⏎").replace("\r", "")
    return flat if len(flat) <= 40 else flat[:40] + "…"


def report_together(told: dict[str, Any], files: int, *, english: bool) -> str:
    """Write what several files score together.

    Args:
        told: What :func:`data_standards.conformance.examination.together` gives.
        files: How many files were judged.
        english: Whether to write in English.

    Returns:
        Text of several lines.
    """
    lines = [f"\nAll {files} files together" if english else f"\n■ {files}ファイルをまとめた点数"]
    for level, score in told["scores"].items():
        shown = ("nothing to judge" if english else "対象なし") if score is None else f"{score} points" if english else f"{score}点"
        lines.append(f"  Level {level}: {shown}" if english else f"  レベル{level}: {shown}")
    if told["same_layout"] is False:
        lines.append("  x L3-07 The columns differ between the files" if english else "  × L3-07 ファイルによって項目が異なります。")
    return "\n".join(lines) + "\n"
