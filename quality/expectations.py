"""The expectation suite of a table, generated from its contract, run by Great Expectations over DuckDB, with its pages for stewards."""

import os
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_standards.codes import load_code_lists
from data_standards.rules.registry import SQL_CHECKS
from quality.constraints import Constraint, constraints
from registries.contract import Table

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
warnings.filterwarnings("ignore", category=DeprecationWarning, module="great_expectations")

import great_expectations as gx  # noqa: E402 - the setting above is read on import
from great_expectations import expectations as gxe  # noqa: E402

from quality.gx_duckdb import adapt  # noqa: E402
from quality.offline_pages import make_offline  # noqa: E402


@dataclass(frozen=True)
class Expected:
    """What came of one expectation.

    Attributes:
        table: Table.
        rule: Identifier of the constraint.
        success: Whether it holds.
        unexpected: Rows that break it; None where that is not counted.
    """

    table: str
    rule: str
    success: bool
    unexpected: int | None


class CrashedExpectationError(RuntimeError):
    """An expectation did not run. That is an error of ours, and says nothing about the data."""


def _braces(condition: str) -> str:
    """SQL in which the library, that fills in names between braces, finds none to fill in."""
    return condition.replace("{", "{{").replace("}", "}}")


def expectation(constraint: Constraint) -> gxe.Expectation:
    """The expectation of a constraint, with the constraint's identifier in its metadata.

    Args:
        constraint: From :func:`quality.constraints.constraints`.
    """
    about: dict[str, Any] = {"meta": {"rule": constraint.id}}
    if constraint.rule is not None:
        rule = constraint.rule
        query = f"SELECT * FROM {{batch}} WHERE {_braces(rule.violated_if)}"
        return gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, description=rule.description, **about)
    column = constraint.columns[0]
    if constraint.kind == "unique_key":
        if len(constraint.columns) == 1:
            return gxe.ExpectColumnValuesToBeUnique(column=column, **about)
        return gxe.ExpectCompoundColumnsToBeUnique(column_list=list(constraint.columns), **about)
    item = constraint.demander
    match constraint.kind:
        case "required":
            return gxe.ExpectColumnValuesToNotBeNull(column=column, **about)
        case "pattern":
            return gxe.ExpectColumnValuesToMatchRegex(column=column, regex=item.pattern, **about)
        case "max_length":
            return gxe.ExpectColumnValueLengthsToBeBetween(column=column, max_value=item.max_length, **about)
        case "minimum":
            return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=item.minimum, **about)
        case "code_list":
            codes = list(load_code_lists()[item.code_list or ""].codes)
            return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=codes, **about)
        case "check_digit":
            condition = SQL_CHECKS[item.check or ""]
            query = f"SELECT * FROM (SELECT *, {column} AS value FROM {{batch}}) WHERE NOT ({_braces(condition)})"
            text = f"{item.label}の検査用数字が合う"
            return gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, description=text, **about)
        case _:
            raise ValueError(f"{constraint.kind} has no expectation")


class Examiner:
    """Great Expectations on one DuckDB file. Making it takes seconds; it is made once for a run.

    Args:
        database: DuckDB file, opened for reading only.
        pages: Folder for the pages (Data Docs); none are written where it is None.
    """

    def __init__(self, database: Path, pages: Path | None = None) -> None:
        adapt()
        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = {"globally": False}
        self._pages = pages
        if pages is not None:
            store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(pages)}
            site = {"class_name": "SiteBuilder", "store_backend": store, "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"}}
            self._context.add_data_docs_site(site_name="stewards", site_config=site)
        address = f"duckdb:///{database}"
        self._source = self._context.data_sources.add_sql(
            "warehouse", connection_string=address, create_temp_table=False, kwargs={"connect_args": {"read_only": True}}
        )

    def examine(self, tables: Iterable[Table]) -> list[Expected]:
        """Run the suites of tables and write their pages.

        Args:
            tables: Tables of the file.

        Returns:
            One result for each constraint.

        Raises:
            CrashedExpectationError: An expectation did not run.
        """
        definitions = []
        for table in tables:
            suite = gx.ExpectationSuite(name=table.name, expectations=[expectation(constraint) for constraint in constraints(table)])
            batch = self._source.add_table_asset(table.name, table_name=table.name).add_batch_definition_whole_table("all")
            definitions.append(
                self._context.validation_definitions.add(
                    gx.ValidationDefinition(name=table.name, data=batch, suite=self._context.suites.add(suite))
                )
            )
        actions = [gx.checkpoint.UpdateDataDocsAction(name="pages")] if self._pages is not None else []
        checkpoint = gx.Checkpoint(name="all", validation_definitions=definitions, actions=actions, result_format="SUMMARY")
        outcome = self._context.checkpoints.add(checkpoint).run()
        found = [_expected(result.suite_name, single) for result in outcome.run_results.values() for single in result.results]
        if self._pages is not None:
            make_offline(self._pages)
        return found


def _expected(table: str, single: Any) -> Expected:
    rule = single.expectation_config.meta["rule"]
    raised = (single.exception_info or {}).get("raised_exception")
    nested = [info for info in (single.exception_info or {}).values() if isinstance(info, dict) and info.get("raised_exception")]
    if raised or nested:
        told = (nested[0] if nested else single.exception_info).get("exception_message", "")
        raise CrashedExpectationError(f"the expectation {rule} of {table} did not run: {told}")
    unexpected = single.result.get("unexpected_count", single.result.get("observed_value"))
    return Expected(table, rule, bool(single.success), unexpected if isinstance(unexpected, int) else None)
