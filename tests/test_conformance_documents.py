"""The documents of a release satisfy the official checkers, offline, each with a count of what was checked."""

import csv
import hashlib
import json
import logging
import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import jsonschema
import pyarrow.parquet as pq
import pyshacl
import pytest
from csvw import CSVW
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, SKOS

from catalog.dcat import DCAT, DQV, bregdcat_ap, dcat_ap, json_ld
from catalog.geoparquet import write_geoparquet
from catalog.metadata_score import assessment
from catalog.model import Catalogue
from catalog.reading import read_catalogue
from data_standards.items import load_items
from registries.contract import Column, Table
from tests.release_material import COMPANY, Publisher, company

SHACL = Namespace("http://www.w3.org/ns/shacl#")
OWL_IMPORTS = URIRef("http://www.w3.org/2002/07/owl#imports")
DCAT_AP = ("dcat-ap-3.0.1/html_shapes.ttl", "dcat-ap-3.0.1/html_range.ttl")
BREG = ("bregdcat-ap-2.1.0/BRegDCAT-AP_shacl_shapes_2.1.0.ttl",)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "release"
    folder.mkdir()
    publisher = Publisher(folder)
    rows = [
        company(
            number, name_kana="ミホン", postal_code="1000001", corporate_number=f"1{number:012}", event_id=f"1{number:012}-20240105-001"
        )
        for number in range(1, 9)
    ]
    publisher.publish(rows)
    return publisher.publish(rows[:-1], "2024-02-02")


@pytest.fixture(scope="module")
def catalogue(release: Path) -> Catalogue:
    return read_catalogue(release / "catalogue.json")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a request left the machine")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def shapes(folder: Path, names: tuple[str, ...]) -> Graph:
    graph = Graph()
    for name in names:
        graph.parse(folder / "shapes" / name)
    graph.remove((None, OWL_IMPORTS, None))
    return graph


