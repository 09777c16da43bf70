"""Random commands in every order: what events.md demands holds, and a refused command changes nothing."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import lru_cache
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ledger.clock import find_zone
from ledger.errors import Refused
from ledger.journal.events import EVENT_TYPES
from ledger.journal.evolve import evolve_all
from ledger.journal.memory import Journal
from ledger.journal.recorded import Recorded
from ledger.wire import format_at
from tests.properties.journal_moves import KINDS, START, WEIGHTS, Move, command_of, item_of, moves
from tests.properties.journal_oracle import Item, check_log
from tests.unit.ledger.journal.small_school import MATHS_B, STAFF, STUDENTS_A, TEACHER, YEAR, Step, setup_commands, uid

TEACHER_OF_NOTHING = uid(23)


class World:
    """A journal, the log that it would have, and what happened on the way."""

    def __init__(self) -> None:
        self.journal = Journal(find_zone)
        self.log: list[Item] = []
        self.commands: list[int] = []
        self.recorded: list[Recorded] = []
        self.now = START
        self.refusals: set[str] = set()
        for step in setup_commands():
            self.take(step)

    def move(self, move: Move) -> None:
        step = command_of(move, self.journal, self.now)
        self.now = step[2]
        self.take(step)

    def take(self, step: Step) -> None:
        command, actor, now = step
        size, states = self.journal.size, dict(self.journal.aggregates)
        try:
            made = self.journal.apply(command, actor, now)
        except Refused as refused:
            self.refusals.add(refused.rule)
            assert self.journal.size == size
            assert self.journal.aggregates == states
            return
        assert made
        self.commands.append(size)
        for index, (stream, version, event) in enumerate(made, size):
            self.log.append(item_of(index, stream, version, event, actor)._replace(at=format_at(now)))
            self.recorded.append(Recorded(stream, version, event, index, actor))

    def check(self) -> None:
        check_log(self.log)
        by_stream: dict[str, list[Recorded]] = {}
        for event in self.recorded:
            by_stream.setdefault(event.originator_id, []).append(event)
        rebuilt = {stream: evolve_all(None, events) for stream, events in by_stream.items()}
        assert rebuilt == self.journal.aggregates


class JournalMachine(RuleBasedStateMachine):
    """One rule a kind of command, so that Hypothesis learns which orders lead far."""

    @initialize()
    def begin(self) -> None:
        self.world = World()

    @rule(move=moves(["record"]))
    def record(self, move: Move) -> None:
        self.world.move(move)

    @rule(move=moves(["add", "reason"]))
    def add(self, move: Move) -> None:
        self.world.move(move)

    @rule(move=moves(["correct"]))
    def correct(self, move: Move) -> None:
        self.world.move(move)

    @rule(move=moves(["request", "answer"]))
    def after_the_close(self, move: Move) -> None:
        self.world.move(move)

    @rule(move=moves(["close", "reopen", "attest", "backdate", "journal"]))
    def close(self, move: Move) -> None:
        self.world.move(move)

    @rule(
        move=moves(
            [
                *(
                    "define",
                    "move_student",
                    "assign",
                    "adopt",
                    "appoint",
                    "certify",
                    "cancel",
                    "plan_substitute",
                    "plan_work",
                    "declare",
                    "ring",
                ),
                *(
                    "schedule",
                    "post",
                    "open_subgroup",
                    "member",
                    "plan",
                    "amend",
                    "assign_duty",
                    "end_duty",
                    "prove",
                    "print",
                    "backup",
                    "form",
                    "keep",
                    "erase",
                    "block",
                    "anchor",
                    "account",
                    "help",
                    "paper",
                    "destroy",
                ),
            ]
        )
    )
    def set_up(self, move: Move) -> None:
        self.world.move(move)

    @rule(
        move=moves(["guardian", "data", "delivery", "control", "incident", "excuse", "freshness", "portal", "witness"])
    )
    def people(self, move: Move) -> None:
        self.world.move(move)

    @rule(hours=st.integers(0, 9_000))
    def wait(self, hours: int) -> None:
        self.world.now += timedelta(hours=hours)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.check()


FORMER = {"period_reopened/1", "journal_reopened/1"}
"""Types that former logs have and no command makes any more."""
LATE = ("close", "reopen", "attest", "print", "backup", "form", "keep", "erase", "block", "paper", "destroy", "journal")
WORLDS = 25
"""How many of them reach every type of event."""
SHORT = settings(max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LONG = settings(SHORT, max_examples=1_500, stateful_step_count=60)


def test_every_order_of_commands_keeps_the_rules_of_the_log() -> None:
    run_state_machine_as_test(JournalMachine, settings=SHORT)


@pytest.mark.slow
def test_every_order_of_commands_keeps_the_rules_of_the_log_long() -> None:
    run_state_machine_as_test(JournalMachine, settings=LONG)


WorldT = TypeVar("WorldT", bound=World)


@lru_cache(maxsize=32)
def random_world(seed: int, steps: int = 1_600) -> World:
    """A journal after so many moves, the same for the same seed. Periods close late, for little happens behind that."""
    return moved(World(), seed, steps)


def moved(world: WorldT, seed: int, steps: int = 1_600) -> WorldT:
    """The journal after the moves that `random_world` makes of a seed."""
    source = random.Random(seed)
    for step in range(steps):
        late = {} if step > steps // 2 else dict.fromkeys(LATE, 0)
        (kind,) = source.choices(KINDS, weights=[*(WEIGHTS | late).values()])
        numbers = tuple(source.randrange(841) for _ in range(24))
        world.move(Move(kind, source.choice((0, 0, 0, 1, 2)), numbers))
    return world


def test_random_commands_reach_every_type_of_event() -> None:
    """The property above would mean little if its commands were all refused."""
    worlds = [random_world(seed) for seed in range(WORLDS)]
    types = {f"{item.type}/1" for world in worlds for item in world.log}
    assert types == EVENT_TYPES.keys() - FORMER
    refusals = set().union(*(world.refusals for world in worlds))
    assert len(refusals) > 25, refusals


def test_long_random_journals_keep_the_rules_of_the_log() -> None:
    for seed in range(100, 120):
        random_world(seed).check()


def test_the_oracle_sees_a_broken_log() -> None:
    """Each of these changes one entry of a good log; an oracle that lets one pass proves nothing."""
    logs = [random_world(seed).log for seed in range(WORLDS)]

    def caught(changed: list[Item], *, is_whole: bool = False) -> bool:
        try:
            check_log(changed, is_whole=is_whole)
        except (AssertionError, ValueError):
            return True
        return False

    def replaced(type_: str, **fields: object) -> list[Item]:
        log, at = next((log, at) for log in logs for at, item in enumerate(log) if item.type == type_)
        check_log(log[: at + 1], is_whole=False)
        return [*log[:at], log[at]._replace(data={**log[at].data, **fields})]

    def without(type_: str) -> list[Item]:
        log, at = next((log, at) for log in logs for at, item in enumerate(log) if item.type == type_)
        return log[:at]

    def at_the_act(type_: str) -> tuple[list[Item], int]:
        return next(
            (log, at) for log in logs for at, item in enumerate(log) if item.type == type_ and "request" in item.data
        )

    def alone(type_: str) -> list[Item]:
        log, at = at_the_act(type_)
        return [*log[:at], log[at]._replace(data={k: v for k, v in log[at].data.items() if k != "request"})]

    def asked(type_: str, request: str, **fields: object) -> list[Item]:
        log, at = at_the_act(type_)
        index = log[at].data["request"]
        assert log[index].type == request
        check_log(log[: at + 1], is_whole=False)
        return [*log[:index], log[index]._replace(data={**log[index].data, **fields}), *log[index + 1 : at + 1]]

    assert caught(replaced("mark_corrected", old="1"))
    assert caught(replaced("mark_corrected", corrects=0))
    assert caught(replaced("lesson_recorded", held_on="2027-06-01"))
    assert caught(replaced("lesson_recorded", teacher=logs[0][0].actor))
    assert caught(replaced("substitution_recorded", absent_teacher=TEACHER_OF_NOTHING))
    assert caught(replaced("substitution_recorded", coefficient=0))
    assert not caught(without("substitution_recorded"))
    assert caught(without("substitution_recorded"), is_whole=True)
    assert caught(replaced("substitution_corrected", corrects=0))
    assert caught(replaced("period_closed", root="00" * 32))
    assert caught(replaced("period_reopening_requested", reason="boredom"))
    assert caught(replaced("period_reopening_approved", request=3))
    assert caught(replaced("period_reopening_refused", basis=""))
    assert caught(asked("student_enrolled", "class_backdating_requested", student=TEACHER_OF_NOTHING))
    assert caught(asked("class_teacher_assigned", "class_backdating_requested", teacher=TEACHER_OF_NOTHING))
    assert caught(replaced("class_teacher_assigned", teacher=STUDENTS_A[0]))
    assert caught(replaced("class_backdating_refused", request=3))
    assert caught(replaced("course_backdating_requested", what="student_left"))
    assert caught(replaced("course_backdating_refused", basis=""))
    assert caught(replaced("setup_backdating_requested", basis=""))
    assert caught(replaced("setup_backdating_refused", request=3))
    assert caught(asked("student_enrolled", "class_backdating_requested", day="2026-09-02"))
    assert caught(asked("teacher_assigned", "course_backdating_requested", teacher=TEACHER_OF_NOTHING))
    for type_ in (
        *("student_enrolled", "student_left", "teacher_assigned", "subgroup_joined", "subgroup_left"),
        "class_teacher_assigned",
    ):
        assert caught(alone(type_))
    assert caught(replaced("period_attested", size=0))
    assert caught(
        replaced("journal_closed", excused=[{"basis": "7", "count": 99, "reason": "order", "what": "remark"}])
    )
    assert caught(replaced("journal_reopening_requested", reason="boredom"))
    assert caught(replaced("journal_reopening_approved", request=3))
    assert caught(replaced("journal_reopening_refused", basis=""))
    assert caught(replaced("sheet_transferred", sha256="0" * 64))
    assert caught(replaced("verification_recorded", size=100_000))
    assert caught(replaced("archive_recorded", opened_with=["sha256sum", "csv"]))
    assert caught(replaced("register_timed", month="2026-13"))
    assert caught(replaced("printout_registered", printed_on="2026-09-01"))
    assert caught(replaced("backup_taken", what=["keys", "vault"]))
    assert caught(replaced("backup_verified", taken=1))
    assert caught(replaced("sheet_issued", number=77))
    assert caught(replaced("sheet_certified", certified_by=STUDENTS_A[0]))
    assert caught(replaced("retention_schedule_adopted", rows=[]))
    assert caught(replaced("legal_hold_placed", whose="nobody"))
    assert caught(replaced("erasure_proposed", retention=["sheet"]))
    assert caught(replaced("erasure_approved", erasure=uid(77)))
    assert caught(replaced("personal_data_erased", person=uid(77)))
    assert caught(replaced("access_log_anchored", size=0))
    assert caught(replaced("personal_data_blocked", ground="whim"))
    assert caught(replaced("personal_data_unblocked", block=uid(77)))
    assert caught(replaced("paper_stored", number=77))
    assert caught(replaced("paper_stored", keep_until="2020-01-01"))
    assert caught(replaced("paper_moved", paper=uid(77)))
    assert caught(replaced("paper_handed_over", handed_on="2099-01-01"))
    assert caught(replaced("paper_struck_off", requested_by=STUDENTS_A[0]))
    assert caught(replaced("paper_destruction_proposed", papers=[uid(77)]))
    assert caught(replaced("paper_destruction_approved", destruction=uid(77)))
    assert caught(replaced("paper_destruction_refused", destruction=uid(77)))
    assert caught(replaced("paper_destroyed", destroyed_on="2099-01-01"))
    assert caught(replaced("sheet_voided", reason="burnt"))
    assert caught(replaced("accounts_founded", account=uid(77)))
    assert caught(replaced("account_opened", kind="robot"))
    assert caught(replaced("role_granted", role="king"))
    assert caught(replaced("role_revoked", grant=0))
    assert caught(replaced("account_closed", reason="burnt"))
    assert caught(replaced("account_closed", last_day="2099-01-01"))
    assert caught(replaced("sign_in_helped", help="friendship"))
    assert caught(replaced("sign_in_help_requested", help="token"))
    assert caught(replaced("sign_in_help_refused", request=0))
    assert caught(replaced("correction_requested", old="1"))
    assert caught(replaced("attendance_taken", absent=9))
    assert caught(replaced("absence_reason_set", absence=1))
    assert caught(replaced("mark_recorded", student=TEACHER.id))
    assert caught(replaced("correction_refused", request=0))
    assert caught(replaced("lesson_annulled", new={"topic": "x"}))
    assert caught(replaced("regulation_adopted", order_number=""))
    assert caught(replaced("regulation_adopted", parameters={}))
    assert caught(replaced("responsible_appointed", person=TEACHER.id))
    assert caught(replaced("guardian_linked", guardian=TEACHER.id))
    assert caught(replaced("guardian_unlinked", guardian=uid(112)))
    assert caught(replaced("data_change_notice_received", about=["shoe_size"]))
    assert caught(replaced("personal_data_changed", fields=[]))
    assert caught(replaced("personal_data_changed", notice=0))
    assert caught(replaced("personal_data_confirmed", refresh=uid(3)))
    assert caught(replaced("annual_refresh_opened", until="2026-08-24"))
    assert caught(replaced("delivery_consent_given", channel="post"))
    assert caught(replaced("delivery_consent_withdrawn", consent=0))
    assert caught(replaced("information_refused", student=TEACHER.id))
    assert caught(replaced("guardianship_notified", approved_by=TEACHER.id))
    assert caught(replaced("control_check_recorded", to_date="2026-09-08"))
    assert caught(replaced("remark_raised", to=STAFF[0]))
    assert caught(replaced("remark_raised", check=0))
    assert caught(replaced("remark_closed", how="forgotten"))
    assert caught(replaced("duty_assigned", person=STAFF[0]))
    assert caught(replaced("duty_ended", ends_on="2026-08-31"))
    assert caught(replaced("subgroup_listed", course=MATHS_B))
    assert caught(replaced("lesson_plan_imported", items=[]))
    assert caught(replaced("lesson_plan_continued", items=[{"number": 1, "topic": "Т", "hours": 1}]))
    assert caught(replaced("lesson_plan_amended", old={"topic": "Иная", "hours": 7}))
    assert caught(replaced("lesson_recorded", plan_items=[999]))
    assert caught(replaced("subgroup_joined", student=TEACHER.id))
    assert caught(replaced("subgroup_left", ends_on="2026-08-31"))
    assert caught(replaced("days_off_declared", ends_on="2027-06-01"))
    assert caught(replaced("school_day_declared", as_weekday=8))
    assert caught(replaced("calendar_entry_revoked", revokes=0))
    assert caught(replaced("bell_schedule_set", lessons=[]))
    assert caught(replaced("bell_schedule_set", lessons=[{"number": 1, "starts_at": "09:15", "ends_at": "08:30"}]))
    assert caught(replaced("timetable_set", bells=YEAR))
    assert caught(replaced("timetable_set", lessons=[{"course": MATHS_B, "number": 1, "weekday": 1, "weeks": "every"}]))
    assert caught(replaced("certificate_recorded", ends_on="2026-09-01"))
    assert caught(replaced("certificate_annulled", corrects=0))
    assert caught(replaced("lesson_cancelled", number=13))
    assert caught(replaced("cancellation_withdrawn", corrects=0))
    assert caught(replaced("incident_opened", kind="mood"))
    assert caught(replaced("incident_closed", ended_at="2026-09-07"))
    assert caught(replaced("excuse_accepted", teacher=STAFF[0]))
    assert caught(replaced("excuse_accepted", rules=["lesson", "homework"]))
    assert caught(replaced("excuse_withdrawn", basis=""))
    assert caught(replaced("freshness_measured", position=100_000))
    assert caught(replaced("portal_listed", link="ftp://gu.example/"))
    assert caught(replaced("portal_dropped", basis=""))
    assert caught(replaced("portal_checked", link="https://elsewhere.example/"))
    assert caught(replaced("witness_appointed", vkey="other"))
    assert caught(replaced("witness_dismissed", basis=""))
    assert caught(replaced("checkpoint_cosigned", size=100_000))
    assert caught(replaced("substitution_planned", number=13))
    assert caught(replaced("substitution_planned", absent_teacher=STUDENTS_A[0]))
    assert caught(replaced("substitution_plan_withdrawn", corrects=0))
    assert caught([logs[0][0], *logs[0][2:]])
