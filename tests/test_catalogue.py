"""The catalogue says what the declarations say, and can be read back."""

import json
from pathlib import Path

import polars as pl
import pytest

from catalog.annotations import external_registries, identity, registry_annotation
from catalog.assemble import Material, assemble
from catalog.model import Catalogue
from catalog.reading import read_catalogue
from data_standards.items import load_items
from pipelines.catalogue_material import described_sources, measured, upstream
from pipelines.home import Home
from pipelines.warehouse import delivery_ledger
from registries.contract import load_contracts

CONTRACTS = load_contracts()


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    home = Home(tmp_path_factory.mktemp("home"))
    home.prepare()
    return assemble(
        Material(
            release="2024-02-01.0",
            date="2024-02-01",
            first_issued="2024-02-01",
            is_sample=False,
            contracts=list(CONTRACTS.values()),
            sources=described_sources(delivery_ledger(home)),
            upstream=upstream(home, lambda _: None),
            measures=measured(home.root / "measures"),
        )
    )


def test_every_table_and_column_is_in_the_catalogue(catalogue: Catalogue) -> None:
    expected = {
        (f"{contract.registry}/{table.name}", column.name)
        for contract in CONTRACTS.values()
        for table in contract.tables.values()
        for column in table.columns
    }
    assert {(dataset.identifier, column.name) for dataset in catalogue.datasets for column in dataset.columns} == expected
    assert {concept.name for concept in catalogue.concepts} == {column for _, column in expected}
    used = {item.code_list for name, item in load_items().items() if item.code_list and name in {column for _, column in expected}}
    assert used <= {code_list.name for code_list in catalogue.code_lists}


def test_a_catalogue_is_read_back_as_it_was(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps(catalogue.to_json(), ensure_ascii=False), encoding="utf-8")
    assert read_catalogue(path) == catalogue


def test_a_source_is_found_by_the_publishers_own_column_names(catalogue: Catalogue) -> None:
    columns = {column.name: column for column in catalogue.dataset("company/company").columns}
    assert {"furigana", "フリガナ"} <= {*columns["name_kana"].aliases}
    assert {"closeDate"} <= {*columns["closed_on"].aliases}


def test_restricted_tables_are_told_of_without_files(catalogue: Catalogue) -> None:
    for dataset in catalogue.datasets:
        if dataset.access != "public":
            assert dataset.distributions == []
            assert dataset.rows is None
            assert dataset.access_condition is not None
            assert dataset.quality.measures == []


def test_other_registries_have_an_api_terms_and_a_key_that_is_ours() -> None:
    registries, services = external_registries()
    assert len(registries) >= 8
    names = {service.identifier for service in services}
    items = {*load_items(), ""}
    for registry in registries:
        assert registry.licence
        assert registry.licence_url.startswith("https://")
        assert registry.homepage.startswith("https://")
        assert {*registry.services} <= names
        assert registry.join_keys
        assert {key.ours for key in registry.join_keys} <= items
    for service in services:
        assert service.endpoint.startswith("https://")
        assert service.authentication


@pytest.mark.parametrize("registry", CONTRACTS)
def test_annotations_name_what_there_is(registry: str) -> None:
    annotation = registry_annotation(registry)
    tables = CONTRACTS[registry].tables
    assert {*annotation.tables} <= {*tables}
    for name, table in annotation.tables.items():
        assert {*table.former_names} <= {column.name for column in tables[name].columns}
        assert all(warning.ja and warning.en for warning in table.warnings)


def test_the_catalogue_names_its_publisher() -> None:
    about = identity()
    assert about.base_uri.endswith("/")
    assert "@" in about.contact_mail


def test_sources_without_files_are_told_with_nothing_delivered(catalogue: Catalogue) -> None:
    assert all(source.files == 0 and source.newest is None for source in catalogue.sources)
    assert isinstance(
        described_sources(
            pl.DataFrame(schema={"source": pl.String, "file_date": pl.Date, "records_read": pl.Int64, "records_quarantined": pl.Int64})
        ),
        list,
    )
