"""A hard set of company records with known truth, made of real names and addresses with their history.

The real part: names, readings and addresses of the company registry, old ones from its history as variants of one company; whole
municipalities and
whole groups of namesakes, so that homonyms, neighbours and companies of one group stand beside each other as they do. The made part: how
ledgers write them (short legal forms, old glyphs, width, branches, slips of the pen, parts left out). No number is given to a matcher.
"""

import zipfile
from pathlib import Path

import numpy as np
import polars as pl

_COLUMNS = {1: "number", 6: "name", 9: "prefecture", 10: "city", 11: "street", 15: "postal_code", 28: "name_kana"}
_KANJI_DIGITS = list("〇一二三四五六七八九")
_OLD = {
    "沢": "澤",
    "高": "髙",
    "崎": "﨑",
    "斎": "齋",
    "辺": "邊",
    "広": "廣",
    "国": "國",
    "浜": "濱",
    "桜": "櫻",
    "真": "眞",
    "栄": "榮",
    "鉄": "鐵",
    "会": "會",
    "学": "學",
}
_WRONG = "田山川本木村井上中大小石原野藤島谷橋和三東西南北新日光明正平"
_BRANCHES = ("本社", "東京支店", "大阪支店", "名古屋営業所", "福岡営業所", "本店", "第一工場", "仙台支店")
_SHORT = {
    "株式会社": ("（株）", "㈱", "(株)", "(株) "),
    "有限会社": ("（有）", "㈲", "(有)", "(有) "),
    "合同会社": ("（同）", "(同)", "合同会社 ", "（同）"),
}


