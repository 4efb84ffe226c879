"""What every cleansing rule keeps, whatever text it is given: no exception, no lost null, idempotence, an explained reason."""

import importlib
import pkgutil

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import data_standards.rules
from data_standards.rules.rule import CleansingRule, Status

SUBJECTS = (
    "address_form",
    "acreage", "building_register", "coordinates", "corporate_number", "individual_number", "invoice_number", "land_category",
    "local_government_code", "lot_number", "parcel_history", "postal_code", "real_estate_number", "telephone", "url_mail",
)  # fmt: skip
FOUND = {module.name for module in pkgutil.iter_modules(data_standards.rules.__path__)}
RULES: list[CleansingRule] = [
    rule for name in SUBJECTS if name in FOUND for rule in importlib.import_module(f"data_standards.rules.{name}").RULES
]

# Any text, and texts of the characters that the rules' patterns look for.
TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(
        alphabet="0123456789０１９-－ー.,・／/()（） T+°′″NE度分秒番地のノ甲乙イ丁目号階内線"
        "代表㎡坪反歩木造瓦葺建田畑宅合筆同本ないし、を一二十百千",
        max_size=30,
    ),
    st.from_regex(r"[0-9]{1,15}(?:[-.][0-9]{1,6}){0,3}", fullmatch=True),
)


def apply(rule: CleansingRule, values: list[str | None]) -> pl.DataFrame:
    column = pl.DataFrame({"original": values}, schema={"original": pl.String})
    return column.with_columns(rule.apply(pl.col("original")).alias("outcome")).unnest("outcome").rename({"original": "given"})


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@settings(max_examples=25, deadline=None)
@given(values=st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=60))
def test_every_rule_keeps_its_promises(rule: CleansingRule, values: list[str | None]) -> None:
    answers = apply(rule, values)
    assert answers.get_column("given").to_list() == values
    nulls = answers.filter(pl.col("given").is_null())
    assert nulls.select(pl.all().is_null().all()).row(0) == (True,) * answers.width or nulls.is_empty()
    some = answers.filter(pl.col("given").is_not_null())
    assert set(some.get_column("status")) <= {status.value for status in Status}
    assert set(some.get_column("reason").drop_nulls()) <= set(rule.reasons)
    assert some.filter((pl.col("status") == "unchanged") & pl.col("value").is_not_null() & (pl.col("value") != pl.col("given"))).is_empty()
    assert some.filter(pl.col("status").is_in(["unchanged"]) != pl.col("reason").is_null()).is_empty()
    assert some.filter(pl.col("status").is_in(["invalid", "unknown"]) & pl.col("value").is_not_null()).is_empty()
    again = apply(rule, some.get_column("value").to_list())
    assert again.get_column("value").to_list() == some.get_column("value").to_list()


def test_rules_are_named_once_and_explained_in_both_languages() -> None:
    assert RULES
    names = [rule.id for rule in RULES]
    assert len(names) == len(set(names))
    for rule in RULES:
        assert all((rule.label, rule.label_en, rule.takes, rule.gives, rule.standard, rule.clause)), rule.id
        assert all(len(texts) == 2 and all(texts) for texts in rule.reasons.values()), rule.id


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_empty_columns_are_fine(rule: CleansingRule) -> None:
    assert apply(rule, []).height == 0
    assert apply(rule, [None, None]).get_column("status").null_count() == 2
