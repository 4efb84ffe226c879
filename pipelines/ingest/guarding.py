"""The guard of the standardised stage: records held against the pandera schema of their items, whatever made them."""

import polars as pl

from pipelines.source_declarations import Source
from quality.schemas import guard_records
from registries.contract import Column

_FAULTS = pl.Schema(
    {"file_id": pl.String, "line": pl.UInt32, "column": pl.String, "code": pl.String, "reason": pl.String, "value": pl.String}
)


def guarded(source: Source, values: pl.DataFrame, raw: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Hold standardised records against the schema of their items (pandera), derived values too.

    Args:
        source: Declaration of the source.
        values: Records from :func:`standardise`.
        raw: The raw records they were made of, for the values as delivered.

    Returns:
        The records that pass; and for each of the others file_id, line, column, code (the rule's id), reason and value as delivered.
    """
    by_item = {column.item.name: column for column in source.columns}
    columns = [Column(column.item, column.required) for column in source.columns]
    columns += [Column(derivation.item, required=False) for derivation in source.derived]
    passed, failures = guard_records(values, columns)
    if failures.height == 0:
        return passed, pl.DataFrame(schema=_FAULTS)
    first = failures.unique("row", keep="first", maintain_order=True)
    places = values[first["row"]].select("file_id", line=pl.col("source_line").cast(pl.UInt32))
    faulty = places.join(raw, on=["file_id", "line"], how="left", maintain_order="left")
    rows = []
    for place, (item, rule, value) in enumerate(first.select("column", "rule", "value").iter_rows()):
        column = by_item.get(item)
        about = {
            "file_id": faulty["file_id"][place],
            "line": faulty["line"][place],
            "column": column.name if column else item,
            "code": rule,
        }
        label = f"{column.label} ({column.name})" if column else item
        reason = f"{label}: the standardised record breaks {rule}"
        rows.append(about | {"code": rule, "reason": reason, "value": faulty[column.name][place] if column else value})
    return passed, pl.DataFrame(rows, schema=_FAULTS)
