"""``daicho map-columns``."""

import argparse
from pathlib import Path

SUMMARY = "Propose how a municipality's export maps to the columns of a source, or bring it to them."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the export, a CSV file with a header line")
    parser.add_argument("--to", metavar="SOURCE", help="source to map to, such as fixed_asset_land")
    parser.add_argument("--mapping", metavar="MAPPING", type=Path, help="mapping file to apply instead of proposing one")
    parser.add_argument("--out", metavar="OUT", type=Path, help="file to write (default: standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Propose, or apply."""
    import sys

    from pipelines.errors import DaichoError
    from pipelines.home import write_text_aside
    from pipelines.map_columns import apply_mapping, missing, propose, read_export, read_mapping, written
    from pipelines.source_declarations import source_named

    if not arguments.file.is_file():
        raise DaichoError(f"{arguments.file}: no such file")
    if (arguments.to is None) == (arguments.mapping is None):
        raise DaichoError("give --to SOURCE to propose a mapping, or --mapping FILE to apply one")
    if arguments.mapping is not None:
        mapping = read_mapping(arguments.mapping)
        text = apply_mapping(read_export(arguments.file, mapping.encoding), mapping).write_csv()
    else:
        mapping = propose(arguments.file, source_named(arguments.to))
        text = written(mapping)
        lacking = missing(mapping)
        if lacking:
            print(f"no column was found for {', '.join(lacking)}: name one, or a constant, in the mapping", file=sys.stderr)
    if arguments.out is None:
        print(text, end="")
    else:
        write_text_aside(arguments.out, text)
        arguments.out.chmod(0o600)
    return 0
