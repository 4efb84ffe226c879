"""Assembling the catalogue from the declarations, the release's files and what was measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from catalog import model
from catalog.annotations import RegistryAnnotation, external_registries, identity, registry_annotation
from catalog.formats import described_format
from catalog.origins import Traced, Upstream, trace
from data_standards.codes import load_code_lists, municipality_changes
from data_standards.items import DataItem
from registries.contract import Column, Contract, Table

_ACCESS: dict[str, model.Access] = {"public": "public", "internal": "restricted", "secret": "non_public"}
_CONDITION = model.Text("職務上の権限を持つ利用者に限る。", "For users whose duties give them the right.")


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a catalogue is assembled from.

    Attributes:
        release: Name of the release.
        date: Day the data speaks for.
        first_issued: Day of the first release.
        is_sample: Whether the data is invented.
        contracts: Contracts of all registries, restricted tables included.
        sources: Sources with their columns.
        upstream: By registry, column lineage read from the models.
        measures: By table, the checks with what they measured.
        scores: By registry, its scores by characteristic.
        files: What the manifest says of the release's data files.
        changes: By table, changes since the previous release.
        releases: Releases so far, newest first, this one included.
    """

    release: str
    date: str
    first_issued: str
    is_sample: bool
    contracts: list[Contract]
    sources: list[model.Source]
    upstream: Mapping[str, Upstream] = field(default_factory=dict)
    measures: Mapping[str, list[model.Measure]] = field(default_factory=dict)
    scores: Mapping[str, list[model.Score]] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    changes: Mapping[str, model.ChangeCounts] = field(default_factory=dict)
    releases: list[model.ReleaseEntry] = field(default_factory=list)


def access_of(table: Table) -> model.Access:
    """Who may see a table, by its confidentiality."""
    return _ACCESS[table.confidentiality]


def _aliases(item: DataItem, sources: list[model.Source], former: list[str]) -> list[str]:
    """Other names of an item: the publishers' names and labels, GIF's name and former names, each once."""
    names = [name for source in sources for column in source.columns if column.item == item.name for name in (column.name, column.label)]
    names += [item.gif] if item.gif else []
    return sorted({*names, *former} - {item.name, item.label, item.label_en})


def _column(column: Column, table: Table, position: int, traced: Traced, aliases: list[str]) -> model.Column:
    item = column.item
    return model.Column(
        name=item.name,
        position=position,
        label=item.label,
        label_en=item.label_en,
        reading=item.reading,
        definition=item.definition,
        definition_en=item.definition_en,
        type=item.type,
        is_key=item.name in table.key,
        is_required=column.required,
        unit=item.unit,
        pattern=item.pattern,
        max_length=item.max_length,
        minimum=item.minimum,
        code_list=item.code_list,
        check=item.check,
        reference=item.reference,
        confidentiality=item.confidentiality,
        example=item.example,
        aliases=aliases,
        origins=traced.origins,
        through=traced.through,
        lineage_state=traced.state,
    )


def _distribution(entry: dict[str, Any], title: str, title_en: str) -> model.Distribution:
    name, media_type, compression = described_format(entry["path"])
    part = entry.get("part")
    of_part = f"（{part}）" if part else ""
    of_part_en = f" ({part})" if part else ""
    return model.Distribution(
        path=entry["path"],
        title=f"{title} {name}{of_part}",
        title_en=f"{title_en}, {name}{of_part_en}",
        format=name,
        media_type=media_type,
        compression=compression,
        bytes=entry["bytes"],
        sha256=entry["sha256"],
        rows=entry.get("rows"),
        part=part,
    )


def _mode(contract: Contract, annotated: model.Mode | None) -> model.Mode:
    if annotated is not None:
        return annotated
    return "cached_copy" if len(contract.sources) == 1 and not contract.needs else "mash_up"


