"""The queue of doubtful pairs: those a person should look at, in the order of what a decision would change."""

import duckdb
import polars as pl

from registries.identity.matching import frame


def queue(
    connection: duckdb.DuckDBPyConnection,
    members: pl.DataFrame,
    bands: dict[str, float],
    *,
    judged: pl.DataFrame | None = None,
    limit: int | None = None,
) -> pl.DataFrame:
    """List doubtful pairs, the weightiest first.

    A pair is doubtful where its score lies in the review band, no veto stands against it, and its records are not in one cluster. What a
    decision is expected to change is the number of pairs of records that a merger would join, times the doubt (most at even odds). Of all
    pairs between two clusters the best one stands for the others.

    Args:
        connection: With ``record`` and ``scored``.
        members: ``key``, ``cluster``.
        bands: Least bits of ``automatic`` and ``review``.
        judged: ``record_a``, ``record_b`` of pairs that need not be asked again.
        limit: Most pairs.

    Returns:
        ``record_a``, ``record_b`` (in order), ``bits``, ``joins`` (pairs of records), ``impact``.
    """
    connection.register("member", members.to_arrow())
    connection.register(
        "judged_before", (judged if judged is not None else pl.DataFrame(schema={"record_a": pl.String, "record_b": pl.String})).to_arrow()
    )
    found = frame(
        connection,
        f"""
        WITH size AS (SELECT cluster, count(*) AS records FROM member GROUP BY cluster),
        doubtful AS (
            SELECT s.l, s.r, s.bits::DOUBLE AS bits, least(a.cluster, b.cluster) AS one, greatest(a.cluster, b.cluster) AS other
            FROM scored AS s JOIN member AS a ON a.key = s.l JOIN member AS b ON b.key = s.r
            WHERE s.bits >= {bands["review"]} AND s.veto IS NULL AND nullif(a.cluster, b.cluster) IS NOT NULL),
        named AS (
            SELECT least(l.record_id, r.record_id) AS record_a, greatest(l.record_id, r.record_id) AS record_b, d.bits, d.one, d.other
            FROM doubtful AS d JOIN record AS l ON l.key = d.l JOIN record AS r ON r.key = d.r),
        open AS (SELECT * FROM named ANTI JOIN judged_before USING (record_a, record_b)),
        best AS (SELECT * FROM open QUALIFY row_number() OVER (PARTITION BY one, other ORDER BY bits DESC, record_a, record_b) = 1)
        SELECT record_a, record_b, bits, x.records * y.records AS joins,
               joins / (1 + pow(2, abs(bits))) AS impact
        FROM best JOIN size AS x ON x.cluster = best.one JOIN size AS y ON y.cluster = best.other
        ORDER BY impact DESC, record_a, record_b {"" if limit is None else f"LIMIT {limit}"}""",
    )
    connection.unregister("member")
    connection.unregister("judged_before")
    return found
