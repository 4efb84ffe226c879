"""地番 (lot number): main number, branches, series letters, and what stands in its place where there is no lot.

Sources of the rule: 不動産登記規則第98条; 不動産登記事務取扱手続準則第67条 (本番, 支号); GIF 442 住所 (2026-03): 番地以下 in half-width
digits joined by hyphens; アドレス・ベース・レジストリ 地番マスター (prc_id: three numbers of five digits).
"""

import polars as pl

from data_standards.rules.folding import SERIES, code_text, kanji_numbers, says_unknown, without_float_zero
from data_standards.rules.ladder import NOTATION, SAID_UNKNOWN, WRONG_FORM, Step, with_fields, with_parts
from data_standards.rules.rule import CleansingRule, Status

LEVELS = 5

DTYPE = with_fields(
    kind=pl.String,
    series=pl.String,
    main=pl.String,
    branch1=pl.String,
    branch2=pl.String,
    branch3=pl.String,
    branch4=pl.String,
    prc_id=pl.String,
)
"""Outcome of :func:`clean`. ``kind``: lot, part (一部), adjoining (地先), off_register (番外地), unnumbered (無番地), non_parcel."""

_NON_PARCEL = (
    r"^(?:地区外|別図|筆界未定地?|道路?|水路?|河川?|河川敷|海|池|堤防?|里道|青道|赤道|畦畔|無地番|番外地|地先|国有地|長狭物)[-0-9]*$"
)
_HALF_KANA = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ"
_FULL_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_LETTER = f"[{SERIES}]"
_TOKEN = f"(?:[0-9]+|{_LETTER})"
_DATES = (
    "^([0-9]{1,2})月([0-9]{1,2})日$",
    "^(?:19|20)[0-9]{2}-([01][0-9])-([0-3][0-9])(?:00:00:00)?$",
)
_SEVERAL = r"[0-9](?:番地?)?(?:[、,・~〜]|から|及び|(?:外|他|ほか)[0-9一二三四五六七八九十]*筆?)"
_TAILS = {"part": "一部", "adjoining": "地先", "off_register": "番外地"}


