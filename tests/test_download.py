"""The downloader against a real server that misbehaves in the ways servers do."""

import io
import random
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.download import Downloader, DownloadError, DownloadResult, file_fault


def zip_bytes(seed: int, size: int = 300_000) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("data.bin"), random.Random(seed).randbytes(size))
    return buffer.getvalue()


FIRST, SECOND = zip_bytes(1), zip_bytes(2)

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Plays one answer of the script per request; the last one stands for all further requests."""

    server: "Site"

    def do_GET(self) -> None:
        self.server.seen.append({name.lower(): value for name, value in self.headers.items()})
        script = self.server.script
        answer = script.pop(0) if len(script) > 1 else script[0]
        answer(self)
        self.close_connection = True

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Keep the test output quiet."""


class Site(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Answer] = []
        self.seen: list[dict[str, str]] = []
        self.bodies: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}/file"


def answer(body: bytes, *, status: int = 200, send: int | None = None, **headers: str) -> Answer:
    """Answer with a body; `send` cuts the connection after so many bytes of it."""

    def play(handler: Handler) -> None:
        handler.send_response(status)
        if "Content_Length" not in headers:
            handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body[:send])

    return play


def ranged(body: bytes, etag: str, *, send: int | None = None) -> Answer:
    """Answer as RFC 9110 asks: the rest where the client's mark still holds, else the whole."""

    def play(handler: Handler) -> None:
        asked = handler.headers.get("Range")
        if asked and handler.headers.get("If-Range") == etag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            span = f"bytes {start}-{len(body) - 1}/{len(body)}"
            answer(body[start:], status=206, send=send, ETag=etag, Content_Range=span)(handler)
        else:
            answer(body, send=send, ETag=etag)(handler)

    return play


@pytest.fixture(scope="module")
def shared_site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield site
    site.shutdown()
    thread.join()
    site.server_close()


@pytest.fixture
def site(shared_site: Site) -> Site:
    shared_site.script, shared_site.seen, shared_site.bodies = [], [], []
    return shared_site


