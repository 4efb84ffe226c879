"""Fetching from a local server that plays the corporate-number publication site."""

import io
import itertools
import threading
import urllib.parse
import zipfile
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pysequoia
import pytest

from pipelines.download import Downloader, DownloadError
from pipelines.signature import SignatureState
from pipelines.sources.nta_corporate_number.fetch import (
    TOKEN_FIELD,
    FetchedFile,
    FetchError,
    FileKind,
    PageNotUnderstoodError,
    era_date,
    fetch,
)

KEY = pysequoia.Tsk.generate("Publisher <publisher@example.org>")
PUBLIC_KEY = bytes(KEY.extract_certificate())

FULL_HTML = """<html><body><form id="appForm" action="" method="post">
<div><input type="hidden" name="{field}" value="{token}"/></div>
<h2 class="title" id="csv-sjis">CSV形式・Shift-JIS</h2><p>令和8年1月30日更新</p>
<dl><dt class="mb05">全国</dt><dd><a href="#" onclick="return doDownload(99001);">zip 240MB</a></dd></dl>
<h2 class="title" id="csv-unicode">CSV形式・Unicode</h2><p>令和8年1月30日更新</p>
<div class="tbl02">
<dl><dt class="mb05">全国</dt><dd><a href="#" onclick="return doDownload(20001);">zip 250MB</a></dd></dl>
<dl><dt class="mb05">鳥取県</dt><dd><a href="#" onclick="return doDownload(20031);">zip 1MB</a></dd></dl>
<dl><dt class="mb05">東京都</dt><dd><a href="#" onclick="return doDownload(20131);">分割1 zip 50MB</a>
<a href="#" onclick="return doDownload(20132);">分割2 zip 9MB</a></dd></dl>
</div>
<h2 class="title" id="xml-unicode">XML形式・Unicode</h2>
<dl><dt class="mb05">沖縄県</dt><dd><a href="#" onclick="return doDownload(99002);">zip 3MB</a></dd></dl>
</form></body></html>"""

DAILY_HTML = """<html><body><form id="appForm" action="/download/sabun/index.html" method="post">
<input type="hidden" name="{field}" value="{token}"/>
<h2 class="title" id="csv-sjis">CSV形式・Shift-JIS</h2>
<div class="tbl03"><table><tbody>
<tr><th>令和8年2月20日</th><td><a href="#" onclick="return doDownload(99011);">zip 90KB</a></td></tr>
</tbody></table></div>
<h2 class="title" id="csv-unicode">CSV形式・Unicode</h2>
<div class="tbl03"><table><tbody>
<tr><th>公開日</th><td>ファイル</td></tr>
<tr><th>令和8年2月20日</th><td><a href="#" onclick="return doDownload(10003);">zip 90KB</a></td></tr>
<tr><th>令和８年２月１９日</th><td><a href="#" onclick="return doDownload(10002);">zip 80KB</a></td></tr>
<tr><th>令和8年2月18日</th><td><a href="#" onclick="return doDownload(10001);">zip 85KB</a></td></tr>
</tbody></table></div>
<h2 class="title" id="xml-unicode">XML形式・Unicode</h2>
<table><tr><th>令和8年2月20日</th><td><a href="#" onclick="return doDownload(99012);">zip 99KB</a></td></tr></table>
</form></body></html>"""


def delivery(name: str, *, signed: str | None = "right") -> bytes:
    """A zip as the publisher makes it: the CSV and its signature."""
    content = f"1,1180301018771,01,{name}\n".encode() * 5000
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"{name}.csv", content)
        if signed:
            over = content if signed == "right" else b"something else"
            signature = pysequoia.sign(KEY.signer(), over, mode=pysequoia.SignatureMode.DETACHED)
            archive.writestr(f"{name}.csv.asc", signature)
    return buffer.getvalue()


