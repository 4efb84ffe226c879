"""Under which further names an establishment's company may be found: what stands before a facility, a department or a town hall.

A list of establishments writes ``イオンモール　千葉ニュータウン`` (a facility), ``札幌市中央区役所`` (a town hall) or, with a
department behind the legal form, ``住友重機械工業　株式会社　横須賀造船所``. Whether the shorter name is that of the company is for
the matcher to say, by the same questions as any other.
"""

import polars as pl

from data_standards.rules.legal_forms import BRACKETED, SPELLINGS

_GAP = r"[\s\x{3000}]+"
_FORM = f"(?:{'|'.join(sorted(SPELLINGS, key=lambda form: (-len(form), form)))}|[（(](?:{'|'.join(BRACKETED)})[）)])"
_FRONT = rf"^({_FORM}{_GAP}\S+){_GAP}\S"
_BACK = rf"^(\S+{_GAP}{_FORM}){_GAP}\S"
_BARE = rf"^(\S{{4,}}){_GAP}\S"
_HAS_FORM = rf"^(?:\S+{_GAP})?{_FORM}(?:{_GAP}|$)"
_HALL = r"^(.+?[都道府県市区町村])(?:役所|役場|庁)"
_MINISTRY = r"^(\S{2,6}省)\S"
_WARD = r"^(.+?市).+区$"
# words of bodies that bear a municipality's name and are not it: persons of their own, bureaus of the state, and hospitals, of which many
# have become persons of their own
_OTHER_BODY = (
    "組合|連合会|協会|協議会|連盟|会議所|商工会|公社|機構|基金|財団|社団|法人|会社|大学|農協|漁協|生協|共済|労働金庫|信用|銀行|新聞"
    "|放送|社会福祉|事業団|赤十字|病院|医療センター|リハビリテーション|財務局|農政局|労働局|運輸局|整備局|産業局|通信局|防衛局|開発局"
    "|厚生局|管理局|法務局|国税局|税務署|検察|裁判所|刑務所|自衛隊"
)
_OF_A_BODY = (
    "支所|出張所|事務所|センター|教育委員会|保健所|福祉事務所|土木事務所|庁舎|支庁|局|課|部|高等学校|中学校|小学校|図書館|消防署"
    "|警察署|公民館"
)


def further_names(offices: pl.DataFrame) -> pl.DataFrame:
    """List the names a company may bear that an establishment's name and municipality hold.

    Args:
        offices: ``record_id``, ``name``, ``address``.

    Returns:
        ``record_id``, ``name``: each further name once; none that is the name itself.
    """
    name = pl.col("name").str.strip_chars()
    squeezed = name.str.replace_all(_GAP, "")
    bare = pl.when(~name.str.contains(_HAS_FORM)).then(name.str.extract(_BARE))
    bare = pl.when(~bare.str.contains("[都道府県市区町村]$")).then(bare)
    hall = squeezed.str.extract(_HALL)
    place = pl.col("address").str.replace_all(_GAP, "")
    prefecture = place.str.extract(r"^(東京都|北海道|京都府|大阪府|.{2,3}県)")
    city = place.str.replace(r"^(?:東京都|北海道|京都府|大阪府|.{2,3}県)", "").str.extract(r"^(?:[^市区町村]{1,5}郡)?(.{1,7}?[市区町村])")
    found = offices.select(
        "record_id",
        given=name,
        names=pl.concat_list(
            pl.coalesce(name.str.extract(_FRONT), name.str.extract(_BACK), bare),
            pl.coalesce(hall.str.extract(_WARD), hall),
            squeezed.str.extract(_MINISTRY),
            *(_department(squeezed, body) for body in (prefecture, city)),
        ),
    )
    listed = found.explode("names").filter(pl.col("names").is_not_null() & (pl.col("names") != pl.col("given")))
    return listed.select("record_id", name="names").unique().sort("record_id", "name")


def _department(name: pl.Expr, body: pl.Expr) -> pl.Expr:
    """The public body of the place, where the name is that of one of its departments."""
    rest = name.str.strip_prefix(body)
    own = name.str.starts_with(body) & rest.str.contains(f"(?:{_OF_A_BODY})$") & ~rest.str.contains(_OTHER_BODY)
    return pl.when(own).then(body)
