"""The characteristics of ISO/IEC 25012 and the measures of ISO/IEC 25024, with the way in which each is found here.

The table ``iso25024.csv`` names 62 of the standard's 63 measures. Codes, names and functions are written down from secondary literature,
not from the text of the standard. ``found`` says how a measure is found here: from the ``data``, from the ``declaration`` of items and
contracts, or from a steward's ``statement`` alone; without such a statement it is "not measured", which is neither zero nor full.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("iso25024.csv")


@dataclass(frozen=True, kw_only=True)
class QualityMeasure:
    """One measure of ISO/IEC 25024.

    Attributes:
        characteristic: Characteristic of ISO/IEC 25012 it belongs to, in lower case.
        label: Japanese name of the characteristic.
        group: ``inherent``, ``both`` or ``system``.
        code: Code of the measure, such as ``Acc-I-1``.
        measure: Name of the measure.
        function: ``A/B``, ``1-A/B``, ``A/B lower`` (the smaller the better) or ``A-B``.
        found: ``data``, ``declaration`` or ``statement``.
    """

    characteristic: str
    label: str
    group: str
    code: str
    measure: str
    function: str
    found: str

    @property
    def better(self) -> str:
        """Whether a ``higher`` or a ``lower`` value is better."""
        return "lower" if self.function in ("A/B lower", "A-B") else "higher"

    @property
    def counts_faults(self) -> bool:
        """Whether A counts what is wrong, and not what is right."""
        return self.function in ("1-A/B", "A/B lower")

    def value(self, a: int, b: int) -> float | None:
        """The value of the measure.

        Args:
            a: Count A.
            b: Count B.

        Returns:
            From 0 to 1; None where B is 0: then nothing was there to be measured.
        """
        if b == 0:
            return None
        return 1 - a / b if self.function == "1-A/B" else a / b


@cache
def measures() -> dict[str, QualityMeasure]:
    """The measures by code, in the order of the standard."""
    with _TABLE.open(encoding="utf-8", newline="") as handle:
        return {row["code"]: QualityMeasure(**row) for row in csv.DictReader(handle)}


@cache
def characteristics() -> dict[str, str]:
    """Japanese names of the fifteen characteristics by their English ones, in the order of ISO/IEC 25012."""
    return {measure.characteristic: measure.label for measure in measures().values()}


OF_DIMENSION = {
    "accuracy": "Acc-I-2",
    "completeness": "Com-I-4",
    "conformity": "Acc-I-1",
    "consistency": "Con-I-6",
    "coverage": "Com-I-3",
    "timeliness": "Cur-I-2",
    "uniqueness": "Eff-D-4",
}
"""The measure that a rule of a contract stands for, by its dimension (Open Data Contract Standard 3.1)."""
