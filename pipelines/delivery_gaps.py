"""Business days for which a daily source delivered nothing."""

from datetime import date

from pipelines.business_days import missing_days
from pipelines.ingest.parts import DeliveredFile
from pipelines.source_declarations import Source


def delivery_gaps(source: Source, files: list[DeliveredFile]) -> list[tuple[date, date, int]]:
    """Stretches of business days without a daily file, after the newest full file."""
    if source.about["cadence"] != "business_daily":
        return []
    dated = [(file.kind, date.fromisoformat(file.file_date)) for file in files if file.fault is None and file.file_date]
    full = max((day for kind, day in dated if kind == "full"), default=None)
    return missing_days([day for kind, day in dated if kind == "daily"], source.holidays, full)
