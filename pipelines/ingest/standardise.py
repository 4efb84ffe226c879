"""Standardised: text brought to the data standard, value by value, as declared; what breaks the declaration goes to quarantine."""

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from data_standards.codes import load_code_lists
from data_standards.items import DataItem
from data_standards.rules.registry import CHECKS, CLEANSINGS, DERIVATIONS
from data_standards.rules.rule import Status
from pipelines.fingerprint import standardising_fingerprint
from pipelines.home import Home, write_json_aside
from pipelines.ingest.corrections import Correction, apply, count_hits, digest, read_corrections
from pipelines.ingest.guarding import guarded
from pipelines.ingest.landing import Landing
from pipelines.ingest.parts import Batch, DeliveredFile
from pipelines.ingest.raw import Progress, RawStore
from pipelines.source_declarations import Source, SourceColumn
from quality.quarantine import Quarantined, write_quarantine
from registries.schema import SQL_TYPES

POLARS_TYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "date": pl.Date(),
    "boolean": pl.Boolean(),
    "timestamp": pl.Datetime("us", "UTC"),
    "geometry": pl.Binary(),
    "text_list": pl.List(pl.String()),
}
"""Polars type of each logical type of a data item."""

_SQL_TYPES = {POLARS_TYPES[name]: sql for name, sql in SQL_TYPES.items()} | {pl.Binary(): "BLOB"}


@dataclass(frozen=True)
class Problem:
    """A way in which a value can break its declaration.

    Attributes:
        code: Identifier of the reason.
        reason: The reason, for people.
        holds: Boolean expression over the raw columns, true where the value is at fault.
    """

    code: str
    reason: str
    holds: pl.Expr


