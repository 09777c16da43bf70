"""A school's documents, on both databases: what their sheets say, and the archive that holds them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from uuid import uuid4

import pytest

from api.cli.console import Console
from api.cli.keeping import export_archive
from api.schools import OpenSchool
from exports.documents.class_pages import ClassBook
from exports.documents.conformity import conformity_sheet, obligations_sheet
from exports.documents.corrections import correction_sheets
from exports.documents.folder import Documents, latin
from exports.documents.pages import Stamp
from exports.documents.sheet import WAS_IS, Sheet
from exports.documents.source import Source
from exports.documents.substitutions import substitution_sheets
from exports.documents.summary import summary_sheets
from exports.registers import Registers
from tests.http_class import DAY, FIRST, LAST, SmallClass, fact, tag
from tests.http_school import Served, post
from tests.integration.test_api_journals import Year
from tests.integration.test_api_results import Graded
from tests.integration.test_api_subgroups import Halves
from tests.integration.test_api_substitutions import Substituted
from tests.sample_folders import sample_folder
from verify.archive import Pinned, verify_archive
from verify.findings import Verdict
from verify.note import parse_vkey
from verify.report import to_text

QUIET = Console(as_json=True)


def opener(school: OpenSchool) -> Callable[[Sequence[str]], Mapping[str, tuple[str, str]]]:
    def opened(digests: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        return {digest: (found.name, found.value) for digest, found in school.vault.values(digests).items()}

    return opened


def source_of(school: OpenSchool, *, public: bool = False, position: int | None = None) -> Source:
    school.views.catch_up(school.recorder)
    at = school.views.position() if position is None else position
    return Source(school.views, at, None if public else opener(school))


def pages(source: Source, subject: str) -> list[Sheet]:
    (group,) = source.classes
    return ClassBook(source, group).pages(subject)


def cells(sheet: Sheet) -> list[tuple[str, ...]]:
    return [row.cells for row in sheet.rows]


@pytest.mark.clause("R38", breaks="exports.documents.cells:chain", instead=lambda *_: "")
def test_a_page_has_what_was_and_what_is_of_marks_absences_topics_and_homework(server: Served) -> None:
    school = SmallClass(server)
    first, second = school.students
    with server.as_("teacher") as teacher:
        work = str(uuid4())
        lesson = {
            "works": [{"work": work, "kind": "control_work", "written": True}],
            "marks": [{"student": first, "work": work, "value": "4/5"}],
            "homework": {"text": "§ 4", "due_on": None},
        }
        place, _ = school.recorded(teacher, **lesson)
        for what, new in (("mark", "5"), ("absence", None)):
            change = {"corrects": fact(teacher, place, what)["standing"], "new": new, "reason": "typo"}
            post(teacher, f"{place}/corrections", change, **tag(teacher, place))
        more = {"lateness": [{"student": second, "minutes": 7}]}
        post(teacher, f"{place}/entries", more, **tag(teacher, place))
        homework = fact(teacher, place, "homework")
        changed = {**homework["value"], "text": "§ 5"}
        post(
            teacher,
            f"{place}/corrections",
            {"corrects": homework["standing"], "new": changed, "reason": "typo"},
            **tag(teacher, place),
        )
    source = source_of(server.school)
    marks, topics = pages(source, "Математика")
    assert cells(marks) == [("1", "Иванова Имя", "4/5→5"), ("2", "Сидоров Имя", "н→– оп7")]
    assert marks.columns[2].name.endswith(f" {int(DAY[8:])} 1")
    assert ("предмет", "Математика") in marks.scope
    assert ("учитель", "Петрова Имя") in marks.scope
    (row,) = cells(topics)
    assert row[2:6] == ("Дроби", "контрольная работа", "§ 4 → § 5", "")
    mark = next(row for row in marks.rows if "Иванова" in row.cells[1])
    values = server.school.views.select(
        "SELECT c.entry FROM {cells} c WHERE c.student = :student ORDER BY c.entry", {"student": first}
    )
    assert mark.entries == tuple(entry for (entry,) in values)
    (group,) = source.classes
    ((part, _, register),) = correction_sheets(source, group)
    assert part == "1"
    assert [row[2:7] for row in cells(register)] == [
        ("отметка", f"Математика, {shown(DAY)}", "Иванова Имя", "4/5", "5"),
        ("пропуск: аннулирование", f"Математика, {shown(DAY)}", "Сидоров Имя", "н", "–"),
        ("домашнее задание", f"Математика, {shown(DAY)}", "", "задание: § 4", "задание: § 5"),
    ]
    assert ("всего", "3") in register.totals


def shown(day: str) -> str:
    return ".".join(reversed(day.split("-")))


def test_a_sheet_made_again_at_its_position_says_the_same_whatever_came_later(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        school.recorded(teacher)
        before = pages(source_of(server.school), "Математика")
        school.recorded(teacher, number=2)
    again = pages(source_of(server.school, position=before[0].position), "Математика")
    assert [sheet.digest() for sheet in again] == [sheet.digest() for sheet in before]
    assert pages(source_of(server.school), "Математика")[0].digest() != before[0].digest()


def test_a_student_who_left_stays_on_the_page_and_it_says_until_when(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher, server.as_("administrator") as admin:
        school.recorded(teacher)
        post(admin, f"/classes/{school.group}/withdrawals", {"student": school.students[1], "ends_on": FIRST})
    marks, _ = pages(source_of(server.school), "Математика")
    assert [row[1] for row in cells(marks)] == ["Иванова Имя", "Сидоров Имя"]
    assert f"Сидоров Имя: в классе по {shown(FIRST)}." in marks.notes


def test_a_subgroup_has_pages_of_its_own_with_its_own_students(server: Served) -> None:
    school = Halves(server)
    with server.as_("teacher") as teacher:
        assert teacher.post("/lessons", json=school.english(0, 0, 2)).status_code == 201
    marks, topics, empty = pages(source_of(server.school), "Английский язык")
    assert ("подгруппа", "1-я") in marks.scope
    assert cells(marks) == [("1", "Иванова Имя", "н")]
    assert len(topics.rows) == 1
    assert ("подгруппа", "2-я") in empty.scope
    assert (empty.rows, empty.notes) == ((), ("Уроков в этом периоде нет.",))


def test_a_public_copy_has_ids_and_no_names(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        school.recorded(teacher)
    marks, topics = pages(source_of(server.school, public=True), "Математика")
    assert [row[1] for row in cells(marks)] == school.students
    assert b"\xd0\x9f\xd0\xb5\xd1\x82\xd1\x80\xd0\xbe\xd0\xb2\xd0\xb0" not in marks.content() + topics.content()


def test_lessons_by_another_teacher_are_in_the_months_register_with_sums(server: Served) -> None:
    school = Substituted(server)
    with server.as_("teacher") as teacher:
        school.substitute(teacher, coefficient=150)
    source = source_of(server.school)
    (year,) = source.years.values()
    sheets = dict(substitution_sheets(source, year))
    lessons, totals = sheets[DAY[:7]]
    (row,) = cells(lessons)
    assert row[2:] == (
        *("5А", "Химия", "=Орлова Анна", "Петрова Имя", "болезнь; приказ № 41-к", "да", "1", "1,50"),
        str(lessons.rows[0].entries[-1]),
    )
    assert ("замещено часов (уроков)", "1") in lessons.totals
    assert cells(totals) == [
        ("=Орлова Анна", "0", "0,00", "1", "1,50", ""),
        ("Петрова Имя", "1", "1,50", "0", "0,00", ""),
    ]


@pytest.mark.clause("R40", breaks="exports.documents.summary:_totals", instead=lambda *_: ())
def test_the_summary_sheet_has_every_result_by_subject_and_its_total(server: Served) -> None:
    school = Graded(server)
    with server.as_("teacher") as teacher:
        school.grade(teacher, {"student": school.students[0]})
    source = source_of(server.school)
    ((group, sheet),) = summary_sheets(source, school.year)
    assert [column.name for column in sheet.columns[3:]] == ["Математика", "Решение педагогического совета"]
    assert cells(sheet) == [
        ("1", "Иванова Имя", "1 четверть", "4", ""),
        ("2", "Сидоров Имя", "1 четверть", "", ""),
    ]
    assert sheet.totals == (("учеников", "2"),)
    assert sheet.notes[0] == "Журнал класса открыт."
    marks, _ = ClassBook(source, group).pages("Математика")
    assert marks.columns[-1].name == "итоги четв."
    assert [row[-1] for row in cells(marks)] == ["4", ""]


def test_the_summary_sheet_counts_the_councils_decisions_and_says_how_it_was_handed_over(server: Served) -> None:
    school = Year(server)
    with server.as_("administrator") as admin:
        school.promote(admin, *school.students)
    source = source_of(server.school)
    ((_, sheet),) = summary_sheets(source, school.year)
    assert sheet.rows == ()
    assert sheet.totals == (("учеников", "2"), ("переведены", "2"))


def test_the_matrix_and_the_obligations_cite_entries(server: Served) -> None:
    SmallClass(server)
    source = source_of(server.school)
    matrix = conformity_sheet(source)
    assert [row.cells[0] for row in matrix.rows][:9] == ["преамбула", *["1.1"] * 7, "1.2"]
    reliability = next(row for row in matrix.rows if row.cells[2].startswith("достоверность"))
    assert reliability.entries == (source.position - 1,)
    assert reliability.cells[4].startswith(f"за — записей: {source.position} (запись {source.position - 1})")
    (paper,) = [row for row in matrix.rows if row.cells[0] == "3.3"]
    assert paper.cells[1:4:2] == ("построено", "есть отступления")
    obligations = obligations_sheet(source)
    assert ("надо печатать", str(len(obligations.rows))) in obligations.totals
    assert {row.cells[3] for row in obligations.rows} == {"печатать"}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSchool]:
    with sample_folder(tmp_path_factory.mktemp("sample") / "school", limit=400) as school:
        yield school


def test_every_mark_and_absence_of_the_tables_is_on_the_pages_and_no_other(sample: OpenSchool) -> None:
    source = source_of(sample)
    on_pages: Counter[tuple[str, str, str, str]] = Counter()
    for group in source.classes:
        book = ClassBook(source, group)
        for subject in book.subjects():
            for sheet in book.pages(subject):
                if sheet.kind == "class_page":
                    for row in sheet.rows:
                        for text in " ".join(row.cells[2:]).split():
                            on_pages[group.name, subject, row.cells[1], text.rpartition(WAS_IS)[2]] += 1
    on_pages = Counter({place: count for place, count in on_pages.items() if place[3] != "–"})
    in_tables: Counter[tuple[str, str, str, str]] = Counter()
    for table in Registers(sample.views, source.position, opener(sample)).tables():
        if table.name in ("marks", "absences"):
            for fields in table.rows:
                class_, subject, name, standing = fields[4], fields[5], fields[7], fields[-2]
                if standing:
                    in_tables[class_, subject, name, re.sub(r"^(оп|ух) ", r"\1", standing)] += 1
    assert in_tables.total() > 100
    assert on_pages == in_tables


class Links(HTMLParser):
    """What a page links, and what in it would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.runs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name == "href"]
        self.runs += [tag] * (tag == "script") + [name for name, _ in attrs if name.startswith("on")]


