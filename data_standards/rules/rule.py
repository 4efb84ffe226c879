"""What a cleansing rule is, and what it says of every value.

A rule takes one text column and gives, for every row, the value under the standard, a status and a reason. The original
stays where it is: a rule never changes a column in place, so nothing is lost. Applying a rule to its own result changes
nothing more (idempotence).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Status(StrEnum):
    """What a rule did with a value.

    Attributes:
        UNCHANGED: The value already follows the standard.
        CHANGED: The value was brought to the standard's form; what it says is the same.
        REPAIRED: The value was wrong in a way that has one certain mending, and was mended.
        UNCERTAIN: A reading was chosen of which the text itself does not assure; a person should look.
        INVALID: The value breaks the standard and cannot be mended; ``value`` is null.
        UNKNOWN: The value says that it is not known (不明, 9999, …), or is not of the rule's subject; ``value`` is null.
    """

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    REPAIRED = "repaired"
    UNCERTAIN = "uncertain"
    INVALID = "invalid"
    UNKNOWN = "unknown"


OUTCOME = pl.Struct({"value": pl.String, "status": pl.String, "reason": pl.String})
"""Type of a rule's outcome.

``reason`` is an identifier, null where the value is unchanged. A null value gives a null outcome in all fields.
"""


@dataclass(frozen=True, kw_only=True)
class CleansingRule:
    """One cleansing rule.

    Attributes:
        id: Identifier, such as ``date_iso``; stands in change reports.
        label: Japanese name.
        label_en: English name.
        takes: What the column holds, for people.
        gives: What the value becomes, for people.
        standard: Standard the rule follows.
        clause: Clause or item of the standard, with its edition.
        apply: Text column in, column of :data:`OUTCOME` out (a rule may add fields after these three).
        reasons: What each reason means, Japanese and English, by identifier.
    """

    id: str
    label: str
    label_en: str
    takes: str
    gives: str
    standard: str
    clause: str
    apply: Callable[[pl.Expr], pl.Expr]
    reasons: dict[str, tuple[str, str]]


def outcome(original: pl.Expr, value: pl.Expr, status: pl.Expr, reason: pl.Expr, **more: pl.Expr) -> pl.Expr:
    """Put an outcome together, all null where the original is null.

    Args:
        original: Text column the rule was given.
        value: Value under the standard.
        status: One of :class:`Status`, as text.
        reason: Identifier of the reason.
        more: Further fields.

    Returns:
        Struct column whose first fields are those of :data:`OUTCOME`.
    """
    given = original.is_not_null()
    fields = {"value": value, "status": status, "reason": reason, **more}
    return pl.struct(*(pl.when(given).then(field).alias(name) for name, field in fields.items()))
