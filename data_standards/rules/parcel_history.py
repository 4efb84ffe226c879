"""合筆・分筆 (mergers and splits of parcels): the register's words read into operations on lots.

Sources of the rule: 不動産登記規則第101条から第108条 (分筆, 合筆); the grammar of 変更履歴 in the layout that 国土交通省 publishes for
不動産登記データ: ``N番M`` names a lot, 同番 the last main number, 本番 the parcel's own, ないし a range; a clause ends in を合筆, に合筆,
    に分筆 or から分筆.
"""

import polars as pl

from data_standards.rules.folding import SERIES, code_text, kanji_numbers, says_unknown
from data_standards.rules.rule import OUTCOME, CleansingRule, Status, outcome

OPERATIONS = {"を合筆": "absorbed", "に合筆": "merged_into", "に分筆": "split_into", "から分筆": "split_from"}
"""What happened to the parcel, by the end of the clause."""

LONGEST_RANGE = 1000
"""Lots that one range may name; a longer one is a misreading."""

_MAIN, _BRANCH = f"(?:同番|本番|[{SERIES}]?[0-9]{{1,6}})", f"(?:[0-9]{{1,6}}|[{SERIES}])"
_LOT = f"(?:{_MAIN}番?(?:(?:の|-)?{_BRANCH})?)"
_END = "(?:を合筆|に合筆|に分筆|から分筆)"
_RANGE = f"{_LOT}(?:(?:ないし|乃至)(?:{_LOT}|[{SERIES}]))?"
_CLAUSE = f"{_RANGE}(?:[、,・及び]+{_RANGE})*{_END}"


def _folded(value: pl.Expr) -> pl.Expr:
    return kanji_numbers(code_text(value)).str.replace_all("番地", "番")


def _items(texts: pl.Series) -> pl.LazyFrame:
    """One row per item of a clause: row, clause, place, operation, first and last of the range, and what the main number refers to."""
    clauses = (
        texts.to_frame("given")
        .lazy()
        .with_row_index("row")
        .with_columns(clause=_folded(pl.col("given")).str.extract_all(_CLAUSE))
        .explode("clause")
        .filter(pl.col("clause").is_not_null())
        .with_columns(number=pl.int_range(pl.len()).over("row"))
        .with_columns(
            operation=pl.col("clause").str.extract(f"({_END})$").replace_strict(OPERATIONS, return_dtype=pl.String),
            item=pl.col("clause").str.replace(f"{_END}$", "").str.replace_all("[、,・及び]+", "、").str.split("、"),
        )
        .explode("item")
    )
    sides = pl.col("item").str.replace("ないし|乃至", "~").str.split("~")
    form = f"^({_MAIN})?(番)?(?:の|-)?({_BRANCH})?$"
    first = sides.list.get(0).str.extract_groups(form)
    last = sides.list.get(1, null_on_oob=True).str.extract_groups(form)
    split = clauses.with_columns(first=first, last=last)
    reference, branch = pl.col("first").struct.field("1"), pl.col("first").struct.field("3")
    # 同番 repeats the last main number said in the text.
    own = reference == "本番"
    main = pl.when(reference != "同番").then(reference)
    last_reference, last_branch = pl.col("last").struct.field("1"), pl.col("last").struct.field("3")
    of_mains = branch.is_null() & last_branch.is_null() & last_reference.str.contains("^[0-9]")
    until = pl.coalesce(last_branch, pl.when(last_reference.str.contains("^[0-9]")).then(last_reference))
    return split.with_columns(
        main=main.forward_fill().over("row"), own=own, branch=branch, until=until, of_mains=of_mains.fill_null(value=False)
    )


def operations(text: pl.Series, own_lot: pl.Series) -> pl.DataFrame:
    """Read histories into a table of operations.

    Of a range that cannot be counted through (イないしハ, 10ないし3) both ends are given.

    Args:
        text: Text column of histories, such as ``12番、同番3ないし5を合筆``.
        own_lot: The parcel's own lot number (``12-1``), for 本番; null where not known.

    Returns:
        Columns row (number of the text), clause (its place in the text), operation (one of :data:`OPERATIONS`' values), lot (``12-3``;
        null for 本番 of an unknown lot), in the order of the text.
    """
    return _operations(text, own_lot).drop("broken")


