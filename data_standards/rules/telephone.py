"""電話番号 (telephone number): the forms of GIF 445, several numbers, extensions and notes kept apart.

Source of the rule: GIF 445 コアデータパーツ 電話番号 (2022); 電気通信番号計画 (令和元年総務省告示第6号). The lengths of area codes are in
``data_standards/codes/telephone_area.csv``: facts of the numbering plan by leading digits, as libphonenumber 9.0.43 carries them.

445 gives no form for 0800, 0570 and 0990 numbers; they are written like the 0120 number it does show: prefix, hyphen, rest. For Japanese
numbers with +81 its pattern and example keep the 0 of the area code although its sentence drops it; the pattern is followed.
"""

from functools import cache
from pathlib import Path

import polars as pl

from data_standards.rules.folding import half_width, hyphens, kanji_digits, says_unknown
from data_standards.rules.rule import OUTCOME, CleansingRule, Status

DTYPE = pl.Struct([*OUTCOME.fields, pl.Field("number", pl.String), pl.Field("extension", pl.String), pl.Field("note", pl.String)])
"""Outcome of :func:`clean`: besides the cell's text, the first number, its extension (digits) and its note (代表, 夜間, …)."""

_TABLE = Path(__file__).parents[1] / "codes" / "telephone_area.csv"
_SEPARATORS = r"[/;、,\n\r・]|または|又は|及び"
_EXTENSION = r"(?i)\(?(?:内線番号|内線|内|ext\.?|extension)\)?[:. ]*([0-9]+(?: ?/ ?[0-9]+)*)\)?"
_EXPONENT = r"(?i)^[0-9]\.?[0-9]*e\+?[0-9]+$"
_NOTE = r"\([^()]*[^-0-9() ][^()]*\)"
_TWO_DIGIT_COUNTRIES = "2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"


@cache
def _area_digits() -> dict[str, int]:
    table = pl.read_csv(_TABLE, schema={"prefix": pl.String, "area_digits": pl.Int64})
    return dict(table.iter_rows())


def area_code_length(digits: pl.Expr) -> pl.Expr:
    """Length of the area code, with its 0, of ten-digit numbers.

    Args:
        digits: Text column of ten digits that begin with 0.

    Returns:
        Int64 column; null where the leading digits are no area.
    """
    table = _area_digits()
    sizes = range(max(map(len, table)), min(map(len, table)) - 1, -1)
    return pl.coalesce(digits.str.head(size).replace_strict(table, default=None, return_dtype=pl.Int64) for size in sizes)


def _domestic() -> pl.Expr:
    """Write the column ``dialled`` (with the column ``area``) in the forms of 445; null where it is no number."""
    digits, area = pl.col("dialled"), pl.col("area")
    local = digits.str.slice(area, 10 - area - 4)
    landline = pl.concat_str(pl.lit("("), digits.str.head(area), pl.lit(")"), local, pl.lit("-"), digits.str.slice(6))
    is_landline = digits.str.contains("^0[1-9][0-9]{8}$") & area.is_not_null() & local.str.contains("^[2-9]")
    return (
        pl.when(digits.str.contains(r"^0(?:20|50|[6-9]0)[1-9][0-9]{7}$"))
        .then(digits.str.replace(r"^(\d{3})(\d{4})(\d{4})$", "${1}-${2}-${3}"))
        .when(digits.str.contains(r"^0(?:120|570|990)[0-9]{6}$|^0800[0-9]{7}$"))
        .then(digits.str.replace(r"^(\d{4})(\d+)$", "${1}-${2}"))
        .when(digits.str.contains(r"^0600[0-9]{6}$"))
        .then(digits.str.replace(r"^(\d{4})(\d{3})(\d{3})$", "${1}-${2}-${3}"))
        .when(is_landline)
        .then(landline)
    )


