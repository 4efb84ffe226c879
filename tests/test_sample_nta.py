"""The sample of the corporate-number ledger keeps the rules of the published files, and its truth holds."""

import csv
import hashlib
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import polars as pl
import pytest

from data_standards.rules import corporate_number
from pipelines.errors import DaichoError
from pipelines.sample.addresses import towns, towns_before_2024
from pipelines.sources.nta_corporate_number.sample import write_sample
from pipelines.sources.nta_corporate_number.sample_rows import era_date

SCALE = 20_000
REAL = Path(__file__).parents[1].parent / "shared" / "data" / "nta" / "diff"
DAYS = (
    "20240104", "20240105", "20240109", "20240110", "20240111", "20240112", "20240115", "20240116", "20240117",
    "20240118", "20240119", "20240122", "20240123", "20240124", "20240125", "20240126", "20240129", "20240130",
    "20240131", "20240201",
)  # fmt: skip
NAMES = (
    "sequence", "number", "process", "correct", "updated", "changed", "name", "name_image", "kind", "prefecture",
    "city", "street", "address_image", "prefecture_code", "city_code", "post_code", "abroad", "abroad_image",
    "closed", "cause", "successor", "change_cause", "assigned", "latest", "en_name", "en_prefecture", "en_city",
    "en_abroad", "furigana", "excluded",
)  # fmt: skip
QUOTED = {"name", "prefecture", "city", "street", "abroad", "change_cause", *NAMES[24:29]}
# The nature of every column: quoted text or nothing, bare digits and dates or nothing.
LINE = re.compile(",".join(r'(?:"(?:[^"]|"")+")?' if name in QUOTED else r"[0-9-]*" for name in NAMES))
NEW_WARDS = {
    "22131": {"22138"},
    "22132": {"22138"},
    "22133": {"22138"},
    "22134": {"22138"},
    "22135": {"22138", "22139"},
    "22136": {"22139"},
    "22137": {"22140"},
}
KIND_OF_PROCESS = {
    "01": {"new", "corrected"},
    "11": {"renamed"},
    "12": {"moved", "renumbered"},
    "13": {"moved_abroad"},
    "21": {"closed"},
    "22": {"revived"},
    "71": {"absorbed"},
    "72": {"merger_voided"},
    "81": {"trade_name_cancelled"},
    "99": {"withdrawn"},
}
Record = dict[str, str]


def parse(line: str) -> Record:
    return dict(zip(NAMES, next(csv.reader([line])), strict=True))


def raw_lines(path: Path) -> list[bytes]:
    with zipfile.ZipFile(path) as archive:
        (member,) = archive.namelist()
        assert member == f"{path.stem}.csv"
        content = archive.read(member)
    assert content.endswith(b"\n")
    return content[:-1].split(b"\n")


@dataclass
class Sample:
    folder: Path

    def __post_init__(self) -> None:
        self.files = self.folder / "nta_corporate_number"
        self.truth = {
            name: pl.read_parquet(self.folder / "truth" / "nta_corporate_number" / f"{name}.parquet")
            for name in ("company", "event", "succession", "defect")
        }
        self.damaged = {(file, line): kind for file, line, kind in self.truth["defect"].rows()}
        self.full_lines = [line.decode() for line in raw_lines(self.files / "00_zenkoku_all_20231228.zip")]
        self.full = [parse(line) for line in self.full_lines]
        self.daily = {
            day: [
                parse(line.decode(encoding_of(day)))
                for place, line in enumerate(raw_lines(self.files / f"diff_{day}.zip"), 1)
                if (f"diff_{day}.zip", place) not in self.damaged
            ]
            for day in DAYS
        }

    def groups(self) -> Iterator[tuple[str, str, list[Record]]]:
        for day, records in self.daily.items():
            for number, group in groupby(records, key=lambda record: record["number"]):
                yield day, number, list(group)


def encoding_of(day: str) -> str:
    return "utf-8" if DAYS.index(day) < 10 else "cp932"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, scale=SCALE, seed=20240104)
    return Sample(folder)


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_same_scale_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        write_sample(tmp_path / name, scale=1000, seed=seed)
    assert digests(tmp_path / "one") == digests(tmp_path / "same")
    assert len(digests(tmp_path / "one")) == 25
    assert not set(digests(tmp_path / "one").values()) & set(digests(tmp_path / "other").values())


def test_too_small_a_scale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DaichoError, match="give a scale of 1000 or more"):
        write_sample(tmp_path, scale=999, seed=1)


def test_files_are_those_of_business_days(sample: Sample) -> None:
    names = sorted(path.name for path in sample.files.iterdir())
    assert names == ["00_zenkoku_all_20231228.zip", *(f"diff_{day}.zip" for day in DAYS)]


