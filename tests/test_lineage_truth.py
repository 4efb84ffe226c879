"""Lineage from delivered to published column, against a truth written by hand from the models of the company registry."""

import pytest

from catalog.assemble import Material, assemble
from catalog.model import Catalogue
from pipelines.catalogue_material import described_sources, upstream
from pipelines.delivered import delivery_ledger
from pipelines.home import Home
from registries.contract import load_contracts

# an event is named by number, day and place; the place follows the order of the delivery
EVENT = "corporateNumber updateDate sequenceNumber source_line"
# what ends an era: a correction or withdrawal in a daily file, on the day of its publication, for one number
ERA_END = "corporateNumber updateDate delivery_kind correct process"
DESCRIBED = {
    "corporate_number": "corporateNumber",
    "name": "name",
    "name_kana": "furigana",
    "name_en": "enName",
    "name_image_id": "nameImageId",
    "kind_code": "kind",
    "status": "closeDate",
    "lg_code": "prefectureCode cityCode",
    "prefecture_code": "prefectureCode",
    "prefecture": "prefectureName",
    "city": "cityName",
    "street_address": "streetNumber",
    "address_image_id": "addressImageId",
    "postal_code": "postCode",
    "address_abroad": "addressOutside",
    "address_abroad_image_id": "addressOutsideImageId",
    "closed_on": "closeDate",
    "close_cause_code": "closeCause",
    "successor_corporate_number": "successorCorporateNumber",
    "event_id": EVENT,
}
TRUTH = {
    "company": {
        **DESCRIBED,
        "prefecture_en": "enPrefectureName",
        "street_address_en": "enCityName",
        "address_abroad_en": "enAddressOutside",
        "assigned_on": "assignmentDate",
        "changed_on": "changeDate",
        "updated_on": "updateDate",
        "excluded_from_search": "hihyoji",
    },
    "company_history": {
        **DESCRIBED,
        "valid_from": "changeDate",
        "valid_to": "changeDate",
        "recorded_from": "updateDate",
        # a later publication takes over, the next of the event's own in order, or its era ends
        "recorded_to": f"{EVENT} {ERA_END}",
        "process_code": "process",
    },
    "company_event": {
        "event_id": EVENT,
        "corporate_number": "corporateNumber",
        "process_code": "process",
        "is_correction": "correct",
        "changed_on": "changeDate",
        "updated_on": "updateDate",
        "retracted_on": ERA_END,
        "successor_corporate_number": "successorCorporateNumber",
        "change_cause": "changeCause",
        "source_file": "source_file",
        "source_line": "source_line",
    },
    "company_succession": {
        # the absorbed side is told by its own row, or named in the sentence of the survivor
        "predecessor_corporate_number": "corporateNumber changeCause",
        "successor_corporate_number": "corporateNumber successorCorporateNumber",
        "predecessor_event_id": EVENT,
        "successor_event_id": EVENT,
        "evidence_code": EVENT,
        "succeeded_on": f"{EVENT} changeDate",
        "undone_on": f"{EVENT} changeDate",
        "succession_kind_code": f"{EVENT} changeCause process",
    },
}
# of these only what must be among the origins is written down: they weigh most of the record
AT_LEAST = {
    ("company_event", "address_change_code"): "process prefectureCode cityCode prefectureName cityName streetNumber addressOutside "
    "municipality_change.from_lg_code municipality_change.to_lg_code municipality_change.effective_on",
    ("company_event", "changed_items"): "name furigana kind cityCode streetNumber closeDate successorCorporateNumber process",
    ("company_succession", "succession_status_code"): "changeCause",
    ("company_succession", "final_successor_corporate_number"): "corporateNumber successorCorporateNumber changeDate",
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    home = Home(tmp_path_factory.mktemp("home"))
    home.prepare()
    day = "2024-02-01"
    return assemble(
        Material(
            release=f"{day}.0",
            date=day,
            first_issued=day,
            is_sample=False,
            contracts=list(load_contracts().values()),
            sources=described_sources(delivery_ledger(home)),
            upstream=upstream(home, lambda _: None),
        )
    )


@pytest.mark.parametrize("table", TRUTH)
def test_every_column_comes_from_where_the_truth_says(catalogue: Catalogue, table: str) -> None:
    columns = catalogue.dataset(f"company/{table}").columns
    for column in columns:
        found = {origin.column for origin in column.origins}
        assert column.lineage_state == "traced", column.name
        if (table, column.name) in AT_LEAST:
            assert {*AT_LEAST[table, column.name].split()} <= found, column.name
        else:
            assert found == {*TRUTH[table][column.name].split()}, column.name
    assert len(columns) == len(TRUTH[table]) + sum(1 for place in AT_LEAST if place[0] == table)


def test_the_rule_of_a_derived_value_is_named(catalogue: Catalogue) -> None:
    columns = {column.name: column for column in catalogue.dataset("company/company").columns}
    assert {origin.rule for origin in columns["lg_code"].origins} == {"local_government_code"}
    assert {origin.rule for origin in columns["name"].origins} == {""}
    assert {origin.source for column in columns.values() for origin in column.origins} == {"nta_corporate_number"}


def test_the_tables_on_the_way_are_named(catalogue: Catalogue) -> None:
    columns = {column.name: column for column in catalogue.dataset("company/company_succession").columns}
    assert columns["succeeded_on"].through == ["company_event.changed_on", "company_event.event_id"]


def test_how_much_of_the_lineage_is_known_is_counted(catalogue: Catalogue) -> None:
    states = [column.lineage_state for dataset in catalogue.datasets for column in dataset.columns]
    assert states.count("traced") > 100
