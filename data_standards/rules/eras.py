"""The eras of the Japanese calendar since 1868.

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


def number_of(day: date) -> int:
    """A day as the number YYYYMMDD."""
    return day.year * 10000 + day.month * 100 + day.day
