"""Names of organisations: the legal form parted from the name, one way to write it, and a search key.

Sources of the rules: GIF 438-1 データ項目定義 (2026-03-17; 商号または名称: letters in full width), GIF 434, 商業登記規則50条 (signs of a
trade name), the withdrawn guidebook 461 (法人名), and 国税庁 法人番号公表サイト (フリガナ without the legal form).
"""

from functools import cache

import polars as pl

from data_standards.rules.batch import BLANK, only_where, replaced, staged
from data_standards.rules.characters import full_width, plain_forms, visible
from data_standards.rules.glyphs import folding
from data_standards.rules.kana import SMALL_KANA, VALID, katakana, large_kana
from data_standards.rules.legal_forms import BRACKETED, KANA, KANA_BRACKETED, KINDS, READINGS, SPELLINGS, UNSURE, longest_first
from data_standards.rules.rule import CleansingRule, Status

OUTCOME_OF_NAME = pl.Struct(
    dict.fromkeys(
        ("value", "status", "reason", "legal_form", "legal_form_position", "legal_form_kind", "name_part", "branch", "search_key"),
        pl.String,
    )
)
"""Outcome of the name rule.

``legal_form`` is the form as the law writes it, ``legal_form_position`` front, middle or back, ``legal_form_kind`` the code of 法人種別,
``name_part`` the name without form and branch, ``branch`` the branch where one is written, ``search_key`` the folded name part.
"""

OUTCOME_OF_KANA = pl.Struct(dict.fromkeys(("value", "status", "reason", "legal_form", "name_part"), pl.String))
"""Outcome of the kana rules: the form that the kana name, and the reading without it."""

# a name column may have the form in kana too; readings of two or three signs would be parts of names
_IN_FULL = longest_first(SPELLINGS | {kana: name for kana, name in KANA.items() if len(kana) > 6})
_FULL = "|".join(_IN_FULL)
_SHORT = "|".join(BRACKETED)
_BRANCH_END = "(?:本店|本社|支店|支社|支部|支所|営業所|出張所|事業所|事業部|事務所|工場|センター|研究所)"
_BRANCH = rf"\x{{3000}}([^\x{{3000}}]*{_BRANCH_END})$"
_KANA_SHORT = "|".join(KANA_BRACKETED)
_ANY_FORM = f"{_FULL}|（(?:{_SHORT}|{_FULL})）"
# forms of bank files and of hurried hands leave the outer bracket out: カ）トヨタ, トヨタ（カ, 株）トヨタ
_KANA_WORDS = "カブ|ユウ"
_KANA_FRONT = "|".join(short for short in KANA_BRACKETED if short not in ("イ", "ソ"))  # イ） numbers an item of a list
_OPENED, _CLOSED = f"(?:{_SHORT}|{_KANA_FRONT})）|（(?:{_KANA_WORDS})）", f"（(?:{_SHORT}|{_KANA_SHORT})|（(?:{_KANA_WORDS})）"
_FRONT = rf"^(?:{_ANY_FORM}|{_OPENED})\x{{3000}}*"
_BACK = rf"\x{{3000}}*(?:{_ANY_FORM}|{_CLOSED})$"
_MIDDLE = rf"^(.+?)\x{{3000}}*({_ANY_FORM})\x{{3000}}*(.*{_BRANCH_END})$"
_AMID = r"^(.+?)（([株有資名同]|一社|一財|カブ?|ユウ?)）(.+)$"
_NEITHER_AT_AN_END = rf"{_BRANCH_END}$|.（(?:[株有資名同]|一社|一財|カブ?|ユウ?)）."
_SEVERAL_FORMS = "^（合）|（合）$"  # 合名会社, 合資会社 or 合同会社
_FORMS = _IN_FULL | {
    f"{opening}{short}{closing}": name
    for shorts in (KANA_BRACKETED, BRACKETED, _IN_FULL)
    for short, name in shorts.items()
    for opening, closing in (("（", "）"), ("", "）"), ("（", ""))
}
_CIRCLED = {"㊑": "（株）", "㊒": "（有）", "㊓": "（社）", "㊔": "（名）", "㊖": "（財）", "㊫": "（学）", "㊬": "（監）", "㊮": "（資）"}
_TWICE = "株式会社|有限会社|合同会社|合資会社|合名会社"
_SAYS_UNKNOWN = "^(?:不明|不詳|未詳|未登録|未入力|該当なし|非公開|[－ー―？＊]+|ｎｕｌｌ|ＮＵＬＬ|Ｎ／Ａ)$"
_UNSURE = [*UNSURE, *(f"（{text}）" for text in UNSURE)]

