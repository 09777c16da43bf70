"""`ПРОЧТИ.html` as a reader meets it: opened from the archive's folder, with that folder picked, in a real browser."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.cli.console import Console
from api.cli.keeping import export_archive, viewer
from exports.bag import READ_ME, zip_bag
from tests.access_logs import random_access_log, sealed
from tests.command_line import letopis
from tests.sample_folders import sample_folder
from tests.unit.verify.test_verify_earlier import cut
from tests.verify_archive import leaf, manifested, root, sample, write_folder, write_zip
from tests.verify_pair_mutations import folder, longer, otherwise
from tests.viewer_browser import OpenedPage, open_page

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202eнеф\u200f&lt;b&gt;"
SHOWN = HOSTILE.replace("\u202e", "\\u{202e}").replace("\u200f", "\\u{200f}")


@dataclass(frozen=True)
class Archive:
    folder: Path
    vkey: str


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive of the sample school's beginning, as `letopis export` writes it."""
    top = tmp_path_factory.mktemp("viewer")
    with sample_folder(top / "school", limit=1_500) as school:
        export_archive(Console(as_json=True), school, top / "archive")
        return Archive(top / "archive", school.signer.vkey)


@pytest.fixture
def opened(chromium: Browser, archive: Archive) -> Iterator[OpenedPage]:
    """The page that lies in the archive; at the end it must have said nothing and asked for nothing but itself."""
    path = archive.folder / READ_ME
    opened = open_page(chromium, path)
    yield opened
    assert opened.said == []
    assert opened.asked == [path.as_uri()]
    opened.page.close()


def judge(page: Page, folder: Path, key: str = "") -> None:
    page.set_input_files("#folder", folder)
    page.fill("#key", key)
    page.click("#verify")
    expect(page.locator("#answer")).to_be_visible(timeout=60_000)


def judge_zip(page: Page, zipped: Path, key: str = "") -> None:
    page.set_input_files("#zip", zipped)
    page.fill("#key", key)
    page.click("#verify")
    expect(page.locator("#verify")).to_be_enabled(timeout=60_000)
    expect(page.locator("#answer")).to_be_visible()


def turn(page: Page, name: str) -> None:
    page.click(f"#to-{name}")
    expect(page.locator(f"#to-{name}")).to_have_attribute("aria-current", "page")
    expect(page.locator("#view h2")).to_be_visible()


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"data/tables/{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [{name.split(" ")[0]: cell for name, cell in row.items()} for row in csv.DictReader(file, delimiter=";")]


