"""URL and メールアドレス (e-mail address) of contacts.

Sources of the rules: GIF 438-1 連絡先 (2026-03); RFC 3986 (URI), RFC 5321 (address: at most 254 characters, the part before @ at most 64).
Nothing is looked up: only the form is judged.
"""

import polars as pl

from data_standards.rules.folding import code_text, says_unknown
from data_standards.rules.ladder import NOTATION, SAID_UNKNOWN, WRONG_FORM, Step, unless_clean
from data_standards.rules.rule import CleansingRule, Status

_HOST = r"(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
URL_PATTERN = rf"^https?://{_HOST}(?::[0-9]{{1,5}})?(?:[/?#][!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]*)?$"
MAIL_PATTERN = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_HOST}$"


def _lower_host(url: pl.Expr) -> pl.Expr:
    head = url.str.extract(r"(?i)^(https?://[^/?#]*)", 1)
    return pl.concat_str(head.str.to_lowercase(), url.str.slice(head.str.len_chars()))


def _url_steps(value: pl.Expr) -> list[Step]:
    folded = code_text(value)
    lower = _lower_host(folded)
    completed = pl.concat_str(pl.lit("http://"), folded)
    return [
        Step(says_unknown(folded), None, Status.UNKNOWN, "said_unknown"),
        Step(lower.str.contains(URL_PATTERN), lower, Status.CHANGED, "notation"),
        # Whether the host speaks https cannot be known from the text.
        Step(folded.str.contains(r"^(?i:www\.)") & completed.str.contains(URL_PATTERN), completed, Status.UNCERTAIN, "scheme_added"),
    ]


def clean_url(value: pl.Expr) -> pl.Expr:
    """Bring URLs of web pages to half width, scheme and host in small letters.

    Args:
        value: Text column.

    Returns:
        Column of outcomes.
    """
    return unless_clean(value, lambda given: given.str.contains(URL_PATTERN), _url_steps)


def _is_mail(value: pl.Expr) -> pl.Expr:
    dotted = value.str.contains(r"\.\.|^\.|\.@")
    return value.str.contains(MAIL_PATTERN) & ~dotted & (value.str.len_chars() <= 254)


def _mail_steps(value: pl.Expr) -> list[Step]:
    folded = code_text(value).str.replace(r"(?i)^(?:mailto|e-?mail|mail|メール):?", "")
    # Addresses are written so in public lists to hide them from harvesters.
    spelled = folded.str.replace(r"(?i)(?:\(at\)|\[at\]|[★☆◎])", "@")
    lower = pl.concat_str(spelled.str.extract("^(.*@)", 1), spelled.str.extract("@([^@]*)$", 1).str.to_lowercase())
    return [
        Step(says_unknown(folded), None, Status.UNKNOWN, "said_unknown"),
        Step(_is_mail(lower) & (spelled != folded), lower, Status.UNCERTAIN, "at_sign_restored"),
        Step(_is_mail(lower), lower, Status.CHANGED, "notation"),
    ]


def clean_mail(value: pl.Expr) -> pl.Expr:
    """Bring e-mail addresses to half width, the domain in small letters.

    Args:
        value: Text column.

    Returns:
        Column of outcomes.
    """
    return unless_clean(value, _is_mail, _mail_steps)


RULES = (
    CleansingRule(
        id="url",
        label="URL",
        label_en="URL",
        takes="WebページのURL",
        gives="半角のURL。スキームとホストは小文字",
        standard="GIF 438-1 連絡先; RFC 3986",
        clause="GIF 連絡先URL (2026-03); RFC 3986 §6.2.2.1",
        apply=clean_url,
        reasons=NOTATION
        | SAID_UNKNOWN
        | WRONG_FORM
        | {"scheme_added": ("http:// を補った。httpsか確かめること。", "http:// was added; see whether it is https.")},
    ),
    CleansingRule(
        id="mail_address",
        label="メールアドレス",
        label_en="E-mail address",
        takes="電子メールの宛先",
        gives="半角の宛先。ドメインは小文字",
        standard="GIF 438-1 連絡先; RFC 5321",
        clause="GIF 連絡先メールアドレス (2026-03); RFC 5321 §4.5.3.1",
        apply=clean_mail,
        reasons=NOTATION | SAID_UNKNOWN | WRONG_FORM | {"at_sign_restored": ("伏せられた@を戻した。", "A hidden @ was restored.")},
    ),
)
