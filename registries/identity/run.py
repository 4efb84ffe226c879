"""One run of identity over the registries: clusters of records in, permanent ids out, after the state of the warehouse in place."""

from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from registries.identity import golden
from registries.identity.ids import EVENT, MEMBERSHIP, REGISTRY, Identities, assign, no_identities, redirects
from registries.identity.matching import frame
from registries.identity.overrides import by_entity, in_force, read_choices

SUBJECTS = {
    "organisation": """
        SELECT 'nta_corporate_number:' || corporate_number AS record_id, corporate_number AS cluster, 1000 AS authority FROM company
        UNION ALL
        SELECT record_id, corporate_number, 100 FROM organisation_listing
        UNION ALL
        SELECT 'nta_invoice_issuer:' || invoice_number, corporate_number, 10 FROM invoice_issuer WHERE corporate_number IS NOT NULL
        UNION ALL
        SELECT record_id, corporate_number, 1 FROM establishment
        WHERE match_band_code IN ('automatic', 'judged')""",
    # one place under several postal codes is one establishment
    "establishment": """
        SELECT record_id, office_name || chr(0) || concat(prefecture, postal_city, postal_town, office_address) AS cluster, 1 AS authority
        FROM establishment""",
}
"""For each subject the relation of its records: ``record_id``, ``cluster``, ``authority``."""

AUTHORITY = {
    "name": ("nta_corporate_number", "gbizinfo_organisation", "japanpost_office", "nta_invoice_issuer"),
    "name_kana": ("nta_corporate_number", "gbizinfo_organisation", "japanpost_office", "nta_invoice_issuer"),
    "postal_code": ("nta_corporate_number",),
}
"""Sources in falling authority for each item: the registry of corporate numbers is the state's own for names and seats."""

_STATED = """
    WITH told AS (
        SELECT 'nta_corporate_number:' || corporate_number AS record_id, 'nta_corporate_number' AS source, updated_on AS stated_on,
            name, name_kana, postal_code FROM company
        UNION ALL
        SELECT record_id, 'gbizinfo_organisation', stated_on, name, name_kana, NULL FROM organisation_listing
        UNION ALL
        -- the postal code of an office is that of its mail, not of the company's seat
        SELECT record_id, 'japanpost_office', NULL, office_name, office_name_kana, NULL FROM establishment
        UNION ALL
        SELECT 'nta_invoice_issuer:' || invoice_number, 'nta_invoice_issuer', updated_on, name, name_kana, NULL FROM invoice_issuer),
    -- nearly every issuer's record only repeats the register, which leaves nothing to choose
    repeating AS (
        SELECT 'nta_invoice_issuer:' || i.invoice_number AS record_id
        FROM invoice_issuer AS i JOIN company AS c USING (corporate_number)
        WHERE coalesce(i.name, c.name) = c.name AND (i.name_kana IS NULL OR i.name_kana = c.name_kana)),
    several AS (SELECT entity_id FROM member ANTI JOIN repeating USING (record_id) GROUP BY entity_id HAVING count(*) > 1)
    SELECT entity_id, item, value, source, record_id, stated_on
    FROM (UNPIVOT (FROM told JOIN member USING (record_id) SEMI JOIN several USING (entity_id))
          ON name, name_kana, postal_code INTO NAME item VALUE value)"""

_NOTHING = "0" * 14
"""Stands for the other id of an event that has none, for it is part of the key."""


def _previous(connection: duckdb.DuckDBPyConnection) -> dict[str, Identities]:
    """State of each subject in the warehouse in place, whose path the maker of the warehouse tells."""
    ((path,),) = connection.execute("SELECT getvariable('warehouse_in_place')").fetchall()
    states = dict.fromkeys(SUBJECTS, no_identities())
    if path is None or not Path(path).is_file():
        return states
    with duckdb.connect(path, read_only=True) as before:
        known = {name for (name,) in before.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        if not {"identity_bridge", "id_registry", "identity_event"} <= known:
            return states
        for subject in SUBJECTS:
            of = f"WHERE identity_subject_code = '{subject}'"
            states[subject] = Identities(
                frame(before, f"SELECT {', '.join(MEMBERSHIP)} FROM identity_bridge {of}").cast(MEMBERSHIP),  # type: ignore[arg-type]
                frame(before, f"SELECT {', '.join(REGISTRY)} FROM id_registry {of}").cast(REGISTRY),  # type: ignore[arg-type]
                frame(
                    before,
                    "SELECT occurred_on, identity_event_code, entity_id, "
                    f"nullif(other_entity_id, '{_NOTHING}') AS other_entity_id, event_records AS records FROM identity_event {of}",
                ).cast(EVENT),  # type: ignore[arg-type]
            )
    return states


def data_date(connection: duckdb.DuckDBPyConnection) -> date:
    """The day of the data: the newest publication among the companies."""
    ((day,),) = connection.execute("SELECT coalesce(max(updated_on), DATE '1900-01-01') FROM company").fetchall()
    return day  # type: ignore[no-any-return]


def _candidates(connection: duckdb.DuckDBPyConnection, membership: pl.DataFrame) -> pl.DataFrame:
    """What the records of each organisation state, ranked; those of one record have no rival and are left to the registry itself."""
    members = membership.filter(pl.col("member_to").is_null()).select("record_id", "entity_id")
    connection.register("member", members.to_arrow())
    stated = frame(connection, _STATED).cast(golden.CANDIDATES)  # type: ignore[arg-type]
    connection.unregister("member")
    names = {"item": "golden_item", "value": "candidate_value", "chosen_by": "chosen_by_code", "agreeing": "agreeing_records"}
    ((folder,),) = connection.execute("SELECT getvariable('judgements')").fetchall()
    chosen = in_force(read_choices(Path(folder or "") / "identity.tsv", tuple(AUTHORITY)))
    return golden.choose(stated, AUTHORITY, overrides=by_entity(chosen, members)).rename(names)


def run(connection: duckdb.DuckDBPyConnection) -> None:
    """Give ids to all subjects and make the temporary tables ``identity_run_<table>``.

    Args:
        connection: With the tables ``company``, ``organisation_listing``, ``establishment`` and ``invoice_issuer``; the variable
            ``warehouse_in_place`` names the warehouse of the last run, ``judgements`` the folder of what stewards decided.
    """
    on = data_date(connection)
    tables: dict[str, list[pl.DataFrame]] = {name: [] for name in ("identity_bridge", "id_registry", "identity_redirect", "identity_event")}
    for subject, before in _previous(connection).items():
        state = assign(before, frame(connection, f"{SUBJECTS[subject]} ORDER BY record_id"), subject=subject, on=on)
        events = pl.concat([before.events, state.events.filter(pl.col("identity_event_code") != "created")]).unique()
        named = pl.lit(subject).alias("identity_subject_code")
        tables["identity_bridge"].append(state.membership.with_columns(named))
        tables["id_registry"].append(state.registry.with_columns(named))
        if subject == "organisation":
            tables["golden_candidate"] = [_candidates(connection, state.membership)]
        tables["identity_redirect"].append(redirects(state.registry))
        events = events.with_columns(named, pl.col("other_entity_id").fill_null(_NOTHING))
        tables["identity_event"].append(events.rename({"records": "event_records"}))
    for name, parts in tables.items():
        connection.register("identity_part", pl.concat(parts).to_arrow())
        connection.execute(f"CREATE OR REPLACE TEMP TABLE identity_run_{name} AS FROM identity_part")
        connection.unregister("identity_part")