def _processing(contract: Contract, table: Table, sources: list[model.Source]) -> model.Text:
    own = [source for source in sources if source.name in contract.sources]
    made_of = "、".join(f"「{source.title}」（{source.publisher}）" for source in own) or "受領したファイルの台帳"
    made_of_en = ", ".join(f"{source.title_en} ({source.publisher_en})" for source in own) or "the ledger of delivered files"
    needs, needs_en = "", ""
    if others := contract.needs:
        needs = f"レジストリ {'、'.join(others)} と結び付け、"
        needs_en = f", joined with the registries {', '.join(others)}"
    return model.Text(
        f"{made_of}の記録をデータ標準に整え、{needs}{table.name} のモデルで作る。整えられない記録は理由とともに隔離し、捨てない。",
        f"Made from {made_of_en}{needs_en}: records are brought to the data standard and related by the model {table.name}. "
        "What cannot be brought to the standard is kept apart with its reason, not dropped.",
    )


def _quality(measures: list[model.Measure], scores: list[model.Score]) -> model.Quality:
    measured = [measure for measure in measures if measure.rows is not None]
    return model.Quality(
        checks=len(measures),
        measured=len(measured),
        violated=sum(1 for measure in measured if measure.violations),
        measures=measures,
        scores=scores,
    )


def _dataset(contract: Contract, table: Table, material: Material, traced: Mapping[str, Traced]) -> model.Dataset:
    about, own = identity(), registry_annotation(contract.registry)
    annotation = own.table(table.name)
    sources = [source for source in material.sources if source.name in contract.sources]
    access = access_of(table)
    files = [entry for entry in material.files if entry.get("table") == table.name]
    rows = next((entry["rows"] for entry in files if entry["path"] == f"{table.name}/{table.name}.parquet"), None)
    none = model.ChangeCounts(previous=None, added=rows or 0, changed=0, removed=0, merged=0, split=0, withdrawn=0, path=None)
    # what has been delivered is what the dataset is made of
    delivered = [source for source in sources if source.files] or sources
    licences = sorted({(source.licence, source.licence_url) for source in delivered}) or [(about.licence, about.licence_url)]
    # where sources have several licences the strictest terms are theirs to say; all are named, and ours links to the page
    licence, licence_url = licences[0] if len(licences) == 1 else ("、".join(name for name, _ in licences), about.licence_url)
    return model.Dataset(
        identifier=f"{contract.registry}/{table.name}",
        name=table.name,
        registry=contract.registry,
        title=table.label,
        title_en=table.label_en,
        description=f"{table.definition}{contract.description}",
        description_en=f"{table.definition_en} {contract.description_en}",
        keywords=_unique([table.label, *annotation.keywords, *own.keywords]),
        keywords_en=_unique([table.label_en, *annotation.keywords_en, *own.keywords_en]),
        themes=own.themes,
        industry=own.industry or about.industry,
        mode=_mode(contract, annotation.mode or own.mode),
        access=access,
        access_condition=None if access == "public" else own.access_condition or _CONDITION,
        licence=licence,
        licence_url=licence_url,
        attributions=[model.Text(source.attribution, source.attribution_en) for source in delivered],
        spatial=about.spatial,
        temporal_from=own.temporal_from,
        data_date=max((source.newest for source in delivered if source.newest), default=material.date),
        issued=material.first_issued,
        frequency=own.frequency,
        version=contract.version,
        conforms_to=["https://bitol-io.github.io/open-data-contract-standard/v3.1.0/"],
        sources=[source.name for source in sources],
        key=list(table.key),
        columns=[
            _column(column, table, position, traced[column.name], _column_aliases(column, material.sources, own, table))
            for position, column in enumerate(table.columns, start=1)
        ],
        rows=rows,
        warnings=annotation.warnings,
        processing=_processing(contract, table, material.sources),
        # counts over rows that are not public are not public either
        quality=_quality(list(material.measures.get(table.name, [])), material.scores.get(contract.registry, []))
        if access == "public"
        else _quality([], []),
        changes=material.changes.get(table.name, none),
        distributions=[_distribution(entry, table.label, table.label_en) for entry in files],
        relationships=[],
    )


