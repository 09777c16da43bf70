from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice, pairwise
from pathlib import Path

import msgspec
import pytest

from api.sample import Planned, SampleSchool, Shape, count_events, many
from api.sample.corrections import Corrections
from ledger.clock import find_zone
from ledger.journal import commands as cmd
from ledger.journal.memory import Journal
from ledger.journal.sheet import ResultSheet
from ledger.vault import digest_of, parse_disclosure

SEED = 2026
ROOT = Path(__file__).parents[4]


def digest(sample: SampleSchool, limit: int) -> str:
    hashed = sha256()
    for planned in islice(sample, limit):
        hashed.update(planned.at.isoformat().encode())
        hashed.update(msgspec.json.encode([planned.actor, type(planned.command).__name__, planned.command]))
    return hashed.hexdigest()


def lived_through(sample: SampleSchool) -> tuple[Journal, Counter[str]]:
    """Run the school by the journal's rules; every index and count has to be as planned."""
    journal = Journal(find_zone)
    types: Counter[str] = Counter()
    for planned in sample:
        assert journal.size == planned.first_index
        events = journal.apply(planned.command, planned.actor, planned.at)
        assert len(events) == planned.count >= count_events(planned.command)
        types.update(type(event).__name__ for _, _, event in events)
    return journal, types


@pytest.fixture(scope="module")
def quarter() -> list[Planned]:
    return list(SampleSchool(SEED, "S"))


def test_the_first_commands_are_pinned() -> None:
    # Names come from mimesis: with another release of it the digests in RegisterPerson differ, and so does this.
    assert digest(SampleSchool(SEED, "S"), 300) == PINNED_S
    assert digest(SampleSchool(SEED, "M"), 3_000) == PINNED_M


