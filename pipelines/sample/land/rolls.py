"""The sample's tax roll, its address records and co-owners, and the farmland and forest ledgers."""

import polars as pl

from data_standards.rules import corporate_number
from pipelines.sample.land.disagreements import FARMLAND, FOREST, Told
from pipelines.sample.land.registers import chome, house_numbers
from pipelines.sample.land.world import category_labels
from pipelines.sample.streets import FULL_WIDTH

TAX_YEAR = 2026
_JOINT, _VARIANT, _OF_BUILDING = 300_000_000, 500_000_000, 700_000_000
_AWAY = "東京都世田谷区代沢3丁目8番8号"
_FARMLAND_CODES = {"40": "1", "50": "2"}


def _number(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.Int64).cast(pl.String).str.zfill(15)


def _addressee(offset: int) -> pl.Expr:
    """Address record that a row is taxed under: the owner's, the co-owners', or one that differs from the owner's."""
    shared = pl.col("second_owner").is_not_null() if offset == _VARIANT else pl.lit(value=False)
    own = pl.col("row").cast(pl.Int64)
    return (
        pl.when(shared)
        .then(_number(own + _JOINT))
        .when(pl.col("variant").is_not_null() & (pl.col("variant") != "owner_other") & (pl.col("variant") != "owner_merged"))
        .then(_number(own + offset))
        .otherwise(_number(pl.col("roll_owner") + 1))
    )


def fixed_asset_land(told: Told) -> pl.DataFrame:
    """Write the land of the roll."""
    taxed = told.land.filter("in_roll").with_columns(addressee=_addressee(_VARIANT), value=pl.col("roll_acreage").cast(pl.Float64) * 30_000)
    parts = taxed.filter(pl.col("outcome") == "partial_taxation")
    half = (pl.col("roll_acreage").cast(pl.Float64) / 2).floor()
    rest = (pl.col("roll_acreage").cast(pl.Float64) - half).round(2)
    rows = pl.concat(
        [
            taxed.join(parts, on="row", how="anti", maintain_order="left").with_columns(
                part=pl.lit("0"), taxed_acreage=pl.col("roll_acreage")
            ),
            parts.with_columns(part=pl.lit("1"), taxed_acreage=half.cast(pl.String)),
            parts.with_columns(part=pl.lit("2"), taxed_acreage=rest.cast(pl.String)),
        ]
    )
    knows_number = ~pl.col("supplementary") & (pl.col("row") % 5 != 0) & (pl.col("outcome") != "only_roll")
    lots = pl.col("lot").str.split("-")
    return rows.select(
        lg_code6=pl.lit(told.world.lg_code),
        nendo=pl.lit(str(TAX_YEAR)),
        bukken_no=pl.concat_str(
            pl.lit("T"), pl.col("row").cast(pl.String).str.zfill(7), pl.when("relative").then(pl.lit("R")).otherwise(pl.lit(""))
        ),
        oaza_cd=pl.lit("0001"),
        koaza_cd=pl.lit(None, pl.String),
        shozai=pl.concat_str("town", chome("一")),
        chiban_text=pl.col("lot").str.replace("-", "の"),
        honban=lots.list.get(0),
        edaban=lots.list.get(1, null_on_oob=True),
        magoban=pl.lit(None, pl.String),
        ichibu_genkyo_no="part",
        fudosan_bango13=pl.when(knows_number).then("number"),
        toki_chimoku=category_labels(pl.col("roll_category")),
        genkyo_chimoku=category_labels(pl.col("present_category")),
        toki_chiseki="roll_acreage",
        kazei_chiseki="taxed_acreage",
        gimusha_atena_no="addressee",
        toki_meigi_name=pl.lit(None, pl.String),
        toki_meigi_addr=pl.lit(None, pl.String),
        kyoyu_kbn=pl.when(pl.col("second_owner").is_not_null()).then(pl.lit("1")).otherwise(pl.lit("0")),
        hikazei_kbn=pl.when(pl.col("category") == "35").then(pl.lit("1")).otherwise(pl.lit("0")),
        jutaku_kbn=pl.when(pl.col("category") == "10").then(pl.lit("1")).otherwise(pl.lit("0")),
        shokibo_m2=pl.lit(None, pl.String),
        ippan_m2=pl.lit(None, pl.String),
        kakuchi_no=pl.lit(None, pl.String),
        hyojunchi_no=pl.lit(None, pl.String),
        rosenka=pl.lit("30000"),
        hyoka_gaku=pl.col("value").cast(pl.Int64).cast(pl.String),
        kotei_hyojun=(pl.col("value") / 6).cast(pl.Int64).cast(pl.String),
        toshi_hyojun=(pl.col("value") / 3).cast(pl.Int64).cast(pl.String),
        futan_suijun=pl.lit("1.0"),
        ido_jiyu=pl.lit(None, pl.String),
        ido_ymd=pl.lit(None, pl.String),
        toki_ukezuke_ymd=pl.col("received").dt.to_string("%Y-%m-%d"),
        toki_genin_ymd=pl.col("registered").dt.to_string("%Y-%m-%d"),
        rireki_no=pl.lit("1"),
        saishin_flg=pl.lit("1"),
        del_flg=pl.lit("0"),
        hojo_kbn=pl.when("supplementary").then(pl.lit("2")).otherwise(pl.lit("1")),
    )


