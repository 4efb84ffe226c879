"""A day's records brought in without matching the nation anew, with the clusters a full run would give.

Only pairs that touch a changed record can score differently - or pairs of a block that grew past its limit, or came back below it. Those
are found and scored again; the others stay. The kept tables ``held``, ``held_block`` and ``held_pair`` may live in a file.
"""

import duckdb

from registries.identity.block import make_blocks, make_candidates, most_pairs, pairs_of_block
from registries.identity.compare import load_records
from registries.identity.matching import score_candidates
from registries.identity.model import Model
from registries.identity.specification import Specification


def _begin(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS held AS SELECT md5_number_lower(record_id) AS key, i.* FROM incoming AS i LIMIT 0")
    connection.execute("CREATE TABLE IF NOT EXISTS held_block (rule UTINYINT, block UBIGINT, key UBIGINT, held UTINYINT)")
    connection.execute("CREATE TABLE IF NOT EXISTS held_pair (l UBIGINT, r UBIGINT, bits DOUBLE, veto VARCHAR)")


def _flipped(specification: Specification) -> str:
    """Members of blocks that cross the limit of size by this change."""
    pairs, limit = pairs_of_block(specification), most_pairs(specification)
    return f"""
        WITH moved AS (
            SELECT rule, block FROM changed_block UNION SELECT rule, block FROM held_block SEMI JOIN changed USING (key)),
        old AS (FROM held_block SEMI JOIN moved USING (rule, block)),
        new AS (SELECT rule, block, key, held FROM old ANTI JOIN changed USING (key)
                UNION ALL SELECT rule, block, key, held FROM changed_block),
        before AS (SELECT rule, block, {pairs} AS pairs FROM old GROUP BY ALL),
        after AS (SELECT rule, block, {pairs} AS pairs FROM new GROUP BY ALL),
        crossed AS (SELECT rule, block FROM before FULL JOIN after USING (rule, block)
                    WHERE (coalesce(before.pairs, 0) > {limit}) <> (coalesce(after.pairs, 0) > {limit}))
        SELECT key FROM held_block SEMI JOIN crossed USING (rule, block)"""


def update(connection: duckdb.DuckDBPyConnection, specification: Specification, relation: str, model: Model) -> int:
    """Bring the scored pairs up to date with the present records.

    Args:
        connection: With the kept tables, or without them for the first run. Afterwards ``record`` is a view
        of all records and ``scored`` one of
        all pairs, for :func:`registries.identity.matching.decide`.
        specification: Of the kind of record.
        relation: SQL of all present records; those that are gone or differ from what is held are found by comparison.
        model: Frozen weights.

    Returns:
        How many records were new, gone or changed.
    """
    for view in ("record", "scored"):
        connection.execute(f"DROP VIEW IF EXISTS {view}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE incoming AS FROM {relation}")
    _begin(connection)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE arriving AS SELECT md5_number_lower(record_id) AS key, * FROM incoming EXCEPT FROM held"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE changed AS SELECT key FROM arriving UNION "
        "(SELECT key FROM held EXCEPT SELECT md5_number_lower(record_id) FROM incoming)"
    )
    make_blocks(connection, specification, "arriving", "changed_block")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE again AS FROM changed UNION ({_flipped(specification)})")
    connection.execute("DELETE FROM held_pair WHERE l IN (FROM again) OR r IN (FROM again)")
    connection.execute("DELETE FROM held_block WHERE key IN (FROM changed)")
    connection.execute("INSERT INTO held_block FROM changed_block")
    connection.execute("DELETE FROM held WHERE key IN (FROM changed)")
    connection.execute("INSERT INTO held FROM arriving")
    connection.execute("CREATE OR REPLACE TEMP VIEW block_key AS FROM held_block")
    connection.execute("CREATE OR REPLACE TEMP VIEW record AS FROM held")
    ((others,),) = connection.execute("SELECT count(*) FROM (FROM held ANTI JOIN again USING (key))").fetchall()
    make_candidates(connection, specification, "again" if others else None)
    connection.execute("DROP VIEW record")
    connection.execute("CREATE OR REPLACE TEMP TABLE partner AS SELECT l AS key FROM candidate UNION SELECT r FROM candidate")
    load_records(connection, specification, "(SELECT * EXCLUDE (key) FROM held SEMI JOIN partner USING (key))")
    score_candidates(connection, specification, model)
    connection.execute("INSERT INTO held_pair FROM scored")
    ((changed,),) = connection.execute("SELECT count(*) FROM changed").fetchall()
    for table in ("record", "scored", "candidate", "block_key", "incoming", "arriving", "partner"):
        connection.execute(f"DROP {'VIEW' if table == 'block_key' else 'TABLE'} {table}")
    connection.execute("CREATE TEMP VIEW record AS FROM held")
    connection.execute("CREATE TEMP VIEW scored AS FROM held_pair")
    return int(changed)