def _column_aliases(column: Column, sources: list[model.Source], own: RegistryAnnotation, table: Table) -> list[str]:
    return _aliases(column.item, sources, own.table(table.name).former_names.get(column.name, []))


def _unique(words: list[str]) -> list[str]:
    return list(dict.fromkeys(words))


def _related(datasets: list[model.Dataset]) -> list[model.Dataset]:
    """Datasets with the columns that are the whole key of another dataset: what a join may use."""
    keys = {dataset.key[0]: dataset for dataset in datasets if len(dataset.key) == 1 and dataset.access == "public"}
    related = []
    for dataset in datasets:
        links = [
            (column.name, other.identifier, key)
            for column in dataset.columns
            for key, other in keys.items()
            # a role before the name of a key, as in successor_corporate_number, points to the same thing
            if (column.name == key or column.name.endswith(f"_{key}")) and other.identifier != dataset.identifier
        ]
        related.append(replace(dataset, relationships=links))
    return related


def _concepts(datasets: list[model.Dataset]) -> list[model.Concept]:
    """The data items that the datasets bear, by name."""
    found: dict[str, model.Concept] = {}
    for dataset in datasets:
        for column in dataset.columns:
            place = (dataset.identifier, column.name)
            known = found.get(column.name)
            if known is not None:
                found[column.name] = replace(known, used_in=[*known.used_in, place])
                continue
            found[column.name] = model.Concept(
                name=column.name,
                label=column.label,
                label_en=column.label_en,
                reading=column.reading,
                definition=column.definition,
                definition_en=column.definition_en,
                type=column.type,
                unit=column.unit,
                pattern=column.pattern,
                code_list=column.code_list,
                reference=column.reference,
                confidentiality=column.confidentiality,
                example=column.example,
                aliases=column.aliases,
                used_in=[place],
            )
    return [found[name] for name in sorted(found)]


def _code_lists(datasets: list[model.Dataset], files: list[dict[str, Any]]) -> list[model.CodeList]:
    used: dict[str, list[tuple[str, str]]] = {}
    for dataset in datasets:
        for column in dataset.columns:
            if column.code_list is not None:
                used.setdefault(column.code_list, []).append((dataset.identifier, column.name))
    lists = load_code_lists()
    # a list that another maps onto is published too, so that the mapping leads somewhere
    wanted = sorted({*used, *(target for name in used if (target := lists[name].maps_to) is not None)})
    return [
        model.CodeList(
            name=name,
            label=lists[name].label,
            label_en=lists[name].label_en,
            reference=lists[name].reference,
            maps_to=lists[name].maps_to,
            codes=[
                model.CodeEntry(code=code.value, label=code.label, label_en=code.label_en, maps_to=code.maps_to)
                for code in lists[name].codes.values()
            ],
            used_in=used.get(name, []),
            distributions=[
                _distribution(entry, lists[name].label, lists[name].label_en)
                for entry in files
                if entry["path"].rpartition("/")[2].partition(".")[0] == name and entry["path"].startswith("codelists/")
            ],
        )
        for name in wanted
    ]