class Naps(list[float]):
    """Sleeps by writing down how long."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()


def client(naps: Naps, **settings: object) -> Downloader:
    options: dict[str, object] = {"minimum_interval_seconds": 0.0, "retries": 4, "backoff_seconds": 2.0}
    return Downloader("test", **(options | settings), sleep=naps)  # type: ignore[arg-type]


def get(site: Site, naps: Naps, folder: Path, name: str = "x.zip", **options: object) -> DownloadResult:
    return client(naps).fetch_file("GET", site.url, folder / name, **options)  # type: ignore[arg-type]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_whole_file_arrives_in_one_request(site: Site, naps: Naps, tmp_path: Path) -> None:
    site.script = [answer(FIRST, ETag='"1"')]
    steps: list[tuple[int, int | None]] = []
    result = get(site, naps, tmp_path, progress=lambda done, total: steps.append((done, total)))
    assert result == DownloadResult(tmp_path / "x.zip", len(FIRST), transferred=True, resumed_from=0, attempts=1)
    assert result.path.read_bytes() == FIRST
    assert names(tmp_path) == ["x.zip"]
    assert steps[-1] == (len(FIRST), len(FIRST))
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})
    assert site.seen[0]["user-agent"] == "test"
    assert site.seen[0]["accept-encoding"] == "identity"


CUT = 200_000
LAST_CHANGED = "Fri, 20 Feb 2026 07:00:00 GMT"


@pytest.mark.parametrize(
    ("script", "expected", "resumes", "asks_range"),
    [
        pytest.param([ranged(FIRST, '"1"', send=CUT), ranged(FIRST, '"1"')], FIRST, True, True, id="range honoured"),
        pytest.param([answer(FIRST, send=CUT, ETag='"1"'), answer(FIRST)], FIRST, False, True, id="range ignored"),
        pytest.param([ranged(FIRST, '"1"', send=CUT), ranged(SECOND, '"2"')], SECOND, False, True, id="file changed"),
        pytest.param(
            [
                answer(FIRST, send=CUT, ETag='"1"'),
                answer(SECOND[100:], status=206, ETag='"2"', Content_Range=f"bytes 100-{len(SECOND) - 1}/{len(SECOND)}"),
                ranged(SECOND, '"2"'),
            ],
            SECOND,
            False,
            True,
            id="206 of another file",
        ),
        pytest.param(
            [
                answer(FIRST, send=CUT, ETag='"1"'),
                answer(FIRST[5:], status=206, ETag='"1"', Content_Range=f"bytes 5-{len(FIRST) - 1}/{len(FIRST)}"),
                ranged(FIRST, '"1"'),
            ],
            FIRST,
            False,
            True,
            id="206 at another byte",
        ),
        pytest.param(
            [answer(FIRST, send=CUT, ETag='"1"'), answer(b"", status=416), ranged(FIRST, '"1"')],
            FIRST,
            False,
            True,
            id="range not satisfiable",
        ),
        pytest.param([answer(FIRST, send=CUT), answer(FIRST)], FIRST, False, False, id="no mark to resume by"),
        pytest.param([answer(FIRST, send=CUT, ETag='W/"1"'), answer(FIRST)], FIRST, False, False, id="weak mark"),
        pytest.param(
            [answer(FIRST, send=CUT, Last_Modified=LAST_CHANGED), ranged(FIRST, LAST_CHANGED)],
            FIRST,
            True,
            True,
            id="Last-Modified as mark",
        ),
    ],
)
def test_connection_cut_in_the_middle(
    site: Site, naps: Naps, tmp_path: Path, script: list[Answer], expected: bytes, resumes: bool, asks_range: bool
) -> None:
    site.script = script
    result = get(site, naps, tmp_path)
    assert result.path.read_bytes() == expected
    assert (result.resumed_from > 0) == resumes
    assert result.attempts == len(site.seen)
    assert ("range" in site.seen[1]) == asks_range
    assert "range" not in site.seen[0]
    if not resumes:
        assert "range" not in site.seen[-1] or len(site.seen) == 2
    assert names(tmp_path) == ["x.zip"]


def test_a_later_run_resumes_what_an_earlier_one_left(site: Site, naps: Naps, tmp_path: Path) -> None:
    site.script = [ranged(FIRST, '"1"', send=CUT)]
    with pytest.raises(DownloadError, match="connection broke"):
        client(naps, retries=0).fetch_file("GET", site.url, tmp_path / "x.zip")
    assert names(tmp_path) == ["x.zip.part", "x.zip.part.json"]
    left = (tmp_path / "x.zip.part").stat().st_size
    site.script = [ranged(FIRST, '"1"')]
    result = get(site, naps, tmp_path)
    assert result.resumed_from == left > 0
    assert result.path.read_bytes() == FIRST
    assert names(tmp_path) == ["x.zip"]


def test_a_damaged_note_beside_the_part_means_starting_again(site: Site, naps: Naps, tmp_path: Path) -> None:
    (tmp_path / "x.zip.part").write_bytes(b"left over")
    (tmp_path / "x.zip.part.json").write_text("{")
    site.script = [ranged(FIRST, '"1"')]
    assert get(site, naps, tmp_path).path.read_bytes() == FIRST
    assert "range" not in site.seen[0]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, len(FIRST) - 1), max_size=4), honours=st.booleans())
def test_any_cuts_end_in_the_same_bytes(site: Site, naps: Naps, tmp_path: Path, cuts: list[int], honours: bool) -> None:
    serve = ranged if honours else lambda body, etag, send=None: answer(body, send=send, ETag=etag)
    site.script = [*(serve(FIRST, '"1"', send=cut) for cut in cuts), serve(FIRST, '"1"')]
    assert get(site, naps, tmp_path).path.read_bytes() == FIRST
    assert names(tmp_path) == ["x.zip"]


RETRY_MOMENT = "Fri, 20 Feb 2026 07:00:30 GMT"
NOW = datetime(2026, 2, 20, 7, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("faults", "waits"),
    [
        pytest.param([answer(b"", status=503)], [2.0], id="503 once"),
        pytest.param([answer(b"", status=500), answer(b"", status=502), answer(b"", status=504)], [2.0, 4.0, 8.0]),
        pytest.param([answer(b"", status=429, Retry_After="7")], [7.0], id="429, seconds"),
        pytest.param([answer(b"", status=503, Retry_After=RETRY_MOMENT)], [30.0], id="503, date"),
        pytest.param([answer(b"", status=429, Retry_After="soon")], [2.0], id="429, not readable"),
        pytest.param([answer(b"", status=429)], [2.0], id="429, no hint"),
    ],
)
def test_waits_between_attempts(site: Site, naps: Naps, tmp_path: Path, faults: list[Answer], waits: list[float]) -> None:
    site.script = [*faults, answer(FIRST)]
    result = client(naps, now=lambda: NOW).fetch_file("GET", site.url, tmp_path / "x.zip")
    assert result.attempts == len(faults) + 1
    assert naps == waits


@pytest.mark.parametrize(
    ("play", "requests", "message"),
    [
        pytest.param(answer(b"", status=403), 1, "answered 403", id="403"),
        pytest.param(answer(b"", status=404), 1, "answered 404", id="404"),
        pytest.param(answer(b"", status=416), 1, "answered 416", id="416 without a range"),
        pytest.param(answer(b"", status=503), 5, "gave up after 5 attempts.*503", id="503 for ever"),
        pytest.param(answer(b"", status=429, Retry_After="86400"), 1, "asks to wait 86400 seconds", id="wait too long"),
        pytest.param(answer(FIRST, Content_Length="999999"), 5, "connection broke", id="fewer bytes than announced"),
        pytest.param(answer(FIRST, Content_Length="1000"), 1, "does not open as a zip", id="more bytes than announced"),
        pytest.param(answer(b"<html>", Content_Type="text/html"), 1, "text/html", id="page instead of zip"),
        pytest.param(
            answer(FIRST[:50_000] + b"\0\0" + FIRST[50_002:]),
            1,
            "holds a damaged member: data.bin",
            id="damaged member",
        ),
        pytest.param(answer(FIRST, Content_Encoding="gzip"), 1, "packed the answer as gzip", id="packed"),
        pytest.param(answer(b"", status=204), 1, "answered 204", id="no content"),
    ],
)
def test_failure_leaves_the_final_name_alone(site: Site, naps: Naps, tmp_path: Path, play: Answer, requests: int, message: str) -> None:
    (tmp_path / "x.zip").write_bytes(b"from before")
    site.script = [play]
    with pytest.raises(DownloadError, match=message) as error:
        get(site, naps, tmp_path)
    assert site.url in str(error.value) or "x.zip" in str(error.value)
    assert len(site.seen) == requests
    assert (tmp_path / "x.zip").read_bytes() == b"from before"


def test_wrong_total_in_content_range_is_not_believed(site: Site, naps: Naps, tmp_path: Path) -> None:
    def short_tail(handler: Handler) -> None:
        start = int(handler.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        span = f"bytes {start}-{len(FIRST) - 2}/{len(FIRST)}"
        answer(FIRST[start:-1], status=206, ETag='"1"', Content_Range=span)(handler)

    site.script = [ranged(FIRST, '"1"', send=CUT), short_tail, ranged(FIRST, '"1"')]
    result = get(site, naps, tmp_path)
    assert result.path.read_bytes() == FIRST
    assert result.attempts == 3


def test_server_that_is_not_there(naps: Naps, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"gave up after 2 attempts.*could not be reached"):
        client(naps, retries=1).fetch_file("GET", "http://127.0.0.1:9/file", tmp_path / "x.zip")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("header", "saved"),
    [
        ("attachment; filename*=utf-8'jp'diff_20260220.zip", "diff_20260220.zip"),
        ('attachment; filename="diff_20260220.zip"', "diff_20260220.zip"),
        ("attachment; filename=../../diff.zip", "x.zip"),
        ("attachment; filename*=utf-8''%2e%2e%2fdiff.zip", "x.zip"),
        ("attachment; filename=.hidden.zip", "x.zip"),
        ("attachment; filename=diff.exe", "x.zip"),
        ("attachment", "x.zip"),
    ],
)
def test_name_of_the_server_is_used_only_when_safe(site: Site, naps: Naps, tmp_path: Path, header: str, saved: str) -> None:
    site.script = [answer(FIRST, Content_Disposition=header)]
    assert get(site, naps, tmp_path / "inbox", name_from_server=True).path == tmp_path / "inbox" / saved
    assert names(tmp_path) == ["inbox"]
    assert names(tmp_path / "inbox") == [saved]


def test_file_present_under_the_name_of_the_server_is_not_read_again(site: Site, naps: Naps, tmp_path: Path) -> None:
    (tmp_path / "named.zip").write_bytes(FIRST)
    site.script = [answer(SECOND, Content_Disposition="attachment; filename=named.zip")]
    result = get(site, naps, tmp_path, name_from_server=True)
    assert (result.path.name, result.transferred) == ("named.zip", False)
    assert result.path.read_bytes() == FIRST


def test_form_fields_are_made_anew_for_every_attempt(site: Site, naps: Naps, tmp_path: Path) -> None:
    site.script = [answer(b"", status=503), answer(FIRST)]
    tokens = iter(["one", "two"])
    client(naps).fetch_file("POST", site.url, tmp_path / "x.zip", data=lambda: {"token": next(tokens)})
    assert site.bodies == ["token=one", "token=two"]


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [("text/html", "utf-8"), ("text/html; charset=UTF-8", "utf-8"), ("text/html; charset=Shift_JIS", "cp932")],
)
def test_page_text(site: Site, naps: Naps, content_type: str, encoding: str) -> None:
    site.script = [answer("令和８年".encode(encoding), Content_Type=content_type)]
    assert client(naps).get_page(site.url) == "令和８年"


def test_page_cut_short_is_asked_for_again(site: Site, naps: Naps) -> None:
    site.script = [answer(b"<html>", send=2), answer(b"<html>")]
    assert client(naps).get_page(site.url) == "<html>"
    assert naps == [2.0]


def test_requests_keep_their_distance(site: Site, naps: Naps) -> None:
    site.script = [answer(b"")]
    moments = iter([100.0, 100.4, 101.0, 105.0, 105.0])
    polite = client(naps, minimum_interval_seconds=1.0, clock=lambda: next(moments))
    for _ in range(3):
        polite.get_page(site.url)
    assert naps == [pytest.approx(0.6)]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.zip", FIRST, None),
        ("a.ZIP", b"", "does not open as a zip"),
        ("a.zip", FIRST[:-30], "does not open as a zip"),
        ("a.csv", b"", None),
    ],
)
def test_file_fault(tmp_path: Path, name: str, content: bytes, fault: str | None) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    found = file_fault(path)
    assert (found is None) if fault is None else (found is not None and fault in found)