def _read(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Take a lot number apart: ``kind``, ``text`` (canonical), ``series``, ``level0`` … and marks of doubt."""
    # address masters write the letters of the イロハ series in half width
    letters = code_text(pl.col("given")).str.replace_many(list(_HALF_KANA), list(_FULL_KANA))
    folded = without_float_zero(letters).str.replace("([0-9])先$", "${1}地先")
    tail = pl.col("folded").str.extract(r"(?:の|ノ)?((?:内|うち|一部)|地先|番外地)$")
    kind = (
        pl.when(pl.col("folded").str.contains(_NON_PARCEL))
        .then(pl.lit("non_parcel"))
        .when(pl.col("tail").is_in(["内", "うち", "一部"]))
        .then(pl.lit("part"))
        .when(pl.col("tail") == "地先")
        .then(pl.lit("adjoining"))
        .when(pl.col("tail") == "番外地")
        .then(pl.lit("off_register"))
        .when(pl.col("folded") == "無番地")
        .then(pl.lit("unnumbered"))
        .otherwise(pl.lit("lot"))
    )
    body = kanji_numbers(pl.col("folded").str.replace(r"(?:の|ノ)?(?:内|うち|一部|地先|番外地)$", "").str.replace(r"^地番:?", ""))
    # a spreadsheet shows 3-4 as 3月4日 and gives out 2024-03-04; the zeros are no lot's
    dates = [pl.col("folded").str.extract_groups(pattern).struct.rename_fields(["month", "day"]) for pattern in _DATES]
    month, day = (pl.coalesce(date.struct.field(name) for date in dates).str.replace("^0", "") for name in ("month", "day"))
    joined = (
        body.str.replace_all(r"(?:番地|番)(?:の|ノ|之|-)?", "-")
        .str.replace_all(r"号$", "")
        # Between numbers の, ノ and 之 join; elsewhere ノ is a letter of the イロハ series.
        .str.replace_all(r"([0-9])(?:の|ノ|之)([0-9])", "${1}-${2}")
        .str.replace_all(r"([0-9])(?:の|ノ|之)([0-9])", "${1}-${2}")
        .str.replace_all(f"({_LETTER})(?:の|之)([0-9])", "${1}-${2}")
        .str.replace_all(f"([0-9])({_LETTER})", "${1}-${2}")
        .str.replace_all(f"({_LETTER})([0-9])", "${1}-${2}")
        .str.strip_chars_end("-")
        .str.replace_all(r"(^|-)0+([0-9])", "${1}${2}")
    )
    shape = pl.col("joined").str.contains(f"^(?:{_LETTER}-)?[0-9]+(?:-{_TOKEN}){{0,{LEVELS - 1}}}$")
    numbers = pl.col("joined").str.replace(f"^{_LETTER}-", "").str.split("-")
    tails = pl.col("kind").replace_strict(_TAILS, default="", return_dtype=pl.String)
    canonical = pl.concat_str(pl.col("joined").str.replace(f"^({_LETTER})-", "${1}"), tails)
    return (
        frame.with_columns(folded=folded)
        .with_columns(tail=tail)
        .with_columns(kind=kind, joined=joined, month=month, day=day)
        .with_columns(shape=shape & pl.col("kind").is_in(["lot", *_TAILS]) & pl.col("month").is_null(), text=canonical)
        .with_columns(pl.when("shape").then(numbers.list.get(level, null_on_oob=True)).alias(f"level{level}") for level in range(LEVELS))
        .with_columns(series=pl.when("shape").then(pl.col("joined").str.extract(f"^({_LETTER})-")))
    )


def _steps(_: pl.Expr) -> list[Step]:
    text, kind, folded = pl.col("text"), pl.col("kind"), pl.col("folded")
    month, day = pl.col("month"), pl.col("day")
    spoken = kind.is_in(["unnumbered", "non_parcel"])
    return [
        Step(says_unknown(folded), None, Status.UNKNOWN, "said_unknown"),
        Step(spoken & (folded == pl.col("given")), folded, Status.UNCHANGED, None),
        Step(spoken, folded, Status.CHANGED, "notation"),
        Step(pl.col("shape"), text, Status.CHANGED, "notation"),
        Step(folded.str.contains(_SEVERAL), None, Status.INVALID, "several_lots"),
        Step(month.is_not_null() & day.is_not_null(), pl.concat_str(month, pl.lit("-"), day), Status.UNCERTAIN, "spreadsheet_date"),
    ]


def clean(value: pl.Expr) -> pl.Expr:
    """Bring lot numbers to half-width numbers joined by hyphens, and read their parts.

    Kanji numerals below ten thousand, 番, 番地, の, ノ and 之 are understood; a series letter before the number stays before it (甲1324),
    one after it becomes a branch (1324-甲). What is no lot (地区外, 別図, 道, 水, 河川, 筆界未定地, 無番地) keeps its text and says so in
    ``kind``.

    Args:
        value: Text column that holds nothing but lot numbers (no town names).

    Returns:
        Column of :data:`DTYPE`. ``prc_id`` is the id of ABR's lot table, where the number is of at most three plain numbers of five
        digits.
    """
    levels = [pl.col(f"level{level}") for level in range(LEVELS)]
    numeric = [level.str.contains(r"^[0-9]{1,5}$").fill_null(value=True) for level in levels[:3]]
    fits = (pl.col("kind") == "lot") & pl.col("series").is_null() & levels[3].is_null() & pl.all_horizontal(numeric) & pl.col("shape")
    parts = {
        "kind": pl.when(pl.col("month").is_not_null()).then(pl.lit("lot")).otherwise("kind"),
        "series": pl.col("series"),
        "main": levels[0],
        **{f"branch{place}": levels[place] for place in range(1, LEVELS)},
        "prc_id": pl.when(fits).then(pl.concat_str(level.fill_null("").str.zfill(5) for level in levels[:3])),
    }
    return with_parts(value, _steps, _read, parts, DTYPE)


RULES = (
    CleansingRule(
        id="lot_number",
        label="地番",
        label_en="Lot number",
        takes="地番（町字名を含まない）、無番地、番外地、地先、地図の非地番",
        gives="半角数字をハイフンで結んだ地番と、その構成",
        standard="不動産登記規則; GIF 442 住所; アドレス・ベース・レジストリ 地番マスター",
        clause="規則第98条; 準則第67条; GIF 442 番地以下 (2026-03); prc_id",
        apply=clean,
        reasons=NOTATION
        | SAID_UNKNOWN
        | WRONG_FORM
        | {
            "several_lots": (
                "二筆以上が書かれている。一筆ごとに行を分ける。",
                "More than one lot is written; give each a row of its own.",
            ),
            "spreadsheet_date": (
                "表計算ソフトが地番を月日に変えたものと読んだ。",
                "Read as a lot number that a spreadsheet had turned into a month and day.",
            ),
        },
    ),
)
