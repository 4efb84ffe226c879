"""URLs and e-mail addresses."""

from collections.abc import Callable

import polars as pl
import pytest

from data_standards.rules.url_mail import clean_mail, clean_url

URLS = [
    ("https://www.example.lg.jp/a?b=c#d", "https://www.example.lg.jp/a?b=c#d", "unchanged", None),
    ("ｈｔｔｐｓ：／／ｗｗｗ．ｅｘａｍｐｌｅ．ｌｇ．ｊｐ", "https://www.example.lg.jp", "changed", "notation"),
    ("HTTP://Example.JP/Path", "http://example.jp/Path", "changed", "notation"),
    ("www.example.jp/x", "http://www.example.jp/x", "uncertain", "scheme_added"),
    ("ftp://example.jp", None, "invalid", "wrong_form"),
    ("ホームページ", None, "invalid", "wrong_form"),
    ("なし", None, "unknown", "said_unknown"),
    (None, None, None, None),
]
MAILS = [
    ("info@example.lg.jp", "info@example.lg.jp", "unchanged", None),
    ("ｉｎｆｏ＠example.lg.jp", "info@example.lg.jp", "changed", "notation"),
    ("mailto:Info@EXAMPLE.jp", "Info@example.jp", "changed", "notation"),
    ("info★example.jp", "info@example.jp", "uncertain", "at_sign_restored"),
    ("a..b@example.jp", None, "invalid", "wrong_form"),
    ("info@localhost", None, "invalid", "wrong_form"),
    ("", None, "unknown", "said_unknown"),
    (None, None, None, None),
]


@pytest.mark.parametrize(("rule", "cases"), [(clean_url, URLS), (clean_mail, MAILS)])
def test_the_ladders(rule: Callable[[pl.Expr], pl.Expr], cases: list[tuple[str | None, ...]]) -> None:
    column = pl.DataFrame({"given": [case[0] for case in cases]}, schema={"given": pl.String})
    assert column.with_columns(rule(pl.col("given")).alias("outcome")).unnest("outcome").rows() == cases