# registers of the post and of banks write small kana large
_KANA_FULL = "|".join("".join(f"[{sign}{SMALL_KANA[sign]}]" if sign in SMALL_KANA else sign for sign in kana) for kana in KANA)
_KANA_LARGE = {"".join(SMALL_KANA.get(sign, sign) for sign in kana): name for kana, name in KANA.items()}
# what a name needs no tidying for: kanji, kana and full-width signs, with single spaces inside
_SPREAD = r"([株合有相])\x{3000}?([式同資名限互])\x{3000}?会\x{3000}?社"
_OTHER_BRACKETS = f"[〔［【＜〈《]({_SHORT})[〕］】＞〉》]"
_UNTIDY = (
    r"[^\x{4E00}-\x{9FFF}\x{3041}-\x{3096}\x{30A1}-\x{30FC}\x{FF01}-\x{FF5E}\x{3000}々〆〇]|[［＜]|^\x{3000}|\x{3000}\x{3000}|\x{3000}$"
    r"|[株合有相]\x{3000}[式同資名限互]|[式同資名限互]\x{3000}会|会\x{3000}社"
)
_NOT_IN_KEY = r"[\p{P}\p{S}\p{Z}\p{C}\p{M}ー]"


def search_key(value: pl.Expr) -> pl.Expr:
    """Fold a name for searching: old and variant glyphs onto new ones, kana to large katakana, letters small, signs and spaces dropped.

    Args:
        value: Text column in full width.

    Returns:
        Text column; never to be shown as a name.
    """
    # letters beyond the full-width ones first, for a small letter may be written with more than one sign
    lower = only_where(value, r"[\p{Lu}&&[^Ａ-Ｚ]]", lambda text: text.str.to_lowercase())
    return only_where(replaced(lower, _key_table()), _NOT_IN_KEY, lambda text: text.str.replace_all(_NOT_IN_KEY, ""))


@cache
def _key_table() -> dict[str, str]:
    """What one character becomes in a search key."""
    table = folding() | SMALL_KANA
    for code in range(0x3041, 0x3097):
        katakana_sign = chr(code + 0x60)
        table[chr(code)] = SMALL_KANA.get(katakana_sign, katakana_sign)
    table.update({chr(code + 0xFEE0): chr(code).lower() for code in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B))})
    # the signs that are frequent in names; the others are looked for after
    table.update(dict.fromkeys("\u3000・ー－（）．，＆「」", ""))
    for numerals in ("ⅠⅡⅢⅣⅤⅥⅦⅧⅨ", "ⅰⅱⅲⅳⅴⅵⅶⅷⅸ"):
        table.update(zip(numerals, "123456789", strict=True))
    return table


def _tidy(text: pl.Expr) -> pl.Expr:
    """Bring characters and spaces to the form of names."""
    wide = full_width(plain_forms(replaced(visible(text), _CIRCLED))).str.replace_all(r"\x{3000}+", "\u3000").str.strip_chars("\u3000")
    return wide.str.replace_all(_SPREAD, "${1}${2}会社").str.replace(_OTHER_BRACKETS, "（${1}）")


def _with_form_within(frame: pl.DataFrame) -> pl.DataFrame:
    """Add what the few names are made of that have their form neither in front nor behind.

    A form before a branch (トヨタ（株）本社) gives ``head``, ``mid_text``, ``mid`` and ``tail``; an abbreviated one amid the name gives
    ``before``, ``amid`` and ``after``.
    """
    text = pl.col("text")
    frame = frame.with_row_index("place")
    open_ended = (pl.col("front_text") == "") & (pl.col("back_text") == "")
    few = frame.filter(open_ended & text.str.contains(_NEITHER_AT_AN_END)).select("place", "text")
    few = few.with_columns(text.str.extract_groups(_MIDDLE).struct.rename_fields(["head", "mid_text", "tail"]).struct.unnest())
    few = few.with_columns(mid=pl.col("mid_text").replace_strict(_FORMS, default=None, return_dtype=pl.String))
    formless = pl.when(pl.col("mid").is_null()).then(text)
    few = few.with_columns(formless.str.extract_groups(_AMID).struct.rename_fields(["before", "amid", "after"]).struct.unnest())
    full = pl.concat_str(pl.lit("（"), "amid", pl.lit("）")).replace_strict(_FORMS, default=None, return_dtype=pl.String)
    beside = pl.concat_str("before", pl.lit(" "), "after").str.contains(_ANY_FORM)
    few = few.with_columns(amid=pl.when(~beside).then(full))
    return frame.join(few.drop("text"), on="place", how="left", maintain_order="left").drop("place")


