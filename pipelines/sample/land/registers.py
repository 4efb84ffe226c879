"""The sample's land and building registers, and the owners they name, in the ministry's layouts."""

import polars as pl

from pipelines.sample.land.disagreements import Told
from pipelines.sample.land.world import category_labels
from pipelines.sample.streets import FULL_WIDTH

EXTRACTED = "2026-04-01"
_PROTECTED = 97


def wide(text: pl.Expr) -> pl.Expr:
    """Write digits in full width."""
    return text.cast(pl.String).str.replace_many({digit: sign for digit, sign in FULL_WIDTH.items() if digit.isdigit()})


def chome(style: str) -> pl.Expr:
    """The 丁目 of a lot, in the writing of a ledger: 一丁目, １丁目 or 1丁目; empty where the town has none."""
    return pl.when("has_chome").then(pl.lit(f"{style}丁目")).otherwise(pl.lit(""))


def without_zero(number: pl.Expr) -> pl.Expr:
    """Real estate numbers as a spreadsheet leaves them: a leading zero is lost."""
    return number.str.replace("^0", "")


def _flag(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.lit("t")).otherwise(pl.lit("f"))


def land_register(told: Told) -> pl.DataFrame:
    """Write the 23 columns of the land register, in order."""
    world, city = told.world, told.world.place[1]
    placeholder = pl.col("row") % 200 == 7
    town = pl.col("town")
    return told.land.filter("in_register").select(
        org_shozai=pl.concat_str(pl.lit(city), town, chome("１"), pl.when(placeholder).then(pl.lit("<00008328>")).otherwise(pl.lit(""))),
        shozai=pl.concat_str(pl.lit(city), town, chome("1")),
        chiban=pl.when(pl.col("row") % 9 == 0).then(wide(pl.col("lot").str.replace("-", "番"))).otherwise("lot"),
        chimoku=category_labels(pl.col("category")),
        henko_rireki=pl.col("history"),
        toroku_bi=pl.col("registered").dt.to_string("%Y-%m-%d"),
        fudosan_bango=without_zero(pl.col("number")),
        chiseki=pl.col("register_acreage"),
        sakujo_flag=_flag(pl.col("closed")),
        henkogo=pl.lit(None, pl.String),
        kankatsu_tokisho_cd=pl.lit("9999"),
        hyoji_rireki_no=pl.lit("1"),
        hyoji_rireki_chiban=pl.col("lot"),
        jusho_cd=pl.lit(None, pl.String),
        chushutsu_bi=pl.lit(EXTRACTED),
        shikuchoson_cd=pl.lit(world.lg_code[:5].lstrip("0")),
        dantai_cd=pl.lit(world.lg_code.lstrip("0")),
        ken_mei=pl.lit(world.place[0]),
        shikuchoson_mei=pl.lit(city),
        gaiji_flag=_flag(placeholder),
        machiaza_id=pl.lit(None, pl.String),
        machiaza=pl.concat_str(town, chome("一")),
        chimoku_cd=pl.col("category"),
    )


def house_numbers(told: Told) -> pl.DataFrame:
    """Buildings with their house number in the register's writing (１番３の２), and in figures (1-3の2)."""
    branch = pl.when(pl.col("branch").is_null()).then(pl.lit("")).otherwise(pl.concat_str(pl.lit("の"), pl.col("branch")))
    lot = pl.col("lot").str.replace("-", "番") + pl.when(pl.col("lot").str.contains("-")).then(pl.lit("")).otherwise(pl.lit("番"))
    return told.buildings.with_columns(written=pl.concat_str(wide(lot), wide(branch)), figures=pl.concat_str(lot, branch))


