"""The scripts of the site: our own as they are, the preview bundled with the packages that npm's lock names."""

import os
import shutil
import subprocess
from pathlib import Path

_ASSETS = Path(__file__).parent / "assets"
_PACKAGES = "DAICHO_SITE_PACKAGES"


def packages_folder() -> Path | None:
    """The folder of the browser packages; None where they are not set up."""
    named = os.environ.get(_PACKAGES)
    folder = Path(named) if named else None
    return folder if folder is not None and _bundler(folder) is not None else None


def _bundler(packages: Path) -> Path | None:
    """The bundler's own program, which needs no Node to run."""
    return next(iter(sorted(packages.glob("@esbuild/*/bin/esbuild"))), None)


def write_assets(folder: Path, packages: Path | None) -> bool:
    """Write style sheet and scripts.

    Args:
        folder: Folder to write into.
        packages: Folder of the browser packages; None to go without the preview.

    Returns:
        Whether the preview could be made.

    Raises:
        RuntimeError: The packages are there and the preview could not be bundled.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(_ASSETS.glob("*")):
        if path.name != "preview.js":
            shutil.copyfile(path, folder / path.name)
    bundler = _bundler(packages) if packages is not None else None
    if packages is None or bundler is None:
        return False
    told = subprocess.run(  # noqa: S603
        [
            str(bundler),
            str(_ASSETS / "preview.js"),
            "--bundle",
            "--minify",
            "--format=iife",
            "--target=es2022",
            "--charset=utf8",
            "--log-level=error",
            f"--outfile={folder / 'preview.js'}",
        ],
        env={**os.environ, "NODE_PATH": str(packages)},
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode != 0:
        raise RuntimeError(f"the preview's script could not be bundled: {told.stderr.strip()}")
    return True
