"""The documents of a release: definitions of its data, and its catalogue in the forms that others read."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from catalog.croissant import croissant
from catalog.dcat import bregdcat_ap, dcat_ap, json_ld
from catalog.descriptors import csvw, datapackage, schema_path, table_schema
from catalog.dictionary import code_lists, dictionary
from catalog.metadata_score import assessment
from catalog.model import Catalogue
from catalog.odcs import odcs_yaml
from catalog.skos import skos, turtle
from data_standards.codes import municipality_changes
from registries.contract import Contract


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _json(path: Path, content: Any) -> None:
    _text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def _frame(stem: Path, frame: pl.DataFrame) -> None:
    stem.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(stem.with_suffix(".parquet"), compression="zstd")
    frame.write_csv(stem.with_suffix(".csv"), include_bom=True)


def write_definitions(folder: Path, contracts: list[Contract], licences: list[str]) -> None:
    """Write contracts, dictionary and code lists, which follow from the declarations alone.

    Args:
        folder: Folder of the release.
        contracts: Contracts of the public tables.
        licences: Licences of the sources, each as one text.
    """
    for contract in contracts:
        _text(folder / "contracts" / f"{contract.registry}.odcs.yaml", odcs_yaml(contract, licences))
    _frame(folder / "dictionary" / "dictionary", dictionary(contracts))
    for name, frame in code_lists(contracts).items():
        _frame(folder / "codelists" / name, frame)
    _frame(folder / "codelists" / "municipality_change", municipality_changes())


def write_catalogue(folder: Path, catalogue: Catalogue) -> None:
    """Write the catalogue: as the model, and as DCAT-AP, BRegDCAT-AP, Data Package, Croissant, CSV on the Web and SKOS.

    Args:
        folder: Folder of the release.
        catalogue: Catalogue of the release.
    """
    for code_list in catalogue.code_lists:
        _text(
            folder / "codelists" / f"{code_list.name}.ttl",
            turtle(skos(code_list, catalogue.base_uri, catalogue.licence_url), catalogue.base_uri),
        )
        _json(folder / "codelists" / f"{code_list.name}.csv-metadata.json", csvw(code_list, catalogue))
    for dataset in catalogue.public_datasets:
        _json(folder / schema_path(dataset), table_schema(dataset, catalogue))
    _json(folder / "datapackage.json", datapackage(catalogue))
    _json(folder / "croissant.json", croissant(catalogue))
    graph, profile = dcat_ap(catalogue), bregdcat_ap(catalogue)
    _text(folder / "catalog.ttl", graph.serialize(format="turtle"))
    _text(folder / "catalog.jsonld", json_ld(graph))
    _text(folder / "catalog-breg.ttl", profile.serialize(format="turtle"))
    _json(folder / "metadata-score.json", assessment(graph, base_uri=catalogue.base_uri))
    _json(folder / "catalogue.json", catalogue.to_json())