def test_full_file_holds_the_latest_row_of_each_number(sample: Sample) -> None:
    assert [line for line in sample.full_lines if not LINE.fullmatch(line)] == []
    numbers = [record["number"] for record in sample.full]
    assert len(numbers) == len(set(numbers)) == SCALE
    assert [record["sequence"] for record in sample.full] == [str(place) for place in range(1, SCALE + 1)]
    assert {record["latest"] for record in sample.full} == {"1"}
    for record in sample.full:
        assert "2015-10-05" <= record["assigned"] <= record["changed"] <= record["updated"] <= "2023-12-28"
        assert record["process"] != "01" or record["changed"] == record["assigned"]
        assert (record["closed"] != "") == (record["cause"] != "") == (record["process"] == "21")
        assert (record["successor"] != "") == (record["cause"] == "11")


def test_numbers_have_right_check_digits(sample: Sample) -> None:
    numbers = {record["number"] for records in (sample.full, *sample.daily.values()) for record in records}
    checked = pl.DataFrame({"number": sorted(numbers)}).select(corporate_number.is_valid(pl.col("number")))
    assert checked.to_series().all()


@pytest.mark.parametrize("day", DAYS)
def test_daily_files_are_in_their_encoding(sample: Sample, day: str) -> None:
    name = f"diff_{day}.zip"
    sound = [line for place, line in enumerate(raw_lines(sample.files / name), 1) if (name, place) not in sample.damaged]
    texts = [line.decode(encoding_of(day)) for line in sound]
    assert [text for text in texts if not LINE.fullmatch(text)] == []
    other = "cp932" if encoding_of(day) == "utf-8" else "utf-8"
    with pytest.raises(UnicodeDecodeError):
        b"\n".join(sound).decode(other)


def test_daily_files_number_their_lines(sample: Sample) -> None:
    for day in DAYS:
        name = f"diff_{day}.zip"
        lines = raw_lines(sample.files / name)
        assert [line.split(b",", 1)[0] for line in lines] == [str(place).encode() for place in range(1, len(lines) + 1)]
        assert {record["updated"].replace("-", "") for record in sample.daily[day]} == {day}
        assert [record["number"] for record in sample.daily[day]] == sorted(r["number"] for r in sample.daily[day])


def test_groups_keep_the_rules_of_the_delta(sample: Sample) -> None:
    known = {record["number"]: record for record in sample.full}
    forms = Counter[str]()
    for _day, number, group in sample.groups():
        processes = [record["process"] for record in group]
        if "99" in processes:
            (record,) = group
            assert {name for name, value in record.items() if value} == {"sequence", "number", "process", "updated"}
            assert number in known
            del known[number]
            forms["withdrawn"] += 1
            continue
        assert [record["latest"] for record in group] == ["0"] * (len(group) - 1) + ["1"]
        changes = [record["changed"] for record in group]
        assert changes == sorted(changes)
        assert all(record["changed"] <= record["updated"] for record in group)
        correct = "".join(record["correct"] for record in group)
        if "1" in correct:
            assert processes[0] == "01"
            assert re.fullmatch("1+0*", correct)
            assert group[0]["changed"] == group[0]["assigned"]
            forms["corrected" if "0" not in correct else "mixed"] += 1
        else:
            assert (number in known) == (processes[0] != "01")
            # what is only told as new comes after what is known
            assert number not in known or known[number]["changed"] <= changes[0]
            forms["events" if len(group) > 1 else "event"] += 1
        known[number] = group[-1]
    assert min(forms.values()) > 0
    assert set(forms) == {"withdrawn", "corrected", "mixed", "events", "event"}


def test_every_process_and_closing_cause_occurs(sample: Sample) -> None:
    records = [record for records in sample.daily.values() for record in records]
    assert {record["process"] for record in records} == set(KIND_OF_PROCESS)
    assert {record["cause"] for record in records if record["process"] == "21"} == {"01", "11", "21", "31"}
    for record in records:
        assert (record["closed"] == record["changed"]) if record["process"] == "21" else record["closed"] == ""


