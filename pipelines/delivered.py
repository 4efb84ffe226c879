"""What sources delivered, as relations for the registry models: their standardised records, and the ledger of their files."""

import polars as pl

from pipelines.home import Home
from pipelines.ingest.landing import Landing
from pipelines.ingest.raw import RawStore
from pipelines.ingest.standardise import StandardisedStore, sql_types
from pipelines.source_declarations import Source, load_sources
from registries.contract import load_contracts
from registries.schema import quoted


def standardised_batches(home: Home, source: Source) -> list[str]:
    """The batches that are standardised under the present declarations, by id and the corrections applied to them."""
    return StandardisedStore(home, source).revisions()


def has_column(source: Source, name: str) -> bool:
    """Whether the standardised records of a source have a column."""
    return name in sql_types(source)


def _id(revision: str) -> str:
    return revision.partition("+")[0]


def _relation(home: Home, source: Source, batches: list[str]) -> str:
    """SQL of the records of some batches, all columns of the source among them even where there are no records."""
    store = StandardisedStore(home, source)
    parts = [part for batch in batches for part in store.parts(_id(batch))]
    if not parts:
        columns = (f"NULL::{type_} AS {name}" for name, type_ in sql_types(source).items())
        return f"(SELECT {', '.join(columns)} LIMIT 0)"
    return f"read_parquet([{', '.join(quoted(part) for part in parts)}])"


def delivered_records(home: Home, source: Source) -> str:
    """SQL of all standardised records of a source; of a snapshot, those that no later file of the same scope stands in place of."""
    batches = standardised_batches(home, source)
    if not source.is_snapshot:
        return _relation(home, source, batches)
    told = StandardisedStore(home, source).snapshots()
    standing = told.filter("stands")
    relation = _relation(home, source, sorted(set(standing["batch"])))
    superseded = told.filter(~pl.col("stands") & pl.col("batch").is_in(standing["batch"].implode()))
    return relation if superseded.height == 0 else f"(SELECT * FROM {relation} AS d WHERE NOT {_is_among(source, superseded)})"


def _is_among(source: Source, told: pl.DataFrame) -> str:
    """SQL condition: a record ``d`` is of one of these files and scopes."""
    pairs = ", ".join(
        f"({quoted(file)}, {'NULL' if scope is None else quoted(scope)})" for file, scope in told.select("file_id", "scope").iter_rows()
    )
    scope = f"d.{source.scope_item}" if source.scope_item else "NULL::VARCHAR"
    same = f"s.file_id = d.file_id AND s.scope IS NOT DISTINCT FROM {scope}"
    return f"EXISTS (SELECT 1 FROM (VALUES {pairs}) AS s (file_id, scope) WHERE {same})"


def earlier_records(home: Home, source: Source) -> str:
    """SQL of the standardised records of a snapshot that a later file of the same scope stands in place of."""
    superseded = StandardisedStore(home, source).snapshots().filter(~pl.col("stands"))
    relation = _relation(home, source, sorted(set(superseded["batch"])))
    return relation if superseded.height == 0 else f"(SELECT * FROM {relation} AS d WHERE {_is_among(source, superseded)})"


def arrived_records(home: Home, source: Source, batches: list[str]) -> str:
    """SQL of the records that the arrival of batches touches: theirs and, of a snapshot, all ever delivered of the same scopes."""
    if not source.is_snapshot:
        return _relation(home, source, batches)
    relation = _relation(home, source, standardised_batches(home, source))
    if source.scope_item is None:
        return relation
    told = StandardisedStore(home, source).snapshots()
    scopes = told.filter(pl.col("batch").is_in([_id(batch) for batch in batches]))["scope"].unique().sort().drop_nulls()
    listed = ", ".join(quoted(scope) for scope in scopes) or "NULL"
    return f"(SELECT * FROM {relation} WHERE {source.scope_item} IN ({listed}) OR {source.scope_item} IS NULL)"


def delivery_ledger(home: Home) -> pl.DataFrame:
    """The ledger of delivered files, of every source.

    Returns:
        Columns of the table ``delivered_file``.
    """
    rows = []
    for name, source in load_sources().items():
        landing, accepted = Landing(home, source), {}
        for counts in StandardisedStore(home, source).done().values():
            accepted.update(counts)
        signatures = {receipt.sha256: receipt.signature for receipt in landing.receipts()}
        for file in RawStore(home, source).files():
            taken = accepted.get(file.file_id, 0) if file.fault is None else 0
            rows.append(
                {
                    "source": name,
                    "file_name": file.name,
                    "file_sha256": file.file_id,
                    "delivery_sha256": file.landing_sha256,
                    "signature_state_code": signatures[file.landing_sha256],
                    "delivery_kind_code": file.kind or None,
                    "file_date": file.file_date or None,
                    "character_encoding": file.encoding or None,
                    "records_read": file.records,
                    "records_accepted": taken,
                    "records_quarantined": file.records - taken,
                    "file_fault": file.fault,
                }
            )
    names = [column.name for column in load_contracts()["delivery"].tables["delivered_file"].columns]
    schema = {name: pl.Int64 if name.startswith("records_") else pl.String for name in names}
    return pl.DataFrame(rows, schema=schema).with_columns(pl.col("file_date").str.to_date())
