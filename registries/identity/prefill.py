"""Once-only: what the state already knows about a company, in the form of GIF's 法人, so that nobody is asked for it again.

Every value names its source and the day it is of. A caller sees only what the role allows: the class of each data item decides, not the
form.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import duckdb

from data_standards.items import load_items
from data_standards.rules.registry import SQL_CHECKS

Role = Literal["public", "internal", "secret"]
Basis = Literal["number", "match", "judgement"]
ROLES: tuple[Role, ...] = ("public", "internal", "secret")
"""Roles in rising order: each sees the items of its own class and of those before it."""

_COMPANY = {
    "法人番号": "corporate_number",
    "商号または名称": "name",
    "商号または名称(カナ)": "name_kana",
    "商号または名称(英字)": "name_en",
    "組織種別": "kind_code",
    "事業活動状況": "status",
    "登記住所/全国地方公共団体コード": "lg_code",
    "登記住所/都道府県": "prefecture",
    "登記住所/市区町村(郡)": "city",
    "登記住所/町字以下": "street_address",
    "登記住所/郵便番号": "postal_code",
}
_OFFICE = {
    "名称": "office_name",
    "名称(カナ)": "office_name_kana",
    "住所/全国地方公共団体コード": "lg_code",
    "住所/都道府県": "prefecture",
    "住所/市区町村(郡)": "postal_city",
    "住所/町字": "postal_town",
    "住所/番地以下": "office_address",
    "住所/郵便番号": "postal_code",
}
_INVOICE = {
    "登録番号": "invoice_number",
    "登録年月日": "invoice_registered_on",
    "取消年月日": "invoice_cancelled_on",
    "失効年月日": "invoice_expired_on",
}


@dataclass(frozen=True)
class Value:
    """One value of the form.

    Attributes:
        path: Place in GIF's 法人 form; the invoice registration, which has none there, stands beside it.
        item: Data item.
        value: As text; never empty.
        source: Name of the source.
        as_of: Day the source says it of; None where the source has no date.
        basis: How the value came to the company: ``number`` (the source names its number), ``match`` (by matching) or ``judgement`` (a
            steward decided).
    """

    path: str
    item: str
    value: str
    source: str
    as_of: date | None
    basis: Basis


@dataclass(frozen=True)
class Prefilled:
    """What is known of a company.

    Attributes:
        corporate_number: The number asked for.
        role: Who asks.
        values: In the order of the form.
        withheld: How many values the role may not see.
    """

    corporate_number: str
    role: Role
    values: tuple[Value, ...]
    withheld: int

    def document(self) -> dict[str, Any]:
        """The values as a nested document, each with source and day; repeated parts as lists."""
        form: dict[str, Any] = {}
        for one in self.values:
            told = {"値": one.value, "出典": one.source, "時点": one.as_of.isoformat() if one.as_of else None, "根拠": one.basis}
            *parts, last = one.path.split("/")
            at = form
            for part in parts:
                name, _, number = part.partition("#")
                if number:
                    rows = at.setdefault(name, [])
                    while len(rows) <= int(number):
                        rows.append({})
                    at = rows[int(number)]
                else:
                    at = at.setdefault(name, {})
            at[last] = told
        return form


def prefill(connection: duckdb.DuckDBPyConnection, corporate_number: str, *, role: Role = "public") -> Prefilled:
    """Collect what is known of a company.

    Args:
        connection: To the warehouse, for reading.
        corporate_number: Thirteen digits.
        role: Who asks.

    Returns:
        The values the role may see.

    Raises:
        ValueError: The number is no corporate number.
        LookupError: No company bears it.
    """
    ((sound,),) = connection.execute(
        f"SELECT {SQL_CHECKS['corporate_number']} FROM (SELECT ?::VARCHAR AS value)", [corporate_number]
    ).fetchall()
    if not sound:
        raise ValueError(f"{corporate_number} is no corporate number: thirteen digits, of which the first checks the others")
    company = _rows(connection, "company", [*_COMPANY.values(), "changed_on", "updated_on"], corporate_number, "corporate_number")
    if not company:
        raise LookupError(f"no company in this warehouse bears the number {corporate_number}")
    told: list[Value] = []
    for path, item in _COMPANY.items():
        _tell(told, path, item, company[0][item], "nta_corporate_number", company[0]["updated_on"], "number")
    for entity in _identities(connection, corporate_number):
        _tell(told, "ID群#0/ID", "entity_id", entity, "identity", company[0]["updated_on"], "number")
    for issuer in _rows(connection, "invoice_issuer", [*_INVOICE.values(), "updated_on"], corporate_number, "invoice_number"):
        for path, item in _INVOICE.items():
            _tell(told, f"適格請求書発行事業者/{path}", item, issuer[item], "nta_invoice_issuer", issuer["updated_on"], "number")
    offices = _rows(connection, "establishment", ["record_id", *_OFFICE.values(), "match_band_code"], corporate_number, "record_id")
    tied = [office for office in offices if office["match_band_code"] != "review"]
    for number, office in enumerate(tied):
        basis: Basis = "judgement" if office["match_band_code"] == "judged" else "match"
        for path, item in _OFFICE.items():
            _tell(told, f"事業所情報#{number}/{path}", item, office[item], "japanpost_office", None, basis)
    items, seen = load_items(), ROLES[: ROLES.index(role) + 1]
    allowed = tuple(one for one in told if items[one.item].confidentiality in seen)
    return Prefilled(corporate_number, role, allowed, len(told) - len(allowed))


def _tell(told: list[Value], path: str, item: str, value: object, source: str, as_of: date | None, basis: Basis) -> None:
    if value is not None and str(value) != "":
        told.append(Value(path, item, str(value), source, as_of, basis))


def _rows(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], number: str, order: str) -> list[dict[str, Any]]:
    """Rows of a table that bear the number; none where the warehouse has no such table."""
    if not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]).fetchall():
        return []
    names = ", ".join(columns)
    found = connection.execute(f"SELECT {names} FROM {table} WHERE corporate_number = ? ORDER BY {order}", [number]).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in found]


def _identities(connection: duckdb.DuckDBPyConnection, number: str) -> list[str]:
    if not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'identity_bridge'").fetchall():
        return []
    query = "SELECT entity_id FROM identity_bridge WHERE identity_subject_code = 'organisation' AND record_id = ? AND member_to IS NULL"
    return [entity for (entity,) in connection.execute(query, [f"nta_corporate_number:{number}"]).fetchall()]