def test_mergers_name_the_other_side(sample: Sample) -> None:
    edges = {(p, s): (sides, voided) for p, s, _, sides, voided in sample.truth["succession"].rows()}
    told: dict[tuple[str, str], set[str]] = {}
    days: dict[tuple[str, str], set[str]] = {}
    for record in [*sample.full, *(record for records in sample.daily.values() for record in records)]:
        named = re.findall(r"（([0-9]{13})）", record["change_cause"])
        if record["cause"] == "11":
            assert named == [record["successor"]]
            assert re.search("に合併(し|して|し、)解散$", record["change_cause"])
            pairs, side = [(record["number"], record["successor"])], "absorbed"
        elif record["process"] == "71":
            assert re.search("を(吸収)?合併　?$", record["change_cause"])
            pairs, side = [(number, record["number"]) for number in named], "surviving"
            assert pairs
        elif record["process"] == "72":
            assert re.search("裁判所.*の合併無効の判決確定（.*を(吸収)?合併）$", record["change_cause"])
            assert edges[named[0], record["number"]] == ("both", True)
            continue
        else:
            assert not named
            continue
        for pair in pairs:
            told.setdefault(pair, set()).add(side)
            days.setdefault(pair, set()).add(record["updated"])
    assert {pair: "both" if len(sides) == 2 else next(iter(sides)) for pair, sides in told.items()} == {
        pair: sides for pair, (sides, _) in edges.items()
    }
    assert {sides for sides, _ in edges.values()} == {"both", "absorbed", "surviving"}
    assert any(len(published) == 2 for published in days.values())
    predecessors = {predecessor for predecessor, _ in edges}
    assert any(successor in predecessors for _, successor in edges)


def test_hamamatsu_is_renumbered_on_one_day(sample: Sample) -> None:
    before = {record["number"]: record for record in sample.full if record["city"].startswith("浜松市") and record["closed"] == ""}
    assert len(before) > 50
    renumbered = {
        record["number"]: record
        for record in sample.daily["20240105"]
        if record["process"] == "12" and record["changed"] == "2024-01-01" and record["city"].startswith("浜松市")
    }
    assert renumbered.keys() == before.keys()
    for number, old in before.items():
        new = renumbered[number]
        assert new["prefecture_code"] + new["city_code"] in NEW_WARDS[old["prefecture_code"] + old["city_code"]]
        assert (new["street"], new["name"], new["correct"]) == (old["street"], old["name"], "0")
    events = sample.truth["event"].filter(pl.col("kind") == "renumbered")
    assert set(events["corporate_number"]) == before.keys()
    assert set(events["file_date"]) == {date(2024, 1, 5)}


def test_defects_are_what_the_truth_says(sample: Sample) -> None:
    used = {record["number"] for records in (sample.full, *sample.daily.values()) for record in records}
    kinds = Counter[str]()
    for (file, place), kind in sample.damaged.items():
        encoding = encoding_of(file[5:13])
        line = raw_lines(sample.files / file)[place - 1]
        text = line.decode(encoding, errors="replace")
        fields = next(csv.reader([text.replace("\x00", "")]))
        assert fields[1] not in used
        valid = pl.select(corporate_number.is_valid(pl.lit(fields[1]))).item()
        found = {
            "column_count": len(fields) != 30,
            "nul_byte": b"\x00" in line,
            "check_digit": not valid,
            "process_code": fields[2] not in KIND_OF_PROCESS,
            "impossible_date": fields[5] == "2024-02-30",
            "undecodable_byte": "�" in text,
        }
        assert [name for name, is_so in found.items() if is_so] == [kind]
        kinds[kind + " " + encoding] += 1
    assert len(kinds) == 12
    assert set(kinds.values()) == {1}


def test_truth_agrees_with_a_replay(sample: Sample) -> None:
    present = {record["number"]: record for record in sample.full}
    withdrawn = set()
    for _day, number, group in sample.groups():
        if group[0]["process"] == "99":
            withdrawn.add(number)
        else:
            present[number] = group[-1]
    replayed = {
        number: (
            record["name"],
            "withdrawn" if number in withdrawn else "closed" if record["closed"] else "active",
            record["prefecture_code"] + record["city_code"] or None,
            date.fromisoformat(record["closed"]) if record["closed"] else None,
            record["cause"] or None,
            record["successor"] or None,
        )
        for number, record in present.items()
    }
    company = sample.truth["company"]
    assert company["corporate_number"].is_unique().all()
    assert {number: tuple(values) for number, *values in company.rows()} == replayed


def test_truth_lists_every_event_of_the_daily_files(sample: Sample) -> None:
    expected = Counter[tuple[str, str, str]]()
    for day, number, group in sample.groups():
        if any(record["correct"] == "1" for record in group):
            expected[day, number, "01"] += 1
        expected.update((day, number, record["process"]) for record in group if record["correct"] != "1")
    events = sample.truth["event"]
    assert Counter((f"{day:%Y%m%d}", number, process) for day, number, process, _ in events.rows()) == expected
    kinds: dict[str, set[str]] = {}
    for process, kind in events.select("process_code", "kind").unique().rows():
        kinds.setdefault(process, set()).add(kind)
    assert kinds == KIND_OF_PROCESS


