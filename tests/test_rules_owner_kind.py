"""Organisations and natural persons told apart by their names."""

import polars as pl
import pytest

from data_standards.rules.owner_kind import owner_kind


@pytest.mark.parametrize(
    "name",
    [
        "株式会社台帳", "㈱台帳",
        "宗教法人○○寺", "国", "国土交通省", "大蔵省", "文化庁", "香川県", "高松市", "香川県高松市", "木田郡三木町",
        "三木町", "香川県木田郡三木町", "高　松　市", "番町自治会", "讃岐神社", "番町三丁目町内会", "高松市番町財産区",
        "讃岐森林組合", "百十四銀行", "日本高速道路保有・債務返済機構", "Ｄａｉｃｈｏ　Ｉｎｃ．", "Daicho Holdings Pte. Ltd.", "浜松市",
    ],
)  # fmt: skip
def test_marks_of_organisations(name: str) -> None:
    assert pl.select(owner_kind(pl.lit(name))).item() == "organisation"


@pytest.mark.parametrize(
    "name",
    [
        "高松太郎", "国　一郎", "市村花子", "三木町子", "省吾", "大庁太郎", "銀行花子", "SMITH JOHN", "ジョン・スミス", "田中会", "高松",
        "中市誠", "寺内寺男", "金　庫太郎", "Marco", "Ag Nes",
    ],
)  # fmt: skip
def test_what_may_be_a_person_is_one(name: str) -> None:
    assert pl.select(owner_kind(pl.lit(name))).item() == "natural_person"


def test_no_name_has_no_kind() -> None:
    assert pl.select(owner_kind(pl.lit(None, pl.String))).item() is None
