"""What a review works on: the queue of doubtful ties of a warehouse, and the file of judgements beside it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from pathlib import Path

import duckdb
import polars as pl

from pipelines.errors import DaichoError
from pipelines.home import Home
from registries.identity.judgements import Judgement, add, asked, judgement, read_judgements, write_judgements
from registries.schema import quoted

_ESTABLISHMENTS = """
SELECT e.record_id AS record_a, 'nta_corporate_number:' || e.corporate_number AS record_b, e.match_bits AS bits, e.match_account AS account,
    count(*) OVER (PARTITION BY e.corporate_number) AS ties,
    e.office_name AS name_a, c.name AS name_b, e.office_name_kana AS kana_a, c.name_kana AS kana_b,
    concat(e.prefecture, e.postal_city, e.postal_town, e.office_address) AS address_a,
    c.address AS address_b,
    e.postal_code AS postal_code_a, c.postal_code AS postal_code_b, c.status AS status_b
FROM establishment AS e JOIN (
    SELECT corporate_number, name, name_kana, concat(prefecture, city, street_address) AS address, postal_code, status FROM company
    UNION ALL
    SELECT corporate_number, name, name_kana, full_address, NULL, 'active'
    FROM organisation_listing ANTI JOIN company USING (corporate_number)
) AS c USING (corporate_number)
WHERE e.match_band_code = 'review'
ORDER BY ties / (1 + pow(2, abs(e.match_bits))) DESC, record_a
"""
# owners are shown by the folded keys they were compared by
_OWNERS = """
SELECT o.record_id AS record_a, 'nta_corporate_number:' || o.corporate_number AS record_b, o.match_bits AS bits, o.match_account AS account,
    count(*) OVER (PARTITION BY o.corporate_number) AS ties,
    o.owner_name_key AS name_a, c.name AS name_b, NULL::VARCHAR AS kana_a, c.name_kana AS kana_b,
    o.owner_address_key AS address_a, o.company_address_key AS address_b,
    NULL::VARCHAR AS postal_code_a, c.postal_code AS postal_code_b, c.status AS status_b
