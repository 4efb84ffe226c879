"""Values that authoritative records dispute: the golden candidates of a warehouse, and the file of stewards' choices beside it."""

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import polars as pl

from pipelines.errors import DaichoError
from pipelines.home import Home
from registries.identity.overrides import Choice, add_choice, by_entity, in_force, read_choices, write_choices
from registries.identity.run import AUTHORITY

_CONTESTED = """
SELECT entity_id, golden_item, candidate_rank, candidate_value, source, record_id, stated_on, agreeing_records
FROM golden_candidate
WHERE is_contested
ORDER BY entity_id, golden_item, candidate_rank
"""
_MEMBERS = """
SELECT record_id, entity_id FROM identity_bridge
WHERE identity_subject_code = 'organisation' AND member_to IS NULL
    AND entity_id IN (SELECT entity_id FROM golden_candidate WHERE is_contested)
"""


@dataclass(frozen=True)
class Contested:
    """An item of an organisation of which authoritative records state different values.

    Attributes:
        entity_id: The organisation.
        item: The item.
        label: What the register calls the organisation, as far as it does.
        candidates: ``candidate_rank``, ``candidate_value``, ``source``, ``record_id``, ``stated_on``, ``agreeing_records``; one row
            for each value, in the order of choice.
    """

    entity_id: str
    item: str
    label: str
    candidates: pl.DataFrame


class ContestedStore:
    """The disputed values and the choices; every choice is on the disk before the next question.

    Raises:
        DaichoError: There is no warehouse, or none with golden candidates.
    """

    def __init__(self, home: Home, by: str) -> None:
        self.path = home.judgements / "identity.tsv"
        self._by = " ".join(by.split())
        self._choices = read_choices(self.path, tuple(AUTHORITY))
        self._undo: list[list[Choice]] = []
        if not home.warehouse.exists():
            raise DaichoError(f"{home.warehouse}: there is no warehouse yet; run daicho build first")
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            known = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
            if not {"golden_candidate", "identity_bridge"} <= known:
                raise DaichoError(f"{home.warehouse}: holds no golden records; build it from nta_corporate_number and japanpost_office")
            self._contested = pl.DataFrame(connection.sql(_CONTESTED).to_arrow_table())
            self._members = pl.DataFrame(connection.sql(_MEMBERS).to_arrow_table())

    def waiting(self) -> pl.DataFrame:
        """Candidates of the items for which nothing was chosen, in order of organisation, item and rank."""
        settled = by_entity(in_force(self._choices), self._members).rename({"item": "golden_item"})
        return self._contested.join(settled, on=["entity_id", "golden_item"], how="anti", maintain_order="left")

    def items_waiting(self) -> int:
        """How many items of organisations wait for a choice."""
        return self.waiting().select("entity_id", "golden_item").n_unique()

    def next(self, passed: int = 0) -> Contested | None:
        """The first item that waits, or the one after some that were passed over; None where there is none."""
        waiting = self.waiting()
        items = waiting.select("entity_id", "golden_item").unique(maintain_order=True)
        if passed >= items.height:
            return None
        entity, item = items.row(passed)
        rows = waiting.filter((pl.col("entity_id") == entity) & (pl.col("golden_item") == item))
        named = self._contested.filter((pl.col("entity_id") == entity) & (pl.col("golden_item") == "name"))
        label = named["candidate_value"].first() if named.height else None
        values = rows.drop("entity_id", "golden_item").unique("candidate_value", keep="first", maintain_order=True)
        return Contested(entity, item, str(label or ""), values)

    def choose(self, contested: Contested, place: int, reason: str = "") -> None:
        """Write a choice down; the next build uses it.

        Args:
            contested: What was asked.
            place: Which candidate, from 0.
            reason: Why.

        Raises:
            ValueError: There is no such candidate, or its value cannot stand on a line.
        """
        if not 0 <= place < contested.candidates.height:
            raise ValueError(f"there are {contested.candidates.height} candidates")
        record, value = contested.candidates.select("record_id", "candidate_value").row(place)
        today = datetime.now(UTC).date().isoformat()
        made = Choice(record, contested.item, value, today, self._by, " ".join(reason.split()))
        records = self._members.filter(pl.col("entity_id") == contested.entity_id)["record_id"].to_list()
        choices = add_choice(self._choices, made, records)
        write_choices(self.path, choices)
        self._undo.append(self._choices)
        self._choices = choices

    def undo(self) -> bool:
        """Take the last choice of this sitting back; False where there is none."""
        if not self._undo:
            return False
        self._choices = self._undo.pop()
        write_choices(self.path, self._choices)
        return True