def _name(frame: pl.DataFrame) -> pl.DataFrame:
    given, text, rest = pl.col("given"), pl.col("text"), pl.col("rest")
    frame = frame.with_columns(text=only_where(given, _UNTIDY, _tidy))
    # what a replacement took away is the form: groups of a regular expression would cost several times as much
    frame = frame.with_columns(rest=text.str.replace(_FRONT, ""))
    frame = frame.with_columns(core=rest.str.replace(_BACK, ""))
    frame = frame.with_columns(
        front_text=text.str.head(text.str.len_chars() - rest.str.len_chars()).str.strip_chars("\u3000"),
        back_text=rest.str.slice(pl.col("core").str.len_chars()).str.strip_chars("\u3000"),
    )
    frame = frame.with_columns(
        branch=pl.col("core").str.extract(_BRANCH),
        **{name: pl.col(f"{name}_text").replace_strict(_FORMS, default=None, return_dtype=pl.String) for name in ("front", "back")},
    )
    frame = _with_form_within(frame)
    parted, written = pl.col("mid").is_not_null(), pl.coalesce(pl.col("front_text", "back_text").replace("", None), "mid_text")
    frame = frame.with_columns(
        value=pl.when(parted)
        .then(pl.concat_str("head", "mid", "tail"))
        .when(pl.col("amid").is_not_null())
        .then(pl.concat_str("before", "amid", "after"))
        .otherwise(pl.concat_str("front", "core", "back", ignore_nulls=True)),
        name_part=pl.when(parted)
        .then("head")
        .when(pl.col("amid").is_not_null())
        .then(pl.concat_str("before", "after"))
        .when(pl.col("branch").is_null())
        .then("core")
        .otherwise(pl.col("core").str.replace(_BRANCH, "")),
        branch=pl.when(parted).then("tail").otherwise("branch"),
        legal_form=pl.coalesce("front", "back", "mid", "amid"),
        legal_form_position=pl.when(pl.col("front").is_not_null())
        .then(pl.lit("front"))
        .when(pl.col("back").is_not_null())
        .then(pl.lit("back"))
        .when(parted | pl.col("amid").is_not_null())
        .then(pl.lit("middle")),
        two_forms=(pl.col("front").is_not_null() & pl.col("back").is_not_null())
        | (pl.col("front").is_not_null() & pl.col("core").str.contains(f"^(?:（(?:{_SHORT})）|{_TWICE})")),
        unsure=written.is_in(_UNSURE) | ((pl.col("core") == text) & text.str.contains(_SEVERAL_FORMS)),
        expanded=written != pl.coalesce("front", "back", "mid"),
    )
    return _judged(frame)


def _judged(frame: pl.DataFrame) -> pl.DataFrame:
    given, value = pl.col("given"), pl.col("value")
    blank = value.str.strip_chars() == ""
    nameless = (pl.col("name_part") == "") & ~blank
    two, unsure, expanded = (pl.col(name).fill_null(value=False) for name in ("two_forms", "unsure", "expanded"))
    doubt = (
        pl.when(nameless)
        .then(pl.lit("no_name_beside_form"))
        .when(two)
        .then(pl.lit("two_legal_forms"))
        .when(unsure)
        .then(pl.lit("abbreviation_unsure"))
        .when(pl.col("amid").is_not_null())
        .then(pl.lit("form_amid_name"))
    )
    unsaid = value.str.contains(_SAYS_UNKNOWN)
    key = search_key(pl.col("name_part")).replace("", None)
    frame = frame.with_columns(value=pl.when(~unsaid).then(value), unsaid=unsaid, blank=blank, doubt=doubt, search_key=key)
    frame = frame.with_columns(pl.when(~pl.col("unsaid")).then(pl.col(name)).alias(name) for name in ("name_part", "search_key"))
    return frame.with_columns(
        value=pl.when(~pl.col("blank")).then(value),
        name_part=pl.col("name_part").replace("", None),
        legal_form_kind=pl.col("legal_form").replace_strict(KINDS, default=None, return_dtype=pl.String),
        status=pl.when(pl.col("blank") | pl.col("unsaid"))
        .then(pl.lit(Status.UNKNOWN.value))
        .when(pl.col("doubt").is_not_null())
        .then(pl.lit(Status.UNCERTAIN.value))
        .when(value == given)
        .then(pl.lit(Status.UNCHANGED.value))
        .otherwise(pl.lit(Status.CHANGED.value)),
        reason=pl.when("blank")
        .then(pl.lit("blank"))
        .when("unsaid")
        .then(pl.lit("says_unknown"))
        .when(pl.col("doubt").is_not_null())
        .then("doubt")
        .when(value == given)
        .then(pl.lit(None, pl.String))
        .when(expanded)
        .then(pl.lit("legal_form_written_out"))
        .otherwise(pl.lit("name_form")),
    )