def fixed_asset_house(told: Told) -> pl.DataFrame:
    """Write the houses of the roll."""
    houses = house_numbers(told).filter("in_roll").with_columns(second_owner=pl.lit(None, pl.Int64), row=pl.int_range(pl.len()))
    known = ~pl.col("supplementary") & (pl.col("row") % 5 != 0)
    value = pl.col("roll_area").cast(pl.Float64) * 60_000
    nothing = pl.lit(None, pl.String)
    return houses.select(
        lg_code6=pl.lit(told.world.lg_code),
        nendo=pl.lit(str(TAX_YEAR)),
        bukken_no=pl.concat_str(pl.lit("K"), pl.col("row").cast(pl.String).str.zfill(7)),
        shozai=pl.concat_str("town", chome("一")),
        shozai_chiban=pl.col("lot"),
        kaoku_bango="figures",
        tou_no=pl.lit("1"),
        hojo_kbn=pl.when("supplementary").then(pl.lit("2")).otherwise(pl.lit("1")),
        fudosan_bango13=pl.when(known).then("number"),
        shurui="roll_kind",
        yoto="roll_kind",
        kozo="roll_material",
        yane="roof",
        kaisu_chijo=pl.col("storeys").cast(pl.String),
        kaisu_chika=pl.lit("0"),
        toki_yuka_m2="roll_area",
        genkyo_yuka_m2="roll_area",
        kenchiku_ymd=pl.col("built").dt.to_string("%Y-%m-%d"),
        zochiku_ymd=nothing,
        messhitsu_ymd=nothing,
        saikenchiku_hyoten=pl.lit("85000"),
        keinen_gensten=pl.lit("0.5"),
        hyoka_gaku=value.cast(pl.Int64).cast(pl.String),
        kotei_hyojun=value.cast(pl.Int64).cast(pl.String),
        toshi_hyojun=value.cast(pl.Int64).cast(pl.String),
        shinchiku_gengaku_kbn=nothing,
        gengaku_shuryo_nendo=nothing,
        gimusha_atena_no=_addressee(_OF_BUILDING),
        kyoyu_kbn=pl.lit("0"),
        rireki_no=pl.lit("1"),
        saishin_flg=pl.lit("1"),
        del_flg=pl.lit("0"),
    )


def _kind(number: pl.Expr) -> pl.Expr:
    return pl.when(number.is_null()).then(pl.lit("1")).otherwise(pl.lit("2"))


