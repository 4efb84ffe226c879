"""How municipalities are written at the head of an address: with or without prefecture, county and city, doubled, former, by reading.

Current and former names: :func:`data_standards.codes.municipalities`; what became of a former one:
:func:`data_standards.municipalities.carry_code`. Counties of Hokkaido and the islands of Tokyo come from the town table, which has them.
"""

from datetime import date

import polars as pl

from data_standards.codes import municipalities
from data_standards.municipalities import carry_code
from data_standards.rules.kana import GIF_442, romanised
from registries.address.matching.corrections import bits

_TODAY = date(2100, 1, 1)
_ISLANDS = {"133817": "三宅島", "134015": "八丈島"}
"""Islands that addresses write where others have the county; the official names of the villages are without."""


def current(towns: pl.DataFrame) -> pl.DataFrame:
    """List the municipalities of the town table and, beyond them, those that stand today.

    Args:
        towns: Town table with lg_code, pref, county, city, ward.

    Returns:
        lg_code, prefecture, county, city, ward (text, empty where there is none), county_kana (null where it is not known), one row for
        each code, in order of code; designated cities beside their wards.
    """
    given = towns.select("lg_code", prefecture="pref", county="county", city="city", ward="ward")
    standing = municipalities().filter(pl.col("valid_to").is_null() & pl.col("kind").is_in(["municipality", "ward"]))
    listed = standing.select("lg_code", "prefecture", **_parts(pl.col("name")))
    both = pl.concat([given.unique(maintain_order=True), listed]).with_columns(pl.col("county", "city", "ward").fill_null(""))
    kana = pl.col("county_kana") if "county_kana" in towns.columns else pl.lit(None, pl.String)
    read = (
        towns.select("lg_code", county_kana=kana).filter(pl.col("county_kana") != "").unique("lg_code", keep="first", maintain_order=True)
    )
    return both.unique("lg_code", keep="first").join(read, on="lg_code", how="left").sort("lg_code")


def _parts(name: pl.Expr) -> dict[str, pl.Expr]:
    county = name.str.extract(r"^(.+?郡|三宅島|八丈島).+[町村]$").fill_null("")
    ward = name.str.extract(r"^.+市(.+区)$").fill_null("")
    city = name.str.strip_prefix(county).str.strip_suffix(ward)
    return {"county": county, "city": city, "ward": ward}


def written(places: pl.DataFrame) -> pl.DataFrame:
    """Write every municipality in every usual way.

    Args:
        places: As :func:`current`, with ``place``, the number of each.

    Returns:
        text, place, penalty (quarters of a character), corrections (bits).
    """
    pref, county, city, ward = (pl.col(name) for name in ("prefecture", "county", "city", "ward"))
    name = pl.concat_str(county, city, ward)
    short = pl.concat_str(city, ward)
    stem = pref.str.replace("[都府県]$", "")
    has_county, has_ward = county != "", ward != ""
    in_city = has_ward & (city != "")
    like_a_ward = _called_like_a_ward(places)
    last = pl.when(has_ward).then(ward).otherwise(city)
    forms = [
        (pl.concat_str(pref, name), 0, (), pl.lit(value=True)),
        (pl.concat_str(pref, short), 1, ("county_supplied",), has_county),
        (name, 1, ("prefecture_supplied",), ~like_a_ward),
        # no more than the wards of other cities: 中央区日本橋 is in 東京都 and in 大阪市
        (name, 3, ("prefecture_supplied",), like_a_ward),
        (short, 2, ("prefecture_supplied", "county_supplied"), has_county),
        (pl.concat_str(pref, ward), 2, ("city_supplied",), in_city),
        (ward, 3, ("prefecture_supplied", "city_supplied"), in_city),
        (pl.concat_str(pref, city), 3, ("ward_supplied",), in_city),
        (city, 4, ("prefecture_supplied", "ward_supplied"), in_city),
        (pl.concat_str(pref, name, last), 2, ("name_repeated",), pl.lit(value=True)),
        (pl.concat_str(pref, pref, name), 2, ("name_repeated",), pl.lit(value=True)),
        (pl.concat_str(pref, city, name), 2, ("name_repeated",), in_city),
        (pl.concat_str(name, last), 3, ("prefecture_supplied", "name_repeated"), pl.lit(value=True)),
        (pl.concat_str(stem, name), 2, ("prefecture_supplied",), stem != pref),
        (pl.concat_str(stem, short), 3, ("prefecture_supplied", "county_supplied"), (stem != pref) & has_county),
        (pl.concat_str(pref, city.str.strip_suffix("市"), ward), 3, ("city_supplied",), in_city),
    ]
    island = pl.col("lg_code").replace_strict(_ISLANDS, default=None)
    forms += [
        (pl.concat_str(pref, island, name), 0, (), island.is_not_null()),
        (pl.concat_str(island, name), 1, ("prefecture_supplied",), island.is_not_null()),
    ]
    return pl.concat([_made(places, forms), _by_reading(places), _by_romaji(places)])