def _kana(frame: pl.DataFrame, *, with_form: bool) -> pl.DataFrame:
    """Read kana names, in full or as bank files write them; the form is written out or dropped."""
    text = pl.col("text")
    # brackets are full width in names, and kana stand on both sides of what bank files leave open: カ）トヨタ, トヨタ（カ
    frame = frame.with_columns(
        text=katakana(pl.col("given")).str.replace_all("(", "（", literal=True).str.replace_all(")", "）", literal=True)
    )
    frame = frame.with_columns(text=text.str.replace_all("[ 　]+", " "))
    opened, closed, inside = rf"^（?({_KANA_SHORT})） ?", rf" ?（({_KANA_SHORT})）?$", rf" ?（({_KANA_SHORT})） ?"
    frame = frame.with_columns(
        front=text.str.extract(opened).replace_strict(KANA_BRACKETED, default=None, return_dtype=pl.String),
        rest=text.str.replace(opened, ""),
    )
    frame = frame.with_columns(
        back=pl.col("rest").str.extract(closed).replace_strict(KANA_BRACKETED, default=None, return_dtype=pl.String),
        rest=pl.col("rest").str.replace(closed, ""),
    )
    frame = frame.with_columns(
        middle=pl.col("rest").str.extract(inside).replace_strict(KANA_BRACKETED, default=None, return_dtype=pl.String),
        written=pl.col("rest").str.extract(f"^({_KANA_FULL})|({_KANA_FULL})$", 1).fill_null(pl.col("rest").str.extract(f"({_KANA_FULL})$")),
    )
    reading = pl.col("rest").str.replace(inside, " ").str.strip_chars()
    bare = reading.str.replace(f"^(?:(?:{_KANA_FULL}) ?)+", "").str.replace(f"(?: ?(?:{_KANA_FULL}))+$", "").str.strip_chars()
    frame = frame.with_columns(bare=bare)
    readings = {name: kana for name, kana in READINGS.items() if kana}
    spelled = {name: pl.col(name).replace_strict(readings, default=None, return_dtype=pl.String) for name in ("front", "middle", "back")}
    in_place = pl.concat_str(
        spelled["front"],
        pl.when(pl.col("middle").is_null())
        .then("rest")
        .otherwise(
            pl.concat_str(pl.col("rest").str.extract("^(.*?)" + inside), spelled["middle"], pl.col("rest").str.extract(inside + "(.*)$", 2))
        ),
        spelled["back"],
        ignore_nulls=True,
    )
    known = large_kana(pl.col("written")).replace_strict(_KANA_LARGE, default=None, return_dtype=pl.String)
    frame = frame.with_columns(
        value=in_place if with_form else pl.col("bare"),
        legal_form=pl.coalesce("front", "back", "middle", known),
        name_part=pl.col("bare").replace("", None),
    )
    given, value = pl.col("given"), pl.col("value")
    blank, bad = text.str.strip_chars() == "", ~value.str.contains(VALID) | (value == "")
    frame = frame.with_columns(blank=blank, bad=bad)
    return frame.with_columns(
        value=pl.when(~pl.col("blank") & ~pl.col("bad")).then(value),
        status=pl.when("blank")
        .then(pl.lit(Status.UNKNOWN.value))
        .when("bad")
        .then(pl.lit(Status.INVALID.value))
        .when(value == given)
        .then(pl.lit(Status.UNCHANGED.value))
        .otherwise(pl.lit(Status.CHANGED.value)),
        reason=pl.when("blank")
        .then(pl.lit("blank"))
        .when("bad")
        .then(pl.lit("not_kana"))
        .when(value == given)
        .then(pl.lit(None, pl.String))
        .when(pl.col("legal_form").is_not_null())
        .then(pl.lit("legal_form_written_out" if with_form else "legal_form_dropped"))
        .otherwise(pl.lit("kana_form")),
    )


