"""Company records made ready for matching: names parted and folded, addresses in pieces, what is frequent marked as such.

Values are worked on once each. Nothing here is shown to people: keys only serve comparison, and the records keep what was written.
"""

from functools import cache

import polars as pl

from data_standards.rules.legal_forms import KINDS
from data_standards.rules.organisation_name import RULES as NAME_RULES
from data_standards.rules.organisation_name import search_key
from registries.address.matching.address import AddressMatcher
from registries.identity.company_places import places

# fmt: off
GROUP_WORDS = (
    "ホールディングス", "ホールディング", "ＨＤ", "グループ", "本社", "販売", "商事", "サービス", "不動産", "物流", "運輸", "建設", "工業",
    "産業", "開発", "興業", "興産", "企画", "システム", "システムズ", "ファイナンス", "リース", "キャピタル",
    "インターナショナル", "ジャパン",
    "日本", "東日本", "西日本", "北日本", "北海道", "東北", "関東", "東京", "中部", "名古屋", "関西", "大阪", "中国", "四国", "九州",
    "沖縄", "エンジニアリング", "テクノロジー", "テクノ", "ソリューションズ", "パートナーズ", "マネジメント",
    "コンサルティング", "トレーディング",
    "フーズ", "エステート",
    "プロパティ", "ケア", "メディカル", "エナジー", "ロジスティクス", "デザイン", "メンテナンス", "アセット", "保険",
    "総業", "電機", "食品", "製作所", "設備", "住宅", "ホーム",
)
# fmt: on
"""Words that part the companies of one group: behind the same name they mean another company."""

_BANK_KANA = "^[（(]?[ァ-ヶｦ-ﾟ]{1,2}[)）][ァ-ヶーｦ-ﾟ]|[ァ-ヶーｦ-ﾟ][（(][ァ-ヶｦ-ﾟ]{1,2}[)）]?$"
"""Legal forms as bank files abbreviate them; such a name is a reading."""

_OTHER_KIND = "399"
"""Kind of a legal person that is registered and no company (設立登記法人, その他)."""

_ONE_FORM = {
    "^(?:一般|公益|特例)?(?:社団|財団)法人$": "社団・財団",
    "^(?:社会|特定)?医療法人.*$": "医療法人",
    "^認定特定非営利活動法人$": "特定非営利活動法人",
    "^(?:国立研究開発|独立行政)法人$": "独立行政法人",
}
"""Forms that one person may change between, or that are written for each other."""

_STEPS = (1, 2, 5, 20)
_SERIAL = r"[0-9一二三四五六七八九十]+"


@cache
def _rule(rules: str, name: str) -> pl.Expr:
    found = {rule.id: rule for rule in NAME_RULES}
    return found[name].apply(pl.col(rules))


@cache
def _group_words() -> list[str]:
    words = pl.DataFrame({"word": GROUP_WORDS}).select(search_key(pl.col("word"))).to_series().unique().to_list()
    return sorted(words, key=lambda word: (-len(word), word))


def _names(names: pl.Series) -> pl.DataFrame:
    """Parts of each distinct name."""
    distinct = names.rename("given").to_frame().drop_nulls().unique()
    distinct = distinct.with_columns(name=pl.col("given").str.replace("會社", "会社", literal=True))
    distinct = distinct.with_columns(kana=pl.when(pl.col("name").str.contains(_BANK_KANA)).then("name"))
    distinct = distinct.with_columns(
        _rule("name", "organisation_name").alias("read"), _rule("kana", "organisation_kana_nta").alias("spoken")
    )
    form = pl.coalesce(pl.col("spoken").struct.field("legal_form"), pl.col("read").struct.field("legal_form"))
    read = distinct.select(
        name="given",
        name_key=pl.coalesce(search_key(pl.col("spoken").struct.field("name_part")), pl.col("read").struct.field("search_key")),
        form=_form(form),
        form_position=pl.col("read").struct.field("legal_form_position"),
        branch=pl.col("read").struct.field("branch"),
    )
    group = f"(?:{'|'.join(_group_words())})$"
    key = pl.col("name_key")
    stem = key.str.replace(group, "")
    return read.with_columns(
        stem=pl.when(stem.str.len_chars() >= 2).then(stem).otherwise(key),
        unnumbered=key.str.replace_all(_SERIAL, "#"),
        kana_name=pl.when(key.str.contains(r"^[ァ-ヶ]+$")).then(key),
    )


