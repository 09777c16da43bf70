from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.importing import ImportRefusedError, apply_import, know_school, plan_import
from api.retention import PERSON
from ledger.application import School
from ledger.errors import Refused
from ledger.journal.commands import ChangePersonalData, OpenSchool
from ledger.vault import KeyStore, Vault, create_key_store, make_disclosure
from ledger.vault.sqlite import open_vault
from ledger.wire.entry import Actor, parse_entry
from tests.integration.application_settings import BACKENDS, ORIGIN, fresh_settings

SMALL = Path(__file__).parents[2] / "examples" / "small"
FILES = {path.name: path.read_bytes() for path in SMALL.glob("*.csv")}
SAME_IN_CP1251 = {path.name: path.read_bytes() for path in (SMALL / "cp1251").glob("*.csv")}
ADMINISTRATOR = Actor("11111111-1111-4111-8111-111111111111", "administrator")
SCHOOL = "22222222-2222-4222-8222-222222222222"


class InterruptedRunError(Exception):
    """Stands for a crash between two steps."""


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    create_key_store(tmp_path / "keys")
    vault = open_vault(tmp_path / "vault.sqlite", KeyStore(tmp_path / "keys", ORIGIN), create=True)
    yield vault
    vault.close()


def opened(settings: dict[str, str]) -> School:
    school = School(settings)
    command = OpenSchool(school=SCHOOL, name="Школа № 7", origin=ORIGIN, time_zone="Europe/Moscow")
    school.execute(command, actor=ADMINISTRATOR)
    return school


@pytest.fixture(params=BACKENDS)
def school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[School]:
    school = opened(fresh_settings(request.param, tmp_path, request, clock="server"))
    yield school
    school.close()


@pytest.fixture
def sqlite_school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[School]:
    school = opened(fresh_settings("sqlite", tmp_path, request, clock="server"))
    yield school
    school.close()


def types(school: School) -> Counter[str]:
    return Counter(parse_entry(raw).type for raw in school.ledger.entries())


EXPECTED = {
    "school_opened/1": 1,
    "school_year_opened/1": 1,
    "period_defined/1": 4,
    "period_listed/1": 4,
    "person_registered/1": 36,
    "class_group_opened/1": 2,
    "class_group_listed/1": 2,
    "student_enrolled/1": 24,
    "course_opened/1": 24,
    "teacher_assigned/1": 24,
    "duty_assigned/1": 12,
    "days_off_declared/1": 8,
    "school_day_declared/1": 1,
    "bell_schedule_set/1": 1,
    "timetable_set/1": 2,
}


def test_a_class_gets_another_week_from_a_later_day(school: School, vault: Vault) -> None:
    apply_import(plan_import(FILES, know_school(school, vault)), school, vault, ADMINISTRATOR)
    header, *lessons = FILES["timetable.csv"].decode("utf-8-sig").splitlines()
    own = [f"{lesson};02.11.2026" for lesson in lessons if ";5А;" in lesson]
    moved = {**FILES, "timetable.csv": "\n".join([f"{header};с", *own[:-1], ""]).encode()}
    plan = plan_import(moved, know_school(school, vault))
    assert (plan.problems, len(plan.steps)) == ((), 1)
    apply_import(plan, school, vault, ADMINISTRATOR)
    last = parse_entry(list(school.ledger.entries())[-1])
    assert (last.type, last.data["effective_from"], len(last.data["lessons"])) == (
        "timetable_set/1",
        "2026-11-02",
        len(own) - 1,
    )
    again = plan_import(moved, know_school(school, vault))
    assert (again.problems, again.steps) == ((), ())
    first = plan_import(FILES, know_school(school, vault))
    assert (first.problems, first.steps) == ((), ()), "the version before it is there as it was"


def test_imports_a_school_and_a_second_time_nothing(school: School, vault: Vault) -> None:
    plan = plan_import(FILES, know_school(school, vault))
    assert apply_import(plan, school, vault, ADMINISTRATOR) == (115, 0)
    assert types(school) == EXPECTED
    again = plan_import(SAME_IN_CP1251, know_school(school, vault))
    assert (again.problems, again.steps) == ((), ())
    # Even a plan made before the first import, carried out again, changes nothing.
    assert apply_import(plan, school, vault, ADMINISTRATOR) == (0, 115)
    assert types(school) == EXPECTED


