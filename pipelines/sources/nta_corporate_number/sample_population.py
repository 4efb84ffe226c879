"""Made-up legal persons: who exists, with which number, where, and what last happened to each."""

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_standards.rules import corporate_number, local_government_code

FIRST_DAY = date(2015, 10, 5)
LAST_DAY = date(2023, 12, 28)
CHUNK_ROWS = 250_000
_DAYS = (LAST_DAY - FIRST_DAY).days

# Shares of 3.17 million published rows.
KIND_SHARES = {
    101: 2e-05, 201: 0.00044, 301: 0.6309, 302: 0.1546, 303: 0.00076, 304: 0.00259, 305: 0.1204, 399: 0.0828,
    401: 0.00498, 499: 0.00246,
}  # fmt: skip
_FEWEST_OF_A_KIND = {101: 1, 201: 4, 401: 16, 499: 8}
# Share of each kind that got its number on the first day of the system.
_NUMBERED_FIRST = {
    101: 1.0, 201: 1.0, 301: 0.7, 302: 1.0, 303: 0.9, 304: 0.95, 305: 0.35, 399: 0.7, 401: 0.75, 499: 0.75,
}  # fmt: skip
_CLOSED = 0.132
_CAUSES = (1, 21, 11, 31)
_CAUSE_SHARES = (0.597, 0.3265, 0.0745, 0.002)
_WITHOUT_ADDRESS = 0.58  # of foreign companies

# Registry offices that number companies: head office and, where they number on their own, branches.
_OFFICES = {
    "東京都": (
        100, 101, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 123, 124, 127, 128, 133,
    ),
    "神奈川県": (200, 210), "埼玉県": (300,), "千葉県": (400,), "茨城県": (500,), "栃木県": (600,), "群馬県": (700,),
    "静岡県": (800, 801, 804), "山梨県": (900,), "長野県": (1000,), "新潟県": (1100,),
    "大阪府": (1200, 1201, 1209, 1220), "京都府": (1300,), "兵庫県": (1400,), "奈良県": (1500,), "滋賀県": (1600,),
    "和歌山県": (1700,), "愛知県": (1800, 1803), "三重県": (1900,), "岐阜県": (2000,), "福井県": (2100,),
    "石川県": (2200,), "富山県": (2300,), "広島県": (2400,), "山口県": (2500,), "岡山県": (2600,), "鳥取県": (2700,),
    "島根県": (2800,), "福岡県": (2900, 2908), "佐賀県": (3000,), "長崎県": (3100,), "大分県": (3200,),
    "熊本県": (3300,), "鹿児島県": (3400,), "宮崎県": (3500,), "沖縄県": (3600,), "宮城県": (3700,), "福島県": (3800,),
    "山形県": (3900,), "岩手県": (4000,), "秋田県": (4100,), "青森県": (4200,), "北海道": (4300, 4400, 4500, 4600),
    "香川県": (4700,), "徳島県": (4800,), "高知県": (4900,), "愛媛県": (5000,),
}  # fmt: skip
# Companies per prefecture, in thousandths, from the published daily files of 2024.
_PREFECTURE_SHARES = {
    "東京都": 270, "大阪府": 87, "神奈川県": 60, "愛知県": 50, "埼玉県": 43, "千葉県": 37, "福岡県": 37, "北海道": 32,
    "兵庫県": 31, "静岡県": 28, "京都府": 19, "広島県": 16, "茨城県": 15, "宮城県": 13, "群馬県": 12, "沖縄県": 12,
}  # fmt: skip
_OTHER_PREFECTURE = 7.7
# Number ranges that do not follow an office: the state, municipalities, bodies of municipalities, the unregistered.
_STATE, _MUNICIPALITY, _MUNICIPAL_BODY, _UNREGISTERED = 13, 20, 30, 700150


def town_weights(towns: pl.DataFrame) -> NDArray[np.float64]:
    """Weigh towns so that prefectures get their real shares of companies and cities more than villages.

    Args:
        towns: Frame of :func:`pipelines.sample.addresses.towns`.

    Returns:
        Probabilities, one per row, with sum 1.
    """
    urban = pl.when(pl.col("city").str.ends_with("区")).then(3.0).when(pl.col("city").str.ends_with("市")).then(1.5).otherwise(0.5)
    share = pl.col("prefecture").replace_strict(_PREFECTURE_SHARES, default=_OTHER_PREFECTURE, return_dtype=pl.Float64)
    weight: NDArray[np.float64] = towns.select(share * urban / urban.sum().over("prefecture")).to_series().to_numpy()
    total: float = weight.sum()
    return weight / total