def _pieces(values: pl.Series) -> pl.LazyFrame:
    """One row per number in a cell: place, piece (folded)."""
    plain = hyphens(half_width(pl.col("given"))).str.replace_all(r"(?i)^ *(?:tel|℡|電話番号|電話|fax|ファックス)[:. ]*", "")
    # A word before the number says what the number is, as a note in brackets behind it does.
    plain = plain.str.replace(r"^ *(代表電話|代表|直通|携帯電話|携帯|自宅|勤務先|夜間)[: ]*(\+?[0-9(][-0-9() .+]*)$", "${2}(${1})")
    plain = plain.str.replace(r"^([0-9]{9,11})\.0$", "${1}")
    # 03-5253-5111・5112: the second number has the first one's beginning
    for _ in range(2):
        plain = plain.str.replace(r"(\(?0[0-9][-0-9() ]*[-) ])([0-9]{4})[・,、/] ?([0-9]{4})($|[・,、/ (])", "${1}${2}/${1}${3}${4}")
    # Kanji digits count where the cell holds nothing else; a note may hold a name such as 一二三.
    folded = pl.when(plain.str.contains(r"^[-〇零一二三四五六七八九0-9() ]+$")).then(kanji_digits(plain)).otherwise(plain)
    folded = folded.str.replace_all(r"(\+[0-9]{1,3})[、,]", "${1} ")
    # A number that follows a closed note begins a new one; a slash between extensions does not.
    joined_extensions = folded.str.replace_all(r"((?:内線|ext\.?) ?[0-9]+) */ *([0-9]{1,5}(?:[^0-9-]|$))", "${1}|${2}")
    broken = joined_extensions.str.replace_all(r"\) *(\(?0[0-9])", ")/${1}").str.replace_all(r"(^|/)\)/", "${1})")
    # An area code in brackets is part of its number.
    whole = broken.str.replace_all(r"\((0[0-9]{1,4})\)/?", "(${1})")
    split = whole.str.replace_all(_SEPARATORS, "\u0001").str.split("\u0001")
    frame = values.to_frame("given").lazy().with_row_index("row")
    rows = (
        frame.with_columns(piece=split).explode("piece").with_columns(piece=pl.col("piece").str.strip_chars().str.replace_all(r"\|", "/"))
    )
    return rows.with_columns(place=pl.int_range(pl.len()).over("row")).filter((pl.col("piece") != "") | (pl.col("place") == 0))


def _read(pieces: pl.LazyFrame) -> pl.LazyFrame:
    """Read each piece: text in the form of 445, status, reason, number, extension, note."""
    piece = pl.col("piece")
    main = pl.col("main")
    digits = main.str.replace_all("[^0-9]", "")
    abroad = main.str.extract_groups(rf"^\+ ?(1|7|{_TWO_DIGIT_COUNTRIES}|[2-9][0-9]{{2}})[- ,]*(.*)$")
    country, rest = (abroad.struct.field(str(place)) for place in (1, 2))
    national = pl.concat_str(pl.lit("0"), rest.str.replace_all("[^0-9]", "").str.strip_chars_start("0"))
    foreign = rest.str.replace_all(r"[^0-9]+", "-").str.strip_chars("-")
    read = (
        pieces.with_columns(extension=piece.str.extract(_EXTENSION, 1).str.replace_all(" ?/ ?", " / "))
        .with_columns(without=piece.str.replace(_EXTENSION, ""))
        .with_columns(
            bracketed=pl.col("without").str.extract_all(_NOTE).list.join(" "), without=pl.col("without").str.replace_all(_NOTE, "")
        )
        .with_columns(main=pl.col("without").str.extract(r"^(\+?[-0-9() .,+]*[0-9])", 1).fill_null(""))
        .with_columns(
            note=pl.concat_str("bracketed", pl.lit(" "), pl.col("without").str.slice(main.str.len_chars()))
            .str.replace_all(r"[()\s]+", " ")
            .str.strip_chars(" -."),
            digits=digits,
        )
        .with_columns(signed=main.str.starts_with("+"), lacks_zero=pl.col("digits").str.contains("^[1-9][0-9]{8,9}$"))
        .with_columns(
            dialled=pl.when(pl.col("signed"))
            .then(pl.when(country == "81").then(national))
            .when(pl.col("lacks_zero"))
            .then(pl.concat_str(pl.lit("0"), pl.col("digits")))
            .otherwise(pl.col("digits")),
            abroad=pl.when(pl.col("signed") & (country != "81") & foreign.str.contains("^[0-9][-0-9]{3,16}$")).then(
                pl.concat_str(pl.lit("+"), country, pl.lit(" "), foreign)
            ),
        )
        .with_columns(area=area_code_length(pl.col("dialled")))
        .with_columns(form=_domestic())
    )
    home = pl.when(pl.col("signed")).then(pl.concat_str(pl.lit("+81 "), pl.col("form"))).otherwise("form")
    number = pl.coalesce("abroad", home)
    special = pl.col("digits").str.contains("^(?:1[0-9]{2,3}|00[0-9]*)$")
    fault = (
        pl.when(pl.col("given").str.contains(_EXPONENT))
        .then(pl.lit("scientific_notation"))
        .when(special)
        .then(pl.lit("special_number"))
        .when(pl.col("digits").str.contains("^[2-9][0-9]{4,7}$"))
        .then(pl.lit("area_code_missing"))
        .when(pl.col("digits").str.contains("^0[0-9]{9,10}$"))
        .then(pl.lit("not_assigned"))
        .otherwise(pl.lit("wrong_form"))
    )
    text = pl.concat_str(
        pl.col("number"), pl.when(pl.col("extension").is_not_null()).then(" 内線" + pl.col("extension")).otherwise(pl.lit(""))
    )
    return (
        read.with_columns(number=number)
        .with_columns(text=text, fault=pl.when(pl.col("number").is_null()).then(fault))
        .with_columns(restored=pl.col("number").is_not_null() & ~pl.col("signed") & pl.col("lacks_zero"), noted=pl.col("note") != "")
    )


