"""What hands, ledgers and spreadsheets write, rule by rule: cases beyond the standards' own examples."""

import pytest

from data_standards.conformance.cleansing import rule_by_id
from tests.rule_checks import outcome_of

CASES = [
    ("telephone_number", "03-5253-5111・5112", "(03)5253-5111 / (03)5253-5112", "changed", "notation"),
    ("telephone_number", "(03)5253-5111,5112,5113", "(03)5253-5111 / (03)5253-5112 / (03)5253-5113", "changed", "notation"),
    ("telephone_number", "03-5253-5111 内線1234/1235", "(03)5253-5111 内線1234 / 1235", "changed", "notation"),
    ("telephone_number", "3.52535E+08", None, "invalid", "scientific_notation"),
    ("parcel_history", "甲12番3から分筆", "甲12-3から分筆", "changed", "lots_named"),
    ("parcel_history", "12番イに分筆", "12-イに分筆", "changed", "lots_named"),
    ("parcel_history", "12番10ないし3を合筆", None, "invalid", "range_not_counted"),
    ("parcel_history", "12番イないしハに分筆", None, "invalid", "range_not_counted"),
    ("parcel_history", "12番1ないし2000に分筆", None, "invalid", "range_not_counted"),
    ("area_square_metres", "123・45", "123.45", "changed", "notation"),
    ("area_square_metres", "百二十三・四五", "123.45", "changed", "notation"),
    ("area_square_metres", "百二十三平方メートル四五", "123.45", "changed", "notation"),
    ("area_square_metres", "壱反弐畝", "1190.08", "uncertain", "old_unit"),  # 360 歩 at 400/121 ㎡
    ("house_number", "家屋番号１番２", "1番2", "changed", "notation"),
    ("house_number", "一番二の三", "1番2の3", "changed", "notation"),
    ("house_number", "1番の1の101", "1番の1の101", "unchanged", None),
    ("house_number", "未登記", None, "unknown", "said_unknown"),
    ("floor_area", "１階　５０・１２　２階　４５・００", "1階 50.12 / 2階 45.00", "changed", "notation"),
    ("floor_area", "一階五〇・一二", "1階 50.12", "changed", "notation"),
    ("floor_area", "B1F 30.00 1F 50.00", "地下1階 30.00 / 1階 50.00", "changed", "notation"),
    ("floor_area", "地階:30.00、1階:50.00", "地下1階 30.00 / 1階 50.00", "changed", "notation"),
    ("floor_area", "1階 50.00 2階 45.50 合計95.50", "1階 50.00 / 2階 45.50", "changed", "notation"),
    ("floor_area", "1階 50.00 2階 45.50 合計95.00", "1階 50.00 / 2階 45.50", "uncertain", "total_disagrees"),
    ("building_kind", "居宅　車庫", "居宅・車庫", "changed", "notation"),
    ("building_kind", "居宅兼店舗", "居宅・店舗", "changed", "notation"),
    ("building_structure", "木造瓦葺弐階建", "木造かわらぶき2階建", "changed", "notation"),
    ("building_structure", "鉄骨造陸屋根十二階建", "鉄骨造陸屋根12階建", "changed", "notation"),
    ("building_structure", "木造", "木造", "uncertain", "storeys_missing"),
    ("lot_number", "123番4外2筆", None, "invalid", "several_lots"),
    ("lot_number", "123-1～3", None, "invalid", "several_lots"),
    ("lot_number", "123、124", None, "invalid", "several_lots"),
    ("lot_number", "123-4のうち", "123-4一部", "changed", "notation"),
    ("lot_number", "里道", "里道", "unchanged", None),
    ("lot_number", "番外地", "番外地", "unchanged", None),
    ("number_plain", "金壱百万円也", "1000000", "changed", "unit_taken_off"),
    ("number_plain", "￥1,000-", "1000", "changed", "number_form"),
    ("number_plain", "２千２４", "2024", "changed", "kanji_numeral_read"),
    ("number_plain", "5万3百05", "50305", "changed", "kanji_numeral_read"),
    ("number_plain", ".5", "0.5", "changed", "number_form"),
    ("hyphen_by_context", "1˗2⁃3", "1-2-3", "changed", "hyphen_unified"),
    ("hyphen_by_context", "スーパ―", "スーパー", "uncertain", "hyphen_in_katakana"),
    ("hyphen_by_context", "センタ－前", "センター前", "uncertain", "hyphen_in_katakana"),
    ("hyphen_by_context", "コーポ－A", "コーポ－A", "unchanged", None),
    ("hyphen_by_context", "ラ一メン", "ラ一メン", "uncertain", "kanji_one_in_katakana"),
    ("kana_katakana", "いすゞ", "イスズ", "changed", "kana_form"),
    ("kana_katakana", "ミスヾ", "ミスズ", "changed", "kana_form"),
    ("person_romaji_438", "McDonald John", "McDonald John", "unchanged", None),
    ("person_name_438", "不明", None, "unknown", "says_unknown"),
    ("gaiji_placeholder", "山■", "山■", "uncertain", "gaiji_placeholder"),
    ("gaiji_placeholder", "&#x9AD9;島", "&#x9AD9;島", "uncertain", "gaiji_placeholder"),
    ("latitude", "35:40:34.5", "35.676250", "changed", "degrees_minutes_seconds"),
    ("reference_system", "平面直角座標系（JGD2011）第9系", "EPSG:6677", "changed", "named_system"),
    ("reference_system", "第Ⅸ系", "EPSG:6677", "uncertain", "datum_not_said"),
    ("reference_system", "EPSG:99999", "EPSG:99999", "uncertain", "unknown_code"),
]


@pytest.mark.parametrize(("rule", "value", "result", "status", "reason"), CASES)
def test_cases(rule: str, value: str, result: str | None, status: str, reason: str | None) -> None:
    assert outcome_of(rule_by_id(rule), value) == (result, status, reason)


def test_a_variation_selector_is_no_character_outside() -> None:
    pytest.importorskip("jntajis")
    assert outcome_of(rule_by_id("mj_reduction"), "吉\U000e0100") == ("吉", "changed", "reduced_to_jis_x_0213")
