"""Public sets with known truth, and the questions asked of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from registries.identity.specification import BlockingRule, Comparison, Similarity, Specification, agree, alike


@dataclass(frozen=True)
class PublicSet:
    """A set: how to read it (``record_id``, ``entity`` and columns), what to ask, and where to cut."""

    read: Callable[[Path], pl.DataFrame]
    specification: Specification
    cut: float = 4.0
    unseen: float = 0.0


def _text(path: Path, separator: str = ",") -> pl.DataFrame:
    frame = pl.read_csv(path, infer_schema=False, separator=separator)
    return frame.rename({name: name.strip() for name in frame.columns}).with_columns(pl.all().str.strip_chars().replace("", None))


def _febrl(path: Path, name: str) -> pl.DataFrame:
    return _text(path).with_columns(
        record_id=pl.lit(name) + pl.col("rec_id"), entity=pl.col("rec_id").str.extract(r"rec-(\d+)"), list=pl.lit(name)
    )


def _febrl_questions(subject: str, between: str | None) -> Specification:
    names = ("given_name", "surname", "address_1", "suburb")
    numbers = ("date_of_birth", "soc_sec_id", "postcode")
    return Specification(
        subject=subject,
        between=between,
        blocking=(
            BlockingRule("birth", ("date_of_birth",)),
            BlockingRule("number", ("soc_sec_id",)),
            BlockingRule("surname_postcode", ("surname", "postcode")),
            BlockingRule("given_postcode", ("given_name", "postcode")),
            BlockingRule("street", ("address_1", "street_number")),
            BlockingRule("beginnings", ("left(surname, 3)", "left(given_name, 3)", "left(date_of_birth, 4)")),
            BlockingRule("suburb", ("suburb", "left(surname, 2)", "state")),
            BlockingRule("names_either_way", ("greatest(given_name, surname)", "least(given_name, surname)")),
        ),
        similarities=(
            *(Similarity(f"{name}_similarity", name) for name in names),
            *(Similarity(f"{name}_similarity", name, "damerau_levenshtein") for name in numbers),
        ),
        comparisons=(
            *(alike(name, name, 0.92, 0.8) for name in names),
            alike("date_of_birth", "date_of_birth", 0.8, 0.7),
            alike("soc_sec_id", "soc_sec_id", 0.8, 0.7),
            alike("postcode", "postcode", 0.7),
            agree("street_number", "street_number"),
            agree("state", "state"),
        ),
    )


def _publications(folder: Path) -> pl.DataFrame:
    parts = []
    for number, name in ((1, "dblp"), (2, "acm")):
        frame = _text(folder / "dblp_acm" / f"{name}.csv", "%").with_columns(list=pl.lit(name), record_id=pl.concat_str(pl.lit(name), "id"))
        truth = _text(folder / "dblp_acm" / "gt.csv", "%").with_columns(entity=pl.col("D1"))
        parts.append(
            frame.join(truth.select(pl.col(f"D{number}").alias("id"), "entity"), on="id", how="left").unique("record_id", keep="first")
        )
    plain = [
        pl.col(name).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars().replace("", None)
        for name in ("title", "authors", "venue")
    ]
    return pl.concat(parts).with_columns(*plain, entity=pl.coalesce("entity", "record_id"))


_PUBLICATIONS = Specification(
    subject="publication",
    between="list",
    largest_block=300,
    blocking=(
        BlockingRule("title", ("title",)),
        BlockingRule("word_and_year", ("year",), "list_filter(string_split(title, ' '), lambda word: length(word) > 4)"),
        BlockingRule("authors", ("authors",)),
        BlockingRule("beginning", ("left(title, 12)",)),
    ),
    similarities=(
        Similarity("title_similarity", "title", "token_sort"),
        Similarity("authors_similarity", "authors", "token_set"),
        Similarity("venue_similarity", "venue", "token_set"),
    ),
    comparisons=(
        alike("title", "title", 0.95, 0.9, 0.8, 0.7, 0.6, 0.5),
        alike("authors", "authors", 0.95, 0.85, 0.7, 0.55),
        alike("venue", "venue", 0.6, 0.4, 0.25),
        agree("year", "year"),
    ),
)


def _figures(folder: Path) -> pl.DataFrame:
    frame = pl.read_parquet(folder / "splink_datasets" / "historical_figures_with_errors_50k.parquet")
    frame = frame.rename({"unique_id": "record_id", "cluster": "entity"}).with_columns(
        pl.col(pl.String).str.strip_chars().replace("", None)
    )
    code = pl.col("postcode_fake")
    return frame.with_columns(
        birth_year=pl.col("dob").str.slice(0, 4), area=code.str.extract("^([a-z]+)"), district=code.str.extract("^([a-z0-9]+) ")
    )


_WORDS = "list_filter(string_split(full_name, ' '), lambda word: length(word) > 3)"
_FIGURES = Specification(
    subject="historical_figure",
    largest_block=300,
    blocking=(
        BlockingRule("names", ("surname", "first_name")),
        BlockingRule("surname_birth", ("surname", "dob")),
        BlockingRule("first_name_birth", ("first_name", "dob")),
        BlockingRule("birth_and_place", ("dob", "birth_place")),
        BlockingRule("surname_district", ("district", "surname")),
        BlockingRule("first_name_district", ("district", "first_name")),
        BlockingRule("occupation_birth", ("occupation", "dob")),
        BlockingRule("beginnings", ("left(surname, 3)", "left(first_name, 2)", "birth_year")),
        BlockingRule("surname_place", ("surname", "birth_place")),
        BlockingRule("first_name_place_occupation", ("first_name", "birth_place", "occupation")),
        BlockingRule("word_and_year", ("birth_year",), _WORDS),
        BlockingRule("word_and_district", ("district",), _WORDS),
        BlockingRule("birth_district", ("dob", "district")),
        BlockingRule("postcode", ("postcode_fake",)),
        BlockingRule("full_name", ("full_name",)),
    ),
    similarities=(
        Similarity("full_name_similarity", "full_name", "token_set"),
        *(Similarity(f"{name}_similarity", name) for name in ("first_name", "surname", "birth_place", "occupation")),
        *(Similarity(f"{name}_similarity", name, "damerau_levenshtein") for name in ("dob", "postcode_fake")),
    ),
    comparisons=(
        alike("full_name", "full_name", 0.95, 0.85, 0.7, 0.5),
        alike("first_name", "first_name", 0.9, 0.75),
        alike("surname", "surname", 0.9, 0.75),
        Comparison(
            "birth",
            "l.dob IS NULL OR r.dob IS NULL",
            {
                "same": "l.dob = r.dob",
                "one_slip": "dob_similarity >= 0.89",
                "two_slips": "dob_similarity >= 0.79",
                "year": "l.birth_year = r.birth_year",
                "decade": "abs(try_cast(l.birth_year AS INT) - try_cast(r.birth_year AS INT)) <= 10",
            },
            frozenset({"dob", "birth_year"}),
        ),
        alike("birth_place", "birth_place", 0.8),
        Comparison(
            "postcode",
            "l.postcode_fake IS NULL OR r.postcode_fake IS NULL",
            {
                "same": "l.postcode_fake = r.postcode_fake",
                "one_slip": "postcode_fake_similarity >= 0.85",
                "district": "l.district = r.district",
                "area": "l.area = r.area",
            },
            frozenset({"postcode_fake", "district", "area"}),
        ),
        alike("occupation", "occupation", 0.8),
        agree("gender", "gender"),
    ),
)

SETS = {
    "febrl3": PublicSet(lambda folder: _febrl(folder / "febrl" / "dataset3.csv", "a"), _febrl_questions("febrl3", None)),
    "febrl4": PublicSet(
        lambda folder: pl.concat([_febrl(folder / "febrl" / f"dataset4{name}.csv", name) for name in "ab"]),
        _febrl_questions("febrl4", "list"),
    ),
    "dblp_acm": PublicSet(_publications, _PUBLICATIONS, cut=8.0),
    "historical_50k": PublicSet(_figures, _FIGURES, unseen=-2.0),
}
