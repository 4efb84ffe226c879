"""How towns are written: 大字・町 (``oaza``) below a municipality, 丁目 and 小字 (``part``) below the 大字・町.

大字 and 字 need no spelling of their own: folding leaves them out on both sides.
"""

import polars as pl

from data_standards.rules.folding import kanji_numbers
from data_standards.rules.kana import GIF_442, romanised
from registries.address.matching.corrections import bits

_HAN = r"[\p{Han}]"
_LINKS = "[ノのヶケがガ之ツッつっ]"
_EVERY = pl.lit(value=True)
_KANJI_DIGITS = "〇一二三四五六七八九"
_CHOME_KANJI = {
    str(n): ("" if n < 10 else "十" if n < 20 else _KANJI_DIGITS[n // 10] + "十") + (_KANJI_DIGITS[n % 10] if n % 10 else "")
    for n in range(1, 100)
}

_READINGS = ("イッ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハッ", "キュウ", "ジュッ")
_CHOME_READ = {str(n): f"{reading}チョウメ" for n, reading in enumerate(_READINGS, start=1)}

Forms = list[tuple[pl.Expr, int, tuple[str, ...], pl.Expr]]
"""Text, penalty in quarters of a character, corrections, and where the form applies."""


def chome_number(chome: pl.Expr) -> pl.Expr:
    """Read the number of a 丁目 or 丁 as digits (一丁目, １丁目 and 1丁目 are 1)."""
    text = chome.str.replace_many(list("０１２３４５６７８９"), list("0123456789"))
    return kanji_numbers(text.str.extract(r"^(?:第)?([0-9〇一二三四五六七八九十]+)丁目?$"))


def chome_in_kanji(chome: pl.Expr) -> pl.Expr:
    """Write a 丁目 with its number in kanji, the form of four items of GIF 442; what is no number stays."""
    number = chome_number(chome)
    suffix = pl.when(chome.str.ends_with("目")).then(pl.lit("丁目")).otherwise(pl.lit("丁"))
    return pl.when(number.is_not_null()).then(pl.concat_str(number.replace(_CHOME_KANJI), suffix)).otherwise(chome)


def split_chome(town: pl.Expr) -> pl.Expr:
    """Split a joined town name: struct of ``oaza`` and ``chome`` (null where the name ends in no 丁目 or 丁).

    Of a run of kanji digits only the last is the number (与一四丁目 is the fourth of 与一).
    """
    bare = town.str.contains("^(?:大字|字)?[〇一二三四五六七八九十]+(?:丁目|丁)$")
    groups = town.str.extract_groups(r"^(.+?)((?:[二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]|[0-9０-９]+)(?:丁目|丁))$")
    oaza, chome = (pl.when(~bare).then(groups.struct.field(part)) for part in ("1", "2"))
    return pl.struct(oaza=pl.coalesce(oaza, town), chome=chome)


def _applied(frame: pl.DataFrame, forms: Forms, keep: list[str]) -> pl.DataFrame:
    return pl.concat(
        frame.filter(where).select(*keep, text=text, penalty=pl.lit(penalty, pl.Int16), corrections=pl.lit(bits(*said), pl.UInt32))
        for text, penalty, said, where in forms
    )


def _counted(names: pl.DataFrame, keep: list[str], column: str) -> pl.DataFrame:
    """Write names that end in a number with its unit (三番町, 鹿島町一号, 壱丁目) with the number alone, as people do before 番地."""
    unit = "(?:番町|番丁|番|号|丁目|丁)$"
    name, bare = pl.col(column), pl.col(column).str.replace(unit, "")
    where = name.str.contains(f"[0-9０-９〇一二三四五六七八九十壱弐参]{unit}")
    whole = bare.str.contains("^[0-9０-９〇一二三四五六七八九十壱弐参]+$")
    forms: Forms = []
    for tail in ("-", "ノ", "\x03"):
        forms += [
            (pl.concat_str(bare, pl.lit(tail)), 2, ("chome_from_number",), where & ~whole),
            (pl.concat_str(bare, pl.lit(tail)), 6, ("chome_from_number",), where & whole),
        ]
    forms.append((name.str.replace("丁目$", "町目"), 1, ("spelling",), where & name.str.ends_with("丁目")))
    return _applied(names, forms, keep)


def _behind_prefix(names: pl.DataFrame) -> pl.DataFrame:
    """Write names without the area name before them that people leave out (四谷三栄町 as 三栄町): the last choice of all."""
    name = pl.col("name")
    forms: Forms = [
        (name.str.slice(cut), 6 + 2 * cut, ("part_supplied",), name.str.ends_with("町") & (name.str.len_chars() >= cut + 3))
        for cut in (1, 2, 3)
    ]
    return _applied(names.rename({column: "name" for column in names.columns if column != "place"}), forms, ["place"])


def _linked(names: pl.DataFrame) -> pl.DataFrame:
    """Names, and those with ノ, ケ or ツ between kanji once more without it."""
    without = pl.col("text").str.replace_all(f"({_HAN}){_LINKS}({_HAN})", "${1}${2}")
    less = names.filter(without != pl.col("text")).with_columns(
        text=without, penalty=pl.col("penalty") + 3, corrections=pl.col("corrections") | bits("part_supplied")
    )
    return pl.concat([names, less.cast(names.schema)])


def _romaji(kana: pl.Expr) -> list[pl.Expr]:
    """Spell a reading in Roman letters: long vowels short, their letters kept (マルノウチ), and with ッ that lists write as ツ."""
    apart = kana.str.replace_all("([オコソトノホモヨロゴゾドボポョォ])([ウオ])", "${1} ${2}")
    apart = apart.str.replace_all("([ウクスツヌフムユルグズヅブプュゥ])(ウ)", "${1} ${2}")
    doubled = kana.str.replace_all("ツ([カキクケコサシスセソタチツテトパピプペポ])", "ッ${1}")
    return [romanised(reading, GIF_442) for reading in (kana, apart, doubled)]


def written_oaza(oaza: pl.DataFrame) -> pl.DataFrame:
    """Write every 大字・町 in every usual way.

    Args:
        oaza: ``place`` (its number), ``name`` and, where known, ``kana``.

    Returns:
        place, text, penalty, corrections.
    """
    name = pl.col("name")
    plain = name.str.replace("^大字|^字", "")
    bare = plain.str.replace("町$", "")
    forms: Forms = [
        (name, 0, (), _EVERY),
        (bare, 4, ("town_suffix_supplied",), plain.str.ends_with("町") & (bare.str.len_chars() > 1)),
        (pl.concat_str(plain, pl.lit("町")), 4, ("town_suffix_dropped",), ~plain.str.contains(r"[町村通丁目番区島]$")),
        (plain.str.replace("町(.)", "${1}"), 4, ("part_supplied",), plain.str.contains(r"^..+町..")),
        (pl.concat_str(name, pl.lit("り")), 1, ("spelling",), name.str.ends_with("通")),
        (name.str.replace("り$", ""), 1, ("spelling",), name.str.ends_with("通り")),
        (
            name.str.replace_all("([0-9〇一二三四五六七八九十])条", "${1}"),
            3,
            ("part_supplied",),
            name.str.contains("[0-9一二三四五六七八九十]条"),
        ),
        (
            name.str.replace("([0-9〇一二三四五六七八九十])条$", "${1}-"),
            4,
            ("part_supplied",),
            name.str.contains("[0-9一二三四五六七八九十]条$"),
        ),
        (
            name.str.replace("([0-9〇一二三四五六七八九十])条(.)", "${1}-${2}"),
            4,
            ("part_supplied",),
            name.str.contains("[0-9一二三四五六七八九十]条."),
        ),
        (
            name.str.replace("第([0-9０-９一二三四五六七八九十])", "${1}"),
            1,
            ("part_supplied",),
            name.str.contains("第[0-9０-９一二三四五六七八九十]"),
        ),
        (
            name.str.replace("([0-9０-９一二三四五六七八九十]+)地割", "第${1}地割"),
            1,
            ("spelling",),
            name.str.contains("^[^第]*[0-9０-９一二三四五六七八九十]地割"),
        ),
        (
            name.str.replace("^(..?軒)(.+条)$", "${1}${2}").str.replace("軒([^軒]*)条$", "-${1}-"),
            6,
            ("part_supplied",),
            name.str.contains("^.+軒.+条$"),
        ),
    ]
    made = _linked(_applied(oaza, forms, ["place"]))
    made = pl.concat([made, _counted(oaza.select("place", "name"), ["place"], "name"), _behind_prefix(oaza.select("place", plain))])
    if "kana" in oaza.columns:
        kana = _applied(oaza.drop_nulls("kana"), [(pl.col("kana"), 2, ("kana_read",), pl.col("kana") != "")], ["place"])
        forms = []
        for romaji in _romaji(pl.col("kana").str.replace_all("[(（].*$", "")):
            forms += [
                (romaji, 2, ("romaji_read",), pl.col("kana").str.contains("^[ァ-ヶー]+$")),
                (
                    romaji.str.replace("(cho|machi)$", "-${1}"),
                    2,
                    ("romaji_read",),
                    pl.col("kana").str.contains("^[ァ-ヶー]+(?:チョウ|マチ)$"),
                ),
            ]
        made = pl.concat([made, kana, _applied(oaza.drop_nulls("kana"), forms, ["place"])])
    return made


def written_parts(parts: pl.DataFrame) -> pl.DataFrame:
    """Write every 丁目 and 小字 in every usual way.

    Args:
        parts: ``place`` (number of the town), ``above`` (number of its 大字・町), ``chome``, ``koaza`` (null where there is none).

    Returns:
        place, above, text, penalty, corrections. A text that ends in code U+0003 matches only at the end of the input.
    """
    number = chome_number(pl.col("chome"))
    numbered = parts.with_columns(number=number, koaza=pl.col("koaza").fill_null(""))
    keep = ["place", "above", "koaza"]
    n = pl.col("number")
    one_of = n.is_not_null()
    forms: Forms = [
        (pl.concat_str(n, pl.lit("丁目")), 0, (), one_of),
        (pl.concat_str(n, pl.lit("町目")), 1, ("spelling",), one_of),
        (pl.concat_str(n, pl.lit("丁")), 1, ("spelling",), one_of),
        (pl.concat_str(n, pl.lit("-")), 0, ("chome_from_number",), one_of & (pl.col("koaza") == "")),
        (pl.concat_str(n, pl.lit("ノ")), 0, ("chome_from_number",), one_of & (pl.col("koaza") == "")),
        (pl.concat_str(n, pl.lit("\x03")), 0, ("chome_from_number",), one_of & (pl.col("koaza") == "")),
        (pl.concat_str(n, pl.lit("チョウメ")), 1, ("kana_read",), one_of),
        (pl.concat_str(n, pl.lit("-chome")), 1, ("romaji_read",), one_of),
        (pl.concat_str(n, pl.lit("chome")), 1, ("romaji_read",), one_of),
        (n.replace_strict(_CHOME_READ, default=None), 1, ("kana_read",), n.is_in(list(_CHOME_READ))),
        (pl.col("chome"), 0, (), pl.col("chome").is_not_null() & ~one_of),
        (pl.lit(""), 0, (), pl.col("chome").is_null()),
    ]
    made = _applied(numbered, forms, keep).rename({"text": "head", "penalty": "more", "corrections": "said"})
    koaza = pl.col("koaza")
    digits = koaza.str.replace_many(list("０１２３４５６７８９"), list("0123456789")).str.contains("^[0-9]+$")
    tails: Forms = [
        (koaza, 0, (), ~digits),
        (pl.concat_str(koaza, pl.lit("-")), 1, (), digits),
        (pl.concat_str(koaza, pl.lit("\x03")), 1, (), digits),
        (koaza.str.replace("[番号]$", "-"), 0, ("chome_from_number",), koaza.str.contains("[0-9０-９〇一二三四五六七八九十][番号]$")),
        (koaza.str.replace("[番号]$", "\x03"), 0, ("chome_from_number",), koaza.str.contains("[0-9０-９〇一二三四五六七八九十][番号]$")),
        (koaza.str.replace("町$", ""), 4, ("town_suffix_supplied",), koaza.str.contains("^..+町$")),
        (koaza.str.replace("り$", ""), 1, ("spelling",), koaza.str.ends_with("通り")),
        (pl.concat_str(koaza, pl.lit("り")), 1, ("spelling",), koaza.str.ends_with("通")),
        (
            koaza.str.replace("第([0-9０-９一二三四五六七八九十])", "${1}"),
            1,
            ("part_supplied",),
            koaza.str.contains("第[0-9０-９一二三四五六七八九十]"),
        ),
        (
            koaza.str.replace("([0-9０-９一二三四五六七八九十]+)地割", "第${1}地割"),
            1,
            ("spelling",),
            koaza.str.contains("^[^第]*[0-9０-９一二三四五六七八九十]地割"),
        ),
    ]
    whole = _linked(_applied(made, tails, ["place", "above", "head", "more", "said"]))
    return whole.select(
        "place",
        "above",
        text=pl.concat_str("head", "text"),
        penalty=pl.col("penalty") + pl.col("more"),
        corrections=pl.col("corrections") | pl.col("said"),
    ).filter(pl.col("text") != "")
