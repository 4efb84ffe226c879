"""``daicho search``."""

import argparse

from pipelines.command_options import add_home, at_least_one, home_of

SUMMARY = "Search the catalogue of the newest release: datasets, columns, data items, codes, APIs."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    from catalog.search.ranking import KINDS

    add_home(parser)
    parser.add_argument("words", metavar="WORDS", nargs="+", help="what to find, in Japanese, kana or English")
    parser.add_argument("--kind", action="append", default=[], choices=tuple(KINDS), help="only this kind; may be repeated")
    parser.add_argument(
        "--facet",
        action="append",
        default=[],
        type=_facet,
        metavar="NAME=VALUE",
        help="only what bears this value, such as registry=company, access=public, mode=mash_up; may be repeated",
    )
    parser.add_argument("--records", action="store_true", help="search the records instead: companies by name, kana, former name, address")
    parser.add_argument("--limit", type=at_least_one, default=20, metavar="N", help="most results to show (default: 20)")


def _facet(told: str) -> tuple[str, str]:
    """A facet and its value, as ``name=value``."""
    name, sign, value = told.partition("=")
    if not (name and sign and value):
        raise argparse.ArgumentTypeError(f"{told!r} is not NAME=VALUE")
    return name, value


def run(arguments: argparse.Namespace) -> int:
    """Search and print."""
    if arguments.records:
        from pipelines.record_search import show_records

        return show_records(home_of(arguments), " ".join(arguments.words), arguments.limit)
    from catalog.reading import read_catalogue
    from catalog.release import latest
    from catalog.search.documents import documents
    from catalog.search.facets import facets
    from catalog.search.index import CatalogueIndex
    from pipelines.errors import DaichoError

    releases = home_of(arguments).release
    pointer = latest(releases)
    path = releases / pointer["release"] / "catalogue.json" if pointer else None
    if path is None or not path.exists():
        raise DaichoError(f"{releases}: no release with a catalogue. Make one with ./daicho build")
    catalogue = read_catalogue(path)
    chosen = tuple(arguments.facet)
    offered = {facet.name: [value.value for value in facet.values] for facet in facets(catalogue) if facet.name != "kind"}
    for name, value in chosen:
        if value not in offered.get(name, ()):
            known = ", ".join(f"{name}={value}" for value in offered[name]) if name in offered else ", ".join(offered)
            raise DaichoError(f"--facet {name}={value}: nothing in the catalogue bears it. Known are {known}")
    index = CatalogueIndex(documents(catalogue))
    hits = index.search(" ".join(arguments.words), limit=arguments.limit, kinds=tuple(arguments.kind), facets=chosen)
    if not hits:
        print("見つかりません / nothing found")
        return 0
    for hit in hits:
        found = hit.document
        print(f"{found.kind:<10} {found.id:<44} {found.title} / {found.title_en}")
    return 0
