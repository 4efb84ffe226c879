"""The assets: one for each stage of each source, one for each table, and the publication. Made from the declarations."""

import dagster as dg

from pipelines.assets.publication_assets import published, release_files
from pipelines.assets.registry_assets import registry_tables
from pipelines.assets.source_assets import source_assets
from pipelines.source_declarations import load_sources

ASSETS: list[dg.AssetsDefinition] = [
    *(asset for source in load_sources().values() for asset in source_assets(source)),
    registry_tables,
    release_files,
    published,
]
"""Every asset of the house."""