def test_every_archive_has_the_page_and_the_same_is_written_apart(archive: Archive, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = letopis("viewer", "--out", str(page))
    assert done.returncode == 0
    assert page.read_bytes() == viewer() == (archive.folder / READ_ME).read_bytes()
    assert letopis("viewer", "--out", str(page)).returncode == 2
    assert (archive.folder / "README.txt").read_text(encoding="utf-8").index(READ_ME) < 700


def test_verifies_the_archive_it_lies_in(opened: OpenedPage, archive: Archive) -> None:
    judge(opened.page, archive.folder, archive.vkey)
    verdict = opened.page.locator("#verdict")
    expect(verdict.locator(".verdict.verified")).to_contain_text("ПОДТВЕРЖДЕНО VERIFIED")
    expect(verdict).to_contain_text("Чего эта страница не проверяет")
    expect(verdict).to_contain_text("в документах (PDF)")
    counts = {name: len(rows(archive.folder, name)) for name in ("lessons", "marks", "corrections")}
    for words, name in (("Уроков Lessons", "lessons"), ("Отметок Marks", "marks"), ("Исправлений Corr", "corrections")):
        found = re.search(rf"{words}\w*\s+([\d\s]+)", opened.page.inner_text("#view"))
        assert found
        assert int(re.sub(r"\s", "", found[1])) == counts[name]


def test_verifies_a_zip_and_shows_what_is_in_it(opened: OpenedPage, archive: Archive, tmp_path: Path) -> None:
    zipped = tmp_path / "archive.zip"
    zip_bag(archive.folder, zipped)
    page = opened.page
    judge_zip(page, zipped, archive.vkey)
    expect(page.locator("#picked")).to_contain_text("archive.zip — ZIP")
    expect(page.locator("#verdict .verdict.verified")).to_be_visible()
    turn(page, "entry")
    page.get_by_label("Номер записи").fill("700")
    page.keyboard.press("Enter")
    line = (archive.folder / "data/log/entries-000000000000.jsonl").read_text(encoding="utf-8").split("\n")[700]
    expect(page.locator("#view pre").last).to_have_text(line)
    turn(page, "tables")
    page.get_by_role("combobox", name="Таблица").select_option("data/tables/courses.csv")
    expect(page.locator("#view tbody tr")).to_have_count(min(100, len(rows(archive.folder, "courses"))))
    other = tmp_path / "other.zip"
    write_zip(manifested(sample().builder.files() | {"data/documents/5А.pdf": b"%PDF"}), other)
    judge_zip(page, other)
    expect(page.locator("#verdict .verdict.incomplete")).to_be_visible()
    turn(page, "documents")
    with page.expect_download() as download:
        page.get_by_role("button", name="5А.pdf").click()
    assert Path(download.value.path()).read_bytes() == b"%PDF"
    assert download.value.suggested_filename == "5А.pdf"


def test_says_incomplete_without_a_key_and_nothing_with_what_is_none(opened: OpenedPage, archive: Archive) -> None:
    judge(opened.page, archive.folder)
    expect(opened.page.locator("#verdict .verdict.incomplete")).to_contain_text("НЕ ПОЛНОСТЬЮ INCOMPLETE")
    expect(opened.page.locator("#verdict")).to_contain_text("[no-key]")
    opened.page.fill("#key", archive.vkey[:-2])
    opened.page.click("#verify")
    expect(opened.page.locator("#key-error")).to_contain_text("Это не ключ школы")
    expect(opened.page.locator("#key")).to_be_focused()


def test_finds_a_changed_byte_and_names_its_place(opened: OpenedPage, archive: Archive, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(archive.folder, copy)
    entries = copy / "data/log/entries-000000000000.jsonl"
    lines = entries.read_bytes().split(b"\n")
    at = next(number for number, line in enumerate(lines) if b'"value":"4"' in line)
    lines[at] = lines[at].replace(b'"value":"4"', b'"value":"5"')
    entries.write_bytes(b"\n".join(lines))
    judge(opened.page, copy, archive.vkey)
    expect(opened.page.locator("#verdict .verdict.finding")).to_contain_text("НАЙДЕНЫ РАСХОЖДЕНИЯ")
    codes = opened.page.locator("#verdict tbody code").all_inner_texts()
    assert sorted(codes) == ["manifest-mismatch", "prev-mismatch", "result-computed", "root-mismatch", "table-cell"]
    expect(opened.page.locator("#verdict tbody")).to_contain_text(f"строка / line {at + 1}, запись / entry {at}")
    judge(opened.page, archive.folder, archive.vkey)
    expect(opened.page.locator("#verdict .verdict.verified")).to_be_visible()


def test_shows_a_corrected_cell_with_what_it_was_who_changed_it_when_and_why(
    opened: OpenedPage, archive: Archive
) -> None:
    marks = {row["entry"]: row for row in rows(archive.folder, "marks")}
    people = {row["person"]: row["name"] for row in rows(archive.folder, "people")}
    lessons = {row["lesson"]: row for row in rows(archive.folder, "lessons")}
    correction = next(
        row
        for row in rows(archive.folder, "corrections")
        if row["fact"] == "отметка" and row["new"] and row["corrects"] in marks
    )
    mark, lesson = marks[correction["corrects"]], lessons[correction["lesson"]]
    page = opened.page
    judge(page, archive.folder, archive.vkey)
    turn(page, "class")
    page.locator("#view .choices").get_by_label("Класс").select_option(mark["class"])
    page.locator("#view .choices").get_by_label("Предмет").select_option(label=mark["subject"])
    page.locator("#view .choices").get_by_label("Месяц").select_option(mark["held_on"][:7])
    day = ".".join(reversed(mark["held_on"].split("-")))
    page.get_by_role("button", name=f"{mark['name']}, {day}").click()
    history = page.locator("#cell")
    for said in (correction["old"], correction["new"], correction["reason"], people[correction["actor"]]):
        expect(history).to_contain_text(said)
    at = correction["at"]
    expect(history).to_contain_text(f"{at[8:10]}.{at[5:7]}.{at[:4]} {at[11:19]} UTC")
    expect(page.locator("#view")).to_contain_text(lesson["topic"])
    if lesson["homework"]:
        expect(page.locator("#view")).to_contain_text(lesson["homework"])
    history.get_by_role("link", name=f"№ {correction['entry']}").click()
    expect(page.locator("#view")).to_contain_text("mark_corrected/1")
    expect(page.locator("#view")).to_contain_text(f"№ {correction['corrects']}")
    line = (archive.folder / "data/log/entries-000000000000.jsonl").read_text(encoding="utf-8").split("\n")
    expect(page.locator("#view pre").last).to_have_text(line[int(correction["entry"])])
    turn(page, "corrections")
    page.locator("#view .choices").get_by_label("Класс").select_option(mark["class"])
    listed = page.locator("#view tbody tr").filter(has_text=f"№ {correction['entry']}")
    expect(listed).to_contain_text(mark["name"])


def test_shows_people_tables_and_that_there_are_no_documents(opened: OpenedPage, archive: Archive) -> None:
    page = opened.page
    judge(page, archive.folder, archive.vkey)
    person = rows(archive.folder, "people")[7]
    turn(page, "people")
    page.get_by_label("Искать").fill(person["name"])
    page.keyboard.press("Enter")
    expect(page.locator("#view tbody tr")).to_have_count(1)
    turn(page, "tables")
    page.get_by_role("combobox", name="Таблица").select_option("data/tables/courses.csv")
    expect(page.locator("#view tbody tr")).to_have_count(min(100, len(rows(archive.folder, "courses"))))
    turn(page, "documents")
    expect(page.locator("#view")).to_contain_text("Документов в этом архиве нет")


def test_is_used_by_keyboard_alone(opened: OpenedPage, archive: Archive) -> None:
    page = opened.page
    page.set_input_files("#folder", archive.folder)
    page.focus("#key")
    page.keyboard.insert_text(archive.vkey)
    for _ in range(3):  # a file with the key, other archives
        page.keyboard.press("Tab")
    expect(page.locator("#verify")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#answer-title")).to_be_focused(timeout=60_000)
    page.focus("#to-class")
    page.keyboard.press("Enter")
    expect(page.locator("#to-class")).to_be_focused()
    assert page.locator("#view :is(button, select, input, a):not([tabindex='-1'])").count() > 3
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input, textarea, a, progress")]
          .filter((each) => !(each.labels && each.labels.length) && !each.textContent.trim() && !each.getAttribute("aria-label"))
          .map((each) => each.outerHTML)"""
    )
    assert unnamed == []


def test_no_script_but_its_own_runs_and_nothing_leaves(chromium: Browser, archive: Archive) -> None:
    """What its policy forbids is tried here from inside, so that the console must complain."""
    opened = open_page(chromium, archive.folder / READ_ME)
    stopped: list[str | None] = []
    opened.page.on("requestfailed", lambda request: stopped.append(request.failure))
    refused = opened.page.evaluate(
        """async () => {
          const tried = {
            fetch: () => fetch("https://example.com/"),
            file: () => fetch("README.txt"),
            image: () => new Promise((done, fail) => {
              const image = new Image(); image.onload = done; image.onerror = fail; image.src = "https://example.com/a.png";
              document.body.append(image); }),
            frame: () => { document.body.innerHTML = "<b>x</b>"; },
            script: () => { const made = document.createElement("script"); made.text = "window.ran = 1"; document.body.append(made); },
            evaluated: () => window.eval("1"),
          };
          const refused = [];
          for (const [name, attempt] of Object.entries(tried)) {
            try { await attempt(); } catch { refused.push(name); }
          }
          return [refused, window.ran || 0];
        }"""
    )
    assert refused == [["fetch", "file", "image", "frame", "script", "evaluated"], 0]
    # The browser says what it did not send: the image, which the policy stopped.
    assert dict.fromkeys(opened.asked[1:]) == {"https://example.com/a.png": None}
    assert stopped == ["csp"]
    assert all("Content Security Policy" in line or "requires 'Trusted" in line for line in opened.said), opened.said
    opened.page.close()


def test_shows_markup_quotes_and_marks_of_direction_as_text(
    chromium: Browser, viewer_file: Path, tmp_path: Path
) -> None:
    builder = sample().builder
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    files = {
        name: raw.replace("Иванов Пётр".encode(), quoted.encode()).replace(b";5\xd0\x90;", f";{quoted};".encode())
        for name, raw in builder.files().items()
        if name.startswith("data/tables/")
    }
    files = {name: raw.replace("Математика".encode(), quoted.encode()) for name, raw in files.items()}
    files = {name: raw.replace("Дроби".encode(), quoted.encode()) for name, raw in files.items()}
    told = HOSTILE.replace('"', '\\"')
    log = builder.files()["data/log/entries-000000000000.jsonl"].replace("Школа № 1534".encode(), told.encode())
    documents = {"data/documents/<b>.pdf": b"%PDF", "data/documents/5А, химия.pdf": b"%PDF"}
    files = (
        builder.files() | files | {"data/log/entries-000000000000.jsonl": log.replace("Дроби".encode(), told.encode())}
    )
    folder = write_folder(manifested(files | documents), tmp_path / "bag")
    opened = open_page(chromium, viewer_file)
    dialogs: list[str] = []
    opened.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    judge(opened.page, folder, builder.key.vkey)
    expect(opened.page.locator("#verdict .verdict.finding")).to_be_visible()
    expect(opened.page.locator("#view")).to_contain_text(SHOWN)
    texts = ""
    for name in ("class", "corrections", "entry", "people", "tables", "documents"):
        turn(opened.page, name)
        for button in opened.page.locator(".grid button").all()[:3]:
            button.click()
            expect(opened.page.locator("#cell h3")).to_be_visible()
        texts = opened.page.locator("body").inner_text()
        assert "\u202e" not in texts
        if name not in ("tables", "documents"):
            assert SHOWN in texts, name
        assert opened.page.locator("main :is(script, img, b, svg, iframe)").count() == 0
    link = opened.page.get_by_role("link", name="5А, химия.pdf")
    expect(link).to_have_attribute("href", "data/documents/5%D0%90%2C%20%D1%85%D0%B8%D0%BC%D0%B8%D1%8F.pdf")
    assert (dialogs, opened.said, opened.asked) == ([], [], [viewer_file.as_uri()])
    opened.page.close()


def test_verifies_an_access_log_and_shows_its_looks(opened: OpenedPage, tmp_path: Path) -> None:
    log = random_access_log(3)
    judge(opened.page, write_folder(sealed(log), tmp_path / "access"), log.key.vkey)
    verdict = opened.page.locator("#verdict")
    expect(verdict.locator(".verdict.verified")).to_contain_text("ПОДТВЕРЖДЕНО VERIFIED")
    expect(verdict).to_contain_text("verify.pyz access с архивами обоих")
    expect(verdict).not_to_contain_text("Документы против записей")
    expect(opened.page.locator("#view h2")).to_contain_text("О журнале доступа")
    expect(opened.page.locator("#pages button")).to_have_count(2)
    turn(opened.page, "entry")
    opened.page.get_by_label("Номер записи").fill("1")
    opened.page.keyboard.press("Enter")
    expect(opened.page.locator("#view")).to_contain_text(log.entries[1]["type"])


def test_compares_two_archives_and_shows_both_heads_of_a_fork(
    chromium: Browser, viewer_file: Path, tmp_path: Path
) -> None:
    first, second = longer(), otherwise()
    opened = open_page(chromium, viewer_file)
    page = opened.page
    page.set_input_files("#folder", folder(first, tmp_path / "first"))
    page.click("#others summary")
    page.set_input_files("#other-zip", write_zip(second.files(), tmp_path / "second.zip"))
    expect(page.locator("#other-list li")).to_contain_text("second.zip")
    page.fill("#key", first.key.vkey)
    page.click("#verify")
    expect(page.locator("#verdict .verdict.finding").first).to_be_visible(timeout=60_000)
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("РАЗВЕТВЛЕНИЕ: школа подписала две истории FORK")
    for builder in (first, second):
        leaves = [leaf(line) for line in builder.lines()]
        expect(verdict).to_contain_text(f"{len(leaves)} {root(leaves).hex()}")
    expect(verdict.locator(".verdict.verified")).to_have_count(2)
    page.click("#other-list button")
    page.set_input_files("#other-folder", folder(sample().builder, tmp_path / "shorter"))
    page.click("#verify")
    expect(verdict).to_contain_text("первый продолжает второй", timeout=60_000)
    assert opened.said == []
    page.close()


def test_walks_through_earlier_archives_and_shows_their_entries(
    chromium: Browser, viewer_file: Path, tmp_path: Path
) -> None:
    school = sample()
    school.builder.lines()
    earlier, later = cut(school, tmp_path, 137)
    opened = open_page(chromium, viewer_file)
    page = opened.page
    page.set_input_files("#folder", later)
    page.click("#others summary")
    page.set_input_files("#other-folder", earlier)
    page.get_by_label("Это прежние архивы").check()
    page.fill("#key", school.builder.key.vkey)
    page.click("#verify")
    expect(page.locator("#verdict .verdict.verified")).to_be_visible(timeout=60_000)
    for index, file in (
        (20, "from-0: data/log/entries-000000000000.jsonl"),
        (140, "data/log/entries-000000000137.jsonl"),
    ):
        turn(page, "entry")
        page.get_by_label("Номер записи").fill(str(index))
        page.keyboard.press("Enter")
        expect(page.locator("#view")).to_contain_text(file)
        expect(page.locator("#view pre").last).to_have_text(school.builder.lines()[index].decode())
    assert opened.said == []
    page.close()