def fixed_asset_addressee(told: Told) -> pl.DataFrame:
    """Write the address records: one for each owner, for each pair of co-owners, and those that differ from the owner's."""
    owners = told.world.owners.with_columns(pl.col("owner").cast(pl.Int64))
    nothing = pl.lit(None, pl.String)
    # the roll writes digits of a company's address in half width, which is no difference
    narrow = pl.col("address").str.replace_many({sign: digit for digit, sign in FULL_WIDTH.items() if digit.isdigit()})
    plain = owners.select(
        atena_no=_number(pl.col("owner") + 1),
        jutai_kubun=_kind(pl.col("corporate_number")),
        # half of the companies' records lack the number
        hojin_bango13=pl.when(pl.col("owner") % 2 == 0).then("corporate_number"),
        meisho="name",
        addr=pl.when(pl.col("owner") % 2 == 1).then(narrow).otherwise("address"),
        tenshutsu_ymd=nothing,
        shibo_ymd=nothing,
        fumei_flg=pl.lit("0"),
    )
    joint = told.land.filter(pl.col("second_owner").is_not_null() & pl.col("in_roll") & ~pl.col("relative"))
    joint = joint.join(owners.select(pl.col("owner"), "name", "address"), on="owner", maintain_order="left").select(
        atena_no=_number(pl.col("row").cast(pl.Int64) + _JOINT),
        jutai_kubun=pl.lit("3"),
        hojin_bango13=nothing,
        meisho=pl.concat_str("name", pl.lit("　外1名")),
        addr="address",
        tenshutsu_ymd=nothing,
        shibo_ymd=nothing,
        fumei_flg=pl.lit("0"),
    )
    land = told.land.filter(pl.col("second_owner").is_null() & ~pl.col("relative")).select(
        "variant", "roll_owner", number=pl.col("row").cast(pl.Int64) + _VARIANT
    )
    houses = house_numbers(told).filter("in_roll").with_row_index("place").select(
        "variant", "roll_owner", number=pl.col("place").cast(pl.Int64) + _OF_BUILDING
    )  # fmt: skip
    different = pl.concat([land, houses]).filter(
        pl.col("variant").is_not_null() & ~pl.col("variant").is_in(["owner_other", "owner_merged"])
    )
    different = different.join(owners, left_on="roll_owner", right_on="owner", maintain_order="left")
    variant, person = pl.col("variant"), pl.col("corporate_number").is_null()
    short = pl.col("name").str.replace_many(["株式会社", "有限会社", "合同会社"], ["（株）", "（有）", "（同）"])
    spaced = pl.col("name").str.replace("^(..)", "${1}　")
    variants = different.select(
        atena_no=_number(pl.col("number")),
        jutai_kubun=_kind(pl.col("corporate_number")),
        hojin_bango13="corporate_number",
        meisho=pl.when(variant == "owner_name_form").then(pl.when(person).then(spaced).otherwise(short)).otherwise("name"),
        addr=pl.when(variant == "owner_address")
        .then(pl.lit("".join(told.world.place) + "新町99番9号"))
        .when((variant == "owner_moved") & person)
        .then(pl.lit(_AWAY))
        .otherwise("address"),
        tenshutsu_ymd=pl.when((variant == "owner_moved") & person).then(pl.lit("2025-03-31")),
        shibo_ymd=pl.when((variant == "owner_deceased_or_unknown") & person).then(pl.lit("2024-08-15")),
        fumei_flg=pl.when((variant == "owner_deceased_or_unknown") & ~person).then(pl.lit("1")).otherwise(pl.lit("0")),
    )
    rows = pl.concat([plain, joint, variants])
    return rows.select(lg_code6=pl.lit(told.world.lg_code), **{name: pl.col(name) for name in rows.columns}).with_columns(kana=nothing)


def fixed_asset_coowner(told: Told) -> pl.DataFrame:
    """Write the members of each pair of co-owners; where shares are to differ, a third to two thirds."""
    shared = told.land.filter(pl.col("second_owner").is_not_null() & pl.col("in_roll") & ~pl.col("relative"))
    uneven = pl.col("outcome") == "owner_share"
    nothing = pl.lit(None, pl.String)
    sides = []
    for place, owner in enumerate(("owner", "second_owner"), start=1):
        sides.append(
            shared.select(
                shikuchoson_cd=pl.lit(told.world.lg_code),
                kazei_nendo=pl.lit(str(TAX_YEAR)),
                kyoyu_atena_no=_number(pl.col("row").cast(pl.Int64) + _JOINT),
                kyoyu_shisan_no=pl.concat_str(pl.lit("T"), pl.col("row").cast(pl.String).str.zfill(7)),
                kyoyu_rireki_no=pl.lit("1"),
                koseiin_renban=pl.lit(str(place)),
                koseiin_gimusha_atena_no=_number(pl.col(owner) + 1),
                kyoyu_kbn=pl.lit("1"),
                daihyo_flg=pl.lit("1" if place == 1 else "0"),
                ido_ymd=nothing,
                ido_jiyu=nothing,
                kyoyu_ninzu=pl.lit("2"),
                toki_bunshi=pl.when(uneven).then(pl.lit(str(place))).otherwise(pl.lit("1")),
                toki_bunbo=pl.when(uneven).then(pl.lit("3")).otherwise(pl.lit("2")),
                genkyo_bunshi=pl.when(uneven).then(pl.lit(str(place))).otherwise(pl.lit("1")),
                genkyo_bunbo=pl.when(uneven).then(pl.lit("3")).otherwise(pl.lit("2")),
                saishin_flg=pl.lit("1"),
                sosa_ymd=nothing,
                sosa_time=nothing,
                upd_tantosha_cd=nothing,
                del_flg=pl.lit("0"),
            )
        )
    return pl.concat(sides)


