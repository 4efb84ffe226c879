"""Other programs that read addresses, on the same addresses with the same towns, in the same run.

Two install from a package registry and can be given their dictionary as files: ``normalize-japanese-addresses`` from PyPI (0.0.9) and
``@geolonia/normalize-japanese-addresses`` from npm (2.10.1). Neither is a dependency of the project: ``--peers DIR`` names a folder
they were installed in, by ``pip install --target DIR/python`` and ``npm install --prefix DIR/npm``. One that is not there is reported as
absent.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import polars as pl

_PYTHON = """
import json, sys, time
from normalize_japanese_addresses import normalize
endpoint, out = sys.argv[1], []
addresses = json.load(sys.stdin)
started = time.monotonic()
for address in addresses:
    try:
        found = normalize(address, endpoint=endpoint)
    except Exception:
        found = {}
    out.append([found.get("pref"), found.get("city"), found.get("town"), found.get("addr")])
json.dump({"seconds": time.monotonic() - started, "answers": out}, sys.stdout)
"""
_NODE = """
const { normalize, config } = require(process.argv[1] + '/node_modules/@geolonia/normalize-japanese-addresses')
config.japaneseAddressesApi = process.argv[2]
const addresses = JSON.parse(require('fs').readFileSync(0, 'utf-8'))
const run = async () => {
  const started = process.hrtime.bigint(), out = []
  for (const address of addresses) {
    const found = await normalize(address).catch(() => ({}))
    out.push([found.pref ?? null, found.city ?? null, found.town ?? null, found.addr ?? null])
  }
  console.log(JSON.stringify({ seconds: Number(process.hrtime.bigint() - started) / 1e9, answers: out }))
}
run()
"""


@dataclass(frozen=True)
class PeerAnswers:
    """What a program answered.

    Attributes:
        name: Program and version.
        seconds: Time it took, without its start.
        answers: prefecture, municipality, town, remainder, in the order of the addresses.
    """

    name: str
    seconds: float
    answers: pl.DataFrame


def write_towns(towns: pl.DataFrame, folder: Path) -> str:
    """Write the towns in the form of the two programs: one file of municipalities, one of towns for each.

    Args:
        towns: Town table.
        folder: Folder to write into.

    Returns:
        Address of the files.
    """
    city = pl.concat_str(pl.col("county", "city", "ward").fill_null(""))
    town = pl.concat_str(pl.col("oaza_cho", "chome").fill_null(""))
    rows = towns.select("pref", city=city, town=town).filter(pl.col("town") != "").unique(maintain_order=True)
    cities = rows.group_by("pref", maintain_order=True).agg(pl.col("city").unique(maintain_order=True))
    (folder / "ja.json").write_text(json.dumps(dict(cities.rows()), ensure_ascii=False), encoding="utf-8")
    for (pref, name), group in rows.group_by(["pref", "city"], maintain_order=True):
        path = folder / "ja" / str(pref) / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        entries = [{"town": town, "koaza": "", "lat": None, "lng": None} for town in group["town"]]
        path.write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
    return f"file://{quote(str(folder / 'ja'))}"


def answers(peers: Path, endpoint: str, addresses: pl.Series, *, limit_python: int) -> list[PeerAnswers | str]:
    """Ask every program that is there.

    Args:
        peers: Folder they were installed in.
        endpoint: Address of the towns.
        addresses: What to ask.
        limit_python: The one in Python answers a few addresses a second: it is asked this many.

    Returns:
        For each program its answers, or its name where it is absent.
    """
    out: list[PeerAnswers | str] = []
    name = "normalize-japanese-addresses 0.0.9 (PyPI)"
    if (peers / "python" / "normalize_japanese_addresses").is_dir():
        environment = os.environ | {"PYTHONPATH": str(peers / "python")}
        out.append(_asked(name, [sys.executable, "-c", _PYTHON, endpoint], addresses.head(limit_python), environment))
    else:
        out.append(name)
    name = "@geolonia/normalize-japanese-addresses 2.10.1 (npm)"
    node = shutil.which("node")
    if node and (peers / "npm" / "node_modules" / "@geolonia").is_dir():
        out.append(_asked(name, [node, "-e", _NODE, str((peers / "npm").resolve()), endpoint], addresses, dict(os.environ)))
    else:
        out.append(name)
    return out


def _asked(name: str, command: list[str], addresses: pl.Series, environment: dict[str, str]) -> PeerAnswers:
    started = time.monotonic()
    asked = json.dumps(addresses.to_list(), ensure_ascii=False)
    done = subprocess.run(command, input=asked, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{name} failed after {time.monotonic() - started:.0f} s: {done.stderr[-1000:]}")
    told = json.loads(done.stdout)
    columns = ["prefecture", "municipality", "town", "remainder"]
    return PeerAnswers(name, told["seconds"], pl.DataFrame(told["answers"], schema=dict.fromkeys(columns, pl.String), orient="row"))