def validated(graph: Graph, against: Graph) -> tuple[list[str], int]:
    """Violations, and the number of nodes of the graph that some shape speaks of."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=against, inference="none", do_owl_imports=False)
    assert isinstance(report, Graph)
    violations = [
        f"{report.value(result, SHACL.focusNode)} {report.value(result, SHACL.resultPath)} {report.value(result, SHACL.value)}"
        for result in report.objects(None, SHACL.result)
        if report.value(result, SHACL.resultSeverity) == SHACL.Violation
    ]
    classes = set(against.objects(None, SHACL.targetClass))
    nodes = {node for kind in classes for node in graph.subjects(RDF.type, kind)}
    return violations, len(nodes)


# --- DCAT -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(("document", "names"), [("catalog.ttl", DCAT_AP), ("catalog.jsonld", DCAT_AP), ("catalog-breg.ttl", BREG)])
def test_the_catalogue_satisfies_the_shapes(release: Path, shared_data: Path, document: str, names: tuple[str, ...]) -> None:
    violations, checked = validated(Graph().parse(release / document), shapes(shared_data, names))
    assert violations == []
    assert checked >= 60


@pytest.mark.parametrize(
    ("make", "names", "gone"),
    [(dcat_ap, DCAT_AP, DCTERMS.title), (dcat_ap, DCAT_AP, DCAT.accessURL), (bregdcat_ap, BREG, DCTERMS.identifier)],
)
def test_the_shapes_bite(catalogue: Catalogue, shared_data: Path, make: Any, names: tuple[str, ...], gone: URIRef) -> None:
    graph = make(catalogue)
    graph.remove((None, gone, None))
    violations, _ = validated(graph, shapes(shared_data, names))
    assert violations


def test_one_graph_cannot_satisfy_both_profiles(catalogue: Catalogue, shared_data: Path) -> None:
    assert validated(dcat_ap(catalogue), shapes(shared_data, BREG))[0]
    assert validated(bregdcat_ap(catalogue), shapes(shared_data, DCAT_AP))[0]


def test_json_ld_says_what_turtle_says_with_its_context_inline(release: Path, catalogue: Catalogue) -> None:
    turtle, linked = Graph().parse(release / "catalog.ttl"), Graph().parse(release / "catalog.jsonld")
    assert {*turtle} == {*linked} == {*dcat_ap(catalogue)}
    assert len(turtle) > 1000
    assert isinstance(json.loads(json_ld(dcat_ap(catalogue)))["@context"], dict)


# item of DS-469 -> property it is told by; what does not apply to a public release is in _CONDITIONAL
DS_469: dict[str, dict[str, URIRef]] = {
    "カタログ": {
        "管理ID": DCTERMS.identifier,
        "タイトル": DCTERMS.title,
        "説明": DCTERMS.description,
        "キーワード": DCAT.keyword,
        "テーマ分類": DCAT.theme,
        "対象地域": DCTERMS.spatial,
        "提供者": DCTERMS.publisher,
        "公開日": DCTERMS.issued,
        "最終更新日": DCTERMS.modified,
        "更新頻度": DCTERMS.accrualPeriodicity,
        "言語": DCTERMS.language,
        "公開範囲": DCTERMS.accessRights,
        "ライセンス": DCTERMS.license,
        "利用規約": DCTERMS.rights,
        "ホームページ": FOAF.homepage,
    },
    "カタログレコード": {
        "トピックス": FOAF.primaryTopic,
        "説明": DCTERMS.description,
        "公開日": DCTERMS.issued,
        "最終更新日": DCTERMS.modified,
        "言語": DCTERMS.language,
    },
    "データセット": {
        "管理ID": DCTERMS.identifier,
        "タイトル": DCTERMS.title,
        "バージョン": DCAT.version,
        "説明": DCTERMS.description,
        "キーワード": DCAT.keyword,
        "対象地域": DCTERMS.spatial,
        "対象期間": DCTERMS.temporal,
        "分類": DCTERMS.subject,
        "提供者": DCTERMS.publisher,
        "作成者": DCTERMS.creator,
        "連絡先情報": DCAT.contactPoint,
        "タイプ": DCTERMS.type,
        "来歴情報": DCTERMS.provenance,
        "公開日": DCTERMS.issued,
        "最終更新日": DCTERMS.modified,
        "更新頻度": DCTERMS.accrualPeriodicity,
        "言語": DCTERMS.language,
        "ライセンス": DCTERMS.license,
        "公開範囲": DCTERMS.accessRights,
        "準拠する標準": DCTERMS.conformsTo,
        "関連ドキュメント": FOAF.page,
        "ランディングページ": DCAT.landingPage,
        "品質評価": DQV.hasQualityAnnotation,
        "品質測定結果": DQV.hasQualityMeasurement,
    },
    "データサービス": {
        "管理ID": DCTERMS.identifier,
        "タイトル": DCTERMS.title,
        "説明": DCTERMS.description,
        "キーワード": DCAT.keyword,
        "対象データセット": DCAT.servesDataset,
        "提供者": DCTERMS.publisher,
        "タイプ": DCTERMS.type,
        "公開範囲": DCTERMS.accessRights,
        "ライセンス": DCTERMS.license,
        "準拠する標準": DCTERMS.conformsTo,
        "関連ドキュメント": FOAF.page,
        "エンドポイントURL": DCAT.endpointURL,
        "ランディングページ": DCAT.landingPage,
    },
    "ディストリビューション": {
        "タイトル": DCTERMS.title,
        "説明": DCTERMS.description,
        "アクセスサービス": DCAT.accessService,
        "バイトサイズ": DCAT.byteSize,
        "メディアタイプ": DCAT.mediaType,
        "公開日": DCTERMS.issued,
        "最終更新日": DCTERMS.modified,
        "期間": DCTERMS.temporal,
        "ステータス": URIRef("http://www.w3.org/ns/adms#status"),
        "言語": DCTERMS.language,
        "ライセンス": DCTERMS.license,
        "利用規約": DCTERMS.rights,
        "準拠する標準": DCTERMS.conformsTo,
        "関連ドキュメント": FOAF.page,
        "アクセスURL": DCAT.accessURL,
        "ダウンロードURL": DCAT.downloadURL,
    },
}
CLASSES = {
    "カタログ": DCAT.Catalog,
    "カタログレコード": DCAT.CatalogRecord,
    "データセット": DCAT.Dataset,
    "データサービス": DCAT.DataService,
    "ディストリビューション": DCAT.Distribution,
}
# with the reason they have no value in a catalogue that is public, whole, and nobody's part
CONDITIONAL = {
    ("カタログ", "サブタイトル"): "the title says all",
    ("カタログ", "親カタログID"): "there is no catalogue above",
    ("カタログ", "公開条件"): "only where access is restricted",
    ("データセット", "サブタイトル"): "the title says all",
    ("データセット", "公開条件"): "only where access is restricted",
    ("データサービス", "公開条件"): "only where access is restricted",
    ("ディストリビューション", "圧縮形式"): "only where the file is packed",
}


def test_every_metadata_item_of_ds_469_is_filled_or_does_not_apply(catalogue: Catalogue, shared_data: Path) -> None:
    measured = [replace(dataset, quality=replace(dataset.quality, checks=1, measured=1)) for dataset in catalogue.datasets]
    graph = dcat_ap(replace(catalogue, datasets=measured))
    with (shared_data / "standards" / "gif" / "gif_469_metadata_items.csv").open(encoding="utf-8-sig") as handle:
        items = [(row["class"], row["item"], row["mark"]) for row in csv.DictReader(handle)]
    filled = 0
    for of_class, item, mark in items:
        if (of_class, item) in CONDITIONAL:
            assert mark != "◎"
            continue
        ours = [
            str(node) for node in graph.subjects(RDF.type, CLASSES[of_class]) if not str(node).startswith(f"{catalogue.base_uri}external")
        ]
        assert ours
        for node in ours:
            assert graph.value(URIRef(node), DS_469[of_class][item]) is not None, (of_class, item, node)
        filled += 1
    assert filled + len(CONDITIONAL) == len(items) == 80


def test_the_assessment_shows_its_arithmetic_and_follows_the_methodology(release: Path, catalogue: Catalogue, shared_data: Path) -> None:
    graph = dcat_ap(catalogue)
    score = assessment(graph, base_uri=catalogue.base_uri, compliant=True)
    official = json.loads((shared_data / "standards" / "mqa" / "mqa_metrics.json").read_text(encoding="utf-8"))
    assert score["most"] == official["total"] == 405
    assert [row["most"] for row in score["indicators"]] == [metric[4] for metric in official["metrics"]]
    told = {row["indicator"]: row for row in score["indicators"]}
    assert score["points"] == pytest.approx(sum(row["points"] for row in score["indicators"]))
    for row in score["indicators"]:
        if row["state"] == "measured":
            assert row["points"] == pytest.approx(row["most"] * row["satisfied"] / row["entities"], abs=0.005)
        else:
            assert row["points"] == 0
    # the Public Data Licence is in no list of the EU, and no network is reached
    assert told["licence from vocabulary"]["points"] == 0
    assert {row["indicator"] for row in score["indicators"] if row["state"] != "measured"} == {"access URL answers", "download URL answers"}
    assert (score["points"], score["rating"]) == (405 - 50 - 30 - 10, "Good")
    assert json.loads((release / "metadata-score.json").read_text())["points"] == score["points"] - 30
    graph.remove((None, DCAT.keyword, None))
    assert assessment(graph, base_uri=catalogue.base_uri, compliant=True)["points"] == score["points"] - 30


# --- files ----------------------------------------------------------------------------------------------------------


def resources(release: Path) -> Iterator[dict[str, Any]]:
    yield from json.loads((release / "datapackage.json").read_text(encoding="utf-8"))["resources"]


def test_every_resource_of_the_data_package_is_valid_and_has_its_digest(release: Path, shared_data: Path) -> None:
    descriptor = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    jsonschema.validate(descriptor, json.loads((shared_data / "schemas" / "frictionless" / "datapackage-1.0.json").read_text()))
    report = frictionless.validate(str(release / "datapackage.json"))
    assert report.flatten(["name", "type", "note"]) == []
    assert report.stats["tasks"] == len(descriptor["resources"]) >= 2 * len(COMPANY.tables)
    # Frictionless does not look at the digest of a Parquet file
    checked = 0
    for resource in resources(release):
        content = (release / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        checked += 1
    assert checked == len(descriptor["resources"])


def test_a_wrong_cell_is_found_by_the_table_schema(release: Path, tmp_path: Path) -> None:
    fields = json.loads((release / "company" / "schema.json").read_text())
    names = [field["name"] for field in fields["fields"]]
    row = dict.fromkeys(names, "") | {"corporate_number": "123", "kind_code": "999", "changed_on": "yesterday"}
    (tmp_path / "bad.csv").write_text(",".join(names) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    (tmp_path / "schema.json").write_text(json.dumps(fields))
    resource = frictionless.Resource(path="bad.csv", schema="schema.json", basepath=str(tmp_path))
    found = {(error.type, getattr(error, "field_name", "")) for error in resource.validate().tasks[0].errors}
    assert {("constraint-error", "corporate_number"), ("constraint-error", "kind_code"), ("type-error", "changed_on")} <= found


@pytest.mark.usefixtures("offline")
def test_code_lists_are_valid_csv_on_the_web_and_skos(release: Path, catalogue: Catalogue) -> None:
    metadata = sorted((release / "codelists").glob("*.csv-metadata.json"))
    assert len(metadata) == len(catalogue.code_lists) >= 8
    for path in metadata:
        assert CSVW(str(path), validate=True).is_valid, path.name
    schemes = 0
    for code_list in catalogue.code_lists:
        graph = Graph().parse(release / "codelists" / f"{code_list.name}.ttl")
        assert {str(value) for value in graph.objects(None, SKOS.notation)} == {code.code for code in code_list.codes}
        for concept in graph.subjects(RDF.type, SKOS.Concept):
            assert {label.language for label in graph.objects(concept, SKOS.prefLabel)} == {"ja", "en"}  # type: ignore[attr-defined]
        schemes += 1
    assert schemes == len(metadata)


def test_croissant_is_valid_and_loads_its_records(release: Path) -> None:
    import mlcroissant

    logging.getLogger("absl").setLevel(logging.ERROR)
    dataset = mlcroissant.Dataset(jsonld=str(release / "croissant.json"))
    assert dataset.metadata.issues.errors == set()
    assert len(dataset.metadata.record_sets) == len(COMPANY.tables)
    records = list(dataset.records(record_set="company"))
    assert len(records) == 7
    assert records[0]["company/corporate_number"] in ("1000000000001", b"1000000000001")


def test_geoparquet_follows_the_official_schema(shared_data: Path, tmp_path: Path) -> None:
    items = load_items()
    columns = tuple(Column(items[name], name == "lg_code") for name in ("lg_code", "latitude", "longitude"))
    table = Table(
        name="spot",
        label="点",
        label_en="Spot",
        definition="点。",
        definition_en="A spot.",
        key=("lg_code",),
        columns=columns,
        rules=(),
        confidentiality="public",
    )
    shape = replace(table, name="lot", columns=(columns[0], Column(replace(items["latitude"], name="shape", type="geometry"), False)))
    schema = json.loads((shared_data / "schemas" / "geoparquet" / "geoparquet-1.1.schema.json").read_text())
    # the schema of the reference system lies on another server
    schema["properties"]["columns"]["patternProperties"][".+"]["properties"]["crs"] = {"type": "object", "required": ["type", "id"]}
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE spot AS SELECT * FROM (VALUES ('1', 35.5, 139.5), ('2', NULL, NULL)) t(lg_code, latitude, longitude)"
        )
        connection.execute("CREATE TABLE lot AS SELECT '1' AS lg_code, 'POLYGON((135 35, 136 35, 136.5 36.25, 135 35))'::GEOMETRY AS shape")
        files = [write_geoparquet(connection, COMPANY, made, made.name, tmp_path, "x") for made in (table, shape)]
    bounds = []
    for file in files:
        read = pq.read_table(tmp_path / file.path)
        about = json.loads(read.schema.metadata[b"geo"])
        jsonschema.validate(about, schema)
        column = about["columns"][about["primary_column"]]
        assert column["crs"]["id"] == {"authority": "EPSG", "code": 6668}
        bounds.append((column["geometry_types"], column["bbox"], [float(value) for value in read["bbox"][0].as_py().values()]))
    assert bounds == [
        (["Point"], [139.5, 35.5, 139.5, 35.5], [139.5, 35.5, 139.5, 35.5]),
        (["Polygon"], [135.0, 35.0, 136.5, 36.25], [135.0, 35.0, 136.5, 36.25]),
    ]


def test_datacontract_accepts_the_contract_and_the_data(release: Path) -> None:
    program = os.environ.get("DAICHO_DATACONTRACT")
    if program is None:
        pytest.skip("DAICHO_DATACONTRACT does not name the datacontract command; ./daicho test sets it")
    told = subprocess.run([program, "lint", "contracts/company.odcs.yaml"], cwd=release, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def test_every_path_the_catalogue_names_is_there(release: Path, catalogue: Catalogue) -> None:
    paths = [file.path for dataset in catalogue.datasets for file in dataset.distributions]
    paths += [file.path for code_list in catalogue.code_lists for file in code_list.distributions]
    paths += [registry.contract_path for registry in catalogue.registries]
    paths += [walk.path for walk in catalogue.crosswalks if walk.path]
    assert len(paths) >= 29
    assert [path for path in paths if not (release / path).exists()] == []
    changes = [dataset.changes.path for dataset in catalogue.datasets if dataset.changes.path]
    assert changes
    assert all((release.parent / path).exists() for path in changes)