def test_does_not_depend_on_the_hash_seed_of_the_process() -> None:
    program = (
        "from api.sample import SampleSchool; from hashlib import sha256\n"
        "print(sha256(repr([(p.at, p.actor, p.command) for p in SampleSchool(7, 'demo')]).encode()).hexdigest())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_another_seed_is_another_school() -> None:
    assert digest(SampleSchool(1, "S"), 50) != digest(SampleSchool(2, "S"), 50)


def test_s_is_a_class_quarter_of_its_size(quarter: list[Planned]) -> None:
    assert 3_400 <= sum(planned.count for planned in quarter) <= 4_200


@pytest.mark.parametrize("size", ["S", "demo"])
def test_the_rules_of_the_journal_accept_every_command(size: str) -> None:
    journal, types = lived_through(SampleSchool(SEED, size))
    assert journal.size == sum(types.values())
    assert types["PeriodClosed"] == 1
    assert types["CorrectionRequested"] >= 1
    assert types["PeriodMarkRecorded"] > 10 * types["ResultSheetOpened"] > 0


def test_the_demo_is_small_and_corrects_after_the_close() -> None:
    planned = list(SampleSchool(SEED, "demo"))
    assert 4_000 <= sum(item.count for item in planned) <= 7_000
    close = next(number for number, item in enumerate(planned) if isinstance(item.command, cmd.ClosePeriod))
    after = [type(item.command) for item in planned[close + 1 :]]
    assert cmd.RequestCorrection in after
    assert cmd.ApproveCorrection in after
    assert any(isinstance(item.command, cmd.WithdrawStudent) for item in planned), "somebody moves to the other class"


@pytest.mark.parametrize("seed", range(1, 4))
def test_the_demo_has_something_for_every_register(seed: int) -> None:
    planned = list(SampleSchool(seed, "demo"))
    _, types = lived_through(SampleSchool(seed, "demo"))
    assert types["HomeworkPosted"] > 50
    assert types["CertificateRecorded"] > 0
    assert types["SubgroupJoined"] > 4
    assert types["PortalChecked"] > types["PortalListed"] > 1
    assert (types["PersonalDataBlocked"], types["PersonalDataUnblocked"]) == (1, 1)
    assert (types["CourseBackdatingRequested"], types["CourseBackdatingRefused"]) == (2, 1)
    assert types["PaperStored"] > types["PaperDestructionProposed"] > 0
    works = [work for one in planned if isinstance(one.command, cmd.RecordLesson) for work in one.command.works]
    assert sum(work.of_lesson is not None for work in works) > 3
    posted = [one.command for one in planned if isinstance(one.command, cmd.PostHomework)]
    sooner = {(one.course, one.held_on, one.number) for one in posted}
    taken = [
        (one.command.course, one.command.held_on, one.command.number)
        for one in planned
        if isinstance(one.command, cmd.RecordLesson) and one.count == count_events(one.command) + 1
    ]
    assert set(taken) <= sooner
    assert len(taken) > 50


@pytest.mark.parametrize("seed", range(5))
def test_schools_of_any_shape_live_by_the_rules(seed: int) -> None:
    shape = Shape(classes=(1, 0, 0, 0, 0, 0, 0, 0, 0, 2), students=20 + seed, quarters=3)
    lived_through(SampleSchool(seed, shape))


def test_time_never_goes_back(quarter: list[Planned]) -> None:
    moments = [planned.at for planned in quarter]
    assert moments == sorted(moments)
    assert all(moment.utcoffset() == timedelta(0) for moment in moments)


def test_names_come_beside_the_command_and_match_its_digests(quarter: list[Planned]) -> None:
    registered = [planned for planned in quarter if isinstance(planned.command, cmd.RegisterPerson)]
    assert len(registered) > 30
    for planned in registered:
        assert isinstance(planned.command, cmd.RegisterPerson)
        ((person, texts),) = planned.disclosures.items()
        assert person == planned.command.person
        assert tuple(sorted(digest_of(text) for text in texts)) == planned.command.sd
        said = {parse_disclosure(text).name for text in texts}
        of_guardians = {"family_name", "given_name", "patronymic"}
        assert said == of_guardians | ({"birth_date"} if planned.command.kind != "guardian" else set())


def test_no_name_is_in_any_command() -> None:
    sample = SampleSchool(SEED, "S")
    names = {person.name.family_name.encode() for person in [*sample.roster().staff, *sample.roster().students]}
    for planned in sample:
        said = msgspec.json.encode(planned.command)
        assert not [name for name in names if b" " + name + b" " in said or b'"' + name + b'"' in said]


def test_written_works_are_marked_later_and_in_bursts(quarter: list[Planned]) -> None:
    later = [planned.command for planned in quarter if isinstance(planned.command, cmd.AddToLesson)]
    own = {(command.lesson, of.student) for command in later for of in command.make_ups}
    assert own, "nobody writes a work on a day of the own"
    bursts = [
        len(command.marks)
        for command in later
        if command.marks and (command.lesson, command.marks[0].student) not in own
    ]
    assert len(bursts) > 20
    assert sum(bursts) / len(bursts) > 18


def test_about_five_per_cent_of_lessons_are_entered_late() -> None:
    sample = SampleSchool(SEED, Shape(classes=(0, 0, 0, 0, 2, 2), students=40, quarters=2))
    late = [
        (planned.at + timedelta(hours=3)).date().isoformat() != planned.command.held_on
        for planned in sample
        if isinstance(planned.command, cmd.RecordLesson)
    ]
    assert 0.035 < sum(late) / len(late) < 0.065


def test_about_four_per_cent_of_lessons_are_given_by_a_substitute_who_is_free() -> None:
    shape = Shape(classes=(0, 0, 0, 0, 3, 3, 0, 0, 2), students=80, quarters=3)
    taught: Counter[tuple[str, str, int]] = Counter()
    substituted: list[cmd.NewSubstitution] = []
    for planned in SampleSchool(SEED, shape):
        command = planned.command
        if isinstance(command, cmd.RecordLesson) and command.attendance_taken:
            taught[planned.actor.id, command.held_on, command.number] += 1
            if command.substitution is not None:
                substituted.append(command.substitution)
    assert 0.032 < len(substituted) / sum(taught.values()) < 0.048
    assert max(taught.values()) == 1, "nobody teaches two classes at once"
    assert {terms.same_subject for terms in substituted} == {True, False}
    assert {"ill", "training"} < {terms.reason for terms in substituted}


def test_repeats_only_where_asked_with_the_same_key_and_command() -> None:
    plain = list(SampleSchool(SEED, "S"))
    assert all(planned.key is None for planned in plain)
    repeated = list(SampleSchool(SEED, "S", repeats=True))
    again = [(before, item) for before, item in pairwise(repeated) if item.count == 0]
    assert 1 <= len(again) <= 15
    assert all((item.key, item.command) == (before.key, before.command) for before, item in again)
    assert [item.command for item in repeated if item.count] == [planned.command for planned in plain]


def test_many_schools_have_origins_and_sizes_of_their_own() -> None:
    schools = list(many(12))
    assert len({school.origin for school in schools}) == 12
    assert len({sum(school.shape.classes) for school in schools}) > 2
    assert digest(schools[0], 30) != digest(schools[1], 30)
    lived_through(schools[3])


def test_corrections_never_leave_the_old_value() -> None:
    from api.sample.facts import Fact
    from ledger.journal.events import HomeworkBody, LessonHeader, WorkHeader

    corrections = Corrections(1)
    header = LessonHeader(topic="Проценты", number=1, starts_at="08:30", ends_at="09:15")
    values = {
        "mark": ("5", "4/5", None, "exempt"),
        "absence": ("absent", "ill", None),
        "lateness": (1, 25, None),
        "lesson": (header,),
        "homework": (HomeworkBody(text=""), HomeworkBody(text="§ 1", due_on="2026-10-01"), None),
        "work": (WorkHeader(kind="test", written=True, weight=100),),
    }
    for what, olds in values.items():
        for old in olds:
            for _ in range(60):
                fact = Fact(what, "", 1, old, "", "", "", 0, 1)  # type: ignore[arg-type]
                assert corrections.new_value(fact) != old


def test_the_model_year_has_the_volume_of_the_table() -> None:
    """Events by command, counted without deciding; the slow form below runs the rules."""
    total, marks, absences, lessons, requests, corrections, results = 0, 0, 0, 0, 0, 0, 0
    for planned in SampleSchool(SEED, "M"):
        total += planned.count
        command = planned.command
        if isinstance(command, cmd.RecordLesson | cmd.AddToLesson):
            marks += len(command.marks)
            absences += len(command.absences)
            lessons += isinstance(command, cmd.RecordLesson)
        if isinstance(command, cmd.RecordPeriodMarks | cmd.RecordFinalMarks):
            results += len(command.marks)
        elif isinstance(command, cmd.RecordExamResults):
            results += len(command.results)
        requests += isinstance(command, cmd.RequestCorrection)
        corrections += isinstance(command, cmd.Correct | cmd.ApproveCorrection)
    assert abs(total - 536_000) / 536_000 < 0.02
    assert abs(marks - 316_200) / 316_200 < 0.02
    assert abs(absences - 57_120) / 57_120 < 0.05
    assert 32_800 < lessons < 33_500
    assert abs(results - (39_429 + 3_657 + 11_686 + 2_543)) / 57_315 < 0.05
    assert 0.03 < requests / corrections < 0.05


def test_every_marked_course_has_its_results_once_a_period_is_closed_and_few_differ_from_the_computed_ones() -> None:
    sample = SampleSchool(SEED, Shape(classes=(1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1), students=40))
    journal, types = lived_through(sample)
    marked = [course for group in sample.roster().classes if group.grade > 1 for course in group.courses]
    sheets = [state for state in journal.aggregates.values() if isinstance(state, ResultSheet)]
    halves = sum(course.group.grade == 11 for course in marked)
    assert len(sheets) == 5 * len(marked) - 2 * halves, "four quarters or two half-years, and the year"
    years = {sheet.course for sheet in sheets if sheet.period == sample.roster().year_period}
    assert years == {course.id for course in marked}
    assert all(sheet.is_published(fact) for sheet in sheets for fact in sheet.standing())
    given = [mark for item in sample if isinstance(item.command, cmd.RecordPeriodMarks) for mark in item.command.marks]
    assert 0.02 < sum(mark.value is not None for mark in given) / len(given) < 0.04
    assert types["ExamResultRecorded"] == 4 * 10
    assert types["FinalMarkRecorded"] == 10 * sum(course.group.grade > 2 for course in marked)


def test_results_are_shown_within_a_day_but_for_a_few() -> None:
    waits = [
        planned.at + timedelta(hours=3) - datetime.fromisoformat(f"{planned.command.obtained_at}Z")
        for planned in SampleSchool(SEED, Shape(classes=(0, 1, 0, 0, 0, 0, 0, 0, 1), students=20))
        if isinstance(planned.command, cmd.PublishResults)
    ]
    late = sum(wait > timedelta(hours=24) for wait in waits)
    assert 0 < late / len(waits) < 0.1


def test_some_lessons_are_cancelled_or_merged_and_some_students_leave_early() -> None:
    lessons, left, cancelled, merged = set(), 0, set(), 0
    for planned in SampleSchool(SEED, Shape(classes=(0, 0, 0, 0, 3), students=60, quarters=3)):
        command = planned.command
        if isinstance(command, cmd.RecordLesson | cmd.AddToLesson):
            left += len(command.early_leaves)
        if isinstance(command, cmd.RecordLesson):
            lessons.add((command.course, command.held_on, command.number))
        elif isinstance(command, cmd.CancelLesson):
            cancelled.add((command.course, command.held_on, command.number))
            merged += command.merged_with is not None
    assert not lessons & cancelled
    assert 0.004 < len(cancelled) / len(lessons) < 0.012
    assert 0 < merged < len(cancelled)
    assert 0.001 < left / len(lessons) < 0.008


def test_one_evening_the_journal_fails_and_few_of_its_late_lessons_are_excused() -> None:
    planned = list(SampleSchool(SEED, Shape(classes=(0, 0, 0, 0, 4, 4), students=80)))
    (opened,) = [item.command for item in planned if isinstance(item.command, cmd.OpenIncident)]
    (closed,) = [item.command for item in planned if isinstance(item.command, cmd.CloseIncident)]
    minutes = datetime.fromisoformat(closed.ended_at) - datetime.fromisoformat(opened.began_at)
    assert minutes == timedelta(minutes=90)
    held = {item.command.lesson: item.command for item in planned if isinstance(item.command, cmd.RecordLesson)}
    excuses = [item.command for item in planned if isinstance(item.command, cmd.AcceptExcuse)]
    assert 1 <= len(excuses) <= 3
    assert {held[str(of.lesson)].held_on for of in excuses} == {opened.began_at[:10]}
    assert {of.incident for of in excuses} == {opened.incident}


def test_substitutions_that_are_known_before_are_planned_and_given_as_planned() -> None:
    given, planned = {}, {}
    for item in SampleSchool(SEED, Shape(classes=(0, 0, 0, 0, 2), students=40, quarters=2)):
        command = item.command
        if isinstance(command, cmd.PlanSubstitution):
            planned[command.course, command.held_on, command.number] = (command.substitute, command.basis)
        elif isinstance(command, cmd.RecordLesson) and command.substitution is not None:
            place = (command.course, command.held_on, command.number)
            given[place] = (item.actor.id, command.substitution.basis)
    assert 0 < len(planned) < len(given)
    assert planned.items() <= given.items()


@pytest.mark.slow
def test_the_rules_accept_the_whole_model_year() -> None:
    _, types = lived_through(SampleSchool(SEED, "M"))
    assert types["PeriodClosed"] == 6
    assert types["TeacherAssigned"] > types["CourseOpened"]
    assert types["StudentLeft"] >= 5


PINNED_S = "e786d56d1d4efccb07ca59d94c990bbf4fb6eaabe1cde7a73a9df9b39175ac89"
PINNED_M = "e8a2c1ae2301db438c9b08d27e4182078f43d56e4010aa92dcfb7f08e5eb97ef"