def _crosswalks(code_lists: list[model.CodeList], datasets: list[model.Dataset]) -> list[model.Crosswalk]:
    walks = [
        model.Crosswalk(
            name=f"{code_list.name}_to_{code_list.maps_to}",
            title=f"{code_list.label}から{next(other.label for other in code_lists if other.name == code_list.maps_to)}へ",
            title_en=f"{code_list.label_en} to {next(other.label_en for other in code_lists if other.name == code_list.maps_to)}",
            from_name=code_list.name,
            to_name=code_list.maps_to,
            pairs=sum(1 for code in code_list.codes if code.maps_to is not None),
            path=f"codelists/{code_list.name}.csv",
        )
        for code_list in code_lists
        if code_list.maps_to is not None
    ]
    walks.append(
        model.Crosswalk(
            name="municipality_change",
            title="市区町村の廃置分合（旧コードから新コードへ）",
            title_en="Changes of municipalities, from old to new codes",
            from_name="lg_code",
            to_name="lg_code",
            pairs=municipality_changes().height,
            path="codelists/municipality_change.csv",
        )
    )
    walks += [
        model.Crosswalk(
            name=dataset.name,
            title=dataset.title,
            title_en=dataset.title_en,
            from_name=dataset.key[0],
            to_name=dataset.name.removesuffix("_crosswalk"),
            pairs=dataset.rows,
            path=f"{dataset.name}/{dataset.name}.parquet",
        )
        for dataset in datasets
        if dataset.name.endswith("_crosswalk") and dataset.access == "public"
    ]
    return walks


def _external(datasets: list[model.Dataset]) -> list[model.ExternalRegistry]:
    """Others' registries, each key with the datasets of ours that bear the item."""
    bearing: dict[str, list[str]] = {}
    for dataset in datasets:
        for column in dataset.columns:
            bearing.setdefault(column.name, []).append(dataset.identifier)
    registries, _ = external_registries()
    return [
        replace(registry, join_keys=[replace(key, datasets=bearing.get(key.ours, [])) for key in registry.join_keys])
        for registry in registries
    ]


def _own_services(datasets: list[model.Dataset]) -> list[model.Service]:
    about = identity()
    return [
        model.Service(
            identifier="release_files",
            title="公開ファイル",
            title_en="Release files",
            description="Parquet と CSV を静的なファイルとして配信する。latest.json が最新の公開版を指す。"
            "範囲要求（Range）で必要な行群だけを読める。",
            description_en="Parquet and CSV as static files. latest.json names the newest release; range requests read single row groups.",
            publisher=about.publisher,
            publisher_en=about.publisher_en,
            endpoint=about.base_uri,
            documentation=f"{about.base_uri}index.html",
            protocol="HTTP (Parquet, CSV, JSON)",
            authentication="none",
            licence=about.licence,
            licence_url=about.licence_url,
            serves=[dataset.identifier for dataset in datasets if dataset.access == "public"],
            is_ours=True,
        )
    ]


def assemble(material: Material) -> model.Catalogue:
    """Assemble the catalogue.

    Args:
        material: Declarations, files and measures.

    Returns:
        The catalogue. Restricted tables are told of, with their columns, and have no files.
    """
    about = identity()
    traced = trace(material.contracts, material.sources, material.upstream)
    datasets = _related(
        [_dataset(contract, table, material, traced[table.name]) for contract in material.contracts for table in contract.tables.values()]
    )
    code_lists = _code_lists(datasets, material.files)
    described = {key: getattr(about, key) for key in about.__dataclass_fields__ if key != "industry"}
    return model.Catalogue(
        **described,
        issued=material.first_issued,
        modified=material.date,
        release=material.release,
        is_sample=material.is_sample,
        registries=[
            model.Registry(
                name=contract.registry,
                title=contract.title,
                title_en=contract.title_en,
                description=contract.description,
                description_en=contract.description_en,
                version=contract.version,
                owner=contract.owner,
                contact_name=contract.contact_name,
                sources=list(contract.sources),
                datasets=[f"{contract.registry}/{table}" for table in contract.tables],
                contract_path=f"contracts/{contract.registry}.odcs.yaml",
            )
            for contract in material.contracts
        ],
        datasets=datasets,
        concepts=_concepts(datasets),
        code_lists=code_lists,
        crosswalks=_crosswalks(code_lists, datasets),
        services=[*_own_services(datasets), *external_registries()[1]],
        sources=material.sources,
        external=_external(datasets),
        releases=material.releases,
    )
