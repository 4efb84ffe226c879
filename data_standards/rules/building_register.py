"""建物の表示 (building register): 家屋番号, 床面積 by floor, 種類, 構造.

Sources of the rules: 不動産登記規則第112条 (家屋番号), 第113条 (種類), 第114条 (構造: 構成材料, 屋根, 階数), 第115条 (床面積);
不動産登記事務取扱手続準則 第79条から第82条. The words of materials, roofs and kinds are declared in
``data_standards/codes/building.yaml``.
"""

import polars as pl

from data_standards.rules import dates
from data_standards.rules.code_list import code_list
from data_standards.rules.folding import SERIES, half_width, hyphens, kanji_numbers, says_unknown
from data_standards.rules.ladder import NOTATION, SAID_UNKNOWN, WRONG_FORM, Step, with_fields, with_parts
from data_standards.rules.rule import CleansingRule, Status

HOUSE_NUMBER = with_fields(town=pl.String, lot=pl.String, branch=pl.String)
"""Outcome of :func:`clean_house_number`; ``branch`` is the 支号 that tells several buildings on a lot apart."""
FLOOR = pl.Struct({"floor": pl.Int64, "area": pl.String})
FLOOR_AREA = with_fields(floors=pl.List(FLOOR), total=pl.String)
"""Outcome of :func:`clean_floor_area`; floors below ground are negative, a single area without floor has floor 1; total in ㎡."""
KINDS = with_fields(kinds=pl.List(pl.String), unlisted=pl.List(pl.String))
"""Outcome of :func:`clean_kinds`; ``unlisted`` are those that the code list does not know."""
STRUCTURE = with_fields(materials=pl.List(pl.String), roofs=pl.List(pl.String), storeys_above=pl.Int64, storeys_below=pl.Int64)
"""Outcome of :func:`clean_structure`."""


_KANJI_STOREYS = {
    **{f"{tens}{ones}": str(10 + place) for tens in ("十", "拾") for place, ones in enumerate(["", *"一二三四五六七八九"])},
    **dict(zip("一二三四五六七八九壱弐参", "123456789123", strict=True)),
}


def _folded(value: pl.Expr) -> pl.Expr:
    return half_width(value).str.replace_all(r"[\s　]+", " ").str.strip_chars()


def _read_house_number(frame: pl.LazyFrame) -> pl.LazyFrame:
    bare = _folded(pl.col("given")).str.replace("^家屋番号[: ]*", "")
    # 一番二: kanji numerals count where nothing but they and units stand; a town may have them in its name
    text = pl.when(bare.str.contains("^[〇一二三四五六七八九十百千番地の]+$")).then(kanji_numbers(bare)).otherwise(bare)
    # a letter that stands alone is the series of the lot (甲12番), not a town
    town, digits = f"..*[^0-9番の ]|[^0-9番の {SERIES}]", "[0-9]{1,5}"
    parts = pl.col("folded").str.extract_groups(
        f"^(?:({town}) ?)?([{SERIES}]?{digits})番(?:地)?({digits})?(?:の({digits}(?:の{digits})?))?$"
    )
    dashed = hyphens(pl.col("folded")).str.extract_groups(r"^([0-9]{1,5})(?:-([0-9]{1,5}))?(?:[-の]([0-9]{1,5}))?$")
    return frame.with_columns(folded=text).with_columns(parts=parts, dashed=dashed).with_columns(
        town=pl.col("parts").struct.field("1"),
        number=pl.coalesce(pl.col("parts").struct.field("2"), pl.col("dashed").struct.field("1")),
        sub=pl.coalesce(pl.col("parts").struct.field("3"), pl.col("dashed").struct.field("2")),
        branch=pl.coalesce(pl.col("parts").struct.field("4"), pl.col("dashed").struct.field("3")),
    )  # fmt: skip


def _house_number_steps(_: pl.Expr) -> list[Step]:
    town = pl.concat_str(pl.col("town"), pl.lit(" ")).fill_null("")
    branch = pl.concat_str(pl.lit("の"), pl.col("branch")).fill_null("")
    text = pl.concat_str(town, pl.col("number"), pl.lit("番"), pl.col("sub").fill_null(""), branch)
    return [
        Step(says_unknown(pl.col("folded")), None, Status.UNKNOWN, "said_unknown"),
        Step(pl.col("parts").struct.field("2").is_not_null(), text, Status.CHANGED, "notation"),
        Step(pl.col("number").is_not_null(), text, Status.UNCERTAIN, "hyphens_read"),
    ]