def _called_like_a_ward(places: pl.DataFrame) -> pl.Expr:
    """Tell which municipalities have the name of a ward of some city (東京都北区, 大阪市北区)."""
    wards = places["ward"].unique().sort()
    return (pl.col("ward") == "") & pl.col("city").str.ends_with("区") & pl.col("city").is_in(wards.implode())


def prefectures_by_reading() -> pl.DataFrame:
    """List the readings of the prefectures: prefecture, kana."""
    return municipalities().filter(pl.col("kind") == "prefecture").select("prefecture", kana="name_kana")


def _by_reading(places: pl.DataFrame) -> pl.DataFrame:
    """Write municipalities in kana, with and without the prefecture."""
    named = _with_readings(places)
    kana, pref_kana = pl.col("kana"), pl.col("pref_kana")
    short = kana.str.replace("^.+?グン(.+(?:マチ|チョウ|ムラ|ソン))$", "${1}")
    own = kana.str.slice(pl.col("city_kana").str.len_chars())
    whole, like_a_ward = pl.lit(value=True), _called_like_a_ward(places)
    return _made(
        named,
        [
            (pl.concat_str(pref_kana, kana), 1, ("kana_read",), whole),
            (pl.concat_str(pref_kana, short), 2, ("kana_read", "county_supplied"), short != kana),
            (kana, 2, ("kana_read", "prefecture_supplied"), ~like_a_ward),
            (kana, 4, ("kana_read", "prefecture_supplied"), like_a_ward),
            (pl.concat_str(pref_kana, own), 3, ("kana_read", "city_supplied"), _is_in_city()),
            (own, 4, ("kana_read", "prefecture_supplied", "city_supplied"), _is_in_city()),
        ],
    )


def _is_in_city() -> pl.Expr:
    return (pl.col("ward") != "") & pl.col("city_kana").is_not_null()


def _with_readings(places: pl.DataFrame) -> pl.DataFrame:
    """Add the readings: kana (of the whole name), city_kana (of the city, for its wards too) and pref_kana."""
    read = municipalities().filter(pl.col("valid_to").is_null())
    cities = read.filter(pl.col("kind") == "municipality").select("prefecture", city="name", city_kana="name_kana")
    named = places.join(read.select("lg_code", kana="name_kana"), on="lg_code", maintain_order="left")
    return named.join(cities, on=["prefecture", "city"], how="left", maintain_order="left").join(
        prefectures_by_reading().rename({"kana": "pref_kana"}), on="prefecture", maintain_order="left"
    )


def _by_romaji(places: pl.DataFrame) -> pl.DataFrame:
    """Write municipalities in Roman letters (Hepburn, long vowels dropped), in Japanese order, with and without hyphens."""
    named, in_city = _with_readings(places), _is_in_city()
    # the official readings of 北海道 are without the county
    county_kana = pl.when(pl.col("county").str.ends_with("郡")).then(pl.col("kana").str.extract("^(.+?グン).+$"))
    above = pl.when(in_city).then("city_kana").otherwise(county_kana).fill_null("")
    own = pl.col("kana").str.slice(above.str.len_chars())
    above = pl.when((above == "") & pl.col("county_kana").str.ends_with("グン")).then("county_kana").otherwise(above)
    named = named.with_columns(own=own, above=above)
    in_county, like_a_ward = (pl.col("above") != "") & ~in_city, _called_like_a_ward(places)
    made = []
    for hyphen in ("-", ""):
        prefecture, above, name = (
            romanised(pl.col(column), GIF_442).str.replace(f"({ending})$", f"{hyphen}${{1}}")
            for column, ending in (("pref_kana", "to|fu|ken"), ("above", "shi|gun"), ("own", "shi|ku|machi|cho|mura|son"))
        )
        stem = romanised(pl.col("pref_kana"), GIF_442).str.replace("(to|fu|ken)$", "")
        city, town = above.str.replace(f"{hyphen}shi$", ""), name.str.replace(f"{hyphen}(?:machi|cho|mura|son)$", "")
        named_forms: list[tuple[pl.Expr, int, tuple[str, ...], pl.Expr]] = [
            (pl.concat_str(above, name), 2, ("romaji_read", "prefecture_supplied"), ~like_a_ward),
            (name, 4, ("romaji_read", "prefecture_supplied"), like_a_ward),
            (pl.concat_str(city, name), 3, ("romaji_read", "prefecture_supplied"), in_city),
            (name, 4, ("romaji_read", "prefecture_supplied", "city_supplied"), in_city),
        ]
        for more, first in enumerate((prefecture, stem), start=1):
            named_forms += [
                (pl.concat_str(first, above, name), more, ("romaji_read",), pl.lit(value=True)),
                (pl.concat_str(first, city, name), more + 1, ("romaji_read",), in_city),
                (pl.concat_str(first, name), more + 2, ("romaji_read", "city_supplied"), in_city),
                (pl.concat_str(first, above, town), more + 1, ("romaji_read",), in_county),
                # no less than the name of a municipality whose county is not known: two of one name are equal
                (pl.concat_str(first, name), more, ("romaji_read", "county_supplied"), in_county),
            ]
        made.append(_made(named, named_forms))
    return pl.concat(made)