def fixed_asset_depreciable(told: Told) -> pl.DataFrame:
    """Write a few depreciable assets of the companies."""
    firms = told.world.owners.filter(pl.col("corporate_number").is_not_null())
    return firms.select(
        lg_code6=pl.lit(told.world.lg_code),
        nendo=pl.lit(str(TAX_YEAR)),
        atena_no=_number(pl.col("owner") + 1),
        hojin_bango13="corporate_number",
        shisan_shurui=(corporate_number.check_digit(pl.col("corporate_number").str.slice(1).cast(pl.Int64)) % 6 + 1).cast(pl.String),
        meisho=pl.lit("工作機械"),
        suryo=pl.lit("1"),
        shutoku_nengetsu=pl.lit("2022-04"),
        shutoku_kakaku=pl.lit("1200000"),
        taiyo_nensu=pl.lit("8"),
        genka_ritsu=pl.lit("0.25"),
        hyoka_gaku=pl.lit("600000"),
        tokurei_code=pl.lit(None, pl.String),
        tokurei_ritsu=pl.lit(None, pl.String),
    )


def _of_ledger(told: Told, categories: tuple[str, ...], outcome: str) -> pl.DataFrame:
    """Open parcels of the ledger's categories; of those that are to differ, a third differs in area and a third is not listed."""
    rows = told.land.filter(pl.col("in_register") & ~pl.col("closed") & pl.col("category").is_in(list(categories)))
    owners = told.world.owners.with_columns(pl.col("owner").cast(pl.Int64))
    differs = pl.col("outcome") == outcome
    rows = rows.with_columns(way=pl.when(differs).then(pl.col("row").cast(pl.Int64) % 3))
    area = pl.col("register_acreage").cast(pl.Float64)
    return rows.with_columns(
        ledger_outcome=pl.col("way").replace_strict(
            {0: "category", 1: "area", 2: "only_register"}, default="agree", return_dtype=pl.String
        ),
        area=pl.when(pl.col("way") == 1).then((area * 1.3 + 10).round(2)).otherwise(area).cast(pl.String),
    ).join(owners.select("owner", "name", "address", "corporate_number"), on="owner", maintain_order="left")


def farmland_truth(told: Told) -> pl.DataFrame:
    """What the farmland ledger is to say of every parcel that is a field by the register."""
    return _of_ledger(told, FARMLAND, "farmland")


def forest_truth(told: Told) -> pl.DataFrame:
    """What the forest ledger is to say of every parcel that is forest by the register."""
    return _of_ledger(told, FOREST, "forest")


def farmland(told: Told) -> pl.DataFrame:
    """Write the farmland ledger."""
    rows = farmland_truth(told).filter(pl.col("ledger_outcome") != "only_register")
    code = pl.col("category").replace_strict(_FARMLAND_CODES, return_dtype=pl.String)
    wrong = code.replace({"1": "2", "2": "1"})
    return rows.select(
        lg_code6=pl.lit(told.world.lg_code),
        nochi_no=pl.concat_str(pl.lit("F"), pl.int_range(pl.len()).cast(pl.String).str.zfill(6)),
        shozai=pl.concat_str("town", chome("１")),
        chiban="lot",
        toki_chimoku=pl.when(pl.col("ledger_outcome") == "category").then(wrong).otherwise(code),
        genkyo_chimoku=code,
        menseki="area",
        shoyusha_kbn=_kind(pl.col("corporate_number")),
        shoyusha_name="name",
        shoyusha_addr="address",
        kosakusha_no=pl.lit("000001"),
        chinshaku_shurui=pl.lit(None, pl.String),
        chinshaku_shiki=pl.lit(None, pl.String),
        chinshaku_shuki=pl.lit(None, pl.String),
        kiko_flg=pl.lit("0"),
        yukyu_sochi=pl.lit(None, pl.String),
        riyo_chosa_ymd=pl.lit("2025-08-20"),
        iko=pl.lit("自ら耕作"),
        kuiki_kbn=pl.lit("農用地区域"),
    )


def forest(told: Told) -> pl.DataFrame:
    """Write the forest ledger."""
    rows = forest_truth(told).filter(pl.col("ledger_outcome") != "only_register")
    return rows.select(
        lg_code6=pl.lit(told.world.lg_code),
        rinchi_no=pl.concat_str(pl.lit("R"), pl.int_range(pl.len()).cast(pl.String).str.zfill(6)),
        shozai=pl.concat_str("town", chome("１")),
        chiban="lot",
        chimoku=pl.when(pl.col("ledger_outcome") == "category").then(pl.lit("保安林")).otherwise(pl.lit("山林")),
        menseki="area",
        rinpan=pl.lit("12"),
        shohan=pl.lit("3"),
        shoyusha_name="name",
        shoyusha_addr="address",
        genshoyu_name=pl.lit(None, pl.String),
        kyokai_flg=pl.lit("0"),
        chiseki_flg=pl.lit("1"),
        keikaku_flg=pl.lit("0"),
    )