def read_history(data: Path) -> pl.DataFrame:
    """Read all versions of companies from the daily files of the corporate-number site.

    Args:
        data: Folder of the real files, with ``nta/diff/diff_YYYYMMDD.zip``.

    Returns:
        ``number``, ``name``, ``name_kana``, ``prefecture``, ``city``, ``street``, ``postal_code``, ``version`` (0 is the latest); distinct.

    Raises:
        SystemExit: The files are not there; the message says where they were looked for.
    """
    folder = data / "nta" / "diff"
    if not folder.is_dir():
        raise SystemExit(f"the daily files of the corporate-number site are not in {folder}; name the folder with --data")
    frames = []
    for path in sorted(folder.glob("diff_*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".csv"):
                    content = archive.read(name)
                    try:
                        text = content.decode("utf-8")
                    except UnicodeDecodeError:
                        text = content.decode("cp932", errors="replace")
                    frame = pl.read_csv(text.encode(), has_header=False, infer_schema=False)
                    frames.append(frame.select(pl.col(frame.columns[at]).alias(column) for at, column in _COLUMNS.items()))
    rows = pl.concat(frames).filter(pl.col("name").is_not_null() & pl.col("street").is_not_null() & (pl.col("prefecture") != "国外"))
    rows = rows.with_row_index("at").unique(["number", "name", "prefecture", "city", "street"], keep="last", maintain_order=True)
    return rows.sort("number", "at", descending=[False, True]).with_columns(version=pl.int_range(pl.len()).over("number")).drop("at")


def _chosen(history: pl.DataFrame, entities: int, seed: int, half: int) -> pl.DataFrame:
    """Numbers of companies: whole municipalities (seven tenths), and namesakes of those from everywhere."""
    latest = history.filter(pl.col("version") == 0).select("number", "name", place=pl.concat_str("prefecture", "city"))
    place = pl.col("place").hash(seed) // 7
    latest = latest.with_columns(half=pl.col("place").hash(11) % 2, order=place).filter(pl.col("half") == half).sort("order", "number")
    whole = latest.head(entities * 7 // 10)
    rest = latest.slice(whole.height)
    namesakes = rest.join(whole.select("name").unique(), on="name", how="semi").head(entities * 2 // 10)
    others = (
        rest.join(namesakes, on="number", how="anti").sort(pl.col("number").hash(seed)).head(entities - whole.height - namesakes.height)
    )
    return pl.concat([whole, namesakes, others]).select("number")


def _where(rows: int, share: float, random: np.random.Generator) -> pl.Series:
    return pl.Series(random.random(rows) < share)


def _shortened(frame: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Legal forms as ledgers write them: short, dropped, moved to the other end."""
    rows = frame.height
    frame = frame.with_columns(way=pl.Series(random.random(rows)), style=pl.Series(random.integers(0, 4, rows)))
    name = pl.col("name")
    written = name
    for form, shorts in _SHORT.items():
        bare = name.str.replace(form, "", literal=True)
        flipped = pl.when(name.str.starts_with(form)).then(pl.concat_str(bare, pl.lit(form))).otherwise(pl.concat_str(pl.lit(form), bare))
        short = name
        for number, text in enumerate(shorts):
            short = pl.when(pl.col("style") == number).then(name.str.replace(form, text, literal=True)).otherwise(short)
        changed = (
            pl.when(pl.col("way") < 0.35)
            .then(short)
            .when(pl.col("way") < 0.45)
            .then(bare)
            .when(pl.col("way") < 0.48)
            .then(flipped)
            .otherwise(name)
        )
        written = pl.when(name.str.contains(form, literal=True)).then(changed).otherwise(written)
    return frame.with_columns(name=written).drop("way", "style")


def _slip(text: pl.Expr, at: pl.Expr, sign: pl.Expr, kind: pl.Expr) -> pl.Expr:
    """One slip of the pen: a character wrong, missing or twice."""
    head, tail = text.str.slice(0, at), text.str.slice(at + 1)
    return (
        pl.when(kind == 0)
        .then(pl.concat_str(head, sign, tail))
        .when(kind == 1)
        .then(pl.concat_str(head, tail))
        .otherwise(pl.concat_str(head, text.str.slice(at, 1), text.str.slice(at)))
    )


def _written_names(frame: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    rows = frame.height
    name = pl.col("name")
    slips = pl.DataFrame(
        {
            "at": random.random(rows),
            "kind": random.integers(0, 3, rows),
            "sign": np.array(list(_WRONG))[random.integers(0, len(_WRONG), rows)],
            "branch_text": np.array(_BRANCHES)[random.integers(0, len(_BRANCHES), rows)],
        }
    )
    frame = pl.concat([frame, slips], how="horizontal")
    at = (pl.col("at") * (name.str.len_chars() - 4)).cast(pl.Int64).clip(0) + pl.when(name.str.contains("^(?:株式|有限|合同)会社")).then(
        4
    ).otherwise(0)
    frame = frame.with_columns(
        name=pl.when(_where(rows, 0.03, random)).then(_slip(name, at, pl.col("sign"), pl.col("kind"))).otherwise(name)
    )
    frame = frame.with_columns(
        name=pl.when(_where(rows, 0.02, random) & pl.col("name_kana").is_not_null() & name.str.contains("株式会社", literal=True))
        .then(pl.concat_str(pl.lit("カ)"), "name_kana"))
        .otherwise(name)
    )
    frame = frame.with_columns(name=pl.when(_where(rows, 0.05, random)).then(name.str.replace_many(_OLD)).otherwise(name))
    frame = _shortened(frame, random)
    width = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " "}
    frame = frame.with_columns(name=pl.when(_where(rows, 0.4, random)).then(name.str.replace_many(width)).otherwise(name))
    frame = frame.with_columns(
        name=pl.when(_where(rows, 0.04, random)).then(pl.concat_str(name, pl.lit("　"), "branch_text")).otherwise(name)
    )
    return frame.drop("at", "kind", "sign", "branch_text")


def _written_addresses(frame: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    rows, street = frame.height, pl.col("street")
    digits = {chr(0xFF10 + n): str(n) for n in range(10)}
    hyphens = street.str.replace_all("丁目|番地の?|番", "-").str.replace_all("号", "").str.replace_many(digits).str.replace_all("－", "-")
    hyphens = hyphens.str.replace_all("-+", "-").str.replace_all(r"-($|[^0-9])", "$1")
    style = pl.Series(random.random(rows))
    kanji = {chr(0xFF10 + n): sign for n, sign in enumerate(_KANJI_DIGITS)} | {str(n): sign for n, sign in enumerate(_KANJI_DIGITS)}
    chome = street.str.extract("([０-９]丁目)").str.replace_many(kanji)
    in_kanji = pl.when(chome.is_not_null()).then(street.str.replace("[０-９]丁目", chome)).otherwise(street)
    frame = frame.with_columns(
        style=style, written=pl.when(style < 0.4).then(street).when(style < 0.8).then(hyphens).otherwise(in_kanji.str.replace_many(digits))
    )
    written = pl.col("written")
    without_building = written.str.replace(r"^(.*?[0-9０-９](?:号|番地?)?)[^0-9０-９\-－丁番号の地].*$", "$1")
    town_only = written.str.replace(r"[0-9０-９].*$", "")
    frame = frame.with_columns(
        written=pl.when(_where(rows, 0.04, random))
        .then(town_only)
        .when(_where(rows, 0.5, random))
        .then(without_building)
        .otherwise(written)
    )
    wrong = pl.Series(np.array([str(n) for n in range(1, 10)])[random.integers(0, 9, rows)])
    frame = frame.with_columns(wrong=wrong).with_columns(
        written=pl.when(_where(rows, 0.02, random)).then(written.str.replace("[0-9０-９]", pl.col("wrong"))).otherwise(written)
    )
    prefecture = pl.when(_where(rows, 0.3, random)).then(pl.lit("")).otherwise("prefecture")
    return frame.with_columns(address=pl.when(_where(rows, 0.97, random)).then(pl.concat_str(prefecture, "city", "written"))).drop(
        "written", "wrong", "style"
    )


def written(companies: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Write companies as ledgers do.

    Args:
        companies: ``name``, ``name_kana``, ``prefecture``, ``city``, ``street`` and any further columns, as the registry has them.
        random: Source of chance.

    Returns:
        The rows with another ``name`` and with ``address``.
    """
    return _written_addresses(_written_names(companies, random), random)


def make_records(history: pl.DataFrame, records: int, *, seed: int = 1, half: int = 0) -> pl.DataFrame:
    """Make company records with known truth.

    Args:
        history: From :func:`read_history`.
        records: About how many records.
        seed: Of the draw; the same seed gives the same records.
        half: 0 or 1: which half of the country's municipalities to draw from, so that training and proof do not meet.

    Returns:
        ``record_id``, ``entity`` (the corporate number, for judging only), ``name``, ``name_kana``, ``address``, ``postal_code``, in
        random order.
    """
    random = np.random.default_rng(seed)
    entities = int(records / 1.77)
    chosen = _chosen(history, entities, seed, half)
    times = random.choice([1, 2, 3, 4], p=[0.5, 0.3, 0.13, 0.07], size=chosen.height)
    wanted = chosen.with_columns(times=pl.Series(times)).select(pl.col("number").repeat_by("times")).explode("number")
    versions = history.group_by("number").len("versions")
    wanted = wanted.join(versions, on="number", how="left", maintain_order="left")
    old = random.random(wanted.height) < 0.25
    version = np.where(old, (random.random(wanted.height) * wanted["versions"].to_numpy()).astype(int), 0)
    drawn = wanted.with_columns(version=pl.Series(version).cast(pl.Int64)).join(
        history, on=["number", "version"], how="left", maintain_order="left"
    )
    frame = written(drawn, random)
    rows = frame.height
    return frame.select(
        record_id=pl.concat_str(pl.lit("r"), pl.Series(random.permutation(rows)).cast(pl.String).str.zfill(8)),
        entity="number",
        name="name",
        name_kana=pl.when(_where(rows, 0.5, random)).then("name_kana"),
        address="address",
        postal_code=pl.when(_where(rows, 0.5, random)).then("postal_code"),
    ).sort("record_id")
