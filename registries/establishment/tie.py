"""Tying establishments to companies: the matcher of companies, between a list of establishments and the companies with their history."""

from dataclasses import replace

import duckdb
import polars as pl

from registries.address.matching.address import AddressMatcher
from registries.establishment.names import further_names
from registries.identity.company_matching import COMPANY, company_model
from registries.identity.company_records import prepare
from registries.identity.matching import frame, prepare_pairs
from registries.identity.mentions import CLEAR, TIED, companies_named
from registries.identity.model import score
from registries.identity.specification import BlockingRule, Specification

ESTABLISHMENT_COMPANY: Specification = replace(
    COMPANY,
    subject="establishment_company",
    between="list",
    largest_block=400,
    blocking=(
        *COMPANY.blocking,
        BlockingRule("beginning_of_name", ("lg_code",), "list_transform(range(3, length(name_key) + 1), lambda n: left(name_key, n))"),
    ),
)
"""The questions of the company matcher, asked between an establishment and a company only."""


def _prepared(connection: duckdb.DuckDBPyConnection, matcher: AddressMatcher | None) -> None:
    """Make the table ``prepared``: all establishments, and the companies whose name an establishment's name is or begins with.

    How frequent a name is among all companies is counted on the way.
    """
    offices = prepare(frame(connection, "SELECT * FROM written WHERE list = 'establishment' ORDER BY record_id"), matcher=matcher)
    key = pl.col("name_key")
    beginnings = offices.select(name_key=pl.concat_list(key.str.head(n) for n in range(2, 25))).explode("name_key")
    wanted = pl.concat([beginnings, offices.select(name_key="kana_key")]).drop_nulls().unique()
    kept, known = companies_named(connection, "company_written", wanted)
    both = pl.concat([frame(connection, "SELECT * FROM written WHERE list = 'establishment'"), kept])
    connection.register("prepared", prepare(both, known, matcher).to_arrow())


def tie(
    connection: duckdb.DuckDBPyConnection,
    offices: str,
    companies: str,
    apart: pl.DataFrame | None = None,
    matcher: AddressMatcher | None = None,
) -> pl.DataFrame:
    """Find the company each establishment belongs to.

    Args:
        connection: To work in; ``record`` and ``scored`` remain for explanation.
        offices: SQL of the establishments: ``record_id``, ``name``, ``name_kana``, ``address``, ``postal_code``.
        companies: SQL of companies under every name and address they bore: the same columns and ``corporate_number``.
        apart: ``record_id``, ``corporate_number`` that a person parted; such a company is no candidate.
        matcher: Of the address registry, by which addresses are brought to one form first.

    Returns:
        ``record_id``, ``corporate_number``, ``match_bits``, ``match_account`` (what each answer weighed),
        ``match_band_code``: ``automatic`` (clear by the
        frozen model's band and without a rival),
        ``review`` (the best guess, for a person). Establishments without a candidate in either band are left out.
    """
    columns = "record_id, name, name_kana, address, postal_code"
    connection.register("further_name", further_names(frame(connection, f"SELECT record_id, name, address FROM {offices}")).to_arrow())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE written AS "
        f"SELECT {columns}, NULL::VARCHAR AS corporate_number, 'establishment' AS list, record_id AS office FROM {offices} UNION ALL "
        "SELECT concat_ws(chr(0), record_id, n.name), n.name, NULL, address, postal_code, NULL, 'establishment', record_id "
        f"FROM {offices} JOIN further_name AS n USING (record_id)"
    )
    connection.unregister("further_name")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE company_written AS "
        f"SELECT {columns}, corporate_number, 'company' AS list, NULL::VARCHAR AS office FROM {companies}"
    )
    (counts,) = connection.execute("SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM company_written)").fetchall()
    if 0 in counts:
        return pl.DataFrame(schema=TIED)
    _prepared(connection, matcher)
    model = company_model()
    prepare_pairs(connection, ESTABLISHMENT_COMPANY, "prepared")
    score(connection, ESTABLISHMENT_COMPANY, model)
    parted = apart if apart is not None else pl.DataFrame(schema={"record_id": pl.String, "corporate_number": pl.String})
    connection.register("apart", parted.select("record_id", "corporate_number").to_arrow())
    tied = frame(
        connection,
        f"""
        WITH sided AS (
            SELECT coalesce(l.office, r.office) AS record_id, coalesce(l.corporate_number, r.corporate_number) AS corporate_number,
                   s.bits::DOUBLE AS bits, s.l, s.r
            FROM scored AS s JOIN record AS l ON l.key = s.l JOIN record AS r ON r.key = s.r),
        found AS (SELECT record_id, corporate_number, max(bits) AS bits, arg_max((l, r), (bits, l, r)) AS pair
                  FROM sided GROUP BY ALL),
        pair AS (FROM found ANTI JOIN apart USING (record_id, corporate_number)),
        ranked AS (SELECT *, row_number() OVER best AS place, lead(bits) OVER best AS rival
                   FROM pair WINDOW best AS (PARTITION BY record_id ORDER BY bits DESC, corporate_number))
        SELECT record_id, corporate_number, bits AS match_bits, {model.account_sql(ESTABLISHMENT_COMPANY)} AS match_account,
               CASE WHEN bits >= {model.bands["automatic"]} AND bits - coalesce(rival, -1e9) >= {CLEAR} THEN 'automatic' ELSE 'review' END
               AS match_band_code
        FROM ranked JOIN compared AS c ON c.l = pair[1] AND c.r = pair[2]
        WHERE place = 1 AND bits >= {model.bands["review"]} ORDER BY record_id""",
    )
    connection.unregister("prepared")
    connection.unregister("apart")
    for table in ("written", "company_written"):
        connection.execute(f"DROP TABLE {table}")
    return tied
