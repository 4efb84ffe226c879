"""Addresses in Roman letters and in English order: ``1-1-1 Kasumigaseki, Chiyoda-ku, Tokyo 100-8926, Japan``.

The pieces are put into Japanese order (postal code, prefecture, municipality, town, number, building), so that the one matcher reads
them, and what it tells of characters is carried back to where they stood. GIF 442 住所 (2026-03-17) writes the English form in this order.
"""

import polars as pl

_JAPANESE = r"[\p{Han}\p{Hiragana}\p{Katakana}]"
_NUMBER = r"[0-9][0-9-]*(?: ?-?[Cc]home,?(?: ?[0-9][0-9-]*)?)?"
_NAME = r"\p{Latin}[\p{Latin}'’. -]*"
_ORDER = (
    rf"^((?:[^,]*,)*?)( *)(?:({_NUMBER})([ ,]+)({_NAME}?(?: [0-9]+-?[Cc]home)?)|({_NAME}? )([0-9][0-9-]*(?:-?[Cc]home [0-9-]+)?))"
    rf"( *, *)({_NAME}?)(?:( *, *)({_NAME}?))??(?:( *, *)({_NAME}?))??"
    r"([ ,]*(?:〒 ?)?[0-9]{3}-?[0-9]{4})?([ ,]*(?i:japan))?([ .]*)$"
)
# Without a number or without commas the municipality is told by its ending: ward and city, town and county, or one of them alone.
_WORD = r"\p{Latin}[\p{Latin}'’]*"
_WARD, _CITY = rf"{_WORD}(?:-ku| [Ww]ard)", rf"{_WORD}(?:-shi| [Cc]ity)"
_TOWN, _COUNTY = rf"{_WORD}(?:-cho|-machi|-mura|-son| [Tt]own| [Vv]illage)", rf"{_WORD}(?:-gun| [Dd]istrict| [Cc]ounty)"
_APART = r"(?: *, *| +)"
_BY_ENDINGS = (
    rf"^( *)(?:(?:({_NUMBER})({_APART})({_NAME}?)|({_NAME}? )([0-9][0-9-]*(?:-?[Cc]home [0-9-]+)?)|({_NAME}?))({_APART}))??"
    rf"(?:({_TOWN})({_APART})({_COUNTY})|({_WARD})({_APART})({_CITY}|{_WORD})|({_WARD}|{_CITY}|{_TOWN}))"
    rf"(?:({_APART})({_WORD}(?:-(?:ken|fu|to|do))?(?: [Pp]refecture| [Pp]ref\.?)?))??"
    r"([ ,]*(?:〒 ?)?[0-9]{3}-?[0-9]{4})?([ ,]*(?i:japan))?([ .]*)$"
)
_GROUPS = (
    *("b1", "number", "b2", "town_behind", "town_before", "number_behind", "town_alone", "b3"),
    *("t1", "t", "t2", "w1", "w", "w2", "c1", "b5", "p3", "code", "country", "end"),
)
_UNITED = {"town": ("town_behind", "town_alone"), "p1": ("t1", "w1", "c1"), "b4": ("t", "w"), "p2": ("t2", "w2")}
_PIECES = (
    "building",
    "b1",
    "number",
    "b2",
    "town",
    "town_before",
    "number_behind",
    "b3",
    "p1",
    "b4",
    "p2",
    "b5",
    "p3",
    "code",
    "country",
    "end",
)
_TURNED = (
    "end",
    "country",
    "code",
    "p3",
    "b5",
    "p2",
    "b4",
    "p1",
    "b3",
    "b2",
    "town",
    "town_before",
    "number",
    "number_behind",
    "b1",
    "building",
)
"""The pieces in Japanese order."""

_PLACES = ("p1", "p2", "p3")
_KEPT = ("number", "number_behind", "code", "building")
_ENGLISH_WORDS = (
    (" [Cc]ity", "-shi"),
    (" [Ww]ard", "-ku"),
    (" (?:[Dd]istrict|[Cc]ounty)", "-gun"),
    # 町 is cho or machi, 村 mura or son: such a name is read without
    (r" (?:[Tt]own|[Vv]illage|[Pp]refecture|[Pp]ref\.?)", " "),
)


def is_roman(address: pl.Expr) -> pl.Expr:
    """Tell which addresses are in Roman letters alone."""
    return address.str.contains(r"\p{Latin}{2}") & ~address.str.contains(_JAPANESE)


def _of_same_length(piece: pl.Expr, read: pl.Expr) -> pl.Expr:
    """What is read of a piece, filled up or cut to the piece's length in characters."""
    return pl.concat_str(read, pl.lit(" " * 24)).str.slice(0, piece.str.len_chars())