def _form(form: pl.Expr) -> pl.Expr:
    """The kind of legal person; forms that share the kind of all others (399) stand for themselves, but for what they may become."""
    kind = form.replace(KINDS)
    own = form
    for written, one in _ONE_FORM.items():
        own = own.str.replace(written, one)
    return pl.when(kind == _OTHER_KIND).then(own).otherwise(kind)


def _readings(kana: pl.Series) -> pl.DataFrame:
    """Folded reading of each distinct kana name, without its legal form."""
    distinct = kana.rename("kana").to_frame().drop_nulls().unique()
    read = distinct.with_columns(_rule("kana", "organisation_kana_nta").struct.field("name_part").alias("part"))
    return read.select("kana", kana_key=search_key(pl.col("part").str.to_uppercase()).replace("", None))


def read_records(records: pl.DataFrame, matcher: AddressMatcher | None = None) -> pl.DataFrame:
    """Read company records one by one, with nothing that depends on others.

    Args:
        records: ``record_id``, ``name``, ``name_kana``, ``address``, ``postal_code`` and any further columns, as written.
        matcher: Of the address registry, by which addresses are brought to one form first.

    Returns:
        The records with ``name_key``, ``form``, ``form_position``, ``branch``, ``stem`` (without a group word), ``unnumbered``,
        ``kana_key``, ``lg_code``, ``town``, ``number``, ``block``, ``numbers``, ``building``, ``postal_code`` (digits).
    """
    names, readings = _names(records["name"]), _readings(records["name_kana"])
    return (
        records.join(names, on="name", how="left")
        .join(readings, left_on="name_kana", right_on="kana", how="left")
        .join(places(records["address"], matcher), on="address", how="left")
        .with_columns(
            kana_key=pl.coalesce("kana_key", "kana_name"),
            postal_code=pl.col("postal_code").str.replace_all("[^0-9]", "").replace("", None),
        )
        .drop("name", "name_kana", "address", "kana_name")
    )


def prepare(records: pl.DataFrame, known: pl.DataFrame | None = None, matcher: AddressMatcher | None = None) -> pl.DataFrame:
    """Make company records ready for matching.

    Args:
        records: As for :func:`read_records`.
        matcher: As for :func:`read_records`.
        known: How frequent names are, from :func:`name_frequency` of a registry; without it the records speak for themselves.

    Returns:
        The columns of :func:`read_records` with ``name_spread`` and ``place_spread`` (how frequent the name and how crowded the place is,
        0 to 4).
    """
    joined = read_records(records, matcher)
    if known is None:
        # by municipality, so that many records of one company do not make its name frequent
        known = joined.group_by("name_key").agg(companies=pl.col("lg_code").n_unique())
    places = joined.group_by("lg_code", "town", "block").agg(names=pl.col("stem").n_unique())
    joined = joined.join(known, on="name_key", how="left").join(places, on=["lg_code", "town", "block"], how="left")
    return joined.with_columns(name_spread=_step(pl.col("companies")), place_spread=_step(pl.col("names"))).drop("companies", "names")


def _step(count: pl.Expr) -> pl.Expr:
    """Frequency in five steps: one, two, up to five, up to twenty, more."""
    return pl.sum_horizontal((count.fill_null(0) > bound).cast(pl.UInt8) for bound in _STEPS).cast(pl.UInt8)


def step_sql(count: str) -> str:
    """SQL of the same steps over a count."""
    return f"({' + '.join(f'(coalesce({count}, 0) > {bound})::UTINYINT' for bound in _STEPS)})::UTINYINT"


def name_frequency(names: pl.Series) -> pl.DataFrame:
    """Count how many companies bear each name.

    Args:
        names: The present name of each company of a registry.

    Returns:
        ``name_key``, ``companies``.
    """
    counted = names.rename("name").to_frame().group_by("name").len()
    keys = _names(counted["name"]).select("name", "name_key")
    return counted.join(keys, on="name").group_by("name_key").agg(companies=pl.col("len").sum())


def name_keys(names: pl.Series) -> pl.DataFrame:
    """The key of each distinct name: ``name``, ``name_key``."""
    return _names(names).select("name", "name_key")