@pytest.mark.parametrize("stop_after", [1, 20, 37, 60, 90, 104, 113])
@pytest.mark.parametrize("plan_again", [True, False])
def test_goes_on_after_a_crash(sqlite_school: School, vault: Vault, stop_after: int, *, plan_again: bool) -> None:
    def crash(done: int, _: int) -> None:
        if done == stop_after:
            raise InterruptedRunError

    plan = plan_import(FILES)
    with pytest.raises(InterruptedRunError):
        apply_import(plan, sqlite_school, vault, ADMINISTRATOR, progress=crash)
    if plan_again:
        plan = plan_import(FILES, know_school(sqlite_school, vault))
        assert len(plan.steps) == 115 - stop_after
    done = apply_import(plan, sqlite_school, vault, ADMINISTRATOR)
    assert done == (115 - stop_after, 0 if plan_again else stop_after)
    assert types(sqlite_school) == EXPECTED


def test_names_are_in_the_vault_and_not_in_the_log(sqlite_school: School, vault: Vault) -> None:
    apply_import(plan_import(FILES), sqlite_school, vault, ADMINISTRATOR)
    known = know_school(sqlite_school, vault)
    rows = FILES["people.csv"].decode("utf-8-sig").splitlines()[1:]
    names = {tuple(row.split(";")[2:5]) for row in rows}
    assert {(key.family_name, key.given_name, key.patronymic) for key in known.people} == names
    log = b"".join(sqlite_school.ledger.entries())
    assert not [name for name in names if name[0].encode() in log]


def test_adds_only_what_is_new(sqlite_school: School, vault: Vault) -> None:
    apply_import(plan_import(FILES), sqlite_school, vault, ADMINISTRATOR)
    row = "2001;ученик;Новиков;Пётр;Ильич;01.02.2016;5А;12.01.2027\r\n".encode()
    plan = plan_import(FILES | {"people.csv": FILES["people.csv"] + row}, know_school(sqlite_school, vault))
    assert [type(step).__name__ for step in plan.steps] == ["NewPerson", "NewEnrollment"]
    assert apply_import(plan, sqlite_school, vault, ADMINISTRATOR) == (2, 0)
    assert types(sqlite_school)["student_enrolled/1"] == 25


def test_knows_who_changed_the_name_by_the_new_one_and_the_old(sqlite_school: School, vault: Vault) -> None:
    apply_import(plan_import(FILES), sqlite_school, vault, ADMINISTRATOR)
    key, (student,) = next(
        (key, ids) for key, ids in know_school(sqlite_school, vault).people.items() if key.kind == "student"
    )
    new = make_disclosure("family_name", "Новикова")
    vault.keep(student, PERSON, [new.text])
    changed = ChangePersonalData(person=student, fields=("family_name",), sd=(new.digest,))
    sqlite_school.execute(changed, actor=ADMINISTRATOR)
    after = {
        name: raw.replace(f";{key.family_name};{key.given_name};".encode(), f";Новикова;{key.given_name};".encode())
        for name, raw in FILES.items()
    }
    assert after != FILES
    for files in (FILES, after):
        plan = plan_import(files, know_school(sqlite_school, vault))
        assert (plan.problems, plan.steps) == ((), ())


def test_registers_and_links_guardians(sqlite_school: School, vault: Vault) -> None:
    header, *rows = FILES["people.csv"].decode("utf-8-sig").splitlines()
    student = next(row.split(";")[0] for row in rows if "учени" in row)
    family = [f"{header};ученики;кем приходится", *(row + ";;" for row in rows)]
    family.append(
        ";".join(["Р1", "родитель", "Новикова", "Ольга"] + [""] * (header.count(";") - 3) + [student, "мать"])
    )
    files = FILES | {"people.csv": "\n".join(family).encode()}
    apply_import(plan_import(files), sqlite_school, vault, ADMINISTRATOR)
    assert types(sqlite_school)["guardian_linked/1"] == 1
    again = plan_import(files, know_school(sqlite_school, vault))
    assert (again.problems, again.steps, again.unchanged["link"]) == ((), (), 1)