FROM restricted.owner_company AS o JOIN company AS c USING (corporate_number)
WHERE o.match_band_code = 'review'
ORDER BY ties / (1 + pow(2, abs(o.match_bits))) DESC, record_a
"""


@dataclass(frozen=True)
class Queue:
    """A kind of doubtful tie.

    Attributes:
        name: By which judgements are filed: ``judgements/<name>.tsv``.
        query: SQL of the pairs that wait, the weightiest first.
        tables: Tables it reads.
        hint: What to build where they are not there.
        is_restricted: Whether a table is not public.
    """

    name: str
    query: str
    tables: frozenset[str]
    hint: str
    is_restricted: bool = False


QUEUES = {
    "establishment": Queue(
        "establishment",
        _ESTABLISHMENTS,
        frozenset({"company", "establishment", "organisation_listing"}),
        "establishments; build it from japanpost_office and nta_corporate_number",
    ),
    "land": Queue(
        "land",
        _OWNERS,
        frozenset({"company", "owner_company"}),
        "owners; build it from the land register or the tax roll, and nta_corporate_number",
        is_restricted=True,
    ),
}
FIELDS = {"name": "名称", "kana": "カナ", "address": "所在地", "postal_code": "郵便番号"}
KEYS = {"y": "same", "n": "different", "?": "undecided"}


@dataclass(frozen=True)
class Pair:
    """A doubtful pair: two records side by side.

    Attributes:
        record_a: Record id of the establishment or of the owner.
        record_b: Record id of the company.
        bits: Score, log odds to the base two.
        sides: For each field its label and both values.
        status: Status of the company.
        account: What each answer weighed in the score.
    """

    record_a: str
    record_b: str
    bits: float
    sides: tuple[tuple[str, str, str], ...]
    status: str
    account: str


def differences(one: str, other: str) -> list[tuple[str, str, bool]]:
    """Cut two texts into stretches: the text of each side, and whether they are the same."""
    matcher = SequenceMatcher(a=one, b=other, autojunk=False)
    return [(one[a:b], other[c:d], tag == "equal") for tag, a, b, c, d in matcher.get_opcodes()]


class ReviewStore:
    """The queue and the judgements; every decision is on the disk before the next question."""

    def __init__(self, home: Home, by: str, queue: Queue = QUEUES["establishment"]) -> None:
        self.path = home.judgements / f"{queue.name}.tsv"
        self._by = by
        self._judgements = read_judgements(self.path)
        self._undo: list[list[Judgement]] = []
        self._is_restricted = queue.is_restricted
        if not home.warehouse.exists():
            raise DaichoError(f"{home.warehouse}: there is no warehouse yet; run daicho build first")
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            if queue.is_restricted and home.restricted.exists():
                connection.execute(f"ATTACH {quoted(str(home.restricted))} AS restricted (READ_ONLY)")
            known = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
            if not queue.tables <= known:
                raise DaichoError(f"{home.warehouse}: holds no {queue.hint}")
            self._queue = pl.DataFrame(connection.sql(queue.query).to_arrow_table())

    def waiting(self) -> pl.DataFrame:
        """Pairs not judged yet, the weightiest first."""
        judged = asked(self._judgements)
        # the files keep the lesser id first
        queue = self._queue.with_columns(low=pl.min_horizontal("record_a", "record_b"), high=pl.max_horizontal("record_a", "record_b"))
        return queue.join(judged, left_on=["low", "high"], right_on=["record_a", "record_b"], how="anti", maintain_order="left")

    def next(self) -> Pair | None:
        """The weightiest pair that waits; None when nothing does."""
        waiting = self.waiting()
        if waiting.is_empty():
            return None
        row = waiting.row(0, named=True)
        sides = tuple((label, row[f"{name}_a"] or "", row[f"{name}_b"] or "") for name, label in FIELDS.items())
        return Pair(row["record_a"], row["record_b"], row["bits"], sides, row["status_b"], row["account"] or "")

    def decide(self, record_a: str, record_b: str, verdict: str, reason: str = "") -> None:
        """Write a decision down.

        Raises:
            ValueError: The verdict is unknown.
        """
        made = judgement(record_a, record_b, verdict, by=self._by, on=datetime.now(UTC).date(), reason=reason)
        self._undo.append(self._judgements)
        self._judgements = add(self._judgements, made)
        write_judgements(self.path, self._judgements)

    def undo(self) -> bool:
        """Take the last decision of this sitting back; False where there is none."""
        if not self._undo:
            return False
        self._judgements = self._undo.pop()
        write_judgements(self.path, self._judgements)
        return True

    def export(self, path: Path) -> int:
        """Write the waiting pairs to an Excel file, with empty columns for verdict and reason.

        A file of pairs that are not public is readable by its owner alone.

        Returns:
            Number of pairs.
        """
        shown = ["record_a", "record_b", "bits", "account", *(f"{name}_{side}" for name in FIELDS for side in "ab")]
        sheet = self.waiting().select(shown).with_columns(verdict=pl.lit(""), reason=pl.lit(""))
        from openpyxl import Workbook

        book = Workbook(write_only=True)
        page = book.create_sheet("review")
        page.append(sheet.columns)
        for row in sheet.iter_rows():
            page.append(list(row))
        if self._is_restricted:
            path.unlink(missing_ok=True)
            path.touch(mode=0o600)
        book.save(path)
        return sheet.height

    def take_in(self, path: Path) -> int:
        """Read decisions from an Excel file that :meth:`export` wrote; rows without a verdict are passed over.

        Returns:
            Number of decisions.

        Raises:
            DaichoError: A column is missing or a verdict is unknown; the message names the row. Nothing is written then.
        """
        from openpyxl import load_workbook

        rows = load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
        header = [str(cell) for cell in next(rows, ())]
        missing = {"record_a", "record_b", "verdict", "reason"} - set(header)
        if missing:
            raise DaichoError(f"{path}: the columns {', '.join(sorted(missing))} are missing; use the sheet that --export wrote")
        decided = []
        for number, cells in enumerate(rows, 2):
            row = dict(zip(header, cells, strict=False))
            verdict = str(row["verdict"] or "").strip()
            if not verdict:
                continue
            try:
                decided.append(
                    judgement(
                        str(row["record_a"]),
                        str(row["record_b"]),
                        verdict,
                        by=self._by,
                        on=datetime.now(UTC).date(),
                        reason=str(row["reason"] or ""),
                    )
                )
            except ValueError as error:
                raise DaichoError(f"{path}, row {number}: {error}") from error
        self._undo.append(self._judgements)
        for made in decided:
            self._judgements = add(self._judgements, made)
        write_judgements(self.path, self._judgements)
        return len(decided)