def _answers(values: pl.Series) -> pl.DataFrame:
    cells = (
        _read(_pieces(values))
        .group_by("row", maintain_order=True)
        .agg(
            pl.col("given").first(),
            value=pl.when(pl.col("fault").is_null().all()).then(pl.col("text").str.join(" / ")),
            fault=pl.col("fault").drop_nulls().first(),
            restored=pl.col("restored").any(),
            noted=pl.col("noted").any(),
            number=pl.col("number").first(),
            extension=pl.col("extension").first(),
            note=pl.col("note").first().replace("", None),
        )
    )
    unknown = says_unknown(hyphens(half_width(pl.col("given"))))
    value = pl.when(~unknown).then("value")
    same = (value == pl.col("given")).fill_null(value=False)
    status = (
        pl.when(unknown)
        .then(pl.lit(Status.UNKNOWN.value))
        .when(same)
        .then(pl.lit(Status.UNCHANGED.value))
        .when(value.is_null())
        .then(pl.lit(Status.INVALID.value))
        .when("restored")
        .then(pl.lit(Status.REPAIRED.value))
        .otherwise(pl.lit(Status.CHANGED.value))
    )
    reason = (
        pl.when(unknown)
        .then(pl.lit("said_unknown"))
        .when(same)
        .then(pl.lit(None, pl.String))
        .when(value.is_null())
        .then("fault")
        .when("restored")
        .then(pl.lit("leading_zero_restored"))
        .when("noted")
        .then(pl.lit("note_set_apart"))
        .otherwise(pl.lit("notation"))
    )
    kept = [pl.when(value.is_not_null()).then(name).alias(name) for name in ("number", "extension", "note")]
    return cells.select("given", answer=pl.struct(value.alias("value"), status.alias("status"), reason.alias("reason"), *kept)).collect()


def clean(value: pl.Expr) -> pl.Expr:
    """Bring telephone numbers to the forms of GIF 445.

    Landlines become ``(03)5253-5111``, mobiles ``090-9999-9999``, 0120 numbers ``0120-999999``; several numbers are joined by `` / ``, an
    extension follows as `` 内線999``, notes such as （代表） leave the cell for their own field. Cells are split into numbers, so the
    work is done over the distinct values of a batch as a table, which an expression alone cannot do.

    Args:
        value: Text column.

    Returns:
        Column of :data:`DTYPE`.
    """

    def batch(series: pl.Series) -> pl.Series:
        frame = series.to_frame("given")
        answers = _answers(frame.get_column("given").drop_nulls().unique())
        return frame.join(answers, on="given", how="left", maintain_order="left").get_column("answer").cast(DTYPE)

    return value.map_batches(batch, return_dtype=DTYPE, is_elementwise=True)


RULES = (
    CleansingRule(
        id="telephone_number",
        label="電話番号",
        label_en="Telephone number",
        takes="電話番号（複数、内線、代表等の注記、国際表記を含む）",
        gives="GIF 445の形の電話番号、最初の番号、内線、注記",
        standard="GIF 445 電話番号; 電気通信番号計画",
        clause="445 (2022) 国内・携帯・フリーダイヤル・国際・内線・複数番号・代表番号",
        apply=clean,
        reasons={
            "notation": ("GIF 445の形に改めた。", "Brought to the form of GIF 445."),
            "note_set_apart": ("代表等の注記を番号から分けた。", "A note such as 代表 was set apart from the number."),
            "leading_zero_restored": ("失われた先頭の0を補った。", "The leading zero that had been lost was restored."),
            "area_code_missing": ("市外局番がない。", "The area code is missing."),
            "special_number": ("110番等の特別な番号又は事業者識別番号である。", "A special number (such as 110) or a carrier prefix."),
            "not_assigned": (
                "電気通信番号計画にない番号である（桁数、市外局番又は市内局番）。",
                "The numbering plan has no such number (length, area code or exchange).",
            ),
            "scientific_notation": (
                "指数表記のため下の桁が失われている。",
                "Scientific notation has lost the last digits.",
            ),
            "wrong_form": ("電話番号の形をしていない。", "The value does not have the form of a telephone number."),
            "said_unknown": ("空欄又は不明を表す値である。", "The value is blank or says that it is not known."),
        },
    ),
)
