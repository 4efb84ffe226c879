"""The eras of the Japanese calendar: those since 1868 with their days, the last older ones with their years.

Source: 元号を改める政令 and the 太政官布告 of 1872. Days from 明治6年1月1日 (1873-01-01) on are Gregorian; earlier ones are of another
calendar.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Era:
    """One era of the Japanese calendar.

    Attributes:
        name: Name.
        letter: Letter that stands for it.
        sign: The name in one sign.
        first: First day.
        last: Last day, None for the present era.
    """

    name: str
    letter: str
    sign: str
    first: date
    last: date | None

    @property
    def offset(self) -> int:
        """What is added to a year of the era to give the year of the common era."""
        return self.first.year - 1


ERAS: tuple[Era, ...] = (
    Era("明治", "M", "㍾", date(1868, 1, 25), date(1912, 7, 29)),
    Era("大正", "T", "㍽", date(1912, 7, 30), date(1926, 12, 24)),
    Era("昭和", "S", "㍼", date(1926, 12, 25), date(1989, 1, 7)),
    Era("平成", "H", "㍻", date(1989, 1, 8), date(2019, 4, 30)),
    Era("令和", "R", "㋿", date(2019, 5, 1), None),
)
"""The eras since 1868, oldest first."""

OLDER_ERAS: dict[str, tuple[int, int]] = {
    "天保": (1830, 1844),
    "弘化": (1844, 1848),
    "嘉永": (1848, 1854),
    "安政": (1854, 1860),
    "万延": (1860, 1861),
    "文久": (1861, 1864),
    "元治": (1864, 1865),
    "慶応": (1865, 1868),
}
"""First and last year of the eras before, which stand in registers as years of construction or foundation alone."""


def number_of(day: date) -> int:
    """A day as the number YYYYMMDD."""
    return day.year * 10000 + day.month * 100 + day.day
