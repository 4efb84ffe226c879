"""The static site: complete, linked, quiet, accessible, and usable with and without scripts."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from catalog.model import Catalogue
from catalog.site.builder import LANGUAGES, build_site
from catalog.site.maps import coverages
from catalog.site.sketches import sketches
from tests.browsing import browser, needs_browser, served, site_packages
from tests.site_material import NAMES, RELEASE, ROWS, write_public_folder

FIRST_VIEW_BYTES = 200_000
PAPER_PIXELS = 680  # A4 within its margins, at 96 to the inch
LOOKED_AT = [
    "index.html",
    "site/en/index.html",
    "site/ja/datasets/index.html",
    "site/ja/datasets/company.html",
    "site/en/datasets/company.html",
    "site/ja/columns/company/closed_on.html",
    "site/ja/concepts/index.html",
    "site/ja/concepts/corporate_number.html",
    "site/ja/code-lists/index.html",
    "site/ja/apis/index.html",
    "site/ja/sources/index.html",
    "site/ja/map.html",
    "site/ja/maps/company-rows.html",
    "site/en/maps/company-filled.html",
    "site/ja/maps/company-quality.html",
    "site/en/maps/company-faultless.html",
    f"site/ja/releases/{RELEASE}.html",
    "site/ja/search.html",
    "site/en/search.html",
]
WIDE = ["index.html", "site/ja/datasets/company.html", "site/ja/map.html", "site/ja/maps/company-quality.html", "site/ja/search.html"]
NARROWED = "site/ja/search.html?q=法人番号&kind=column&registry=company&access=public"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Catalogue]:
    folder = tmp_path_factory.mktemp("public")
    catalogue = write_public_folder(folder, tmp_path_factory.mktemp("home"))
    build_site(catalogue, folder)
    return folder, catalogue


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src", "action", "data-search", "data-file", "data-load-preview"} and value is not None:
                self.links.append(value)
            if name == "id" and value is not None:
                self.ids.add(value)


def _parsed(page: Path) -> _Links:
    parser = _Links()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


def test_every_link_leads_somewhere(made: tuple[Path, Catalogue]) -> None:
    folder, _ = made
    pages = [folder / "index.html", *sorted((folder / "site").rglob("*.html"))]
    parsed = {page.resolve(): _parsed(page) for page in pages}
    followed = 0
    for page, found in parsed.items():
        for link in found.links:
            if link.startswith(("https://", "http://", "data:", "mailto:")):
                continue
            target, _, fragment = link.partition("#")
            target = target.partition("?")[0]
            path = (page.parent / unquote(target)).resolve() if target else page
            assert path.exists(), f"{page.relative_to(folder)} links to {link}"
            if fragment and path in parsed:
                assert unquote(fragment) in {unquote(name) for name in parsed[path].ids}, f"{page.relative_to(folder)} links to {link}"
            followed += 1
    assert followed > 5_000


def test_everything_in_the_catalogue_has_a_page_in_both_languages(made: tuple[Path, Catalogue]) -> None:
    folder, catalogue = made
    for language in LANGUAGES:
        root = folder / "site" / language
        for dataset in catalogue.datasets:
            page = (root / "datasets" / f"{dataset.name}.html").read_text(encoding="utf-8")
            assert (dataset.title if language == "ja" else dataset.title_en) in page
            for column in dataset.columns:
                assert (root / "columns" / dataset.name / f"{column.name}.html").exists()
        for concept in catalogue.concepts:
            assert (root / "concepts" / f"{concept.name}.html").exists()
        for code_list in catalogue.code_lists:
            assert (root / "code-lists" / f"{code_list.name}.html").exists()


def test_pages_ask_nothing_of_other_hosts(made: tuple[Path, Catalogue]) -> None:
    folder, _ = made
    loads = re.compile(
        r'<(?:script|img|iframe)[^>]+src="(?!data:)(https?:)?//|<link[^>]+rel="stylesheet"[^>]+href="https?:|@import|url\(https?:'
    )
    for path in [folder / "index.html", *(folder / "site").rglob("*.html"), *(folder / "site").rglob("*.css")]:
        assert not loads.search(path.read_text(encoding="utf-8")), path


def test_the_same_catalogue_gives_the_same_bytes(made: tuple[Path, Catalogue], tmp_path: Path) -> None:
    folder, catalogue = made
    again = tmp_path / "public"
    shutil.copytree(folder / RELEASE, again / RELEASE)
    build_site(catalogue, again)
    written = {path.relative_to(again): path.read_bytes() for path in sorted((again / "site").rglob("*")) if path.is_file()}
    assert written == {path.relative_to(folder): path.read_bytes() for path in sorted((folder / "site").rglob("*")) if path.is_file()}


def test_a_failed_build_leaves_the_site_as_it_was(made: tuple[Path, Catalogue], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, catalogue = made
    again = tmp_path / "public"
    shutil.copytree(folder, again)
    before = (again / "index.html").read_bytes()

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("catalog.site.builder.write_search_index", broken)
    with pytest.raises(OSError, match="disk full"):
        build_site(catalogue, again)
    assert (again / "index.html").read_bytes() == before
    assert (again / "site" / "ja" / "search.html").exists()


def test_the_first_view_is_small(made: tuple[Path, Catalogue]) -> None:
    folder, _ = made
    assets = folder / "site" / "assets"
    first = sum((folder / name).stat().st_size for name in ("index.html", "site/assets/site.css", "site/assets/site.js"))
    assert first < FIRST_VIEW_BYTES
    assert (assets / "site.css").exists()


def test_maps_count_what_is_there_and_how_full_it_is(made: tuple[Path, Catalogue]) -> None:
    folder, catalogue = made
    found = {coverage.dataset.name: coverage for coverage in coverages(catalogue, folder / RELEASE)}
    frame = pl.read_parquet(folder / RELEASE / "company" / "company.parquet")
    company = found["company"]
    assert sum(prefecture.rows for prefecture in company.prefectures) == ROWS
    assert found == {coverage.dataset.name: coverage for coverage in coverages(catalogue, folder / RELEASE)}
    here = frame.filter(pl.col("lg_code") == "131009")
    tokyo = company.prefectures[12]
    cells = here.drop("lg_code")
    assert (tokyo.code, tokyo.rows) == ("13", here.height)
    assert tokyo.filled == pytest.approx(1 - sum(cells.null_count().row(0)) / (cells.width * cells.height))
    assert (tokyo.quality, tokyo.lowest) == ({"accuracy": 0.5, "currency": 1.0}, 0.5)
    assert tokyo.faultless == 0.5
    by_code = {place.code: place for place in company.municipalities}
    assert (by_code["131016"].faultless, company.prefectures[46].faultless, company.prefectures[0].faultless) == (None, 1.0, None)
    judged = (folder / "site" / "ja" / "maps" / "company-faultless.html").read_text(encoding="utf-8")
    assert '<td class="n">50.00 %</td>' in judged
    assert "札幌市" not in {place.name for place in company.municipalities}
    assert {"札幌市中央区", "千代田区", "那覇市"} <= {place.name for place in company.municipalities}
    page = (folder / "site" / "ja" / "maps" / "company-quality.html").read_text(encoding="utf-8")
    assert "<title>東京都 50.00 %</title>" in page


def test_english_pages_have_english_punctuation(made: tuple[Path, Catalogue]) -> None:
    folder, _ = made
    # what is Japanese by itself, such as the name of a law, may keep its own
    plain = re.compile(r"[A-Za-z0-9>]\s?[、。（）：]|[、。（）：]\s?[A-Za-z0-9<(]")
    for name in ("datasets/company.html", "columns/company/closed_on.html", "sources/index.html", f"releases/{RELEASE}.html", "index.html"):
        text = re.sub(
            r"<a[^>]*>.*?</a>|<span lang=\"ja\">[^<]*</span>|<details>.*?</details>",
            "",
            (folder / "site" / "en" / name).read_text(encoding="utf-8"),
            flags=re.S,
        )
        assert plain.findall(text.partition("<h1>")[2].partition("</main>")[0]) == [], name


def test_what_is_in_japanese_only_is_marked_as_such(made: tuple[Path, Catalogue]) -> None:
    folder, _ = made
    page = (folder / "site" / "en" / "columns" / "company" / "closed_on.html").read_text(encoding="utf-8")
    assert '<dd><span lang="ja">とうき' in page
    assert 'lang="ja">とうき' not in (folder / "site" / "ja" / "columns" / "company" / "closed_on.html").read_text(encoding="utf-8")


def test_codes_stand_with_their_names(made: tuple[Path, Catalogue]) -> None:
    page = (made[0] / "site" / "ja" / "columns" / "company" / "status.html").read_text(encoding="utf-8")
    assert re.search(r'<th scope="row">active [^<]+</th>', page)


def test_sketches_count_what_is_there(made: tuple[Path, Catalogue]) -> None:
    folder, _ = made
    drawn = sketches(folder / RELEASE / "company" / "company.parquet")
    names = drawn["name"]
    assert (names.rows, names.filled, names.distinct) == (ROWS, 1.0, len(NAMES))
    assert sorted(names.bins) == sorted((name, ROWS // len(NAMES)) for name in NAMES)
    assert drawn["corporate_number"].bins == []
    assert sum(count for _, count in drawn["changed_on"].bins) == ROWS


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(made: tuple[Path, Catalogue]) -> Iterator[str]:
    with served(made[0]) as address:
        yield address


def _open(chromium: Browser, address: str, page: str, width: int = 1280, **about: object) -> Page:
    opened = chromium.new_context(viewport={"width": width, "height": 900}, locale="ja-JP", **about).new_page()  # type: ignore[arg-type]
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: pytest.fail(f"{page}: {error}"))
    opened.goto(address + page)
    opened.wait_for_load_state("networkidle")
    assert all(url.startswith((address, "data:", "blob:")) for url in asked), asked
    return opened


@needs_browser
@pytest.mark.parametrize(
    ("width", "scheme", "names"),
    [(390, "light", [*LOOKED_AT, NARROWED]), (1280, "light", [*WIDE, NARROWED]), (1280, "dark", [*WIDE, NARROWED])],
)
def test_pages_are_accessible(chromium: Browser, address: str, width: int, scheme: str, names: list[str]) -> None:
    axe = (site_packages() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    checked = 0
    for name in names:
        page = _open(chromium, address, name, width, color_scheme=scheme)
        page.evaluate(axe)
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})")
        violations = [(rule["id"], [node["target"] for node in rule["nodes"]][:3]) for rule in found["violations"]]
        assert violations == [], f"{name} at {width}, {scheme}"
        checked += len(found["passes"])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways at {width}"
        page.context.close()
    assert checked > 10 * len(names)


def test_pages_are_valid_html(made: tuple[Path, Catalogue]) -> None:
    packages = site_packages()
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node on this machine")
    rules = made[0] / ".htmlvalidate.json"
    told_rules = {"extends": ["html-validate:recommended"], "rules": {"long-title": "off", "no-inline-style": "off", "text-content": "off"}}
    rules.write_text(json.dumps(told_rules), encoding="utf-8")
    command = [node, str(packages / "html-validate" / "bin" / "html-validate.mjs"), "--config", str(rules), *LOOKED_AT]
    told = subprocess.run(command, cwd=made[0], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


@needs_browser
def test_the_preview_reads_filters_and_answers_sql(chromium: Browser, address: str) -> None:
    site_packages()
    page = _open(chromium, address, "site/ja/datasets/company.html")
    page.click("[data-load-preview]")
    status = page.locator('#preview [data-part="status"]')
    status.filter(has_text=f"全 {ROWS} 行").wait_for()
    rows = page.locator('#preview [data-part="rows"] tbody tr')
    assert rows.count() == 25
    page.click('#preview [data-part="on"]')
    status.filter(has_text="26–50 行目").wait_for()
    page.select_option('#preview [data-part="column"]', "name")
    page.fill('#preview [data-part="wanted"]', "abc")
    page.click('#preview [data-part="filter"] button[type="submit"]')
    status.filter(has_text=f"{ROWS // len(NAMES)} 行あります").wait_for()
    assert "contains=abc" in page.url
    assert set(rows.locator("td:nth-child(2)").all_text_contents()) == {"ＡＢＣ株式会社"}
    with page.expect_download() as download:
        page.click('#preview [data-part="export"]')
    saved = Path(download.value.path()).read_bytes()
    assert saved.startswith(b"\xef\xbb\xbf")
    assert saved.count(b"\r\n") == 1 + ROWS // len(NAMES)
    page.fill('#preview [data-part="sql"]', "SELECT name, count(*) AS n FROM company GROUP BY name ORDER BY name")
    page.click('#preview [data-part="query"] button')
    page.locator('#preview [data-part="said"]').filter(has_text=f"{len(NAMES)} 行").wait_for()
    told = page.locator('#preview [data-part="answer"] tbody tr').all_text_contents()
    assert sorted(told) == sorted(f"{name}{ROWS // len(NAMES)}" for name in NAMES)
    page.fill('#preview [data-part="sql"]', "SELEC nothing")
    page.click('#preview [data-part="query"] button')
    page.locator('#preview [data-part="said"]').filter(has_text=re.compile("selec", re.IGNORECASE)).wait_for()


def _offered(page: Page, facet: str) -> dict[str, int]:
    """The values of a facet with the counts that stand beside them."""
    told = page.locator(f'[data-narrow] label:has(input[name="{facet}"])')
    counts = {}
    for label in told.all():
        value = label.locator("input").get_attribute("value") or ""
        counts[value] = int((label.locator("[data-count]").text_content() or "").strip("()").replace(",", ""))
    return counts


@needs_browser
def test_a_search_is_narrowed_by_facets_that_count_and_stay_in_the_address(
    chromium: Browser, address: str, made: tuple[Path, Catalogue]
) -> None:
    _, catalogue = made
    page = _open(chromium, address, "site/ja/search.html?kind=dataset")
    status = page.locator("[data-status]")
    status.filter(has_text=f"{len(catalogue.datasets)} 件").wait_for()
    by_registry = Counter(dataset.registry for dataset in catalogue.datasets)
    by_access = Counter(dataset.access for dataset in catalogue.datasets)
    assert {value: count for value, count in _offered(page, "registry").items() if count} == by_registry
    assert {value: count for value, count in _offered(page, "access").items() if count} == by_access
    assert {value for value, count in _offered(page, "mode").items() if count} == {dataset.mode for dataset in catalogue.datasets}
    page.locator('input[name="access"][value="public"]').focus()
    page.keyboard.press("Space")
    status.filter(has_text=f"{by_access['public']} 件").wait_for()
    assert _offered(page, "access") == {name: by_access[name] for name in _offered(page, "access")}, "a facet counts beside its own choice"
    public = Counter(dataset.registry for dataset in catalogue.public_datasets)
    assert {value: count for value, count in _offered(page, "registry").items() if count} == public
    assert "kind=dataset" in page.url
    assert "access=public" in page.url
    page.fill('input[name="q"]', "法人")
    status.filter(has_not_text=f"{by_access['public']} 件").wait_for()
    narrowed, told = page.url, status.inner_text()
    shown = page.locator("[data-results] a").all_text_contents()
    assert 0 < len(shown) < by_access["public"]
    again = _open(chromium, address, narrowed.removeprefix(address))
    again.locator("[data-results] li").first.wait_for()
    assert (again.locator("[data-results] a").all_text_contents(), again.locator("[data-status]").inner_text()) == (shown, told)
    again.click("[data-clear]")
    again.locator("[data-status]").filter(has_not_text=told).wait_for()
    assert again.url.endswith("?q=%E6%B3%95%E4%BA%BA")


@needs_browser
def test_long_lists_of_hits_are_shown_piece_by_piece(chromium: Browser, address: str) -> None:
    page = _open(chromium, address, "site/en/search.html?kind=column")
    hits = page.locator("[data-results] li")
    page.locator("[data-more]").wait_for()
    assert hits.count() == 50
    page.click("[data-more]")
    assert hits.count() == 100
    assert page.evaluate("[...document.querySelectorAll('[data-results] a')].indexOf(document.activeElement)") == 50


@needs_browser
def test_search_without_scripts_leads_to_the_lists(chromium: Browser, address: str, made: tuple[Path, Catalogue]) -> None:
    page = _open(chromium, address, "site/ja/search.html", java_script_enabled=False)
    assert not page.locator("[data-narrow]").is_visible()
    registry = made[1].registries[-1]
    page.click(f'main a:text-is("{registry.title}")')
    assert page.url.endswith(f"datasets/index.html#{registry.name}")


@needs_browser
@pytest.mark.parametrize("name", ["index.html", "site/ja/datasets/company.html", "site/en/columns/company/closed_on.html"])
def test_pages_print_on_white_paper_without_navigation_and_whole(chromium: Browser, address: str, name: str) -> None:
    page = _open(chromium, address, name, PAPER_PIXELS, color_scheme="dark")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(26, 26, 28)"
    for part in ("nav", "button", ".finder", "#preview"):
        assert not any(found.is_visible() for found in page.locator(part).all()), part
    assert page.locator("h1").is_visible()
    wide = "[...document.querySelectorAll('table, pre, svg')].filter(one => one.getBoundingClientRect().right > innerWidth).length"
    assert page.evaluate(wide) == 0
    folded = page.locator("details:not([open]) li, details:not([open]) td").all()
    assert all(cell.evaluate("cell => cell.checkVisibility({contentVisibilityAuto: true})") for cell in folded)
    assert page.pdf(format="A4").startswith(b"%PDF")


@needs_browser
def test_a_dataset_can_be_reached_by_keyboard_without_scripts(chromium: Browser, address: str) -> None:
    page = _open(chromium, address, "index.html", java_script_enabled=False)
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("class") == "skip"
    page.click("nav >> text=データセット")
    page.click('main table a:has-text("法人（現在）")')
    assert page.locator("h1").inner_text() == "法人（現在）"
    assert page.locator("#files + .scroll a").first.get_attribute("href").endswith("company.parquet")  # type: ignore[union-attr]


@needs_browser
def test_it_works_as_a_folder_on_a_disk(chromium: Browser, made: tuple[Path, Catalogue]) -> None:
    page = chromium.new_context().new_page()
    page.goto((made[0] / "index.html").as_uri())
    page.click("text=法人（現在）")
    assert page.locator("h1").inner_text() == "法人（現在）"
    page.goto((made[0] / "site" / "ja" / "search.html").as_uri() + "?kind=dataset&registry=company")
    page.click('[data-results] a:has-text("法人（現在）")')
    assert page.locator("h1").inner_text() == "法人（現在）"
    page.click("[data-theme-switch]")
    assert page.evaluate("document.documentElement.dataset.theme") in {"light", "dark"}
