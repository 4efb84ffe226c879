"""所在 of land and buildings: a key to compare towns by, and the lots that a building stands on.

Sources of the rules: 不動産登記事務取扱手続準則 第66条・第88条 (所在及び地番: ``番町四丁目　１番地３、１番地４``); 地図XML
(大字名, 丁目名, 小字名). Ledgers write the same town in many ways; the key folds what never tells two towns of a municipality apart.
"""

from functools import cache

import polars as pl

from data_standards.codes import municipalities
from data_standards.rules import organisation_name
from data_standards.rules.batch import replaced
from data_standards.rules.folding import half_width, hyphens, kanji_numbers
from data_standards.rules.glyphs import folding

_PREFECTURE = r"^(?:東京都|北海道|(?:京都|大阪)府|.{2,3}県)"
_NUMERALS = "〇一二三四五六七八九十"
_CHOME = rf"^(.*?)([{_NUMERALS}]+)丁目(.*)$"
# 字 inside a name (十文字, 赤十字) is no mark of a 小字
_AZA = r"(^|[^文十])字"


@cache
def _names() -> dict[str, dict[str, str]]:
    """Prefecture, and name with and without county, by local government code."""
    table = municipalities().unique("lg_code", keep="last", maintain_order=True)
    without_county = table.select(pl.col("name").str.replace("^.+?郡(.+[町村])$", "${1}")).get_column("name")
    codes = table.get_column("lg_code").to_list()
    return {
        "prefecture": dict(zip(codes, table.get_column("prefecture"), strict=True)),
        "name": dict(zip(codes, table.get_column("name"), strict=True)),
        "short": dict(zip(codes, without_county, strict=True)),
    }


def _named(lg_code: pl.Expr, which: str) -> pl.Expr:
    return lg_code.replace_strict(_names()[which], default="", return_dtype=pl.String).fill_null("")


def town_key(location: pl.Expr, lg_code: pl.Expr) -> pl.Expr:
    """Fold a location down to the key of its town.

    Prefecture, county and municipality in front, 大字 and 字, spaces, and the difference of old and new glyphs are dropped; 丁目 gets
    digits; ヶ and ヵ become ケ and カ.

    Args:
        location: Text column, with or without the names above the town.
        lg_code: Six-digit code of the municipality.

    Returns:
        Text column; empty text where the location ends with the municipality, null where it is null.
    """
    text = half_width(location).str.replace_all(r"\s", "")
    for which in ("prefecture", "name", "short"):
        text = text.str.strip_prefix(_named(lg_code, which))
    parts = text.str.extract_groups(_CHOME)
    number = kanji_numbers(parts.struct.field("2"))
    counted = pl.concat_str(parts.struct.field("1"), number, pl.lit("丁目"), parts.struct.field("3"))
    folded = replaced(counted.fill_null(text), folding()).str.replace_many(["ヶ", "ヵ"], ["ケ", "カ"])
    return folded.str.replace_all("大字", "").str.replace_all(_AZA, "${1}")


def map_town_key(oaza: pl.Expr, chome: pl.Expr, koaza: pl.Expr, lg_code: pl.Expr) -> pl.Expr:
    """Make the key of a town from its parts, as 地図XML has them.

    Args:
        oaza: 大字名.
        chome: 丁目名, such as ３丁目.
        koaza: 小字名.
        lg_code: Six-digit code of the municipality.

    Returns:
        Text column, never null.
    """
    return town_key(pl.concat_str(oaza.fill_null(""), chome.fill_null(""), koaza.fill_null("")), lg_code)