def _operations(text: pl.Series, own_lot: pl.Series) -> pl.DataFrame:
    """The table of :func:`operations`, with ``broken``: the lot stands for an end of a range that cannot be counted through."""
    given = pl.DataFrame({"given": text, "own_lot": own_lot}, schema={"given": pl.String, "own_lot": pl.String}).with_row_index("line")
    distinct = given.get_column("given").drop_nulls().unique(maintain_order=True)
    first, last = pl.when("of_mains").then("main").otherwise("branch"), pl.col("until")
    start, end = (side.cast(pl.Int64, strict=False) for side in (first, last))
    counted = ((end >= start) & (end - start < LONGEST_RANGE)).fill_null(value=False)
    spread = (
        pl.when(counted)
        .then(pl.int_ranges(start, end + 1).cast(pl.List(pl.String)))
        .when(last.is_not_null())
        .then(pl.concat_list(first, last))
        .otherwise(pl.concat_list(first))
    )
    rows = (
        _items(distinct)
        .with_columns(step=spread, broken=last.is_not_null() & ~counted)
        .explode("step")
        .with_columns(
            base=pl.when("of_mains").then("step").when(pl.col("main") != "本番").then("main"),
            sub=pl.when(~pl.col("of_mains")).then("step"),
        )
        .select("given", "number", "operation", "base", "sub", "broken", mains=pl.col("main") == "本番")
        .collect()
    )
    joined = given.join(rows, on="given", how="inner", maintain_order="left_right")
    own_main = pl.col("own_lot").str.extract("^([0-9]+)", 1)
    base = pl.when("mains").then(own_main).otherwise("base")
    whole_own = pl.col("mains") & pl.col("sub").is_null()
    lot = pl.when(whole_own).then("own_lot").otherwise(pl.concat_str(base, pl.concat_str(pl.lit("-"), pl.col("sub")).fill_null("")))
    return joined.select(
        row=pl.col("line").cast(pl.Int64), clause=pl.col("number").cast(pl.Int64), operation="operation", lot=lot, broken="broken"
    )


def _answers(texts: pl.Series) -> pl.DataFrame:
    unknown_lot = pl.Series([None] * len(texts), dtype=pl.String)
    endings = {name: end for end, name in OPERATIONS.items()}
    read = _operations(texts, unknown_lot).with_columns(pl.col("lot").fill_null("本番"))
    clauses = read.group_by("row", "clause", maintain_order=True).agg(pl.col("operation").first(), pl.col("lot"), pl.col("broken").any())
    written = clauses.with_columns(text=pl.concat_str(pl.col("lot").list.join("、"), pl.col("operation").replace_strict(endings)))
    values = (
        written.sort("row", "clause")
        .group_by("row", maintain_order=True)
        .agg(value=pl.col("text").str.join("。"), broken=pl.col("broken").any())
    )
    frame = texts.to_frame("given").with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    folded = _folded(pl.col("given"))
    own = folded.str.contains("本番")
    rest = folded.str.replace_all(_CLAUSE, "").str.replace_all("[、。,.;]", "")
    broken = pl.col("broken").fill_null(value=False)
    value = pl.when(~own, ~broken).then("value")
    status = (
        pl.when(says_unknown(folded))
        .then(pl.lit(Status.UNKNOWN.value))
        .when(value.is_null())
        .then(pl.lit(Status.INVALID.value))
        .when(rest != "")
        .then(pl.lit(Status.UNCERTAIN.value))
        .when(value == pl.col("given"))
        .then(pl.lit(Status.UNCHANGED.value))
        .otherwise(pl.lit(Status.CHANGED.value))
    )
    reason = (
        pl.when(says_unknown(folded))
        .then(pl.lit("said_unknown"))
        .when(pl.col("value").is_null())
        .then(pl.lit("no_operation"))
        .when(own)
        .then(pl.lit("own_lot_needed"))
        .when(broken)
        .then(pl.lit("range_not_counted"))
        .when(rest != "")
        .then(pl.lit("words_left"))
        .when(value == pl.col("given"))
        .then(pl.lit(None, pl.String))
        .otherwise(pl.lit("lots_named"))
    )
    answered = frame.join(values, on="row", how="left", maintain_order="left")
    return answered.select("given", answer=outcome(pl.col("given"), value, status, reason))


def clean(value: pl.Expr) -> pl.Expr:
    """Write histories with every lot named in full: ``12番、同番3ないし5を合筆`` is ``12、12-3、12-4、12-5を合筆``.

    Clauses are split into items and ranges into lots, so the work is done over the distinct values of a batch as a table, which an
    expression alone cannot do. 本番 needs the parcel's own number: :func:`operations` takes it.

    Args:
        value: Text column.

    Returns:
        Column of outcomes.
    """

    def batch(series: pl.Series) -> pl.Series:
        frame = series.to_frame("given")
        answers = _answers(frame.get_column("given").drop_nulls().unique())
        return frame.join(answers, on="given", how="left", maintain_order="left").get_column("answer").cast(OUTCOME)

    return value.map_batches(batch, return_dtype=OUTCOME, is_elementwise=True)


RULES = (
    CleansingRule(
        id="parcel_history",
        label="合筆・分筆の履歴",
        label_en="Mergers and splits of parcels",
        takes="変更履歴の文（合筆・分筆）",
        gives="すべての地番を略さず書いた文",
        standard="不動産登記規則; 国土交通省 不動産登記データの様式",
        clause="規則第101条から第108条; 変更履歴",
        apply=clean,
        reasons={
            "lots_named": ("同番・ないし等を個々の地番に改めた。", "Short forms and ranges became lot numbers."),
            "words_left": ("読めない語が残っている。", "Words were left that could not be read."),
            "own_lot_needed": ("本番が指す土地の地番が要る。", "The parcel's own lot number is needed for 本番."),
            "range_not_counted": (
                "「ないし」の範囲を個々の地番に数えられない。",
                "The range cannot be counted through, lot by lot.",
            ),
            "no_operation": ("合筆・分筆の文ではない。", "No text of a merger or split."),
            "said_unknown": ("空欄又は不明を表す値である。", "The value is blank or says that it is not known."),
        },
    ),
)
