"""The gate: what may be published, by the severity of each rule, by bounds beside the last runs, and by what stewards let pass."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from data_standards.items import DeclarationError, read_yaml
from quality.measuring import Measured
from registries.contract import Contract, Table

DEFAULT_BOUNDS = {"rows_fall": 0.05, "rows_rise": 0.5, "filled_fall": 0.05, "violations_rise": 0.001}
"""Bounds of a table that declares none: the share of rows that may be lost, or won, against the lowest of the last runs and the highest;
how far the filled share of a column may fall; how far the share of rows that break a warning may rise."""
EARLIER_RUNS = 5
"""Runs that a bound looks back on."""


@dataclass(frozen=True)
class Waiver:
    """A steward's word that one finding may pass.

    Attributes:
        finding: Identifier of the finding, ``registry.table.check``.
        steward: Name of who answers for it.
        reason: Why it may pass.
        expires: Last day on which it holds.
    """

    finding: str
    steward: str
    reason: str
    expires: date


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something the gate found.

    Attributes:
        id: ``registry.table.check``.
        registry: Registry.
        table: Table.
        severity: ``fatal`` stops the release, ``error`` holds the table, ``warning`` is shown.
        text: What was found, for people.
        waiver: The waiver that lets it pass.
        note: What is to be said of a waiver that no longer holds.
    """

    id: str
    registry: str
    table: str
    severity: str
    text: str
    waiver: Waiver | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """The finding for releases and reports."""
        about: dict[str, Any] = {"id": self.id, "severity": self.severity, "text": self.text}
        if self.waiver is not None:
            about["waiver"] = {
                "steward": self.waiver.steward,
                "reason": self.waiver.reason,
                "expires": self.waiver.expires.isoformat(),
            }
        return about | ({"note": self.note} if self.note else {})


@dataclass(frozen=True)
class Verdict:
    """What the gate decides.

    Attributes:
        findings: Everything found, in order of severity and identifier.
    """

    findings: tuple[Finding, ...]

    def _of(self, severity: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == severity and finding.waiver is None]

    @property
    def stops(self) -> list[Finding]:
        """Findings that stop the release."""
        return self._of("fatal")

    @property
    def holds(self) -> list[Finding]:
        """Findings that hold a table."""
        return self._of("error")

    @property
    def held_tables(self) -> list[tuple[str, str]]:
        """Registry and name of the tables that are held."""
        return sorted({(finding.registry, finding.table) for finding in self.holds})


def read_waivers(path: Path) -> list[Waiver]:
    """Read the waivers of the stewards.

    Args:
        path: A YAML file: under ``waivers`` a list of ``finding``, ``steward``, ``reason`` and ``expires``. There need be none.

    Raises:
        DeclarationError: The file is malformed; a waiver without name, reason or expiry lets nothing pass.
    """
    if not path.exists():
        return []
    found = []
    for number, entry in enumerate(read_yaml(path).get("waivers") or [], start=1):
        missing = [key for key in ("finding", "steward", "reason", "expires") if not (isinstance(entry, dict) and entry.get(key))]
        if missing:
            raise DeclarationError(
                f"{path}: waiver {number} has no {', '.join(missing)}; a waiver needs finding, steward, reason and expires"
            )
        expires = entry["expires"]
        if not isinstance(expires, date):
            raise DeclarationError(f"{path}: waiver {number}: expires {expires!r} is not a date of the form YYYY-MM-DD")
        found.append(Waiver(str(entry["finding"]), str(entry["steward"]), str(entry["reason"]), expires))
    return found


def _of_checks(registry: str, table: Table, results: Iterable[Measured]) -> Iterable[Finding]:
    for result in results:
        if not result.passed and result.check.severity != "info":
            share = result.violations / result.counted if result.counted else 0.0
            text = f"{result.check.description}: {result.violations:,} of {result.counted:,} rows break it ({share:.2%})"
            name = result.check.name
            yield Finding(
                id=f"{registry}.{table.name}.{name}", registry=registry, table=table.name, severity=result.check.severity, text=text
            )


