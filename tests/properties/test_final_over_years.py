"""Random schools of three years: the journal, the oracle, the verifier and the views agree on final marks over years."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import Refused
from ledger.journal import commands as cmd
from ledger.journal.events import Event
from ledger.journal.result_events import FinalMarkRecorded
from ledger.tree import leaf_hash
from ledger.wire.entry import Actor, format_at
from projections.engine import Views
from projections.views.result_register import deviations, results
from tests.projection_logs import ORIGIN, ListLog
from tests.properties.journal_moves import item_of
from tests.properties.journal_oracle import Item, check_log
from tests.properties.test_verify_journal import entries, findings
from tests.unit.ledger.journal.senior_school import CLASSES, END, HISTORY, YEARS, SeniorSchool, over_years
from tests.unit.ledger.journal.small_school import ADMIN, STUDENTS_A, TEACHER, uid

BEFORE = "История России"
SEEDS = range(12)


class RandomSeniors(SeniorSchool):
    """Grade 10 twice and grade 11, two classes of 10, courses under two titles, marks and corrections by chance."""

    def __init__(self, seed: int) -> None:
        self.log: list[Item] = []
        self.commands: list[int] = []
        self.finals: list[tuple[int, FinalMarkRecorded]] = []
        rng = random.Random(seed)
        first = rng.choice((10, 10, 9))
        over = over_years({BEFORE: HISTORY} if rng.random() < 0.5 else None, first_grade=first, grades=(10, 11))
        super().__init__(over, came="2027-06-01")
        self.open(10, uid(203), uid(213), "2024-09-01", "2025-05-31")
        self.do(cmd.OpenClassGroup(class_group=uid(214), year=YEARS[10], grade=10, letter="Б"))
        groups = {CLASSES[11]: "2026-09-01", uid(213): "2024-09-01", CLASSES[10]: "2025-09-01", uid(214): "2025-09-01"}
        courses = [self.course(11), *self.fill(rng, groups)]
        for course in courses:
            self.mark(course, rng)
        for student in STUDENTS_A:
            for course in courses if rng.random() < 0.5 else courses[:1]:
                self.end(course, student, rng)

    def fill(self, rng: random.Random, groups: dict[str, str]) -> list[str]:
        """Enroll students and open the courses of grade 10."""
        for student in STUDENTS_A:
            for group, day in groups.items():
                if group == CLASSES[11] or rng.random() < 0.5:
                    self.try_(cmd.EnrollStudent(class_group=group, student=student, starts_on=day))
        courses = []
        for group, subject in [(group, subject) for group in groups for subject in (HISTORY, BEFORE)]:
            if group == CLASSES[11] or rng.random() < 0.5:
                continue
            more: dict[str, Any] = {"subgroup": "1"} if rng.random() < 0.3 else {}
            courses.append(self.course(10, subject, group=group, **more))
            for student in STUDENTS_A if more else ():
                if rng.random() < 0.6:
                    self.try_(cmd.JoinSubgroup(course=courses[-1], student=student, starts_on=groups[group]))
        return courses

    def mark(self, course: str, rng: random.Random) -> None:
        """Record most marks of a course's periods, where the student was in the class and the subgroup then."""
        for student, number in [(student, number) for student in STUDENTS_A for number in range(3)]:
            if rng.random() < 0.9:
                try:
                    self.record(course, number, rng.choice(("3", "4", "4", "5", "na")), student)
                except Refused as refused:
                    if refused.rule not in ("not_of_this_class_then", "not_of_this_subgroup_then"):
                        raise

    def do(self, command: cmd.JournalCommand, actor: Actor = ADMIN) -> list[Event]:
        size = self.journal.size
        made = self.journal.apply(command, actor, END)
        self.commands.append(size)
        for index, (stream, version, event) in enumerate(made, size):
            self.log.append(item_of(index, stream, version, event, actor)._replace(at=format_at(END)))
            if isinstance(event, FinalMarkRecorded):
                self.finals.append((index, event))
        return [event for _, _, event in made]

    def try_(self, command: cmd.JournalCommand, actor: Actor = ADMIN) -> bool:
        """Apply a command that may be refused."""
        try:
            self.do(command, actor)
        except Refused:
            return False
        return True

    def end(self, course: str, student: str, rng: random.Random) -> None:
        """Record a final mark, as it is computed or as the council has it."""
        sheet = self.sheets.get((course, 2))
        mark = cmd.NewResult(student=student, reason=None)
        given = cmd.NewResult(student=student, value=rng.choice("345"), reason="council")
        if sheet is not None and self.journal.find(f"results/{sheet}") is not None:
            if not self.try_(cmd.RecordFinalMarks(sheet=sheet, marks=(mark,)), TEACHER):
                self.try_(cmd.RecordFinalMarks(sheet=sheet, marks=(given,)), TEACHER)
            standing: Any = self.journal.find(f"results/{sheet}")
            fact = standing.standing_of("period_mark", student)
            if fact is not None and rng.random() < 0.3:
                new = None if rng.random() < 0.5 else rng.choice("25")
                self.try_(cmd.CorrectResult(sheet=sheet, corrects=fact.standing, new=new, reason="typo"), TEACHER)


@pytest.fixture(scope="module")
def schools() -> list[RandomSeniors]:
    return [RandomSeniors(seed) for seed in SEEDS]


def test_the_journal_the_oracle_and_the_verifier_agree(schools: list[RandomSeniors]) -> None:
    kinds = set()
    for school in schools:
        kinds |= {(bool(event.lacks), event.weight > 3) for _, event in school.finals}
        check_log(school.log)
        assert findings(school, school.log) == []  # type: ignore[arg-type]
    assert kinds == {(lacks, several) for lacks in (False, True) for several in (False, True)}


def test_views_compute_what_was_recorded_and_find_what_changed_since(
    schools: list[RandomSeniors], tmp_path: Path
) -> None:
    changed = 0
    for number, school in enumerate(schools):
        raws = entries(school, school.log)  # type: ignore[arg-type]
        with Views.open(f"sqlite:{tmp_path}/{number}.db", f"{ORIGIN}/{number}") as views:
            views.catch_up(ListLog(raws, f"{ORIGIN}/{number}", last=leaf_hash(raws[-1])))
            for index, event in school.finals:
                (row,) = [row for row in results(views, at=index + 1).rows if row.entry == index]
                found = (row.computed_now, row.inputs_now, row.lacks, row.outdated)
                assert found == (event.computed, event.inputs, event.lacks, False)
            now = [row for row in results(views).rows if row.deviates or row.outdated]
            assert list(deviations(views).rows) == now
            changed += sum(row.outdated and row.what == "final_mark" for row in now)
    assert changed
