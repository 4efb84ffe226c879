"""Business days of a publisher, and the ones on which a delivery is missing."""

from datetime import date, timedelta

import jpholiday


def is_business_day(day: date, holidays: tuple[str, ...]) -> bool:
    """Tell whether a publisher delivers on a day.

    Args:
        day: The day.
        holidays: Days (``MM-DD``) without delivery besides weekends and public holidays.

    Returns:
        True on weekdays that are neither a public holiday (国民の祝日に関する法律) nor one of the given days.
    """
    return day.weekday() < 5 and f"{day:%m-%d}" not in holidays and not jpholiday.is_holiday(day)


def missing_days(delivered: list[date], holidays: tuple[str, ...], since: date | None = None) -> list[tuple[date, date, int]]:
    """Find the business days between the first and the last delivery on which there was none.

    Args:
        delivered: Days of the daily files.
        holidays: As for :func:`is_business_day`.
        since: Only days after this one: that of the newest full file, which makes older gaps good.

    Returns:
        Stretches of missing days: first, last, and number of business days.
    """
    days = set(delivered)
    if since is not None:
        days = {since} | {day for day in days if day > since}
    stretches: list[tuple[date, date, int]] = []
    day, last = min(days, default=date.max), max(days, default=date.min)
    run: list[date] = []
    while day <= last:
        if day in days:
            if run:
                stretches.append((run[0], run[-1], len(run)))
            run = []
        elif is_business_day(day, holidays):
            run.append(day)
        day += timedelta(days=1)
    return stretches