def legal_persons(towns: pl.DataFrame, kind: NDArray[np.int64], rng: np.random.Generator) -> pl.DataFrame:
    """Place legal persons of the given kinds and say from which number range each gets its number.

    Args:
        towns: Frame of town areas.
        kind: 法人種別 of each.
        rng: Source of random numbers.

    Returns:
        ``kind``, ``town`` (row of ``towns``; null for foreign companies without an address in Japan) and ``range``
        (the first six of the twelve digits: office and 組織区分).
    """
    size = len(kind)
    town = rng.choice(towns.height, size, p=town_weights(towns)).astype(np.int32)
    draw = rng.random(size)
    counts = towns["prefecture"].replace_strict({name: len(codes) for name, codes in _OFFICES.items()}).to_numpy()
    starts = dict(zip(_OFFICES, np.cumsum([0, *map(len, _OFFICES.values())])[:-1].tolist(), strict=True))
    start = towns["prefecture"].replace_strict(starts).to_numpy()
    codes = np.array([code for group in _OFFICES.values() for code in group])
    office = codes[start[town] + (rng.random(size) * counts[town]).astype(np.int64)]
    # A company that changed its legal form keeps its number: the range does not follow from the kind.
    category = np.select(
        [kind == 301, kind == 302, np.isin(kind, (303, 304)), kind == 305],
        [np.select([draw < 0.975, draw < 0.989, draw < 0.9995], [1, 2, 3], 5), 2, 3, np.where(draw < 0.998, 3, 1)],
        5,
    )
    number_range = np.select([kind == 101, kind == 201, kind >= 401], [_STATE, _MUNICIPAL_BODY, _UNREGISTERED], office * 100 + category)
    abroad = (kind == 401) & (rng.random(size) < _WITHOUT_ADDRESS)
    return pl.DataFrame({"kind": kind.astype(np.int16), "town": town, "range": number_range}).with_columns(
        town=pl.when(~pl.Series(abroad)).then("town")
    )


def corporate_numbers(number_range: pl.Expr, serial: pl.Expr) -> pl.Expr:
    """Put together corporate numbers.

    Args:
        number_range: First six of the twelve digits, as integer.
        serial: Last six digits, as integer.

    Returns:
        Int64 column of thirteen digits with the right check digit.
    """
    base = number_range.cast(pl.Int64) * 1_000_000 + serial
    return corporate_number.check_digit(base) * 10**12 + base


def population(towns: pl.DataFrame, scale: int, seed: int) -> pl.DataFrame:
    """Make the legal persons of the full file, in compact form.

    Args:
        towns: Frame of town areas.
        scale: How many.
        seed: Seed of the random numbers.

    Returns:
        One row per legal person, sorted by number: ``number``, ``kind``, ``town``, ``range``, ``serial``,
        ``assigned`` (Date), ``process``, ``correct`` (0 or 1), ``cause`` (closeCause as integer, null while open),
        ``changed`` and ``updated`` (Date), ``partner`` (row of the other company of a merger, in the same
        ``CHUNK_ROWS`` rows; null without).
    """
    rng = np.random.default_rng([seed, 1])
    counts = {kind: max(round(scale * share), _FEWEST_OF_A_KIND.get(kind, 1)) for kind, share in KIND_SHARES.items()}
    counts[301] += scale - sum(counts.values())
    kind = np.repeat(np.array(list(counts)), list(counts.values()))
    people = _with_municipalities(legal_persons(towns, kind, rng), towns, rng)
    rank = pl.int_range(pl.len()).over("range")
    gap = (pl.Series("gap", rng.random(scale)) < 0.2).cast(pl.Int64)
    first_share = pl.col("kind").replace_strict(_NUMBERED_FIRST, return_dtype=pl.Float64)
    late = (((rank + 0.5) / pl.len().over("range") - first_share) / (1 - first_share)).clip(0, 1)
    people = (
        people.with_columns(gap=gap)
        .with_columns(
            # numbers are given out in order, with some left out; those of municipalities hold their code
            serial=pl.coalesce("serial", rank + 1 + pl.col("gap").cum_sum().over("range")),
            assigned=pl.when(late > 0).then((late * (_DAYS - 1)).cast(pl.Int32) + 1).otherwise(0),
        )
        .drop("gap")
        .with_columns(number=corporate_numbers(pl.col("range"), pl.col("serial")))
        .sort("number")
    )
    return _with_mergers(_with_last_event(people, rng), rng)