def _key(frame: pl.DataFrame) -> pl.DataFrame:
    frame = frame.with_columns(value=search_key(only_where(pl.col("given"), _UNTIDY, _tidy)))
    value = pl.col("value")
    return frame.with_columns(
        value=pl.when(value != "").then(value),
        status=pl.when(value == "")
        .then(pl.lit(Status.UNKNOWN.value))
        .when(value == pl.col("given"))
        .then(pl.lit(Status.UNCHANGED.value))
        .otherwise(pl.lit(Status.CHANGED.value)),
        reason=pl.when(value == "").then(pl.lit("blank")).when(value != pl.col("given")).then(pl.lit("folded")),
    )


_GIF_438 = "GIF 438-1 データ項目定義 (2026-03-17)"
_KANA_REASONS = BLANK | {
    "kana_form": ("全角カタカナの書き方に直しました。", "Brought to full-width katakana."),
    "not_kana": ("カナでない文字があるか、名称がありません。", "The value holds what is no kana, or no name."),
}

RULES: tuple[CleansingRule, ...] = (
    CleansingRule(
        id="organisation_name",
        label="商号又は名称",
        label_en="Names of organisations",
        takes="法人・団体の名称の列 / names of organisations",
        gives="全角で法人格を略さない名称。法人格・位置・支店・検索キーを添える / full name in full width; form, branch, search key",
        standard=_GIF_438,
        clause="商号または名称 (英字は全角英字)",
        apply=lambda value: staged(value, _name, OUTCOME_OF_NAME),
        reasons=BLANK
        | {
            "name_form": ("文字の幅・空白を整えました。", "Width and spaces were tidied."),
            "legal_form_written_out": ("法人格の略記・旧字を正式な表記にしました。", "The legal form was written out."),
            "abbreviation_unsure": ("略記の法人格が一つに決まりません。", "The abbreviation stands for more than one legal form."),
            "two_legal_forms": ("法人格が二つあります。", "There are two legal forms."),
            "form_amid_name": ("略記の法人格が名称の途中にあります。", "An abbreviated legal form stands amid the name."),
            "says_unknown": ("不明を表す値です。", "The value says that the name is not known."),
            "no_name_beside_form": ("法人格のほかに名称がありません。", "There is no name beside the legal form."),
        },
    ),
    CleansingRule(
        id="organisation_search_key",
        label="名称の検索キー",
        label_en="Search key of names",
        takes="名称の列 / names",
        gives="新旧字体・かな・幅・記号の違いをなくした照合用の文字列 / folded text for comparison, never shown",
        standard="常用漢字表 (平成22年内閣告示第2号)",
        clause="括弧内の康熙字典体; 人名用漢字",
        apply=lambda value: staged(value, _key, pl.Struct(dict.fromkeys(("value", "status", "reason"), pl.String))),
        reasons=BLANK | {"folded": ("照合用に字体・かな・幅・記号をそろえました。", "Folded for comparison.")},
    ),
    CleansingRule(
        id="organisation_kana_gif",
        label="名称のカナ (法人格を読む)",
        label_en="Kana of names, form read out",
        takes="法人名フリガナ (銀行の略記も) / readings, also as bank files write them",
        gives="法人格も読んだ全角カタカナ / full-width katakana with the legal form",
        standard=_GIF_438,
        clause="商号または名称(カナ): カブシキガイシャジーアイエフ",
        apply=lambda value: staged(value, lambda frame: _kana(frame, with_form=True), OUTCOME_OF_KANA),
        reasons=_KANA_REASONS | {"legal_form_written_out": ("法人格の略記を読みにしました。", "The abbreviated form was read out.")},
    ),
    CleansingRule(
        id="organisation_kana_nta",
        label="名称のカナ (法人格を除く)",
        label_en="Kana of names, form dropped",
        takes="法人名フリガナ (銀行の略記も) / readings, also as bank files write them",
        gives="法人格を除いた全角カタカナ / full-width katakana without the legal form",
        standard="国税庁 法人番号公表サイト リソース定義書",
        clause="フリガナ (法人種別を表す部分を除く)",
        apply=lambda value: staged(value, lambda frame: _kana(frame, with_form=False), OUTCOME_OF_KANA),
        reasons=_KANA_REASONS | {"legal_form_dropped": ("法人格の読みを除きました。", "The reading of the legal form was dropped.")},
    ),
)
