"""A register of companies of the size of the nation, and ledgers without numbers drawn from it, with known truth.

Real companies stand in the register as they are. The others are made of them: a name of the first half of one and the second half of
another (every fifth is a whole name that several companies bear), a place of a third, in two cases of three with other numbers. So names
are as long, towns as full and buildings as crowded as they are.
"""

from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.company_records import written

_PART = 250_000
_NATION = 5_700_000
_DIGITS = "１２３４５６７８９"
_FORM = "(?:株式会社|有限会社|合同会社|一般社団法人|医療法人社団|医療法人|特定非営利活動法人|宗教法人|社会福祉法人)"
_COLUMNS = ("number", "name", "name_kana", "prefecture", "city", "street", "postal_code")
_OF_NO_COMPANY = 0.15
"""Share of ledger records whose company stands in no register."""


def _halves(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    head = one.str.head((one.str.len_chars() + 1) // 2)
    return pl.concat_str(head, other.str.tail(other.str.len_chars() // 2))


def _elsewhere(street: pl.Expr, shift: pl.Expr) -> pl.Expr:
    """The street with other numbers: every digit but zero moved on."""
    moved = street
    for by in range(1, 9):
        turned = dict(zip(_DIGITS, _DIGITS[by:] + _DIGITS[:by], strict=True))
        moved = pl.when(shift == by).then(street.str.replace_many(turned)).otherwise(moved)
    return moved


def _check_digit(base: np.ndarray) -> np.ndarray:
    """Check digit of corporate numbers without one."""
    total = sum((base // 10**place % 10) * (1 + place % 2) for place in range(12))
    return np.asarray(9 - total % 9)


def _made(real: pl.DataFrame, rows: int, first: int, random: np.random.Generator) -> pl.DataFrame:
    """Companies that do not exist, numbered from ``first``."""
    shared = real.filter(pl.len().over("name") > 1)
    a, b, c, d = (among[random.integers(0, among.height, rows)] for among in (real, real, real, shared))
    name, other, kana, other_kana = a["name"], b["name"], a["name_kana"], b["name_kana"]
    frame = c.select("prefecture", "city", "street", "postal_code").with_columns(
        name=name, other=other.str.replace(f"^{_FORM}|{_FORM}$", ""), kana=kana, other_kana=other_kana,
        shared=d["name"], shared_kana=d["name_kana"],
        whole=pl.Series(random.random(rows) < 0.2), shift=pl.Series(random.integers(-4, 9, rows)),
    )  # fmt: skip
    stem = pl.col("name").str.replace(f"^{_FORM}|{_FORM}$", "")
    front, back = (pl.col("name").str.extract(at, 1).fill_null("") for at in (f"^({_FORM})", f"({_FORM})$"))
    base = 900_000_000_000 + first + np.arange(rows)
    return frame.select(
        number=pl.Series(_check_digit(base) * 10**12 + base).cast(pl.String),
        name=pl.when("whole").then("shared").otherwise(pl.concat_str(front, _halves(stem, pl.col("other")), back)),
        name_kana=pl.when("whole").then("shared_kana").otherwise(_halves(pl.col("kana"), pl.col("other_kana"))),
        prefecture="prefecture",
        city="city",
        street=_elsewhere(pl.col("street"), pl.col("shift")),
        postal_code="postal_code",
    )


def write_nation(history: pl.DataFrame, folder: Path, companies: int, records: int, *, seed: int = 1) -> None:
    """Write a register and a ledger to Parquet files.

    Args:
        history: From :func:`benchmarks.company_records.read_history`.
        folder: Where ``register-*.parquet`` and ``ledger-*.parquet`` are written: ``record_id``, ``entity`` (for judging only), ``name``,
            ``name_kana``, ``address``, ``postal_code``, ``corporate_number`` (null in the ledger).
        companies: Companies in the register; fewer than the nation's stand in a part of its municipalities, as close to each other.
        records: About how many ledger records.
        seed: Of the draw; the same seed gives the same files.
    """
    random = np.random.default_rng(seed)
    share = min(1.0, companies / _NATION)
    place = pl.concat_str("prefecture", "city").hash(seed) % 10_000 < round(share * 10_000)
    here = history.filter(place)
    real = here.filter(pl.col("version") == 0).select(_COLUMNS).head(companies)
    made = companies - real.height
    unregistered = round(records / 1.77 * _OF_NO_COMPANY)
    starts = range(0, made + unregistered, _PART)
    everyone = pl.concat([real, *(_made(real, min(_PART, made + unregistered - start), start, random) for start in starts)])
    register = everyone.head(companies)
    for at, rows_of in enumerate(register.iter_slices(_PART)):
        rows_of.select(
            pl.concat_str(pl.lit("n"), "number").alias("record_id"), pl.col("number").alias("entity"), "name", "name_kana",
            pl.concat_str("prefecture", "city", "street").alias("address"), "postal_code", corporate_number="number",
        ).write_parquet(folder / f"register-{at:03}.parquet")  # fmt: skip
    drawn = np.concatenate(
        [random.choice(companies, round(records / 1.77) - unregistered, replace=False), np.arange(companies, companies + unregistered)]
    )
    times = random.choice([1, 2, 3, 4], p=[0.5, 0.3, 0.13, 0.07], size=len(drawn))
    rows = random.permutation(np.repeat(drawn, times))
    old = here.filter(pl.col("version") > 0)
    for part, start in enumerate(range(0, len(rows), _PART)):
        today = everyone[rows[start : start + _PART]].with_columns(row=pl.int_range(pl.len()) + start)
        # an old name or an old place stands for a quarter of what is drawn of companies that had one
        once = today.filter(pl.Series(random.random(today.height) < 0.25)).select("number", "row")
        earlier = once.join(old, on="number").unique("row", keep="last", maintain_order=True).select(*_COLUMNS, "row")
        frame = written(pl.concat([today.join(earlier, on="row", how="anti"), earlier]).sort("row"), random)
        has_kana, has_postal_code = (pl.Series(random.random(frame.height) < 0.5) for _ in range(2))
        frame.select(
            pl.concat_str(pl.lit("l"), pl.col("row").cast(pl.String).str.zfill(8)).alias("record_id"),
            entity="number",
            name="name",
            name_kana=pl.when(has_kana).then("name_kana"),
            address="address",
            postal_code=pl.when(has_postal_code).then("postal_code"),
            corporate_number=pl.lit(None, pl.String),
        ).write_parquet(folder / f"ledger-{part:03}.parquet")