def parse(item: DataItem, text: pl.Expr) -> pl.Expr:
    """Read text as the logical type of an item; null where it cannot be read. The texts of a list are separated by ``;``.

    Args:
        item: Data item.
        text: Text column.

    Returns:
        Column of the type in :data:`POLARS_TYPES`.
    """
    match item.type:
        case "date":
            # the pattern keeps out forms that the parser would accept, such as 2024-1-5
            shaped = text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
            return pl.when(shaped).then(text.str.to_date("%Y-%m-%d", strict=False))
        case "integer":
            return text.cast(pl.Int64, strict=False)
        case "number":
            return text.cast(pl.Float64, strict=False)
        case "boolean":
            return pl.when(text == "1").then(True).when(text == "0").then(False)
        case "timestamp":
            shaped = text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$")
            return pl.when(shaped).then(text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", time_zone="UTC", strict=False))
        case "geometry":
            return text.str.decode("hex", strict=False)
        case "text_list":
            return text.str.split(";")
        case _:
            return text


_UNREADABLE = {
    "date": ("impossible_date", "not a date of the calendar in the form YYYY-MM-DD"),
    "integer": ("not_an_integer", "not a whole number"),
    "number": ("not_a_number", "not a number"),
    "boolean": ("not_a_flag", "neither 0 nor 1"),
    "timestamp": ("impossible_time", "not a time in UTC in the form YYYY-MM-DDThh:mm:ssZ"),
    "geometry": ("not_a_geometry", "not WKB in hexadecimal digits"),
}


def cleansed(source: Source, raw: pl.DataFrame) -> pl.DataFrame:
    """Bring the text of the columns that name a rule to the data standard.

    Args:
        source: Declaration of the source.
        raw: Text columns by the publisher's names, with whatever else.

    Returns:
        The frame with the cleansed text in place, and for each such column ``_unread_<column>``: whether its rule could not read a value.
    """
    ruled = {column.name: CLEANSINGS[column.rule] for column in source.columns if column.rule is not None}
    read = raw.with_columns(rule(pl.col(name)).alias(f"_read_{name}") for name, rule in ruled.items())
    outcomes = {name: pl.col(f"_read_{name}").struct for name in ruled}
    return read.with_columns(
        *(outcome.field("value").alias(name) for name, outcome in outcomes.items()),
        *(outcome.field("status").eq_missing(Status.INVALID.value).alias(f"_unread_{name}") for name, outcome in outcomes.items()),
    ).drop(f"_read_{name}" for name in ruled)


def problems(column: SourceColumn) -> list[Problem]:
    """List the ways in which a column's values can break the declaration of its item.

    Args:
        column: Declared column; where it names a rule, the conditions hold for a frame of :func:`cleansed`.

    Returns:
        Problems in the order in which they are reported.
    """
    item, text = column.item, pl.col(column.name)
    found: list[Problem] = []
    if column.rule is not None:
        found.append(Problem("not_readable", f"the rule {column.rule} cannot read it", pl.col(f"_unread_{column.name}")))
    if column.required:
        found.append(Problem("missing", "a value is required", text.is_null()))
    if column.required_unless:
        lifted = pl.any_horizontal(pl.col(name).eq_missing(value) for name, value in column.required_unless.items())
        found.append(Problem("missing", "a value is required here", text.is_null() & ~lifted))
    if item.type in _UNREADABLE:
        code, reason = _UNREADABLE[item.type]
        found.append(Problem(code, reason, text.is_not_null() & parse(item, text).is_null()))
    if item.max_length is not None:
        found.append(Problem("too_long", f"longer than {item.max_length} characters", text.str.len_chars() > item.max_length))
    if item.pattern is not None:
        found.append(Problem("bad_form", f"not of the form {item.pattern}", ~text.str.contains(item.pattern)))
    if item.code_list is not None:
        code_list = load_code_lists()[item.code_list]
        found.append(
            Problem(
                "unknown_code",
                f"not a code of {code_list.label} ({code_list.name})",
                ~text.is_in(list(code_list.codes)),
            )
        )
    if item.check is not None:
        found.append(Problem("check_digit", "the check digit does not fit", ~CHECKS[item.check](text)))
    if item.minimum is not None:
        found.append(Problem("too_small", f"less than {item.minimum}", parse(item, text) < item.minimum))
    return found


def standardised_schema(source: Source) -> dict[str, pl.DataType]:
    """Columns of a source's standardised records: its items, derived items, and where each record came from."""
    items = [*(column.item for column in source.columns), *(derivation.item for derivation in source.derived)]
    return {
        **{item.name: POLARS_TYPES[item.type] for item in items},
        "source_file": pl.String(),
        "source_line": pl.Int64(),
        "file_id": pl.String(),
        "delivery_kind": pl.String(),
        "file_date": pl.Date(),
    }


def sql_types(source: Source) -> dict[str, str]:
    """SQL types of the columns of a source's standardised records, by name."""
    return {name: _SQL_TYPES[dtype] for name, dtype in standardised_schema(source).items()}


def standardise(source: Source, raw: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Bring raw records to the data standard.

    Args:
        source: Declaration of the source.
        raw: Text columns by the publisher's names, with file_id and line.

    Returns:
        The standardised records (items, then file_id and line), and the raw records refused.
    """
    faults = [problem.holds.fill_null(value=False) for column in source.columns for problem in problems(column)]
    marked = cleansed(source, raw).with_columns(pl.any_horizontal(faults).alias("_refused"))
    refused = raw.filter(marked.get_column("_refused"))
    accepted = marked.filter(~pl.col("_refused")) if refused.height else marked
    values = accepted.select(
        *(parse(column.item, pl.col(column.name)).alias(column.item.name) for column in source.columns),
        "file_id",
        pl.col("line").cast(pl.Int64).alias("source_line"),
    )
    derived = [
        DERIVATIONS[derivation.rule](*(pl.col(name) for name in derivation.inputs)).alias(derivation.item.name)
        for derivation in source.derived
    ]
    return values.with_columns(derived), refused


def explain(source: Source, refused: pl.DataFrame) -> pl.DataFrame:
    """Say what is wrong with refused records.

    Args:
        source: Declaration of the source.
        refused: Raw records, as :func:`standardise` gives them.

    Returns:
        One row for each record - file_id, line, column, code, reason, value - for the first column at fault; the reason
        names
        the other columns at fault.
    """
    written = [pl.col(column.name).alias(f"_written_{column.name}") for column in source.columns]
    read = cleansed(source, refused.with_columns(written))
    found = [
        read.filter(problem.holds.fill_null(value=False)).select(
            "file_id",
            "line",
            pl.lit(place).alias("place"),
            pl.lit(column.name).alias("column"),
            pl.lit(problem.code).alias("code"),
            pl.lit(f"{column.label} ({column.name}): {problem.reason}").alias("reason"),
            pl.col(f"_written_{column.name}").alias("value"),
        )
        for place, column in enumerate(source.columns)
        for problem in problems(column)
    ]
    first = ["column", "code", "value"]
    return (
        pl.concat(found)
        .sort("file_id", "line", "place", maintain_order=True)
        .unique(["file_id", "line", "column"], keep="first", maintain_order=True)
        .group_by("file_id", "line", maintain_order=True)
        .agg(*(pl.col(name).first() for name in first), pl.col("reason").str.join("; "))
    )


class StandardisedStore:
    """The standardised records of one source."""

    def __init__(self, home: Home, source: Source) -> None:
        self._home, self._source = home, source
        self.folder = home.standardised / source.name
        self._landing = Landing(home, source)
        self._declarations = standardising_fingerprint(source.name)

    def _finished(self) -> dict[str, dict[str, Any]]:
        """What was written down of every batch standardised under the present declarations, by batch id."""
        contents = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(self.folder.glob("*.json"))}
        return {batch: content for batch, content in contents.items() if content["declarations"] == self._declarations}

    def done(self) -> dict[str, dict[str, int]]:
        """Accepted records by file, for every batch standardised under the present declarations, by batch id."""
        return {batch: content["accepted"] for batch, content in self._finished().items()}

    def snapshots(self) -> pl.DataFrame:
        """What the files of a snapshot speak for.

        Returns:
            Columns ``batch``, ``file_id``, ``file_date``, ``scope`` (null where the source declares none) and ``stands``:
            whether no later file speaks for the same. Files of one day stand together.
        """
        rows = [
            {"batch": batch, "file_id": file_id, "file_date": told["file_date"] or "", "scope": scope}
            for batch, content in self._finished().items()
            for file_id, told in content["snapshots"].items()
            for scope in told["scopes"]
        ]
        schema = dict.fromkeys(("batch", "file_id", "file_date", "scope"), pl.String)
        return pl.DataFrame(rows, schema=schema).with_columns(stands=pl.col("file_date") == pl.col("file_date").max().over("scope"))

    def parts(self, batch_id: str = "*") -> list[str]:
        """Paths of the Parquet files, of one batch or of all."""
        finished = set(self.done())
        return [str(path) for path in sorted(self.folder.glob(f"{batch_id}-*.parquet")) if path.name.partition("-")[0] in finished]

    def standardise_new(self, raw: RawStore, progress: Progress) -> list[Batch]:
        """Standardise every raw batch that has not been standardised under the present declarations.

        Args:
            raw: Raw records of the same source.
            progress: Called with parts done, parts in all, and the name of the current one.

        Returns:
            The batches standardised now.
        """
        corrections = read_corrections(self._home, self._source)
        done = self.done()
        new = [batch for batch in raw.batches() if batch.id not in done or self._is_stale(raw, batch, corrections)]
        for batch in new:
            self._standardise_batch(raw, batch, corrections, progress)
        return new

    def revisions(self) -> list[str]:
        """Batches by id, and where corrections were applied to one by id and digest of them: what a warehouse is made of."""
        return sorted(
            f"{batch}+{content['corrections']['digest']}" if content.get("corrections", {}).get("applied") else batch
            for batch, content in self._finished().items()
        )

    def corrected(self) -> list[dict[str, Any]]:
        """How often each correction was applied: batch, column, value, replacement, records."""
        return [
            {"batch": batch, **applied}
            for batch, content in self._finished().items()
            for applied in content.get("corrections", {}).get("applied", [])
        ]

    def _is_stale(self, raw: RawStore, batch: Batch, corrections: list[Correction]) -> bool:
        """Whether corrections have changed that a batch has to do with. Only then are its raw records looked at."""
        kept = self._finished()[batch.id]
        told = kept.get("corrections", {"known": digest([]), "applied": []})
        if told["known"] == digest(corrections):
            return False
        if count_hits([raw.folder / part for part in batch.parts], corrections) != told["applied"]:
            return True
        write_json_aside(self.folder / f"{batch.id}.json", kept | {"corrections": told | {"known": digest(corrections)}})
        return False

    def _standardise_batch(self, raw: RawStore, batch: Batch, corrections: list[Correction], progress: Progress) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        files = [file for file in batch.files if file.fault is None]
        about = pl.DataFrame(
            {
                "file_id": [file.file_id for file in files],
                "source_file": [file.name for file in files],
                "delivery_kind": [file.kind for file in files],
                "file_date": [file.file_date or None for file in files],
            },
            schema=dict.fromkeys(("file_id", "source_file", "delivery_kind", "file_date"), pl.String),
        ).with_columns(pl.col("file_date").str.to_date())
        accepted: dict[str, int] = {file.file_id: 0 for file in files}
        scopes: dict[str, set[str | None]] = {}
        refused: list[pl.DataFrame] = []
        for number, part in enumerate(batch.parts):
            progress(number, len(batch.parts), part)
            records = apply(pl.read_parquet(raw.folder / part), corrections)
            values, bad = standardise(self._source, records)
            values, broken = guarded(self._source, values, records)
            values = values.join(about, on="file_id", how="left", maintain_order="left").select(*standardised_schema(self._source))
            for file_id, count in values.group_by("file_id").len().iter_rows():
                accepted[file_id] += count
            if self._source.is_snapshot:
                item = self._source.scope_item
                for file_id, scope in values.select("file_id", pl.col(item) if item else pl.lit(None, pl.String)).unique().iter_rows():
                    scopes.setdefault(file_id, set()).add(scope)
            if bad.height:
                refused.append(self._explained(explain(self._source, bad), bad))
            if broken.height:
                refused.append(self._explained(broken, records))
            aside = self.folder / f".{part}.part"
            values.write_parquet(aside, compression="zstd", compression_level=1)
            aside.replace(self.folder / part)
        progress(len(batch.parts), len(batch.parts), "")
        by_id = {file.file_id: file for file in files}
        quarantined = self._quarantined(pl.concat(refused), by_id) if refused else []
        write_quarantine(self._home.quarantine, self._source.name, f"{batch.id}-standardised", quarantined)
        snapshots = {
            file_id: {"file_date": by_id[file_id].file_date, "scopes": sorted(scopes[file_id], key=str)} for file_id in sorted(scopes)
        }
        applied = count_hits([raw.folder / part for part in batch.parts], corrections)
        used = [known for known in corrections if any((known.column, known.value) == (hit["column"], hit["value"]) for hit in applied)]
        content = {
            "declarations": self._declarations,
            "accepted": accepted,
            "snapshots": snapshots,
            "corrections": {"known": digest(corrections), "applied": applied, "digest": digest(used)},
        }
        write_json_aside(self.folder / f"{batch.id}.json", content)

    def _explained(self, explained: pl.DataFrame, bad: pl.DataFrame) -> pl.DataFrame:
        """What is wrong with refused records; those a reader gave carry their own text, for they are no lines of a file."""
        if not self._source.has("reader"):
            return explained.with_columns(original=pl.lit(None, pl.Binary))
        written = pl.struct(column.name for column in self._source.columns).struct.json_encode()
        texts = bad.select("file_id", "line", original=written.cast(pl.Binary))
        return explained.join(texts, on=["file_id", "line"], how="left", maintain_order="left")

    def _quarantined(self, faults: pl.DataFrame, files: dict[str, DeliveredFile]) -> list[Quarantined]:
        """Quarantine rows with the bytes of each record, read again from the landing place where they are lines."""
        records: list[Quarantined] = []
        for (file_id,), rows in faults.group_by("file_id", maintain_order=True):
            file = files[str(file_id)]
            if self._source.has("reader"):
                originals = dict(rows.select("line", "original").iter_rows())
            else:
                originals = self._landing.lines(file.landing_sha256, file.name, file.file_id, set(rows["line"]))
            records += [
                Quarantined(
                    stage="standardised",
                    file=file.name,
                    file_id=file.file_id,
                    line=row["line"],
                    column=row["column"],
                    code=row["code"],
                    reason=row["reason"],
                    value=row["value"],
                    original=originals[row["line"]],
                )
                for row in rows.iter_rows(named=True)
            ]
        return records