def clean_house_number(value: pl.Expr) -> pl.Expr:
    """Bring house numbers to ``town 1番3の1`` with half-width digits, and read lot and 支号.

    Hyphens do not tell a lot's branch from the building's: 1-3-1 is read as lot 1-3, building 1, as uncertain.

    Args:
        value: Text column.

    Returns:
        Column of :data:`HOUSE_NUMBER`.
    """
    lot = pl.concat_str(pl.col("number"), pl.concat_str(pl.lit("-"), pl.col("sub")).fill_null(""))
    parts = {"town": pl.col("town"), "lot": lot, "branch": pl.col("branch")}
    return with_parts(value, _house_number_steps, _read_house_number, parts, HOUSE_NUMBER)


def _read_floors(frame: pl.LazyFrame) -> pl.LazyFrame:
    wide = half_width(pl.col("given"))
    # 一階五〇・一二: kanji numerals count where nothing but they, units and marks stand
    numerals = wide.str.contains(r"^[〇一二三四五六七八九十百千地下階建部分㎡・、 ]+$")
    folded = pl.when(numerals).then(kanji_numbers(wide)).otherwise(wide)
    named = folded.str.replace_all(r"B([0-9]{1,2})(?:F|階)", "地下${1}階").str.replace_all(r"([0-9])F", "${1}階")
    named = named.str.replace_all("地階", "地下1階").str.replace_all(r"(階(?:部分)?) ?[:=] ?", "${1}")
    # The register prints the decimal mark as a colon or a dot at half height between digits.
    marked = named.str.replace_all(r"([0-9])(?:[:㎡・]|平方メートル)([0-9]{2}(?:[^0-9階]|$))", "${1}.${2}")
    spaced = (
        marked.str.replace_all(r"[□\s　/、]+|㎡|m2|平方メートル", " ").str.replace_all(r"([0-9]),([0-9]{3})", "${1}${2}").str.strip_chars()
    )
    summed = r" *(?:合計|延べ?(?:床)?(?:面積)?|計) *:? *([0-9]{1,8}(?:\.[0-9]{1,2})?)$"
    text = pl.when(spaced.str.contains(f"階.*{summed}")).then(spaced.str.replace(summed, "")).otherwise(spaced)
    item = r"(?:(地下)?([0-9]{1,3})階(?:部分)?)?\s*([0-9]{1,8}(?:\.[0-9]{1,2})?)"
    element = pl.element().str.extract_groups(f"^{item}$")
    below = pl.when(element.struct.field("1").is_not_null()).then(-1).otherwise(1)
    floor = element.struct.field("2").cast(pl.Int64, strict=False).fill_null(1) * below
    area = element.struct.field("3")
    read = pl.col("items").list.eval(pl.struct(floor=floor, area=area))
    return (
        frame.with_columns(text=text, said=pl.when(spaced.str.contains(f"階.*{summed}")).then(spaced.str.extract(summed, 1)))
        .with_columns(whole=pl.col("text").str.contains(r"^(?:(?:地下)?[0-9]{1,3}階(?:部分)?\s*[0-9]{1,8}(?:\.[0-9]{1,2})?(?:\s+|$))+$"))
        .with_columns(alone=pl.col("text").str.contains(r"^[0-9]{1,8}(?:\.[0-9]{1,2})?$"))
        .with_columns(items=pl.col("text").str.extract_all(r"(?:地下)?[0-9]{1,3}階(?:部分)?\s*[0-9]{1,8}(?:\.[0-9]{1,2})?"))
        .with_columns(items=pl.when("alone").then(pl.concat_list("text")).otherwise("items"))
        .with_columns(floors=read)
        .with_columns(
            written=pl.col("floors").list.eval(
                pl.concat_str(
                    pl.when(pl.element().struct.field("floor") < 0).then(pl.lit("地下")).otherwise(pl.lit("")),
                    pl.element().struct.field("floor").abs(),
                    pl.lit("階 "),
                    pl.element().struct.field("area"),
                )
            ),
            cents=pl.col("floors").list.eval((pl.element().struct.field("area").cast(pl.Float64) * 100).round().cast(pl.Int64)).list.sum(),
        )
    )


def _floor_steps(_: pl.Expr) -> list[Step]:
    return [
        Step(says_unknown(pl.col("text")), None, Status.UNKNOWN, "said_unknown"),
        Step(pl.col("alone"), pl.col("text"), Status.CHANGED, "notation"),
        Step(
            pl.col("whole") & (pl.col("said").cast(pl.Float64) * 100).round().cast(pl.Int64).ne(pl.col("cents")).fill_null(value=False),
            pl.col("written").list.join(" / "),
            Status.UNCERTAIN,
            "total_disagrees",
        ),
        Step(pl.col("whole"), pl.col("written").list.join(" / "), Status.CHANGED, "notation"),
    ]


