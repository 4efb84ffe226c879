"""``daicho prefill``."""

import argparse

from pipelines.command_options import add_home, home_of

SUMMARY = "Show what is already known about a company, with source and date of each value."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_home(parser)
    parser.add_argument("number", metavar="NUMBER", help="corporate number, 13 digits")
    parser.add_argument(
        "--role", choices=("public", "internal", "secret"), default="public", help="what the reader may see (default: public)"
    )
    parser.add_argument("--json", action="store_true", help="the form as a document for programs")


def run(arguments: argparse.Namespace) -> int:
    """Print the form."""
    import json

    import duckdb
    from rich.console import Console
    from rich.table import Table

    from pipelines.errors import DaichoError
    from registries.identity.prefill import prefill

    home = home_of(arguments)
    if not home.warehouse.exists():
        raise DaichoError(f"{home.warehouse}: there is no warehouse yet; run daicho build first")
    try:
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            known = prefill(connection, arguments.number, role=arguments.role)
    except (ValueError, LookupError) as error:
        raise DaichoError(str(error)) from error
    if arguments.json:
        print(json.dumps(known.document(), ensure_ascii=False, indent=2))
        return 0
    table = Table("項目", "値", "出典", "時点", "根拠", title=f"法人 {arguments.number}", title_justify="left")
    for value in known.values:
        table.add_row(value.path, value.value, value.source, str(value.as_of or ""), value.basis)
    Console().print(table)
    if known.withheld:
        print(f"{known.withheld} values are not shown to the role {arguments.role}.")
    return 0
