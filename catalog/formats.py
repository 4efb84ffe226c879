"""Formats of published files: name in the EU file type list, IANA media type, packing; and their digest."""

import hashlib
from pathlib import Path

_FORMATS = {
    ".parquet": ("PARQUET", "application/vnd.apache.parquet"),
    ".csv": ("CSV", "text/csv"),
    ".ttl": ("RDF_TURTLE", "text/turtle"),
    ".jsonld": ("JSON_LD", "application/ld+json"),
    ".json": ("JSON", "application/json"),
    ".yaml": ("YAML", "application/yaml"),
    ".geojson": ("GEOJSON", "application/geo+json"),
    ".xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".html": ("HTML", "text/html"),
    ".svg": ("SVG", "image/svg+xml"),
    ".atom": ("ATOM", "application/atom+xml"),
    ".txt": ("TXT", "text/plain"),
}
_PACKING = {".gz": "application/gzip"}


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def described_format(path: str) -> tuple[str, str, str | None]:
    """What a file is, by its name.

    Args:
        path: Path of the file.

    Returns:
        Name of the format, media type, and media type of the packing or None. A name that says nothing is plain bytes.
    """
    packing = next((type_ for ending, type_ in _PACKING.items() if path.endswith(ending)), None)
    plain = path.rpartition(".")[0] if packing else path
    for ending, (name, media_type) in _FORMATS.items():
        if plain.endswith(ending):
            return name, media_type, packing
    return "OCTET", "application/octet-stream", packing


EU_FILE_TYPES = frozenset(
    {"CSV", "RDF_TURTLE", "JSON_LD", "JSON", "YAML", "GEOJSON", "XLSX", "HTML", "SVG", "ATOM", "TXT", "ZIP", "GZIP", "XML"}
)
"""Formats of the EU's authority list of file types that are used here. Parquet is not in it."""