def building_lots(text: pl.Expr, lg_code: pl.Expr) -> pl.Expr:
    """List the lots of 所在及び地番.

    A town said once holds for the lots after it; a name of the building after the last lot is passed over.

    Args:
        text: Text column, such as ``高松市番町四丁目　２番地８、２番地７``.
        lg_code: Six-digit code of the municipality.

    Returns:
        Column of lists of text ``town key/lot number``, in the order of the text; null where no lot can be read.
    """
    lots = pl.struct(text=hyphens(half_width(text)), lg_code=lg_code)

    def batch(given: pl.Series) -> pl.Series:
        frame = given.struct.unnest().with_row_index("row")
        items = (
            frame.lazy()
            .with_columns(item=pl.col("text").str.split("、"))
            .explode("item")
            .with_columns(parts=pl.col("item").str.extract_groups(r"^(.*?)\s*([0-9]+)番(?:地)?(?:の)?([0-9]+)?(?:の([0-9]+))?"))
            .with_columns(
                town=pl.col("parts").struct.field("1").str.strip_chars(),
                lot=pl.concat_str(
                    (pl.col("parts").struct.field(place) for place in ("2", "3", "4")), separator="-", ignore_nulls=True
                ).replace("", None),
            )
            .with_columns(town=pl.when(pl.col("town") != "").then("town").forward_fill().over("row"))
            .with_columns(key=pl.concat_str(town_key(pl.col("town"), pl.col("lg_code")), pl.lit("/"), pl.col("lot")))
            .group_by("row")
            .agg(lots=pl.col("key").drop_nulls())
            .with_columns(lots=pl.when(pl.col("lots").list.len() > 0).then("lots"))
            .collect()
        )
        return frame.join(items, on="row", how="left", maintain_order="left").get_column("lots")

    return lots.map_batches(batch, return_dtype=pl.List(pl.String), is_elementwise=True)


def share_part(share: pl.Expr, *, denominator: bool) -> pl.Expr:
    """Read one side of a share (持分), such as ２分の１ or 1/2.

    Args:
        share: Text column.
        denominator: Whether the denominator is wanted.

    Returns:
        Int64 column; 1 where nothing is written, for a sole owner's share is not; null where it cannot be read.
    """
    text = kanji_numbers(half_width(share)).str.replace_all(r"\s|持分", "")
    said = text.str.extract_groups(r"^(?:([0-9]+)分の([0-9]+)|([0-9]+)/([0-9]+))$")
    places = ("1", "4") if denominator else ("2", "3")
    number = pl.coalesce(said.struct.field(place) for place in places).cast(pl.Int64, strict=False)
    return pl.when(share.is_null() | (text == "")).then(pl.lit(1, pl.Int64)).otherwise(number)


def address_key(address: pl.Expr) -> pl.Expr:
    """Fold an address so that writings of the same place compare equal.

    The prefecture, spaces, 丁目, 番地, 番, 号, の between numbers and the difference of digits and glyphs go; numbers are joined by
    hyphens.

    Args:
        address: Text column.

    Returns:
        Text column, never to be shown; null where the address is.
    """
    text = hyphens(half_width(address)).str.replace_all(r"\s", "").str.replace(_PREFECTURE, "")
    parts = text.str.extract_groups(_CHOME)
    counted = pl.concat_str(parts.struct.field("1"), kanji_numbers(parts.struct.field("2")), pl.lit("丁目"), parts.struct.field("3"))
    return (
        replaced(counted.fill_null(text), folding())
        .str.replace_many(["ヶ", "ヵ"], ["ケ", "カ"])
        .str.replace_all("大字", "")
        .str.replace_all("([0-9])(?:丁目|番地の|番地|番|号|の|ノ)", "${1}-")
        .str.replace_all("-+", "-")
        .str.replace_all("-([^0-9]|$)", "${1}")
    )


@cache
def _standing() -> dict[int, list[str]]:
    """Names of today's municipalities, with and without county, by their length."""
    table = municipalities().filter(pl.col("valid_to").is_null() & pl.col("kind").is_in(["municipality", "ward"]))
    short = table.get_column("name").str.replace("^.+?郡(.+[町村])$", "${1}")
    names = {*table.get_column("name"), *short} - {""}
    return {length: sorted(name for name in names if len(name) == length) for length in sorted({len(name) for name in names})}


def municipality_stands(address: pl.Expr) -> pl.Expr:
    """Tell whether an address begins with a municipality that exists today (総務省 全国地方公共団体コード).

    Args:
        address: Text column, with or without the prefecture.

    Returns:
        Boolean column; null where the address is.
    """
    text = half_width(address).str.replace_all(r"\s", "").str.replace(_PREFECTURE, "")
    return pl.any_horizontal(text.str.head(length).is_in(names) for length, names in _standing().items())


def name_key(name: pl.Expr) -> pl.Expr:
    """Fold the name of an owner, a company or a person, so that writings of the same name compare equal.

    Args:
        name: Text column.

    Returns:
        Text column ``legal form/search key``, never to be shown; null where the name is.
    """
    read = {rule.id: rule for rule in organisation_name.RULES}["organisation_name"].apply(name)
    folded = pl.concat_str(read.struct.field("legal_form").fill_null(""), pl.lit("/"), read.struct.field("search_key").fill_null(""))
    return pl.when(name.is_not_null()).then(folded)
