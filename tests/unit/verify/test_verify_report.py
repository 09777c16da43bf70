"""The report: what was checked and how much of it, corrections counted, one page for people, one object for programs."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.verify_archive import SAMPLE_SIZE, Builder, manifest, sample, write_folder
from tests.verify_journal_forgeries import finished
from tests.verify_mutations import pinned
from tests.verify_pair_mutations import compared, folder, longer, otherwise
from verify.__main__ import main
from verify.archive import Pinned, verify_archive
from verify.findings import Place, Report
from verify.html_report import to_html
from verify.report import SCHEMA, to_json, to_text

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def school() -> Builder:
    """A school with results and a closed journal."""
    return finished().b


@pytest.fixture(scope="module")
def report(school: Builder, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return verify_archive(write_folder(school.files(), tmp_path_factory.mktemp("a") / "bag"), pinned(school))


def test_says_of_every_check_how_much_it_checked(school: Builder, report: Report) -> None:
    types = [entry["type"] for entry in school.entries]
    size, checked = len(school.entries), report.checked
    assert (checked["entries_hashed"], checked["entries_chained"], checked["entries_judged"]) == (size, size, size)
    assert checked["signatures"] == 1
    assert checked["files"] == len(school.files()) - 1
    assert checked["tables"] == sum(name.endswith(".csv") for name in school.files())
    tables = (raw.decode() for name, raw in school.files().items() if name.endswith(".csv"))
    assert checked["rows"] == sum(len(list(csv.reader(io.StringIO(table), delimiter=";"))) - 1 for table in tables)
    for name, of in {
        "results": ("period_mark_recorded/1", "final_mark_recorded/1"), "closings": ("period_closed/1",),
        "journals": ("journal_closed/1",), "sheets": ("sheet_transferred/1",), "attendances": ("attendance_taken/1",),
        "evidence_roots": ("verification_recorded/1", "archive_recorded/1", "checkpoint_cosigned/1", "backup_taken/1"),
    }.items():  # fmt: skip
        assert (name, checked[name]) == (name, sum(types.count(each) for each in of))
    assert checked["disclosures"] == len(school.disclosures)


def test_counts_less_where_entries_cannot_be_read_or_are_unknown(tmp_path: Path) -> None:
    builder = sample().builder
    builder.add("person", builder.uuid(), "wings_grown")
    files = builder.files()
    name = "data/log/entries-000000000000.jsonl"
    files[name] = files[name].replace(b'"value":"4"', b'"value":4', 1)
    checked = verify_archive(write_folder(files, tmp_path / "bag"), pinned(builder)).checked
    size = SAMPLE_SIZE + 1
    assert (checked["entries_hashed"], checked["entries_chained"], checked["entries_judged"]) == (
        size,
        size - 1,
        size - 2,
    )


def test_counts_corrections_by_fact_and_of_them_those_after_the_close_and_approved(
    school: Builder, report: Report
) -> None:
    corrections = [entry for entry in school.entries if "corrects" in entry["data"] and "old" in entry["data"]]
    corrections = [entry for entry in corrections if "request" not in entry["type"]]
    marks = [entry for entry in corrections if entry["type"].startswith("mark_")]
    assert report.corrections["mark"] == [len(marks), 1, 1]
    reasons = sum(entry["type"] == "absence_reason_set/1" for entry in school.entries)
    assert sum(counts[0] for counts in report.corrections.values()) == len(corrections) + reasons


def test_a_correction_that_the_same_person_answered_is_not_approved(tmp_path: Path) -> None:
    school = sample()
    b = school.builder
    entry = next(entry for entry in b.entries if entry["data"].get("request") == school.request)
    entry["actor"] = b.entries[school.request]["actor"]
    report = verify_archive(write_folder(b.files(), tmp_path / "bag"), pinned(b))
    assert report.corrections["mark"][1:] == [1, 0]


def test_says_which_files_only_the_manifest_covers(tmp_path: Path) -> None:
    files = sample().builder.files()
    payload = {"data/documents/5А.pdf": b"%PDF", "data/documents/5Б.pdf": b"%PDF", "data/documents/list.xlsx": b"PK"}
    files |= payload
    listed = {name: raw for name, raw in files.items() if name.startswith("data/")}
    oxum = f"Payload-Oxum: {sum(map(len, listed.values()))}.{len(listed)}\n".encode()
    files["bag-info.txt"] = re.sub(rb"Payload-Oxum: .*\n", oxum, files["bag-info.txt"])
    files["manifest-sha256.txt"] = manifest(listed)
    tags = {n: raw for n, raw in files.items() if not n.startswith("data/") and n != "tagmanifest-sha256.txt"}
    files["tagmanifest-sha256.txt"] = manifest(tags)
    report = verify_archive(write_folder(files, tmp_path / "bag"), pinned(sample().builder))
    assert report.verdict.value == "verified", to_text(report)
    assert report.by_manifest == {"pdf": 2, "xlsx": 1}
    assert "pdf 2, xlsx 1" in to_text(report)


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= dict(attrs)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_has_the_verdict_first_and_everything_that_the_text_has(report: Report) -> None:
    page = Page(to_html(report))
    text = " ".join(" ".join(page.words).split())
    assert text.index("ПОДТВЕРЖДЕНО") < text.index("Что проверялось") < text.index("Что сверено")
    for line in to_text(report, "ru").splitlines():
        if line.startswith("  "):
            assert line.strip().partition(": ")[0] in text


@pytest.mark.parametrize(("language", "has", "has_not"), [("ru", "Найдено", "found"), ("en", "found", "Найдено")])
def test_the_page_is_in_one_language_where_one_is_asked_for(
    language: str, has: str, has_not: str, tmp_path: Path
) -> None:
    builder = sample().builder
    path = write_folder(builder.files(), tmp_path / "bag")
    (path / "bag-info.txt").write_bytes(b"")
    page = to_html(verify_archive(path, pinned(builder)), language)
    assert f'<html lang="{language}">' in page
    assert f"<p>{has}: " in page
    assert f">{has_not}" not in page
    assert '<html lang="ru">' in to_html(verify_archive(path, pinned(builder)))


def test_the_page_fetches_and_runs_nothing(report: Report) -> None:
    page = Page(to_html(report))
    assert not {"script", "link", "img", "iframe", "object", "form", "a"} & set(page.tags)
    assert not {name for name in page.attributes if name.startswith("on") or name in ("src", "href", "style")}
    assert "default-src 'none'" in to_html(report)
    assert "url(" not in to_html(report)


def test_the_page_shows_hostile_text_as_text() -> None:
    report = Report(subject="<script>alert(1)</script>\x1b[2J")
    report.facts["school"] = "<img src=x onerror=alert(1)>"
    report.add("name-unsafe", Place('"><b onclick=x>', field="<i>"), "<u>", "&amp;<a href=x>")
    report.skip("no-key", "<b>")
    report.by_manifest["<b>"] = 1
    page = Page(to_html(report))
    assert not {"script", "img", "b", "i", "u", "a"} & set(page.tags)
    assert "&amp;<a href=x>" in page.words


def test_the_page_says_where_in_russian_and_in_english() -> None:
    report = Report()
    report.add("prev-mismatch", Place("data/log/x", 2, 1, 7, "prev"), "one standing mark", "b")
    page = to_html(report)
    assert "data/log/x, строка 2, запись 1, байт 7, поле prev" in page
    assert "data/log/x, line 2, entry 1, byte 7, field prev" in page
    assert "один действующий факт: mark" in page
    assert "строка 2, запись 1" in to_text(report, "ru")


def test_the_page_of_a_comparison_has_both_sides(tmp_path: Path) -> None:
    first, second = folder(longer(), tmp_path / "a"), folder(otherwise(), tmp_path / "b")
    page = to_html(compared(first, second))
    assert page.count("ПОДТВЕРЖДЕНО") == 2
    assert page.index("НАЙДЕНЫ РАСХОЖДЕНИЯ") < page.index("РАЗВЕТВЛЕНИЕ") < page.index("ПОДТВЕРЖДЕНО")


def test_writes_the_page_beside_the_text_or_in_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    builder = sample().builder
    archive = str(write_folder(builder.files(), tmp_path / "bag"))
    key = ["--key", builder.key.vkey]
    assert main([archive, *key, "--html", str(tmp_path / "r.html"), "--lang", "ru"]) == 0
    assert capsys.readouterr().out.startswith("ПОДТВЕРЖДЕНО")
    assert main([archive, *key, "--format", "html", "--lang", "ru"]) == 0
    assert capsys.readouterr().out == (tmp_path / "r.html").read_text(encoding="utf-8")
    assert main([archive, *key, "--html", str(tmp_path / "no" / "r.html")]) == 2


def test_the_object_for_programs_has_the_documented_names(report: Report) -> None:
    page = (ROOT / "docs/verify.md").read_text(encoding="utf-8")
    parsed = json.loads(to_json(report))
    assert parsed["schema"] == SCHEMA
    assert SCHEMA in page
    names = {*parsed, *parsed["facts"], *parsed["checked"], *parsed["corrections"]["mark"]}
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_the_object_of_a_comparison_has_the_objects_of_both_sides(tmp_path: Path) -> None:
    first, second = folder(longer(), tmp_path / "a"), folder(otherwise(), tmp_path / "b")
    parsed = json.loads(to_json(compared(first, second)))
    page = (ROOT / "docs/verify.md").read_text(encoding="utf-8")
    assert [part["verdict"] for part in parsed["parts"]] == ["verified", "verified"]
    assert parsed["facts"]["relation"] == "fork"
    assert {name for name in parsed["facts"] if f"`{name}`" not in page} == set()


def test_one_archive_gives_one_report(school: Builder, tmp_path: Path) -> None:
    path = write_folder(school.files(), tmp_path / "bag")
    assert to_html(verify_archive(path, Pinned())) == to_html(verify_archive(path, Pinned()))