class Handler(BaseHTTPRequestHandler):
    server: "Site"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        page = self.server.pages.get(self.path)
        if page is None:
            self.send_error(404)
            return
        token = f"token-{next(self.server.numbers)}"
        self.server.live_tokens.add(token)
        self.reply(page.format(field=TOKEN_FIELD, token=token).encode(), {"Content-Type": "text/html; charset=UTF-8"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(urllib.parse.parse_qsl(body))
        self.server.posted.append((self.path, form))
        token = form.get(TOKEN_FIELD, "")
        if token not in self.server.live_tokens or form.get("event") != "download":
            self.send_error(403)
            return
        self.server.live_tokens.remove(token)
        content, name = self.server.files[form["selDlFileNo"]]
        headers = {"Content-Disposition": f"attachment; filename*=utf-8'jp'{name}"} if name else {}
        cut = self.server.cuts.pop(0) if self.server.cuts else None
        self.reply(content, headers, cut)
        self.close_connection = True

    def reply(self, content: bytes, headers: dict[str, str], cut: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[:cut])

    def log_message(self, *_: object) -> None:
        """Keep the test output quiet."""


class Site(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.pages = {"/download/zenken/": FULL_HTML, "/download/sabun/": DAILY_HTML}
        self.files: dict[str, tuple[bytes, str | None]] = {
            "20001": (delivery("00_zenkoku_all_20260130"), "00_zenkoku_all_20260130.zip"),
            "20031": (delivery("31_tottori_all_20260130"), "31_tottori_all_20260130.zip"),
            "20131": (delivery("13_tokyo_all_20260130_001"), None),
            "20132": (delivery("13_tokyo_all_20260130_002"), None),
            "10001": (delivery("diff_20260218"), "diff_20260218.zip"),
            "10002": (delivery("diff_20260219"), None),
            "10003": (delivery("diff_20260220"), "diff_20260220.zip"),
        }
        self.numbers = itertools.count()
        self.live_tokens: set[str] = set()
        self.cuts: list[int | None] = []
        self.asked: list[str] = []
        self.posted: list[tuple[str, dict[str, str]]] = []


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(site: Site, inbox: Path, **options: object) -> list[FetchedFile]:
    client = Downloader("test", minimum_interval_seconds=0.0, retries=2, sleep=lambda _: None)
    return fetch(inbox, base_url=site.url, downloader=client, **options)  # type: ignore[arg-type]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


EVERYTHING = ["00_zenkoku_all_20260130.zip", "diff_20260218.zip", "diff_20260219.zip", "diff_20260220.zip"]


def test_first_run_brings_everything_and_the_second_nothing(site: Site, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    first = run(site, inbox)
    assert [file.path.name for file in first] == EVERYTHING == names(inbox)
    assert [file.kind for file in first] == [FileKind.FULL] + [FileKind.DAILY] * 3
    assert [file.published for file in first] == [date(2026, 1, 30), *(date(2026, 2, day) for day in (18, 19, 20))]
    assert all(file.transferred and file.size == file.path.stat().st_size for file in first)
    assert {file.signature for file in first} == {SignatureState.UNCHECKED}
    assert (inbox / "diff_20260219.zip").read_bytes() == site.files["10002"][0]
    assert [path for path, _ in site.posted] == ["/download/zenken/"] + ["/download/sabun/index.html"] * 3

    posted = len(site.posted)
    second = run(site, inbox)
    assert [file.path for file in second] == [file.path for file in first]
    assert not any(file.transferred for file in second)
    assert len(site.posted) == posted


@pytest.mark.parametrize(
    ("since", "expected", "warns"),
    [
        (date(2026, 2, 19), EVERYTHING[2:], False),
        (date(2026, 2, 21), [], False),
        (date(2026, 2, 18), EVERYTHING[1:], False),
        (date(2026, 1, 1), EVERYTHING[1:], True),
        (None, EVERYTHING[1:], False),
    ],
)
def test_daily_files_since(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture, since: date | None, expected: list[str], warns: bool
) -> None:
    assert [file.path.name for file in run(site, tmp_path, since=since, full=False)] == expected
    assert "/download/zenken/" not in site.asked
    assert ("only in the full file" in caplog.text) == warns


def test_regions_and_split_regions(site: Site, tmp_path: Path) -> None:
    files = run(site, tmp_path, regions=("鳥取県", "東京都"), since=date(2026, 2, 21))
    assert [file.path.name for file in files] == [
        "31_tottori_all_20260130.zip",
        "東京都_all_20260130_001.zip",
        "東京都_all_20260130_002.zip",
    ]
    posted = len(site.posted)
    again = run(site, tmp_path, regions=("鳥取県",), since=date(2026, 2, 21))
    assert [(file.path.name, file.transferred) for file in again] == [("31_tottori_all_20260130.zip", False)]
    assert len(site.posted) == posted + 1  # asked for its name only


def test_a_cut_connection_is_tried_again_with_a_new_token(site: Site, tmp_path: Path) -> None:
    site.cuts = [100_000, None]
    progress: list[tuple[str, int, int | None]] = []
    files = run(site, tmp_path, since=date(2026, 2, 21), progress=lambda *step: progress.append(step))
    assert files[0].path.read_bytes() == site.files["20001"][0]
    tokens = [form[TOKEN_FIELD] for _, form in site.posted]
    assert len(tokens) == len(set(tokens)) == 2
    size = len(site.files["20001"][0])
    assert progress[-1] == ("00_zenkoku_all_20260130.zip", size, size)


def test_a_refused_token_ends_the_run(site: Site, tmp_path: Path) -> None:
    site.pages["/download/sabun/"] = DAILY_HTML.replace("{token}", "stale")
    with pytest.raises(DownloadError, match="answered 403"):
        run(site, tmp_path, full=False)
    assert len(site.posted) == 1
    assert names(tmp_path) == []


def test_a_damaged_file_in_the_inbox_is_fetched_again(site: Site, tmp_path: Path) -> None:
    (tmp_path / "diff_20260220.zip").write_bytes(site.files["10003"][0][:-40])
    files = run(site, tmp_path, full=False, since=date(2026, 2, 20))
    assert [file.transferred for file in files] == [True]
    assert files[0].path.read_bytes() == site.files["10003"][0]


def test_signature_states_of_good_deliveries(site: Site, tmp_path: Path) -> None:
    site.files["10002"] = (delivery("diff_20260219", signed=None), None)
    files = run(site, tmp_path, full=False, public_key=PUBLIC_KEY)
    assert [file.signature for file in files] == [SignatureState.GOOD, SignatureState.ABSENT, SignatureState.GOOD]


def test_bad_signature_is_put_aside_and_the_others_come_in(site: Site, tmp_path: Path) -> None:
    site.files["10001"] = (delivery("diff_20260218", signed="wrong"), None)
    with pytest.raises(FetchError, match=r"diff_20260218\.zip\.bad-signature") as error:
        run(site, tmp_path, full=False, public_key=PUBLIC_KEY)
    assert error.value.rejected == [tmp_path / "diff_20260218.zip.bad-signature"]
    assert [file.path.name for file in error.value.fetched] == EVERYTHING[2:]
    assert names(tmp_path) == ["diff_20260218.zip.bad-signature", *EVERYTHING[2:]]


@pytest.mark.parametrize(
    ("path", "page", "looked_for"),
    [
        pytest.param("/download/sabun/", "<p>工事中</p>", "request.token", id="no form"),
        pytest.param("/download/sabun/", DAILY_HTML.replace("csv-unicode", "csv"), "id='csv-unicode'", id="no section"),
        pytest.param(
            "/download/sabun/",
            DAILY_HTML.split('<h2 class="title" id="csv-unicode">')[0] + '<h2 id="csv-unicode"></h2></form>',
            "no daily file was found",
            id="no table",
        ),
        pytest.param("/download/sabun/", DAILY_HTML.replace("令和8年2月18日", "前回"), "found '前回 zip 85KB'", id="no date"),
        pytest.param("/download/sabun/", DAILY_HTML.replace("2月18日", "2月30日"), "令和8年2月30日", id="no such day"),
        pytest.param("/download/zenken/", FULL_HTML.replace("csv-unicode", "csv"), "id='csv-unicode'", id="full: section"),
        pytest.param("/download/zenken/", FULL_HTML.replace("全国", "日本"), "Regions found: 日本, ", id="full: region"),
        pytest.param("/download/zenken/", FULL_HTML.replace("doDownload(20001)", "open()"), "no link for '全国'", id="full: link"),
        pytest.param("/download/zenken/", FULL_HTML.replace('"{token}"', '""'), "request.token", id="full: token"),
    ],
)
def test_page_not_understood(site: Site, tmp_path: Path, path: str, page: str, looked_for: str) -> None:
    site.pages[path] = page
    with pytest.raises(PageNotUnderstoodError) as error:
        run(site, tmp_path, full="zenken" in path)
    assert site.url + path[1:] in str(error.value)
    assert looked_for in str(error.value)
    assert names(tmp_path) == []


def test_full_file_without_a_date_on_the_page_takes_the_name_of_the_server(site: Site, tmp_path: Path) -> None:
    site.pages["/download/zenken/"] = FULL_HTML.replace("令和8年1月30日更新", "")
    full = run(site, tmp_path, since=date(2026, 2, 21))[0]
    assert (full.path.name, full.published) == ("00_zenkoku_all_20260130.zip", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("令和8年2月20日", date(2026, 2, 20)),
        ("令和元年5月7日更新", date(2019, 5, 7)),
        ("令和８年１２月１日", date(2026, 12, 1)),
        ("平成31年4月26日", date(2019, 4, 26)),
        ("令和 8 年 2 月 20 日", date(2026, 2, 20)),
        ("令和8年2月29日", None),
        ("2026年2月20日", None),
        ("", None),
    ],
)
def test_era_date(text: str, expected: date | None) -> None:
    assert era_date(text) == expected
