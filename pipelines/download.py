"""Polite, resuming download of published files over HTTP.

A file grows under ``<name>.part`` and gets its final name by one atomic rename after every check has passed, so
whatever stands under the final name is whole. Beside the part lies ``<name>.part.json`` with what the server said about
the file; a later attempt, in the same run or in another, continues only when the server confirms that the file is
unchanged, and starts again when it does not.

Sources of the rules: RFC 9110 (Range, If-Range, Content-Range, Retry-After), RFC 6266 (Content-Disposition).
"""

import json
import os
import re
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

import requests

from pipelines.errors import DaichoError

CHUNK_BYTES = 64 * 1024
LONGEST_WAIT_SECONDS = 900.0
TIMEOUT_SECONDS = (10.0, 120.0)  # to connect, between two bytes

SAFE_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,150}")
CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")

Fields = Mapping[str, str]
Progress = Callable[[int, int | None], None]
T = TypeVar("T")


class DownloadError(DaichoError):
    """A page or file could not be had; the message says which, why, and what to do."""


class _TransientError(Exception):
    """An attempt failed in a way that another attempt may mend."""

    def __init__(self, reason: str, wait_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class DownloadResult:
    """What became of one download.

    Attributes:
        path: Where the whole file stands.
        size: Its size in bytes.
        transferred: False when the server's name for the file was already present and nothing was read.
        resumed_from: Bytes that an earlier attempt had left and that were not asked for again.
        attempts: Requests for the file, the successful one included.
    """

    path: Path
    size: int
    transferred: bool
    resumed_from: int
    attempts: int


class Downloader:
    """Fetches pages and files from one publisher, one request at a time.

    Cookies live as long as the object, so a form's token and its session stay together.

    Args:
        user_agent: Says who is asking; publishers may block a client that hides.
        minimum_interval_seconds: Least time between the starts of two requests.
        retries: Further attempts after a first failure.
        backoff_seconds: Wait before the first retry; doubles for each further one. A Retry-After of the server wins.
        clock: Monotonic seconds.
        now: Wall-clock time with a zone; only used to read a Retry-After given as a date.
        sleep: Waits the given seconds.
    """

    def __init__(
        self,
        user_agent: str,
        minimum_interval_seconds: float = 1.0,
        retries: int = 4,
        backoff_seconds: float = 2.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._session = requests.Session()
        self._session.headers["User-Agent"] = user_agent
        self._minimum_interval = minimum_interval_seconds
        self._retries = retries
        self._backoff = backoff_seconds
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._last_request: float | None = None

    def get_page(self, url: str) -> str:
        """Fetch a page as text.

        Args:
            url: Address of the page.

        Returns:
            The page decoded by its declared charset, by UTF-8 where it declares none.

        Raises:
            DownloadError: The server refuses, or every attempt failed.
        """

        def attempt(_: int) -> str:
            with self._request("GET", url) as response:
                try:
                    content = response.content
                except requests.RequestException as error:
                    raise _TransientError(f"the connection broke while reading ({_cause(error)})") from error
                declares_charset = "charset" in response.headers.get("Content-Type", "").lower()
                encoding = response.encoding if declares_charset and response.encoding else "utf-8"
                return content.decode(encoding, errors="replace")

        return self._attempts(f"GET {url}", attempt)

    def fetch_file(
        self,
        method: str,
        url: str,
        destination: Path,
        *,
        data: Fields | Callable[[], Fields] | None = None,
        params: Fields | None = None,
        name_from_server: bool = False,
        progress: Progress | None = None,
    ) -> DownloadResult:
        """Fetch a file whole, or not at all.

        Args:
            method: HTTP method.
            url: Address that delivers the file.
            destination: Final path; the part grows beside it. A name ending in ``.zip`` must open as a zip.
            data: Form fields of the body. A callable is called for every attempt: for tokens that serve once.
            params: Fields of the query string.
            name_from_server: Use the name in Content-Disposition, in the folder of ``destination``, where it is safe
                (plain characters, no folders, same suffix). A whole file of that name is not read again.
            progress: Called with bytes on disk and bytes expected (None when the server does not say).

        Returns:
            Where the file stands and how it came.

        Raises:
            DownloadError: The server refuses, or every attempt failed. The part stays for the next run where the
                server gave a mark (ETag or Last-Modified) to continue by.
        """
        destination.parent.mkdir(parents=True, exist_ok=True)
        part = _Part(destination)

        def attempt(number: int) -> DownloadResult:
            # identity: lengths and ranges then count the bytes of the file itself
            headers = {"Accept-Encoding": "identity"}
            resume = part.resume_point()
            if resume:
                headers |= {"Range": f"bytes={resume.offset}-", "If-Range": resume.validator}
            fields = data() if callable(data) else data
            with self._request(method, url, headers=headers, data=fields, params=params) as response:
                path = _delivered_path(response, destination) if name_from_server else destination
                if path != destination and path.exists() and file_fault(path) is None:
                    part.discard()
                    return DownloadResult(path, path.stat().st_size, False, 0, number)
                offset, total = part.accept(response, resume)
                _receive(response, part.path, offset, total, progress)
                content_type = response.headers.get("Content-Type", "not stated")
            part.settle(path, offset, total, content_type)
            return DownloadResult(path, path.stat().st_size, True, offset, number)

        return self._attempts(f"{method} {url}", attempt)

    def _attempts(self, what: str, attempt: Callable[[int], T]) -> T:
        """Run attempts until one succeeds, waiting longer before each."""
        number = 1
        while True:
            try:
                return attempt(number)
            except _TransientError as fault:
                if number > self._retries:
                    raise DownloadError(
                        f"{what}: gave up after {number} attempts; the last failed because {fault}. Run again later."
                    ) from fault
                backoff = min(self._backoff * 2 ** (number - 1), LONGEST_WAIT_SECONDS)
                wait = backoff if fault.wait_seconds is None else fault.wait_seconds
                if wait > LONGEST_WAIT_SECONDS:
                    raise DownloadError(f"{what}: {fault} and asks to wait {wait:.0f} seconds. Run again after that time.") from fault
            self._sleep(wait)
            number += 1

    def _request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: Fields | None = None,
        params: Fields | None = None,
    ) -> requests.Response:
        """Send one request in its turn and judge the status of the answer; the body is not read yet."""
        if self._last_request is not None:
            early = self._last_request + self._minimum_interval - self._clock()
            if early > 0:
                self._sleep(early)
        self._last_request = self._clock()
        try:
            response = self._session.request(method, url, headers=headers, data=data, params=params, timeout=TIMEOUT_SECONDS, stream=True)
        except requests.exceptions.SSLError as error:
            raise DownloadError(f"{method} {url}: the server's certificate was not accepted ({error}).") from error
        except (requests.ConnectionError, requests.Timeout) as error:
            raise _TransientError(f"the server could not be reached ({_cause(error)})") from error
        except requests.RequestException as error:
            raise DownloadError(f"{method} {url}: the request could not be sent ({error}).") from error
        status = response.status_code
        range_refused = status == 416 and headers is not None and "Range" in headers
        if status in (200, 206) or range_refused:
            return response
        response.close()
        answer = f"the server answered {status} {response.reason}"
        if status == 429 or status >= 500:
            raise _TransientError(answer, self._retry_after(response))
        raise DownloadError(
            f"{method} {url}: {answer}. The request itself is refused, so it was not repeated; "
            "check the address and the form fields against the publisher's page."
        )

    def _retry_after(self, response: requests.Response) -> float | None:
        """Read Retry-After: seconds, or a date; None where absent or not readable."""
        value = response.headers.get("Retry-After", "").strip()
        if value.isascii() and value.isdigit():
            return float(value)
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, (moment - self._now()).total_seconds())


