"""The assets of the publication: the files of the next release, and what people use put in place."""

import dagster as dg

from pipelines.assets.registry_assets import TABLE_KEYS
from pipelines.assets.resources import HomeResource
from pipelines.progress import PROGRESS
from pipelines.publication import publish_staged, stage_release


@dg.asset(key=["release", "files"], deps=TABLE_KEYS, group_name="release", owners=["registry@daicho.example"])
def release_files(home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The files of the next release, written into the work folder: Parquet, CSV, contracts, dictionary, code lists, manifest."""
    with home.home.locked():
        PROGRESS.begin("release")
        name, note = stage_release(home.home, PROGRESS.step)
        PROGRESS.end(f"{name} {note}")
        return dg.MaterializeResult(metadata={"release": name, "state": note})


@dg.asset(
    key=["release", "published"],
    deps=[*TABLE_KEYS, release_files.key],
    group_name="release",
    owners=["registry@daicho.example"],
)
def published(home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """What people use: the warehouse and the newest release, put in place by rename, the pointer to the release last."""
    with home.home.locked():
        PROGRESS.begin("publication")
        name = publish_staged(home.home)
        PROGRESS.end(name)
        return dg.MaterializeResult(metadata={"warehouse": dg.MetadataValue.path(str(home.home.warehouse)), "release": name})
