"""Whether an owner that a register names is an organisation or a natural person.

The register marks neither (不動産登記法第59条第4号 asks for name and address alone). A name is taken for that of an organisation only where
it bears a mark that names of persons do not; all else is a person's, for what is taken for a person is kept secret.
"""

from functools import cache

import polars as pl

from data_standards.codes import municipalities
from data_standards.rules import organisation_name
from data_standards.rules.folding import half_width

ORGANISATION, NATURAL_PERSON = "organisation", "natural_person"

# 国有財産法第5条: each ministry has its land in hand
_STATE = (
    r"^(?:国|日本国|大蔵省|建設省|運輸省|厚生省|文部省|通商産業省|郵政省|農林省|内務省|.{2,6}省|.{1,6}庁|(?:最高|高等|地方|家庭)裁判所)$"
)
_UNINCORPORATED = (
    r"(?:組合|財産区|土地改良区|水利区|自治会|町内会|町会|部落会|区会|老人会|子供会|婦人会|青年会|商店会|振興会|保存会|同窓会|協議会|協会|連合会"
    r"|委員会|審議会|連盟|会議所|商工会|神社|大社|神宮|八幡宮|天満宮|東照宮|教会|寺院|公社|公団|公庫|金庫|銀行|機構|事業団|基金|共済|農協|漁協"
    r"|大学|高等学校|中学校|小学校|幼稚園|保育園|病院|診療所|公民館|集会所|講中|氏子中|信用金庫)$"
)
_ABROAD = r"(?i)(?:^|[\s,.・])(?:inc|ltd|limited|llc|llp|corp|corporation|company|gmbh|plc|pte)\.?$"


@cache
def _bodies() -> tuple[str, ...]:
    """Names of prefectures and municipalities, of today and before, as they sign: with and without prefecture and county."""
    table = municipalities().filter(pl.col("kind") != "ward")
    name, prefecture = pl.col("name"), pl.col("prefecture")
    without_county = name.str.replace("^.+?郡(.+[町村])$", "${1}")
    listed = table.select(
        pl.concat_list(prefecture, name, without_county, pl.concat_str(prefecture, name), pl.concat_str(prefecture, without_county))
    )
    return tuple(sorted({body for row in listed.to_series() for body in row if body}))


def owner_kind(name: pl.Expr) -> pl.Expr:
    """Tell an owner's kind from the name.

    Args:
        name: Text column.

    Returns:
        Text column: ``organisation`` where the name bears a legal form, is that of the state, a ministry, a prefecture or a municipality,
        or ends in a word for a body; else ``natural_person``. Null where the name is.
    """
    read = {rule.id: rule for rule in organisation_name.RULES}["organisation_name"].apply(name)
    squeezed = half_width(name).str.replace_all(r"\s", "")
    is_body = (
        read.struct.field("legal_form").is_not_null()
        | squeezed.is_in(list(_bodies()))
        | squeezed.str.contains(_STATE)
        | squeezed.str.contains(_UNINCORPORATED)
        | half_width(name).str.strip_chars().str.contains(_ABROAD)
    )
    kind = pl.when(is_body.fill_null(value=False)).then(pl.lit(ORGANISATION)).otherwise(pl.lit(NATURAL_PERSON))
    return pl.when(name.is_not_null()).then(kind)