class _ResumePoint(NamedTuple):
    """Where an earlier attempt stopped, and the mark the server gave that file."""

    offset: int
    validator: str
    total: int | None


class _Part:
    """The growing file of one destination and its note."""

    def __init__(self, destination: Path) -> None:
        self.path = destination.with_name(destination.name + ".part")
        self._note = destination.with_name(destination.name + ".part.json")

    def resume_point(self) -> _ResumePoint | None:
        """Tell where to continue; None where nothing usable was left."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            point = _ResumePoint(self.path.stat().st_size, note["validator"], note["total"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        return point if point.offset > 0 else None

    def accept(self, response: requests.Response, resume: _ResumePoint | None) -> tuple[int, int | None]:
        """Prepare the part for the body that the answer brings.

        Returns:
            Offset at which the body goes on, and the size of the whole file where known.
        """
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            self.discard()
            raise DownloadError(
                f"{response.url}: the server packed the answer as {encoding} although it was asked not to; "
                "the bytes of the file cannot be checked."
            )
        if resume and response.status_code == 206:
            match = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
            total = int(match[2]) if match and match[2] != "*" else resume.total
            other_mark = _validator(response) not in (None, resume.validator)
            other_size = resume.total is not None and total != resume.total
            if match is None or int(match[1]) != resume.offset or other_mark or other_size:
                self.discard()
                raise _TransientError("the server continued another file than the one begun")
            return resume.offset, total
        self.discard()
        if response.status_code != 200:
            raise _TransientError(f"the server would not continue at byte {resume.offset if resume else 0}")
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isascii() and length.isdigit() else None
        validator = _validator(response)
        if validator:
            self._note.write_text(json.dumps({"validator": validator, "total": total}), encoding="utf-8")
        return 0, total

    def settle(self, final: Path, offset: int, total: int | None, content_type: str) -> None:
        """Check the finished part and give it its final name."""
        size = self.path.stat().st_size
        if total is not None and size != total:
            self.discard()
            raise _TransientError(f"{size} bytes came where {total} were announced")
        fault = file_fault(self.path, final.name)
        if fault:
            self.discard()
            problem = f"{final.name} {fault} (Content-Type {content_type}, {size} bytes)"
            if total is not None and offset == 0:
                # it came in one piece and whole, so another transfer would bring the same
                raise DownloadError(f"{problem}. This is what the server delivers; tell the publisher or try another day.")
            raise _TransientError(problem)
        self.path.replace(final)
        self._note.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove the part and its note."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


def file_fault(path: Path, name: str | None = None) -> str | None:
    """Look for damage in a delivered file, by the kind its name tells.

    Args:
        path: The file.
        name: Name to go by where the file does not bear its final one yet.

    Returns:
        What is wrong, as the end of a sentence about the file; None where nothing is. Only zips can be judged.
    """
    if not (name or path.name).lower().endswith(".zip"):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        return f"does not open as a zip: {error}"
    return f"holds a damaged member: {damaged}" if damaged else None


def _receive(response: requests.Response, path: Path, offset: int, total: int | None, progress: Progress | None) -> None:
    """Append the body to the part; what came before a break stays on disk."""
    done = offset
    with path.open("ab") as file:
        try:
            for chunk in response.iter_content(CHUNK_BYTES):
                file.write(chunk)
                done += len(chunk)
                if progress:
                    progress(done, total)
        except requests.RequestException as error:
            raise _TransientError(f"the connection broke after {done} bytes ({_cause(error)})") from error
        # the rename must not reach the disk before the bytes do
        file.flush()
        os.fsync(file.fileno())


def _validator(response: requests.Response) -> str | None:
    """Give the mark that If-Range may carry: a strong ETag, else Last-Modified."""
    etag = response.headers.get("ETag", "")
    if etag.startswith('"'):
        return etag
    return response.headers.get("Last-Modified")


def _delivered_path(response: requests.Response, destination: Path) -> Path:
    """Give the path under the server's name where that is safe, else the destination."""
    header = Message()
    header["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    name = header.get_filename() or ""
    safe = SAFE_NAME.fullmatch(name) is not None and Path(name).suffix.lower() == destination.suffix.lower()
    return destination.with_name(name) if safe else destination


def _cause(error: Exception) -> str:
    """Name an error briefly; the text of the HTTP library holds object addresses."""
    return type(error).__name__