def _with_municipalities(people: pl.DataFrame, towns: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Give the first bodies of kind 201 the number a municipality gets: 0000 20 and its six-digit code."""
    ward = pl.col("city").str.contains("市.+区$")
    halls = towns.with_row_index("hall").filter(~ward).unique("lg_code5", keep="first", maintain_order=True)
    code = local_government_code.with_check_digit(pl.col("lg_code5")).cast(pl.Int64)
    halls = halls.select(pl.col("hall").cast(pl.Int32), code=code)[rng.permutation(halls.height)]
    order = pl.int_range(pl.len()).over("kind")
    is_hall = (pl.col("kind") == 201) & (order < halls.height)
    numbered = halls.with_row_index("order").with_columns(pl.col("order").cast(pl.Int64))
    return (
        people.with_columns(order=pl.when(is_hall).then(order))
        .join(numbered, on="order", how="left", maintain_order="left")
        .select(
            "kind",
            town=pl.coalesce("hall", "town"),
            range=pl.when(is_hall).then(pl.lit(_MUNICIPALITY, pl.Int64)).otherwise("range"),
            serial="code",
        )
    )


def _with_last_event(people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Draw what last happened to each: process, closing cause and dates."""
    size = people.height
    kind, assigned = people["kind"].to_numpy(), people["assigned"].to_numpy()
    room = _DAYS - 8 - assigned
    closed = (rng.random(size) < _CLOSED) & (kind >= 301) & (room > 60)
    cause = np.where(closed, rng.choice(_CAUSES, size, p=_CAUSE_SHARES), 0)
    # Mergers are between companies; other bodies wind up.
    cause = np.where((cause == 11) & (kind > 305), 1, cause)
    active = rng.choice((1, 12, 11, 22), size, p=(0.675, 0.255, 0.065, 0.005))
    active = np.where((kind == 401) & (active == 12), 13, active)
    process = np.where(closed, 21, np.where(room > 60, active, 1))
    changed = np.where(process == 1, assigned, assigned + 30 + (rng.random(size) * (room - 30)).astype(np.int64))
    correct = (process == 1) & (rng.random(size) < 0.35)
    # A corrected record was published anew at any later day; others within weeks of the event.
    left = _DAYS - changed
    wait = np.where(correct, rng.random(size) * left, np.minimum(rng.integers(0, 15, size), left))
    return people.with_columns(
        pl.Series("process", process.astype(np.int8)),
        pl.Series("correct", correct.astype(np.int8)),
        pl.Series("changed", changed.astype(np.int32)),
        pl.Series("updated", (changed + wait).astype(np.int32)),
        cause=pl.when(pl.Series(closed)).then(pl.Series(cause.astype(np.int8))),
    )


def _with_mergers(people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Pair absorbed companies with survivors; for three in five pairs the survivor's last row is the merger too."""
    cause = people["cause"].fill_null(0).to_numpy()
    process, changed, updated = (people[name].to_numpy().copy() for name in ("process", "changed", "updated"))
    may_survive = people.select(pl.col("kind").is_in([301, 305]) & pl.col("process").is_in([11, 12]) & (pl.col("assigned") == 0))[
        "kind"
    ].to_numpy()
    partner = np.full(people.height, -1, np.int32)
    for start in range(0, people.height, CHUNK_ROWS):
        rows = slice(start, start + CHUNK_ROWS)
        absorbed = start + np.flatnonzero(cause[rows] == 11)
        survivor = rng.choice(start + np.flatnonzero(may_survive[rows]), len(absorbed), replace=False)
        told = rng.random(len(absorbed)) < 0.6
        partner[absorbed] = survivor
        partner[survivor[told]] = absorbed[told]
        process[survivor[told]] = 71
        changed[survivor] = np.where(told, changed[absorbed], np.maximum(changed[survivor], changed[absorbed]))
        updated[survivor] = np.maximum(updated[survivor], changed[survivor])
        updated[survivor[told]] = updated[absorbed[told]]
    epoch = (FIRST_DAY - date(1970, 1, 1)).days
    return people.with_columns(
        (pl.col("assigned").cast(pl.Int32) + epoch).cast(pl.Date),
        pl.Series("process", process),
        pl.Series("changed", changed + epoch).cast(pl.Date),
        pl.Series("updated", updated + epoch).cast(pl.Date),
        pl.Series("partner", partner).replace(-1, None),
    )