def test_gives_a_course_another_teacher_from_a_day_on(sqlite_school: School, vault: Vault) -> None:
    apply_import(plan_import(FILES), sqlite_school, vault, ADMINISTRATOR)
    courses = "класс;предмет;учитель;с\n5А;Математика;У03;11.01.2027\n".encode()
    plan = plan_import({"people.csv": FILES["people.csv"], "courses.csv": courses}, know_school(sqlite_school, vault))
    assert apply_import(plan, sqlite_school, vault, ADMINISTRATOR) == (1, 0)
    again = plan_import({"people.csv": FILES["people.csv"], "courses.csv": courses}, know_school(sqlite_school, vault))
    assert again.steps == ()


def test_gives_a_class_another_class_teacher_from_a_day_on(school: School, vault: Vault) -> None:
    apply_import(plan_import(FILES), school, vault, ADMINISTRATOR)
    named = "класс;классный руководитель;с\n5А;У04;11.01.2027\n6А;У04;\n".encode()
    files = {"people.csv": FILES["people.csv"], "classes.csv": named}
    plan = plan_import(files, know_school(school, vault))
    assert plan.problems == ()
    assert apply_import(plan, school, vault, ADMINISTRATOR) == (1, 0)
    last = parse_entry(list(school.ledger.entries())[-1])
    assert (last.type, last.data["starts_on"]) == ("class_teacher_assigned/1", "2027-01-11")
    again = plan_import(files, know_school(school, vault))
    assert (again.problems, again.steps) == ((), ())


def test_imports_subgroups_and_a_lesson_plan_and_a_second_time_nothing(school: School, vault: Vault) -> None:
    apply_import(plan_import(FILES, know_school(school, vault)), school, vault, ADMINISTRATOR)
    student = next(row.split(";") for row in FILES["people.csv"].decode("utf-8-sig").splitlines() if ";5А;" in row)
    more = {
        "people.csv": FILES["people.csv"],
        "courses.csv": "класс;предмет;учитель;подгруппа\n5А;Шахматы;У03;1-я\n5А;Шахматы;У04;2-я\n".encode(),
        "subgroups.csv": f"класс;предмет;подгруппа;ученик\n5А;Шахматы;2-я;{student[0]}\n".encode(),
        "plans.csv": "класс;предмет;номер;тема;часов;подгруппа\n5А;Шахматы;1;Дебют;2;2-я\n5А;Шахматы;2;Эндшпиль;1;2-я\n".encode(),
    }
    assert apply_import(plan_import(more, know_school(school, vault)), school, vault, ADMINISTRATOR) == (4, 0)
    counted = types(school)
    assert (counted["subgroup_listed/1"], counted["subgroup_joined/1"], counted["lesson_plan_imported/1"]) == (2, 1, 1)
    again = plan_import(more, know_school(school, vault))
    assert (again.problems, again.steps) == ((), ())


def test_one_bad_row_and_nothing_is_written(sqlite_school: School, vault: Vault) -> None:
    row = "2001;ученик;Новиков;Пётр;Ильич;31.02.2016;5А;\r\n".encode()
    plan = plan_import(FILES | {"people.csv": FILES["people.csv"] + row}, know_school(sqlite_school, vault))
    with pytest.raises(ImportRefusedError, match="1 problems"):
        apply_import(plan, sqlite_school, vault, ADMINISTRATOR)
    assert sqlite_school.ledger.head().size == 1


def test_a_teacher_may_not_import_and_leaves_nothing_in_the_vault(
    sqlite_school: School, vault: Vault, tmp_path: Path
) -> None:
    with pytest.raises(Refused) as refused:
        apply_import(plan_import(FILES), sqlite_school, vault, Actor(ADMINISTRATOR.id, "teacher"))
    assert refused.value.rule == "role_not_allowed"
    assert sqlite_school.ledger.head().size == 1
    assert list((tmp_path / "keys").rglob("*.key")) == []
