"""Fetch the files of the corporate-number publication site (国税庁法人番号公表サイト) into an inbox folder.

The package jpcorpreg reads the same site, but deletes the zip, cannot list, resume or retry, and exits the process.

How the site works: the pages for full (全件) and daily (差分) files list them under one heading per format. Each link
calls ``doDownload`` with a file id; the form is posted back with that id and a hidden token of the page. A region too
large for one file has several links. The daily page keeps about forty days.
"""

import logging
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

from pipelines.download import Downloader, file_fault
from pipelines.errors import DaichoError
from pipelines.signature import SignatureState, zip_signature_state

BASE_URL = "https://www.houjin-bangou.nta.go.jp/"
FULL_PAGE = "download/zenken/"
DAILY_PAGE = "download/sabun/"
NATION = "全国"
USER_AGENT = "Daicho/0.1 (base-registry warehouse)"
BAD_SIGNATURE_SUFFIX = ".bad-signature"

TOKEN_FIELD = "jp.go.nta.houjin_bangou.framework.web.common.CNSFWTokenProcessor.request.token"  # noqa: S105
SECTION_ID = "csv-unicode"
OTHER_SECTION_IDS = frozenset({"csv-sjis", "xml-unicode"})
FILE_ID = re.compile(r"doDownload\(\s*['\"]?(\d+)")
ERA_DATE = re.compile(r"(令和|平成)\s*(\d+|元)\s*年\s*(\d+)\s*月\s*(\d+)\s*日")
YEAR_BEFORE_ERA = {"令和": 2018, "平成": 1988}

logger = logging.getLogger(__name__)


class PageNotUnderstoodError(DaichoError):
    """A page of the site is not built as expected; the message names the page and what was looked for."""


class FetchError(DaichoError):
    """Files were fetched whose signature is bad.

    Attributes:
        fetched: The files that are in order.
        rejected: Where the others were put aside.
    """

    def __init__(self, fetched: list["FetchedFile"], rejected: list[Path]) -> None:
        super().__init__(
            f"The signature of {len(rejected)} file(s) does not fit their contents; they were put aside as "
            + ", ".join(str(path) for path in rejected)
            + ". Do not load them. Check that the public key is the publisher's present one, then fetch again."
        )
        self.fetched = fetched
        self.rejected = rejected


class FileKind(StrEnum):
    """Full file (全件) or daily file (差分)."""

    FULL = "full"
    DAILY = "daily"


@dataclass(frozen=True)
class PublishedFile:
    """A file that the site offers.

    Attributes:
        kind: Full or daily.
        published: Date that the page gives; None where it gives none (full files only).
        file_id: The site's number for the download, good only while the page stands.
        name: Name to save under where the server gives none.
    """

    kind: FileKind
    published: date | None
    file_id: str
    name: str


@dataclass(frozen=True)
class FetchedFile:
    """A file in the inbox.

    Attributes:
        path: Where it stands.
        kind: Full or daily.
        published: Date that the page gives; None where it gives none.
        size: Bytes.
        transferred: False when it was in the inbox already.
        signature: What is known about its signature; never BAD.
    """

    path: Path
    kind: FileKind
    published: date | None
    size: int
    transferred: bool
    signature: SignatureState