def _made(places: pl.DataFrame, forms: list[tuple[pl.Expr, int, tuple[str, ...], pl.Expr]]) -> pl.DataFrame:
    return pl.concat(
        places.filter(where).select(text=text, place="place", penalty=pl.lit(penalty, pl.Int16), corrections=pl.lit(bits(*said), pl.UInt32))
        for text, penalty, said, where in forms
    )


def former() -> pl.DataFrame:
    """List former municipalities with what each became.

    Returns:
        prefecture, county, city, ward, became (code that stands today; several rows where the area was divided), stem (the name without
        町, 村, 市 or 区).
    """
    parts = carried_forward().with_columns(**_parts(pl.col("name")))
    own = pl.concat_str("county", "city", "ward")
    stands = municipalities().filter(pl.col("valid_to").is_null()).select(became="lg_code", now="name", now_prefecture="prefecture")
    parts = (
        parts.drop_nulls("became")
        .join(stands, on="became")
        .filter((own != pl.col("now")) | (pl.col("prefecture") != pl.col("now_prefecture")))
    )
    last = pl.when(pl.col("ward") != "").then("ward").otherwise("city")
    return parts.select("prefecture", "county", "city", "ward", "became", last=last, stem=last.str.replace("[市区町村]$", "")).unique(
        maintain_order=True
    )


def carried_forward() -> pl.DataFrame:
    """Carry every municipality and ward that is gone to the codes that stand today: its columns, and became (a row for each code)."""
    gone = municipalities().filter(pl.col("valid_to").is_not_null() & pl.col("kind").is_in(["municipality", "ward"]))
    last_day = gone["valid_to"].dt.offset_by("-1d")
    carried = carry_code(gone["lg_code"], last_day, pl.Series([_TODAY]).extend_constant(_TODAY, len(gone) - 1))
    return gone.with_columns(became=carried.struct.field("candidates")).explode("became")


def written_former(places: pl.DataFrame) -> pl.DataFrame:
    """Write every former municipality, and every current one with the name of a part of it behind (奥州市胆沢区).

    The towns of a merged municipality may go on under their old names or with its name before them (市場 became 市場町市場), so each way of
    writing leads to the successor itself and to the successor with the name already read.

    Args:
        places: As for :func:`written`.

    Returns:
        As :func:`written`, with ``read``: text of the town's name that counts as already read (may be empty).
    """
    gone = former().join(
        places.select("place", became="lg_code", now_pref="prefecture", now_county="county", now_city="city", now_ward="ward"), on="became"
    )
    pref, own = pl.col("prefecture"), pl.concat_str("county", "city", "ward")
    short = pl.concat_str("city", "ward")
    now, now_short = pl.concat_str("now_county", "now_city", "now_ward"), pl.concat_str("now_city", "now_ward")
    short_is_safe = pl.col("county").ne("") | (pl.col("ward") != "") | pl.col("last").str.contains("市$")
    away, supplied = ("former_municipality",), ("former_municipality", "prefecture_supplied")
    forms = [
        (pl.concat_str(pref, own), 2, away, pl.lit(value=True)),
        (pl.concat_str(pref, short), 3, away, pl.col("county") != ""),
        (own, 4, supplied, short_is_safe),
        (pl.concat_str(pl.col("now_pref"), own), 3, away, pl.col("now_pref") != pref),
    ]
    stem = pl.col("stem")
    inside: list[tuple[pl.Expr, int, tuple[str, ...], pl.Expr]] = []
    heads: list[tuple[pl.Expr, int, tuple[str, ...]]] = [(pl.concat_str("now_pref", now), 2, away), (now_short, 4, supplied)]
    for head, penalty, said in heads:
        for tail, where in (
            (pl.col("last"), pl.col("ward") == ""),
            (pl.concat_str(stem, pl.lit("区")), ~pl.col("last").str.contains("区$")),
        ):
            inside.append((pl.concat_str(head, tail), penalty, said, where & (pl.col("now_ward") == "")))
        inside.append((pl.concat_str(head, "county", "city"), penalty, said, (pl.col("county") != "") & (pl.col("now_ward") == "")))
    reads = {"": 0, "last": 1, "stem": 1, "stem_machi": 2, "stem_ku": 2}
    made = []
    for read, more in reads.items():
        # 市場 became 市場町市場, 原町市本町 南相馬市原町区本町
        added = {"stem_machi": "町", "stem_ku": "区"}.get(read, "")
        text = {"": pl.lit(""), "last": pl.col("last")}.get(read, pl.concat_str(stem, pl.lit(added)))
        fitting = gone.with_columns(read=text)
        if added:
            fitting = fitting.filter(~pl.col("last").str.ends_with(added))
        for expression, penalty, said, where in (*forms, *inside):
            made.append(
                fitting.filter(where).select(
                    text=expression,
                    place="place",
                    penalty=pl.lit(penalty + more, pl.Int16),
                    corrections=pl.lit(bits(*said), pl.UInt32),
                    read="read",
                )
            )
    return pl.concat(made).unique(["text", "place", "read"], keep="first", maintain_order=True)