def bounds_of(table: Table) -> dict[str, float]:
    """The bounds of a table: its own, else the default ones."""
    return DEFAULT_BOUNDS | dict(table.bounds)


def _earlier(history: pl.DataFrame, registry: str, table: str) -> pl.DataFrame:
    """The measures of the last runs of a table, of the whole."""
    of_table = history.filter((pl.col("registry") == registry) & (pl.col("table_name") == table) & pl.col("prefecture_code").is_null())
    last = of_table["run"].unique(maintain_order=True).to_list()[-EARLIER_RUNS:]
    return of_table.filter(pl.col("run").is_in(last))


def _chance(share: float, rows: int) -> float:
    """Three standard errors of a share among so few rows: what may differ without anything having changed."""
    smoothed = (share * rows + 1) / (rows + 2)
    return float(3 * (smoothed * (1 - smoothed) / rows) ** 0.5)


def _of_bounds(registry: str, table: Table, results: list[Measured], history: pl.DataFrame) -> Iterable[Finding]:
    earlier, bounds = _earlier(history, registry, table.name), bounds_of(table)
    counts = earlier.filter(pl.col("check_id") == "unique_key")["b"].drop_nulls().to_list()

    def found(check: str, severity: str, text: str) -> Finding:
        return Finding(id=f"{registry}.{table.name}.{check}", registry=registry, table=table.name, severity=severity, text=text)

    if not counts:
        return
    rows, least, most = results[0].rows, min(counts), max(counts)
    if rows < least * (1 - bounds["rows_fall"]):
        yield found("rows_fall", "fatal", f"{rows:,} rows, and at least {least:,} in the last runs: a fall of {1 - rows / least:.1%}")
    elif rows > most * (1 + bounds["rows_rise"]):
        yield found(
            "rows_rise", "warning", f"{rows:,} rows, and at most {most:,} in the last runs: a rise of {rows / max(most, 1) - 1:.1%}"
        )
    before = {
        name: values
        for (name,), group in earlier.group_by("check_id")
        if (values := group.filter(pl.col("b") > 0).select("violations", "b").rows())
    }
    for result in results:
        check, past = result.check, before.get(result.check.name)
        if not past or not result.counted:
            continue
        share, shares = result.violations / result.counted, [violations / of for violations, of in past]
        if check.group == "filled" and share > max(shares) + bounds["filled_fall"] + _chance(max(shares), result.counted):
            text = f"{check.description}: {1 - share:.1%} filled, and at least {1 - max(shares):.1%} in the last runs"
            yield found(f"filled_fall__{check.column}", "error", text)
        if (
            check.severity in ("warning", "info")
            and check.scored
            and (share > max(shares) + bounds["violations_rise"] + _chance(max(shares), result.counted))
        ):
            text = f"{check.description}: {share:.2%} of the rows break it, and at most {max(shares):.2%} in the last runs"
            yield found(f"violations_rise__{check.name}", "warning", text)


_ORDER = ("fatal", "error", "warning")


def judge(measured: list[tuple[Contract, Table, list[Measured]]], history: pl.DataFrame, waivers: list[Waiver], today: date) -> Verdict:
    """Decide what may be published.

    Args:
        measured: Contract, table and results of every table.
        history: ``quality_measure`` of earlier runs, oldest first, without this one.
        waivers: What stewards let pass.
        today: Day on which the gate is passed, for the expiry of waivers.

    Returns:
        The verdict.
    """
    findings = []
    for contract, table, results in measured:
        findings += [*_of_checks(contract.registry, table, results), *_of_bounds(contract.registry, table, results, history)]
    judged = [_waived(finding, waivers, today) for finding in findings]
    return Verdict(tuple(sorted(judged, key=lambda finding: (_ORDER.index(finding.severity), finding.id))))


def _waived(finding: Finding, waivers: list[Waiver], today: date) -> Finding:
    about = {name: getattr(finding, name) for name in Finding.__dataclass_fields__}
    for waiver in waivers:
        if waiver.finding == finding.id:
            if waiver.expires >= today:
                return Finding(**(about | {"waiver": waiver}))
            about["note"] = f"the waiver of {waiver.steward} expired on {waiver.expires.isoformat()}"
    return Finding(**about)
