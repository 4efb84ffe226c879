"""町字以下 and 番地以下 as a cell of a table: the rule ``address_lower``, and a building beside the numbers is for a person to part.

Source: GIF 442 住所 (2026-03-17): 建物名等(方書) is an item of its own.
"""

import polars as pl

from data_standards.rules.address_form import RULES as ADDRESS_RULES
from data_standards.rules.rule import CleansingRule, Status

_LOWER = next(rule for rule in ADDRESS_RULES if rule.id == "address_lower")


def clean(value: pl.Expr) -> pl.Expr:
    """Bring the part of an address below the municipality to GIF 442.

    Args:
        value: Text column (町字以下 or 番地以下).

    Returns:
        Outcomes with a further field ``building``. A value with a building is uncertain: the building belongs into an item of its own,
        and is not dropped without a look.
    """
    lower = _LOWER.apply(value)
    building = lower.struct.field("building")
    inside = building.is_not_null()
    return pl.struct(
        lower.struct.field("value"),
        pl.when(inside).then(pl.lit(Status.UNCERTAIN.value)).otherwise(lower.struct.field("status")).alias("status"),
        pl.when(inside).then(pl.lit("building_inside")).otherwise(lower.struct.field("reason")).alias("reason"),
        building,
    )


RULES: tuple[CleansingRule, ...] = (
    CleansingRule(
        id="street_address_442",
        label="町字以下・番地以下",
        label_en="Address below the municipality",
        takes="町字以下又は番地以下",
        gives="丁目・番地・号を半角数字と半角ハイフンで結んだ文字列、その後の建物名",
        standard=_LOWER.standard,
        clause=_LOWER.clause,
        apply=clean,
        reasons={
            **_LOWER.reasons,
            "building_inside": (
                "建物名が含まれています。別の項目に分けてください。",
                "A building follows; it belongs into an item of its own.",
            ),
        },
    ),
)