def fetch(
    inbox: Path,
    *,
    since: date | None = None,
    full: bool = True,
    regions: Sequence[str] = (NATION,),
    base_url: str = BASE_URL,
    public_key: bytes | None = None,
    downloader: Downloader | None = None,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> list[FetchedFile]:
    """Bring the offered files (CSV, Unicode) that the inbox does not hold yet.

    Args:
        inbox: Folder to save into; made where absent.
        since: First day of the daily files wanted; None for all that the site keeps.
        full: Also fetch the full files of ``regions``.
        regions: Regions as the page writes them: 全国, a prefecture, or 国外.
        base_url: Root of the site.
        public_key: The publisher's OpenPGP certificate; without it signatures stay unchecked.
        downloader: Client to use; a polite one is made where absent.
        progress: Called with file name, bytes on disk and bytes expected (None when not known).

    Returns:
        Every wanted file, fetched now or present before: full files first, then daily files by date.

    Raises:
        PageNotUnderstoodError: A page is not built as expected.
        DownloadError: A page or file could not be had. What was fetched before stays in the inbox.
        FetchError: Files with a bad signature were put aside; raised after all others are in.
        ValueError: The public key cannot be read.
    """
    client = downloader or Downloader(USER_AGENT)
    inbox.mkdir(parents=True, exist_ok=True)
    fetched: list[FetchedFile] = []
    rejected: list[Path] = []
    for offer in _wanted(client, base_url, since, regions if full else ()):
        file = offer.file
        path, transferred = _bring(client, offer, inbox, progress)
        signature = zip_signature_state(path, public_key)
        if signature is SignatureState.BAD:
            rejected.append(path.replace(path.with_name(path.name + BAD_SIGNATURE_SUFFIX)))
            logger.error("%s: bad signature, put aside", path.name)
            continue
        fetched.append(FetchedFile(path, file.kind, file.published, path.stat().st_size, transferred, signature))
    if rejected:
        raise FetchError(fetched, rejected)
    return fetched


def full_files(page: str, page_url: str, regions: Sequence[str]) -> list[PublishedFile]:
    """Read the full files of regions from the page that lists them.

    Args:
        page: HTML of the page.
        page_url: Its address, for messages.
        regions: Regions as the page writes them.

    Returns:
        Files in the order of ``regions``; several for a region that is split.

    Raises:
        PageNotUnderstoodError: The section, a region or its link is not there.
    """
    section = _section(page, page_url)
    published = next((day for element in section if element.name == "p" and (day := era_date(_text(element)))), None)
    offers = {_text(term): _file_ids(entry) for entry in section if entry.name == "dl" and (term := entry.find("dt"))}
    files: list[PublishedFile] = []
    for region in regions:
        file_ids = offers.get(region)
        if not file_ids:
            raise PageNotUnderstoodError(
                f"{page_url}: no link for {region!r} was found: looked below the element with id={SECTION_ID!r} for a "
                f"dl whose dt reads {region!r} and whose link calls doDownload. "
                f"Regions found: {', '.join(sorted(offers)) or 'none'}."
            )
        stem = "00_zenkoku" if region == NATION else region
        for number, file_id in enumerate(file_ids, start=1):
            edition = f"{published:%Y%m%d}" if published else f"id{file_id}"
            share = "" if len(file_ids) == 1 else f"_{number:03}"
            name = f"{stem}_all_{edition}{share}.zip"
            files.append(PublishedFile(FileKind.FULL, published, file_id, name))
    return files


def daily_files(page: str, page_url: str) -> list[PublishedFile]:
    """Read the daily files from the page that lists them.

    Args:
        page: HTML of the page.
        page_url: Its address, for messages.

    Returns:
        Files by date, oldest first.

    Raises:
        PageNotUnderstoodError: The section or its table is not there, or a row with a link has no date.
    """
    files: list[PublishedFile] = []
    for row in (element for element in _section(page, page_url) if element.name == "tr"):
        file_ids = _file_ids(row)
        if not file_ids:
            continue
        header = row.find("th")
        published = era_date(_text(header)) if header else None
        if published is None or len(file_ids) > 1:
            raise PageNotUnderstoodError(
                f"{page_url}: a row of the table below id={SECTION_ID!r} was not understood: looked for one th with a "
                f"date such as 令和8年2月20日 and one link that calls doDownload, found {_text(row)!r}."
            )
        files.append(PublishedFile(FileKind.DAILY, published, file_ids[0], f"diff_{published:%Y%m%d}.zip"))
    if not files:
        raise PageNotUnderstoodError(
            f"{page_url}: no daily file was found: looked below the element with id={SECTION_ID!r} for a table whose "
            "rows hold a date in a th and a link that calls doDownload."
        )
    return sorted(files, key=lambda file: file.name)


def era_date(text: str) -> date | None:
    """Read the first date by Japanese era (和暦) in a text.

    Args:
        text: For example ``令和8年2月20日`` or ``令和元年５月７日``; digits of either width.

    Returns:
        The date; None where there is none, or no such day.
    """
    match = ERA_DATE.search(unicodedata.normalize("NFKC", text))
    if match is None:
        return None
    year = 1 if match[2] == "元" else int(match[2])
    try:
        return date(YEAR_BEFORE_ERA[match[1]] + year, int(match[3]), int(match[4]))
    except ValueError:
        return None


class _Offer(NamedTuple):
    """A wanted file and where it is to be had."""

    file: PublishedFile
    page_url: str
    form_url: str


def _wanted(client: Downloader, base_url: str, since: date | None, regions: Sequence[str]) -> Iterator[_Offer]:
    """List the wanted files; a page is asked for only when the files of the page before are in."""
    if regions:
        page_url = urljoin(base_url, FULL_PAGE)
        page = client.get_page(page_url)
        form_url, _ = _form(page, page_url)
        yield from (_Offer(file, page_url, form_url) for file in full_files(page, page_url, regions))
    page_url = urljoin(base_url, DAILY_PAGE)
    page = client.get_page(page_url)
    form_url, _ = _form(page, page_url)
    files = daily_files(page, page_url)
    oldest = files[0].published
    if since and oldest and since < oldest:
        logger.warning(
            "%s keeps daily files from %s on; changes between %s and that day are only in the full file",
            page_url,
            oldest,
            since,
        )
    for file in files:
        if since is None or (file.published and file.published >= since):
            yield _Offer(file, page_url, form_url)


def _bring(client: Downloader, offer: _Offer, inbox: Path, progress: Callable[[str, int, int | None], None] | None) -> tuple[Path, bool]:
    """Give the path of a file in the inbox, and whether it had to be transferred."""
    name = offer.file.name
    destination = inbox / name
    if destination.exists() and file_fault(destination) is None:
        return destination, False

    def fields() -> dict[str, str]:
        # a token serves once, so every attempt takes a new one from the page
        _, token = _form(client.get_page(offer.page_url), offer.page_url)
        return {TOKEN_FIELD: token, "event": "download", "selDlFileNo": offer.file.file_id}

    result = client.fetch_file(
        "POST",
        offer.form_url,
        destination,
        data=fields,
        name_from_server=True,
        progress=(lambda done, total: progress(name, done, total)) if progress else None,
    )
    return result.path, result.transferred


def _form(page: str, page_url: str) -> tuple[str, str]:
    """Read the address that the page's form posts to, and its token."""
    field = BeautifulSoup(page, "html.parser").find("input", attrs={"name": TOKEN_FIELD})
    token = field.get("value") if field else None
    if field is None or not isinstance(token, str) or not token:
        raise PageNotUnderstoodError(
            f"{page_url}: the token of the download form was not found: looked for a hidden input named {TOKEN_FIELD}."
        )
    form = field.find_parent("form")
    action = form.get("action") if form else None
    return urljoin(page_url, action if isinstance(action, str) else ""), token


def _section(page: str, page_url: str) -> list[Tag]:
    """Collect the elements between the heading of the wanted format and that of the next format."""
    heading = BeautifulSoup(page, "html.parser").find(id=SECTION_ID)
    if heading is None:
        raise PageNotUnderstoodError(
            f"{page_url}: the list of CSV files in Unicode was not found: looked for an element with id={SECTION_ID!r}."
        )
    following = heading.find_all_next(True)
    return list(takewhile(lambda element: element.get("id") not in OTHER_SECTION_IDS, following))


def _file_ids(element: Tag) -> list[str]:
    """Read the file ids of the links inside an element, in page order."""
    calls = (str(link.get("onclick", "")) for link in element.find_all("a"))
    return [match[1] for call in calls if (match := FILE_ID.search(call))]


def _text(element: Tag) -> str:
    """Give the text of an element with its spaces closed up."""
    return " ".join(element.get_text(" ").split())