def clean_floor_area(value: pl.Expr) -> pl.Expr:
    """Read floor areas, floor by floor (``1階 50.00 / 地下1階 20.5``), or one area without a floor.

    Args:
        value: Text column.

    Returns:
        Column of :data:`FLOOR_AREA`.
    """
    cents = pl.col("cents")
    total = pl.concat_str(cents // 100, pl.lit("."), (cents % 100).cast(pl.String).str.zfill(2))
    return with_parts(value, _floor_steps, _read_floors, {"floors": pl.col("floors"), "total": total}, FLOOR_AREA)


def _read_kinds(frame: pl.LazyFrame) -> pl.LazyFrame:
    declared = code_list("building_kind")
    words = half_width(pl.col("given")).str.strip_chars().str.replace("店舗併用住宅", "店舗・居宅", literal=True)
    separated = words.str.replace_all(r"(?:[・、,/･\s]|及び|並びに|兼)+", "・").str.strip_chars("・")
    kinds = pl.col("folded").str.split("・").list.eval(pl.element().replace(declared.fixes)).list.unique(maintain_order=True)
    unlisted = pl.col("kinds").list.eval(pl.element().filter(~pl.element().is_in(list(declared.codes))))
    return (
        frame.with_columns(folded=separated).with_columns(kinds=kinds).with_columns(unlisted=unlisted, text=pl.col("kinds").list.join("・"))
    )


def _kind_steps(_: pl.Expr) -> list[Step]:
    return [
        Step(says_unknown(pl.col("folded")), None, Status.UNKNOWN, "said_unknown"),
        Step(pl.col("unlisted").list.len() > 0, pl.col("text"), Status.UNCERTAIN, "kind_not_listed"),
        Step(pl.lit(value=True), pl.col("text"), Status.CHANGED, "notation"),
    ]


def clean_kinds(value: pl.Expr) -> pl.Expr:
    """Bring kinds of buildings to the words of the register, joined by ・.

    Args:
        value: Text column.

    Returns:
        Column of :data:`KINDS`. A kind that the list does not know stays, as uncertain: 規則第113条 lets the registrar choose a fitting
        word.
    """
    return with_parts(value, _kind_steps, _read_kinds, {"kinds": pl.col("kinds"), "unlisted": pl.col("unlisted")}, KINDS)


def _read_structure(frame: pl.LazyFrame) -> pl.LazyFrame:
    materials, roofs = code_list("building_material"), code_list("building_roof")
    text = (
        half_width(pl.col("given"))
        .str.replace_all(r"[\s　、]", "")
        .str.replace_all("平屋", "平家")
        .str.replace_all("階建て", "階建")
        .str.replace_all("平家建て?", "平家建")
    )
    for kanji in _KANJI_STOREYS:
        text = text.str.replace_all(f"{kanji}階", f"{_KANJI_STOREYS[kanji]}階")
    text = text.str.replace("(平家|[0-9]階)$", "${1}建")
    storeys = r"(?:地下([0-9]{1,2})階付き?)?(?:(平家)建|([0-9]{1,2})階建)"
    whole = pl.col("folded").str.extract_groups(f"^(.*?造)?(.*?){storeys}$")
    made_only = pl.col("folded").str.extract_groups(f"^(.*?造)(.*?)(?:{storeys})?$")
    groups = pl.when(pl.col("folded").str.contains(f"{storeys}$")).then(whole).otherwise(made_only)
    # A joined group carries its ending only once: 木・鉄骨造, 亜鉛メッキ鋼板・かわらぶき.
    made = pl.element().str.replace("造$", "") + "造"
    roof = pl.element().str.replace("(?:ぶき|葺き?)$", "")
    flat = pl.element().str.contains("屋根$")
    named = pl.when(flat).then(pl.element()).otherwise(roof + "ぶき")
    return (
        frame.with_columns(folded=text)
        .with_columns(groups=groups)
        .with_columns(
            material=pl.col("groups").struct.field("1"),
            roof=pl.col("groups").struct.field("2").replace("", None),
            below=pl.col("groups").struct.field("3").cast(pl.Int64, strict=False).fill_null(0),
            above=pl.when(pl.col("groups").struct.field("4").is_not_null())
            .then(1)
            .otherwise(pl.col("groups").struct.field("5").cast(pl.Int64, strict=False)),
        )
        .with_columns(
            materials=pl.col("material").str.split("・").list.eval(made.replace(materials.fixes)),
            roofs=pl.col("roof").str.split("・").list.eval(named.replace(roofs.fixes)),
        )
        .with_columns(
            stray=pl.col("materials").list.eval(~pl.element().is_in(list(materials.codes))).list.any().fill_null(value=False)
            | pl.col("roofs").list.eval(~pl.element().is_in(list(roofs.codes))).list.any().fill_null(value=False)
        )
    )


def _structure_steps(_: pl.Expr) -> list[Step]:
    joined = pl.col("materials").list.eval(pl.element().str.replace("造$", "")).list.join("・")
    roofs = pl.col("roofs").list.join("・")
    storeys = pl.when(pl.col("above") == 1).then(pl.lit("平家建")).otherwise(pl.concat_str(pl.col("above"), pl.lit("階建")))
    cellar = pl.when(pl.col("below") > 0).then(pl.concat_str(pl.lit("地下"), pl.col("below"), pl.lit("階付き"))).otherwise(pl.lit(""))
    built = pl.concat_str(pl.concat_str(joined, pl.lit("造")).fill_null(""), roofs.fill_null(""))
    text = pl.concat_str(built, cellar, storeys)
    read = pl.col("above").is_not_null()
    return [
        Step(says_unknown(pl.col("folded")), None, Status.UNKNOWN, "said_unknown"),
        Step(read & ~pl.col("stray") & (pl.col("above") > 0), text, Status.CHANGED, "notation"),
        Step(read & (pl.col("above") > 0), text, Status.UNCERTAIN, "word_not_listed"),
        Step(~read & pl.col("materials").is_not_null() & ~pl.col("stray"), built, Status.UNCERTAIN, "storeys_missing"),
    ]


def clean_structure(value: pl.Expr) -> pl.Expr:
    """Bring structures to materials, roof and storeys in the words of the register, and read the three.

    Args:
        value: Text column.

    Returns:
        Column of :data:`STRUCTURE`.
    """
    parts = {"materials": pl.col("materials"), "roofs": pl.col("roofs"), "storeys_above": pl.col("above"), "storeys_below": pl.col("below")}
    return with_parts(value, _structure_steps, _read_structure, parts, STRUCTURE)


def built_on(cause: pl.Expr) -> pl.Expr:
    """Read the day of construction from the cause of a building's registration (``昭和62年１月１日新築``).

    Args:
        cause: Text column; other causes may follow.

    Returns:
        Date column; null where no construction is told or its day is not known.
    """
    day = _folded(cause).str.extract(r"^(.*?日)新築")
    read = next(rule.apply for rule in dates.RULES if rule.id == "date_iso")(day)
    return read.struct.field("value").str.to_date("%Y-%m-%d", strict=False)


_REGISTER = "不動産登記規則; 不動産登記事務取扱手続準則"
_COMMON = NOTATION | SAID_UNKNOWN | WRONG_FORM

RULES = (
    CleansingRule(
        id="house_number",
        label="家屋番号",
        label_en="House number",
        takes="家屋番号（区分建物の町字名を含む）",
        gives="半角数字と番・のによる家屋番号、その地番と支号",
        standard=_REGISTER,
        clause="規則第112条; 準則第79条",
        apply=clean_house_number,
        reasons=_COMMON
        | {
            "hyphens_read": (
                "ハイフンのどこまでが地番か分からないため、三つ目の数を支号と読んだ。",
                "Hyphens do not tell where the lot ends; a third number was read as the building's own.",
            )
        },
    ),
    CleansingRule(
        id="floor_area",
        label="床面積",
        label_en="Floor area by floor",
        takes="各階の床面積",
        gives="「1階 50.00 / 2階 45.50」の形、各階と合計",
        standard=_REGISTER,
        clause="規則第115条; 準則第82条",
        apply=clean_floor_area,
        reasons=_COMMON
        | {
            "total_disagrees": (
                "書かれた合計が各階の床面積の和と合わない。",
                "The total written does not agree with the sum of the floors.",
            )
        },
    ),
    CleansingRule(
        id="building_kind",
        label="建物の種類",
        label_en="Kind of building",
        takes="建物の種類",
        gives="登記の語を「・」で結んだもの",
        standard=_REGISTER,
        clause="規則第113条; 準則第80条",
        apply=clean_kinds,
        reasons=NOTATION | SAID_UNKNOWN | {"kind_not_listed": ("一覧にない種類が含まれる。", "Holds a kind that the list does not know.")},
    ),
    CleansingRule(
        id="building_structure",
        label="建物の構造",
        label_en="Structure of a building",
        takes="構成材料、屋根の種類及び階数",
        gives="登記の語による構造、その三つの部分",
        standard=_REGISTER,
        clause="規則第114条; 準則第81条",
        apply=clean_structure,
        reasons=_COMMON
        | {
            "storeys_missing": ("階数がない。", "The number of storeys is missing."),
            "word_not_listed": (
                "一覧にない構成材料又は屋根が含まれる。",
                "Holds a material or roof that the lists do not know.",
            ),
        },
    ),
)