@pytest.mark.clause("R45", breaks="exports.documents.folder:_section", instead=lambda _: "")
def test_an_archive_has_its_documents_the_page_that_links_them_and_verifies(server: Served, tmp_path: Path) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        school.recorded(teacher)
    for name in ("one", "two"):
        export_archive(QUIET, server.school, tmp_path / name / "archive", documents=True)
    folder = tmp_path / "one/archive/data/documents"
    made = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    again = {name: (tmp_path / "two/archive/data/documents" / name).read_bytes() for name in made}
    assert made == again
    assert f"{FIRST[:4]}-{LAST[:4]}/5a/01-matematika.pdf" in made
    page = made.pop("index.html").decode()
    links = Links()
    links.feed(page)
    assert sorted(links.found) == sorted(made)
    assert links.runs == []
    assert "Математика, 5А, 2026/27" in page
    report = verify_archive(tmp_path / "one/archive", Pinned(parse_vkey(server.school.signer.vkey)))
    assert report.verdict is Verdict.VERIFIED, to_text(report)


def test_many_documents_are_set_by_other_processes_to_the_same_bytes(
    sample: OpenSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(sample)
    source.classes = ()
    stamp = Stamp("letopis.example/school/1", source.position, "ab" * 32)
    here = list(Documents(source, stamp).files())
    monkeypatch.setattr("exports.documents.presses.FEW", 0)
    seen: list[int] = []
    assert list(Documents(source, stamp).files(seen.append)) == here
    assert seen == list(range(1, len(here)))


def test_names_of_files_are_latin_and_never_empty() -> None:
    assert [latin(text) for text in ("5А", "Труд (технология)", "Щёлочь", "№")] == [
        *("5a", "trud-tekhnologiya", "shcheloch", "x"),
    ]


def test_a_table_that_is_attached_has_the_rows_of_its_sheet(sample: OpenSchool) -> None:
    source = source_of(sample)
    sheet = conformity_sheet(source)
    rows = list(csv.reader(io.StringIO(sheet.csv().decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [[column.name for column in sheet.columns], *map(list, cells(sheet))]
    assert replace(sheet, follows=True).csv() == sheet.csv()