def building_register(told: Told) -> pl.DataFrame:
    """Write the 31 columns of the building register, in order."""
    world, city = told.world, told.world.place[1]
    nothing = pl.lit(None, pl.String)
    ground = wide(pl.col("lot").str.replace("-", "番地"))
    ground = pl.when(pl.col("lot").str.contains("-")).then(ground).otherwise(ground + "番地")
    day = pl.concat_str(
        pl.col("built").dt.year(), pl.lit("年"), pl.col("built").dt.month(), pl.lit("月"), pl.col("built").dt.day(), pl.lit("日")
    )
    cause = pl.concat_str(day, pl.lit("新築"), pl.when("closed").then(pl.lit("、令和7年6月1日取壊し")).otherwise(pl.lit("")))
    town = pl.col("town")
    return house_numbers(told).filter("in_register").select(
        fudosan_bango=without_zero(pl.col("number")),
        bunrui=pl.when("is_unit").then(pl.lit("区建")).otherwise(pl.lit("建物")),
        org_shozai=pl.concat_str(pl.lit(city), town, chome("１")),
        shozai=pl.concat_str(pl.lit(city), town, chome("1")),
        shozai_chiban=pl.concat_str(pl.lit(city), town, chome("一"), pl.lit("\u3000"), ground),
        ken_mei=pl.lit(world.place[0]),
        dantai_cd=pl.lit(world.lg_code),
        shikuchoson_cd=pl.lit(world.lg_code[:5] + " "),
        shikuchoson_mei=pl.lit(city),
        machiaza_id=nothing,
        machiaza=nothing,
        kaoku_bango=pl.when("is_unit").then(pl.concat_str(town, chome("一"), pl.lit("\u3000"), "written")).otherwise("written"),
        kaoku_bango_num=nothing,
        shurui=pl.col("kind"),
        kozo=nothing,
        kosei_zairyo=pl.col("material"),
        yane=pl.col("roof"),
        kaisu=pl.when(pl.col("storeys") == 1).then(pl.lit("平屋建て")).otherwise(pl.concat_str("storeys", pl.lit("階建て"))),
        yuka_menseki=pl.col("areas"),
        kankatsu_tokisho_cd=pl.lit("9999"),
        chushutsu_bi=pl.lit(EXTRACTED),
        shozai_toki_bi=nothing,
        kaoku_toki_bi=nothing,
        hyoji_toki_bi=pl.col("built").dt.to_string("%Y-%m-%d"),
        hyoji_genin=cause,
        shozai_genin=nothing,
        hyoji_biko=nothing,
        koshin_bi=pl.lit(EXTRACTED),
        senyu_flag=_flag(pl.col("is_unit")),
        fuzoku_flag=pl.lit("f"),
        file_mei=nothing,
    )  # fmt: skip


def registered_owners(told: Told) -> pl.DataFrame:
    """Write the registered owners of every parcel and building."""
    owners = told.world.owners.with_columns(pl.col("owner").cast(pl.Int64))
    land = told.land.filter("in_register")
    shared = pl.col("second_owner").is_not_null()
    # a new address that the roll knows and the register does not
    before = pl.when(pl.col("outcome") == "owner_moved").then(pl.lit(f"{told.world.place[0]}{told.world.place[1]}元町88番8号"))
    columns = ["number", "received", "row", "outcome"]
    first = land.select(*columns, "owner", share=pl.when(shared).then(pl.lit("２分の１")), kind=pl.lit("土地"))
    second = land.filter(shared).select(*columns, owner="second_owner", share=pl.lit("２分の１"), kind=pl.lit("土地"))
    houses = told.buildings.filter("in_register").select(
        "number",
        received=pl.col("built"),
        row=pl.col("parcel"),
        outcome="outcome",
        owner="owner",
        share=pl.lit(None, pl.String),
        kind=pl.lit("建物"),
    )
    rows = pl.concat([first, second, houses]).join(owners, on="owner", maintain_order="left")
    return rows.select(
        fudosan_bango=without_zero(pl.col("number")),
        taisho="kind",
        juni_no=pl.lit("1"),
        toki_mokuteki=pl.lit("所有権移転"),
        uketsuke_ymd=pl.col("received").dt.to_string("%Y-%m-%d"),
        uketsuke_no=pl.concat_str(pl.lit("第"), pl.col("row").cast(pl.Int64) + 1, pl.lit("号")),
        genin=pl.lit("売買"),
        meigi_name="name",
        meigi_addr=pl.coalesce(before, "address"),
        mochibun="share",
        # registered before 2024-04-01, most companies stand without their number
        kaisha_hojin_no=pl.when(pl.col("row") % 2 == 0).then("registration_number"),
        # an address under protection is compared with no other, so no disagreement of it can be found
        jusho_hihyoji=pl.when(
            (pl.col("row") % _PROTECTED == 0)
            & pl.col("corporate_number").is_null()
            & ~pl.col("outcome").is_in(["owner_address", "owner_moved"])
        )
        .then(pl.lit("1"))
        .otherwise(pl.lit("0")),
    )