@pytest.mark.parametrize(
    ("column", "share", "tolerance"),
    [
        ("name_image", 0.0075, 0.003),
        ("address_image", 0.010, 0.004),
        ("city", 0.997, 0.002),
        ("abroad", 0.005, 0.002),
        ("closed", 0.132, 0.02),
        ("successor", 0.0098, 0.003),
        ("change_cause", 0.016, 0.006),
        ("en_name", 0.0044, 0.002),
        ("en_city", 0.0035, 0.002),
        ("furigana", 0.901, 0.02),
    ],
)
def test_columns_are_filled_as_in_life(sample: Sample, column: str, share: float, tolerance: float) -> None:
    assert sum(record[column] != "" for record in sample.full) / SCALE == pytest.approx(share, abs=tolerance)


def test_street_styles_and_kinds_have_their_shares(sample: Sample) -> None:
    streets = [record["street"] for record in sample.full if record["street"]]
    styles = Counter(
        "residence" if re.search("[０-９]番[０-９]+号", street) else "lot" if re.search("[０-９]番地", street) else "other"
        for street in streets
    )
    assert styles["residence"] / len(streets) == pytest.approx(0.52, abs=0.02)
    assert styles["lot"] / len(streets) == pytest.approx(0.37, abs=0.02)
    kinds = Counter(record["kind"] for record in sample.full)
    assert {kind: round(count / SCALE, 2) for kind, count in kinds.items() if count > SCALE / 100} == {
        "301": 0.63,
        "302": 0.15,
        "305": 0.12,
        "399": 0.08,
    }
    names = Counter(record["name"] for record in sample.full)
    assert names.most_common(1)[0][1] > 1


@pytest.mark.parametrize("text", ["以下に掲載がない場合", "次に", "（", "(", "、", "〜", "階層不明"])
def test_town_names_hold_no_notes_of_the_postal_list(text: str) -> None:
    assert towns().filter(pl.col("town").str.contains(text, literal=True)).is_empty()


def test_towns_cover_the_country_once() -> None:
    frame = towns()
    assert frame.select("lg_code5", "town").is_duplicated().sum() == 0
    assert frame["lg_code5"].n_unique() > 1880
    assert frame["prefecture"].n_unique() == 47
    assert frame.filter(pl.col("town") == "丸の内", pl.col("lg_code5") == "13101").select(
        "prefecture", "city", "kana", "postal_code", "has_chome"
    ).rows() == [("東京都", "千代田区", "マルノウチ", "1000005", True)]


def test_only_hamamatsu_was_named_otherwise_before() -> None:
    now, before = towns(), towns_before_2024()
    changed = now["lg_code5"] != before["lg_code5"]
    assert now.drop("lg_code5", "city").equals(before.drop("lg_code5", "city"))
    assert set(before.filter(changed)["lg_code5"]) == set(NEW_WARDS)
    assert changed.sum() == now["city"].str.starts_with("浜松市").sum()


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2015, 10, 5), "平成２７年１０月５日"),
        (date(2019, 4, 30), "平成３１年４月３０日"),
        (date(2019, 5, 1), "令和１年５月１日"),
        (date(2024, 1, 4), "令和６年１月４日"),
    ],
)
def test_era_dates(day: date, text: str) -> None:
    assert pl.select(era_date(pl.lit(day))).item() == text


@pytest.mark.real
def test_real_lines_have_the_same_form() -> None:
    path = REAL / "diff_20240104.zip"
    if not path.exists():
        pytest.skip(f"no real file {path.name} beside the checkout")
    lines = [line.decode("cp932") for line in raw_lines(path)]
    assert len(lines) > 2000
    assert [line for line in lines if not LINE.fullmatch(line)] == []


def test_most_who_move_stay_near(tmp_path: Path) -> None:
    write_sample(tmp_path, scale=20_000, seed=5)
    truth = pl.read_parquet(tmp_path / "truth" / "nta_corporate_number" / "event.parquet")
    movers = set(truth.filter(pl.col("kind") == "moved")["corporate_number"])
    before = {}
    with zipfile.ZipFile(tmp_path / "nta_corporate_number" / "00_zenkoku_all_20231228.zip") as archive:
        for row in csv.reader(archive.read("00_zenkoku_all_20231228.csv").decode().splitlines()):
            if row[1] in movers:
                before[row[1]] = row[13]
    moved = stayed = 0
    for day in DAYS:
        with zipfile.ZipFile(tmp_path / "nta_corporate_number" / f"diff_{day}.zip") as archive:
            text = archive.read(f"diff_{day}.csv").decode("cp932" if day >= "20240119" else "utf-8", errors="replace")
        for row in csv.reader(text.replace("\0", "").splitlines()):
            if row[2] == "12" and row[1] in before and row[3] == "0":
                moved += 1
                stayed += row[13] == before[row[1]]
    assert moved > 100
    assert stayed / moved > 0.6