def _as_read(name: str) -> pl.Expr:
    """A piece as the matcher can read it, character by character: separators and hyphens between letters as spaces."""
    piece = pl.col(name)
    if name == "building":
        return piece.str.replace(",( *)$", " ${1}")
    if name in _KEPT:
        return piece.str.replace_all("[,〒]", " ")
    if name in ("b1", "b2", "b3", "b4", "b5", "country", "end"):
        return piece.str.replace_all(".", " ")
    if name in _PLACES:
        for word, letters in _ENGLISH_WORDS:
            piece = piece.str.replace(f"{word}$", letters)
        return _of_same_length(pl.col(name), piece)
    return piece.str.replace_all(r"(\p{Latin})-(\p{Latin})", "${1} ${2}").str.replace_all("['’.]", " ")


def turned(addresses: pl.DataFrame) -> pl.DataFrame:
    """Put addresses in Roman letters into Japanese order.

    Args:
        addresses: ``row`` and ``written``, in Roman letters alone.

    Returns:
        ``row``, ``written``, ``text`` (as many characters, in Japanese order; where the order is no English one, the separators alone are
        taken out) and ``pieces``: where each piece of ``text`` begins (``at``), how long it is, and where it began (``start``).
    """
    groups = pl.col("written").str.extract_groups(_ORDER).struct.rename_fields(list(_PIECES)).struct.unnest()
    frame = addresses.with_columns(groups)
    read = frame["end"].is_not_null()
    if not read.all():
        frame = pl.concat([frame.filter(read), _by_endings(frame.filter(~read))])
        read = frame["end"].is_not_null()
    lengths = {name: pl.col(name).str.len_chars().fill_null(0).cast(pl.Int32) for name in _PIECES}
    zero = pl.lit(0, pl.Int32)
    starts = {name: pl.sum_horizontal(zero, *(lengths[other] for other in _PIECES[:place])) for place, name in enumerate(_PIECES)}
    begins = {name: pl.sum_horizontal(zero, *(lengths[other] for other in _TURNED[:place])) for place, name in enumerate(_TURNED)}
    pieces = pl.concat_list(pl.struct(at=begins[name], length=lengths[name], start=starts[name]) for name in _TURNED)
    order = frame.filter(read).select("row", "written", text=pl.concat_str(_as_read(name).fill_null("") for name in _TURNED), pieces=pieces)
    plain = pl.col("written").str.replace_all(r"(\p{Latin})[-,](\p{Latin}| )", "${1} ${2}")
    whole = pl.struct(at=pl.lit(0, pl.Int32), length=pl.col("written").str.len_chars().cast(pl.Int32), start=pl.lit(0, pl.Int32))
    other = frame.filter(~read).select("row", "written", text=plain, pieces=pl.concat_list(whole))
    return pl.concat([order, other]).sort("row")


def _by_endings(addresses: pl.DataFrame) -> pl.DataFrame:
    """The pieces of addresses that have no number, or no commas between them."""
    groups = addresses.select("row", "written", pl.col("written").str.extract_groups(_BY_ENDINGS).alias("groups"))
    groups = groups.with_columns(pl.col("groups").struct.rename_fields(list(_GROUPS))).unnest("groups")
    united = [pl.coalesce(parts).alias(name) for name, parts in _UNITED.items()]
    return groups.with_columns(united).select("row", "written", *(_BUILDING if name == "building" else name for name in _PIECES))


_BUILDING = pl.lit(None, pl.String).alias("building")


def carried_back(spans: pl.Series, pieces: pl.Series) -> pl.Series:
    """Carry what characters of the turned text were used for back to the text as written.

    Args:
        spans: For each text a list of ``part``, ``start``, ``end`` in characters of the turned text.
        pieces: As :func:`turned` gives them.

    Returns:
        The lists in characters of the text as written, in order.
    """
    frame = pl.DataFrame({"span": spans, "piece": pieces}).with_row_index("row")
    crossed = frame.explode("span").explode("piece").unnest("span").unnest("piece", separator="_")
    begin = pl.max_horizontal("start", "piece_at")
    end = pl.min_horizontal("end", pl.col("piece_at") + pl.col("piece_length"))
    crossed = crossed.select("row", "part", begin=begin, end=end, shift=pl.col("piece_start") - pl.col("piece_at")).filter(
        pl.col("end") > pl.col("begin")
    )
    placed = crossed.select("row", "part", start=pl.col("begin") + pl.col("shift"), end=pl.col("end") + pl.col("shift")).sort(
        "row", "start"
    )
    # neighbours of one part are one span
    new = (pl.col("part") != pl.col("part").shift(1).over("row")).fill_null(value=True).cum_sum().over("row")
    runs = placed.with_columns(run=new).group_by("row", "run", maintain_order=True)
    joined = runs.agg(pl.col("part").first(), pl.col("start").first(), pl.col("end").last())
    lists = joined.group_by("row", maintain_order=True).agg(spans=pl.struct("part", "start", "end"))
    return frame.select("row").join(lists, on="row", how="left", maintain_order="left")["spans"]
