"""Organisations mentioned in ledgers without a number, tied to the companies of a register by the company matcher.

Mentions and companies are matched together, so that what two ledgers say of one organisation speaks for the tie of both. Of the register
only companies that a mention might be are read.
"""

from collections.abc import Iterator

import duckdb
import polars as pl

from registries.address.matching.address import AddressMatcher
from registries.identity.company_judgements import COMPANY_RECORD, JUDGED
from registries.identity.company_ledgers import NUMBERED_COMPANY, match_companies
from registries.identity.company_matching import company_model
from registries.identity.company_records import name_keys, read_records
from registries.identity.compare import compare
from registries.identity.matching import frame

CLEAR = 2.0
"""Bits by which the best company must lead another one to be tied without a person's look."""

_SLICE = 500_000
_NEAR = 3
"""Characters at the beginning or the end of a name by which a company of the same municipality may be one that is spelt otherwise."""
TIED = {
    "record_id": pl.String,
    "corporate_number": pl.String,
    "match_bits": pl.Float64,
    "match_account": pl.String,
    "match_band_code": pl.String,
}
"""A tie: the mention, the company, the score of their best pair and what each answer weighed, the band."""


def _slices(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[pl.DataFrame]:
    """Read a table in slices of bounded size; an empty one as one slice."""
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    for start in range(0, max(rows, 1), _SLICE):
        yield frame(connection, f"SELECT * FROM {table} WHERE rowid >= {start} AND rowid < {start + _SLICE}")


def companies_named(
    connection: duckdb.DuckDBPyConnection, table: str, names: pl.DataFrame, near: pl.DataFrame | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Choose the companies that bear a name, and count on the way how many bear each.

    Args:
        connection: To work in.
        table: Companies under every name and address they bore: ``record_id``, ``name``, ``corporate_number`` and what else is to be kept.
        names: ``name_key``: the names wanted, folded.
        near: ``lg_code``, ``name_key`` of records whose name may be misspelt: companies of that municipality with the same beginning or
            end of the name are chosen too. The table then has ``lg_code``.

    Returns:
        The rows chosen, and for each ``name_key`` the number of ``companies``.
    """
    ends = {"head": pl.col("name_key").str.head(_NEAR), "tail": pl.col("name_key").str.tail(_NEAR)}
    kept, counted = [], []
    for rows in _slices(connection, table):
        keyed = rows.join(name_keys(rows["name"]), on="name", how="left")
        counted.append(keyed.select("name_key", "corporate_number").drop_nulls().unique())
        chosen = [keyed.join(names, on="name_key", how="semi")]
        for name, end in ends.items() if near is not None else ():
            wanted = near.select("lg_code", end.alias(name)).drop_nulls().unique()  # type: ignore[union-attr]
            chosen.append(keyed.with_columns(end.alias(name)).join(wanted, on=["lg_code", name], how="semi").drop(name))
        kept.append(pl.concat(chosen).unique("record_id", maintain_order=True).drop("name_key"))
    return pl.concat(kept), pl.concat(counted).unique().group_by("name_key").agg(companies=pl.len())


def _load(
    connection: duckdb.DuckDBPyConnection, mentions: pl.DataFrame, companies: str, judged: pl.DataFrame, matcher: AddressMatcher | None
) -> None:
    """Make ``mention_and_company`` of the mentions and the companies they might be, and ``name_known`` of how frequent names are."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE company_written AS FROM {companies}")
    read = read_records(mentions, matcher)
    wanted = pl.concat([read.select("name_key"), read.select(name_key="kana_key")]).drop_nulls().unique()
    near = read.select("lg_code", "name_key").drop_nulls().unique()
    chosen, known = companies_named(connection, "company_written", wanted, near)
    connection.register("judged_company", judged.to_arrow())
    held = frame(connection, "SELECT * FROM company_written SEMI JOIN judged_company USING (corporate_number)").cast(chosen.schema)
    connection.unregister("judged_company")
    both = [pl.concat([chosen, held]).unique("record_id").drop("lg_code"), mentions]
    connection.register("mention_and_company", pl.concat(both, how="diagonal").sort("record_id").to_arrow())
    connection.register("name_known", known.sort("name_key").to_arrow())
    connection.execute("DROP TABLE company_written")


def _account(connection: duckdb.DuckDBPyConnection, tied: pl.DataFrame) -> pl.DataFrame:
    """Add what each answer about the best pair weighed."""
    pairs = tied.drop_nulls("mention").select(
        l=pl.min_horizontal("mention", "company"), r=pl.max_horizontal("mention", "company"), found_by=pl.lit(0, pl.UInt32)
    )
    connection.register("best_pair", pairs.unique().to_arrow())
    connection.execute("CREATE OR REPLACE TEMP TABLE best AS FROM best_pair")
    compare(connection, NUMBERED_COMPANY, "best", "best_compared")
    told = frame(connection, f"SELECT l, r, {company_model().account_sql(NUMBERED_COMPANY)} AS match_account FROM best_compared")
    connection.unregister("best_pair")
    for table in ("best", "best_compared"):
        connection.execute(f"DROP TABLE {table}")
    sided = tied.with_columns(l=pl.min_horizontal("mention", "company"), r=pl.max_horizontal("mention", "company"))
    return sided.join(told.cast({"l": pl.UInt64, "r": pl.UInt64}), on=["l", "r"], how="left").select(*TIED)


_TIES = """
    WITH side AS (SELECT r.key, r.record_id, r.corporate_number, c.cluster FROM record AS r JOIN cluster_member AS c USING (key)),
    numbered AS (SELECT cluster, max(corporate_number) AS corporate_number FROM side GROUP BY ALL),
    mention AS (SELECT s.key, s.record_id, n.corporate_number FROM side AS s JOIN numbered AS n USING (cluster)
                WHERE s.corporate_number IS NULL),
    sided AS (SELECT l AS mention, r AS company, bits FROM scored WHERE veto IS NULL
              UNION ALL SELECT r, l, bits FROM scored WHERE veto IS NULL),
    pair AS (SELECT m.record_id, c.corporate_number, s.mention, max(s.bits) AS bits, arg_max(s.company, (s.bits, s.company)) AS company
             FROM sided AS s JOIN mention AS m ON m.key = s.mention JOIN side AS c ON c.key = s.company
             ANTI JOIN apart AS x ON x.record_id = m.record_id AND x.corporate_number = c.corporate_number
             WHERE c.corporate_number IS NOT NULL GROUP BY ALL),
    rival AS (SELECT m.record_id, max(p.bits) AS bits FROM mention AS m JOIN pair AS p USING (record_id)
              WHERE p.corporate_number <> m.corporate_number GROUP BY ALL),
    bound AS (SELECT m.record_id, m.corporate_number, CASE WHEN j.record_id IS NULL THEN 'automatic' ELSE 'judged' END AS match_band_code
              FROM mention AS m
              LEFT JOIN pair AS p USING (record_id, corporate_number)
              LEFT JOIN rival AS r USING (record_id)
              LEFT JOIN together AS j USING (record_id, corporate_number)
              WHERE m.corporate_number IS NOT NULL AND (j.record_id IS NOT NULL OR coalesce(p.bits - r.bits, {clear}) >= {clear})),
    guess AS (SELECT record_id, corporate_number, 'review' AS match_band_code FROM pair ANTI JOIN bound USING (record_id)
              WHERE bits >= {review}
              QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY bits DESC, corporate_number) = 1)
    SELECT t.record_id, t.corporate_number, p.bits AS match_bits, p.mention, p.company, t.match_band_code
    FROM (FROM bound UNION ALL FROM guess) AS t LEFT JOIN pair AS p USING (record_id, corporate_number)
    ORDER BY t.record_id"""


def tie_mentions(
    connection: duckdb.DuckDBPyConnection,
    mentions: pl.DataFrame,
    companies: str,
    judged: pl.DataFrame | None = None,
    matcher: AddressMatcher | None = None,
) -> pl.DataFrame:
    """Find the company each mention is of.

    Args:
        connection: To work in, with a memory limit and a place to spill to.
        mentions: ``record_id``, ``name``, ``name_kana``, ``address``, ``postal_code`` and ``corporate_number`` (checked, or null), as
            written. A mention with a number is not tied anew, and helps those without.
        companies: SQL of the companies under every name and address they bore: the same columns and ``lg_code``. The record
            ``nta_corporate_number:<number>`` is the one stewards judge.
        judged: Stewards' decisions that can hold: columns of :data:`registries.identity.company_judgements.JUDGED`.
        matcher: Of the address registry, by which addresses are brought to one form first.

    Returns:
        Columns of :data:`TIED`, one row for each mention without a number that has a company: ``judged``, ``automatic`` (in its cluster,
        and without a rival), ``review`` (the best guess, for a person).
    """
    if mentions.is_empty():
        return pl.DataFrame(schema=TIED)
    held = pl.DataFrame(schema=JUDGED) if judged is None else judged.select(*JUDGED)
    _load(connection, mentions, companies, held, matcher)
    company = pl.concat_str(pl.lit(COMPANY_RECORD), "corporate_number")
    pairs = held.select(record_a="record_id", record_b=company, same="judged_same")
    known = "(FROM name_known)"
    matched = match_companies(connection, "mention_and_company", known=known, judgements=pairs, matcher=matcher)
    connection.register("cluster_member", matched.clusters.members.to_arrow())
    for name, ties in (("together", held.filter("judged_same")), ("apart", held.filter(~pl.col("judged_same")))):
        connection.register(name, ties.drop("judged_same").to_arrow())
    tied = frame(connection, _TIES.format(review=company_model().bands["review"], clear=CLEAR))
    told = _account(connection, tied.cast({"mention": pl.UInt64, "company": pl.UInt64}))
    for view in ("cluster_member", "together", "apart", "mention_and_company", "name_known"):
        connection.unregister(view)
    for table in ("record", "candidate", "scored"):
        connection.execute(f"DROP TABLE {table}")
    return told.cast(TIED)  # type: ignore[arg-type]
