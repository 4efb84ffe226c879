"""Made-up company names with their readings, composed of real-looking words."""

import numpy as np
import polars as pl

from pipelines.sources.nta_corporate_number import sample_words as words

_LEGAL_FORMS = {301: "株式会社", 302: "有限会社", 303: "合名会社", 304: "合資会社", 305: "合同会社"}
_FORM_FIRST = 0.62
_SUBSTITUTED = 0.0075


def romaji(kana: pl.Expr) -> pl.Expr:
    """Write a katakana reading in Latin letters, capitalised; long vowels and double consonants are not marked.

    Args:
        kana: Column of full-width katakana.

    Returns:
        Text column.
    """
    return kana.str.replace_many(list(words.ROMAJI), list(words.ROMAJI.values()), leftmost=True).str.to_titlecase()


def company_names(people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Make a name and its reading for each legal person.

    Args:
        people: ``kind`` (法人種別 as integer), ``number``, ``city``, ``city_kana``, ``town``, ``town_kana``;
            the places may be null.
        rng: Source of random numbers.

    Returns:
        ``name`` in full-width letters, ``kana`` (the reading without legal form) and ``substituted`` (the name
        stands for one with a glyph outside JIS levels 1 and 2), row for row.
    """
    size = people.height
    first, second, last = _stems(size, rng), _stems(size, rng), _pick(words.TRADES, size, rng)
    region = _pick(words.REGIONS, size, rng)
    substitute = _pick(words.SUBSTITUTED, size, rng)
    association = _association_endings(size, rng)
    draws = people.with_columns(
        _columns("first", first),
        _columns("second", second),
        _columns("last", last),
        _columns("region", region),
        _columns("substitute", substitute),
        _columns("association", association),
        _columns("group", _pick(words.UNINCORPORATED_TAILS, size, rng)),
        _columns("latin", _pick(words.LATIN, size, rng)),
        _columns("latin2", _pick(words.LATIN, size, rng)),
        _columns("foreign", _pick(words.FOREIGN_TAILS, size, rng)),
        pl.Series("association_form", association["form"]),
        pl.Series("middle", rng.random(size)),
        pl.Series("end", rng.random(size)),
        pl.Series("form_first", rng.random(size) < _FORM_FIRST),
        pl.Series("substituted", rng.random(size) < _SUBSTITUTED),
    ).with_columns(substituted=pl.col("substituted") & pl.col("kind").is_in([*_LEGAL_FORMS, 399]))
    body = {part: _body(part) for part in ("name", "kana")}
    form = pl.col("kind").replace_strict(_LEGAL_FORMS, default="", return_dtype=pl.String)
    name = pl.when("form_first").then(pl.concat_str(form, body["name"])).otherwise(pl.concat_str(body["name"], form))
    return draws.select(
        name=pl.when(pl.col("kind") == 399).then(pl.concat_str("association_form", body["name"])).otherwise(name),
        kana=body["kana"],
        substituted="substituted",
    )


def _body(part: str) -> pl.Expr:
    """Compose the name without legal form (``part`` "name") or its reading ("kana")."""

    def of(column: str) -> pl.Expr:
        return pl.col(column).struct.field(part)

    suffix = "_kana" if part == "kana" else ""
    place = pl.col("city" + suffix), pl.col("town" + suffix)
    # The name of a local government leaves out the county before it.
    city = place[0].str.replace(r"^.+?グン" if part == "kana" else r"^.{1,4}郡", "")
    head = pl.when("substituted").then(of("substitute")).otherwise(of("first"))
    middle = pl.when(pl.col("middle") < 0.12).then(of("region")).when(pl.col("middle") < 0.36).then(of("second")).otherwise(pl.lit(""))
    trade = pl.when(pl.col("end") < 0.2).then(pl.lit("")).otherwise(of("last"))
    # 0000 20 is the number range of municipalities themselves; the rest of the kind are bodies they set up.
    is_municipality = (pl.col("number") % 10**12) // 10**6 == 20
    public = {"name": ("財産区", "簡易裁判所"), "kana": ("ザイサンク", "カンイサイバンショ")}[part]
    return (
        pl.when(pl.col("kind") == 101)
        .then(pl.concat_str(city, pl.lit(public[1])))
        .when((pl.col("kind") == 201) & is_municipality)
        .then(city)
        .when(pl.col("kind") == 201)
        .then(pl.concat_str(place[1], pl.lit(public[0])))
        .when(pl.col("kind") == 401)
        .then(pl.concat_str(of("latin"), of("latin2"), of("foreign"), separator="　" if part == "name" else ""))
        .when(pl.col("kind") == 499)
        .then(pl.concat_str(place[1], of("group")))
        .when(pl.col("kind") == 399)
        .then(pl.concat_str(head, middle, of("association")))
        .otherwise(pl.concat_str(head, middle, trade))
    )


def _columns(name: str, drawn: pl.DataFrame) -> pl.Series:
    return drawn.select("name", "kana").to_struct(name)


def _pick(table: pl.DataFrame, size: int, rng: np.random.Generator) -> pl.DataFrame:
    return table[rng.integers(0, table.height, size)]


def _stems(size: int, rng: np.random.Generator) -> pl.DataFrame:
    """Draw first words: surnames, coined words, katakana, Latin words and abbreviations of two to three letters."""
    letters = words.LETTERS
    pairs = letters.join(letters, how="cross", suffix="2")
    triples = pairs.join(letters, how="cross", suffix="3")
    abbreviations = pl.concat(
        [
            pairs.select(name=pl.concat_str("name", "name2"), kana=pl.concat_str("kana", "kana2")),
            triples.select(name=pl.concat_str("name", "name2", "name3"), kana=pl.concat_str("kana", "kana2", "kana3")),
        ]
    )
    tables = [words.SURNAMES, words.COINED, words.KATAKANA, words.LATIN, abbreviations]
    starts = np.cumsum([0, *(table.height for table in tables)])
    which = rng.choice(len(tables), size, p=(0.33, 0.25, 0.25, 0.07, 0.10))
    place = (rng.random(size) * np.diff(starts)[which]).astype(np.int64)
    return pl.concat(tables)[starts[which] + place]


def _association_endings(size: int, rng: np.random.Generator) -> pl.DataFrame:
    tables = [endings.with_columns(form=pl.lit(form)) for form, _, endings in words.ASSOCIATION_FORMS]
    starts = np.cumsum([0, *(table.height for table in tables)])
    which = rng.choice(len(tables), size, p=[share for _, share, _ in words.ASSOCIATION_FORMS])
    place = (rng.random(size) * np.diff(starts)[which]).astype(np.int64)
    return pl.concat(tables)[starts[which] + place]
