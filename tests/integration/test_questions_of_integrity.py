"""What the log says of its own integrity, of the school and of a class, a student or a period, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.journal import events as j
from ledger.journal.anchor_events import AccessLogAnchored
from ledger.journal.backup_events import BackupTaken
from ledger.journal.evidence_events import VerificationRecorded
from ledger.journal.print_events import SheetCertified, SheetIssued, SheetVoided
from ledger.journal.witness_events import CheckpointCosigned, WitnessAppointed
from projections.engine import Views
from projections.questions import BY_SLUG, LogFacts, ask
from tests.conftest import make_database
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN
from tests.question_register_school import RegisterSchool
from tests.question_school import ANNA, BORIS, DEPUTY, MATH5, MATH9, NOTE, QUARTER, T1, uid

ROOT = "0" * 64


class ProvedSchool(RegisterSchool):
    """What covers the log up to the quarter's close, and one mark behind it; three forms."""

    def _after_the_close(self) -> None:
        super()._after_the_close()
        self.office("10-29T09:00", f"period/{QUARTER}", j.PeriodClosed(streams=5, root=ROOT), "closed")
        self.entries["covered"] = size = self.log.head().size
        checked = VerificationRecorded(
            size=size, root=ROOT, verdict="verified", program="verify.pyz", program_sha256=ROOT, checkpoint=size, witnesses=1
        )  # fmt: skip
        self.office("10-29T10:00", f"verification/{uid('check')}", checked, "checked")
        appointed = WitnessAppointed(
            vkey="museum+1+key", held_by="Музей", link="https://museum.example", basis="договор"
        )
        self.office("10-29T10:10", f"witness/{uid('museum')}", appointed, "appointed")
        signed = CheckpointCosigned(size=size - 2, root=ROOT, time=1_793_260_800, signature="0" * 128)
        self.office("10-29T10:20", f"witness/{uid('museum')}", signed, "cosigned")
        anchored = AccessLogAnchored(size=7, root="1" * 64)
        self.office("10-29T10:30", f"anchor/{uid('school')}", anchored, "anchored")
        copied = BackupTaken(what=("ledger", "vault"), size=size - 1, root=ROOT, bytes=9, sha256=ROOT, place="сейф")
        self.office("10-29T10:40", f"backup/{uid('copy')}", copied, "copied")
        self._print("one", 1, "class_page", course=MATH5, period=QUARTER)
        self._print("two", 2, "class_page", course=MATH9, period=QUARTER)
        self._print("three", 3, "substitutions", month="2026-10")
        sure = SheetCertified(
            sheet=uid("one"), certified_by=DEPUTY, office="завуч", certified_on="2026-10-29", seal=True
        )
        self.office("10-29T12:00", f"prints/{uid('school')}", sure, "one.sure")
        void = SheetVoided(sheet=uid("two"), reason="lost", basis="акт № 1")
        self.office("10-29T12:10", f"prints/{uid('school')}", void, "two.void")
        self.lesson(
            "M5", "10-29T13:00", MATH5, 3, T1,
            j.WorkRecorded(work=uid("w5"), kind="answer", written=False, weight=100),
            j.MarkRecorded(student=ANNA, work=uid("w5"), value="5"),
            names="w5 M5.anna",
        )  # fmt: skip

    def _print(self, name: str, number: int, kind: str, **of: str) -> None:
        size = self.log.head().size
        issued = SheetIssued(sheet=uid(name), number=number, kind=kind, position=size, pages=1, sd=(NOTE,), **of)  # type: ignore[arg-type]
        self.office("10-29T11:00", f"prints/{uid('school')}", issued, name)


SCHOOL = ProvedSchool()
E = SCHOOL.entries
SIZE = SCHOOL.log.head().size


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def views(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    if request.param == "sqlite":
        url = f"sqlite:{tmp_path_factory.mktemp('integrity')}/views.db"
    else:
        url = views_dsn(make_database(request.getfixturevalue("postgres_cluster")))
    with Views.open(url, ORIGIN) as opened:
        opened.catch_up(SCHOOL.log)
        yield opened


def asked(views: Views, at: int | None = None, **given: str) -> list[dict[str, Any]]:
    facts = LogFacts(SIZE, SIZE - 1, "ab" * 32)
    values = {name.rstrip("_"): value for name, value in given.items()}
    return ask(BY_SLUG["integrity"], views, values, at=at, log=facts).plain()


def numbers(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {row["what"]: row["count"] for row in rows}


def test_what_covers_the_log_is_told_with_what_it_does_not_cover_yet(views: Views) -> None:
    rows = asked(views)
    by_what = {row["what"]: row for row in rows}
    covered = E["covered"]
    assert (by_what["log_verified"]["count"], by_what["log_verified"]["entries"]) == (covered, [E["checked"]])
    witness = by_what["cosigned"]
    assert (witness["count"], witness["about"], witness["on"]) == (covered - 2, "museum", "2026-10-29")
    assert witness["entries"] == [E["appointed"], E["cosigned"]]
    anchor = by_what["access_anchor"]
    assert (anchor["count"], anchor["digest"], anchor["entries"]) == (7, "1" * 64, [E["anchored"]])
    assert {what: by_what[what]["count"] for what in by_what if what.startswith("not_")} == {
        "not_signed_yet": 1, "not_verified_yet": SIZE - covered, "not_cosigned_yet": SIZE - covered + 2,
        "not_backed_up_yet": SIZE - covered + 1,
    }  # fmt: skip
    assert "period_not_verified" not in by_what, "verified behind the close"
    before = numbers(asked(views, at=E["checked"]))
    assert {"period_closed", "period_not_verified"} < before.keys()
    assert not {"log_verified", "cosigned", "access_anchor"} & before.keys()


def test_a_class_a_student_and_a_period_count_their_own_entries(views: Views) -> None:
    fifth, ninth = numbers(asked(views, class_="5А")), numbers(asked(views, class_="9А"))
    assert (fifth["not_verified_yet"], ninth["not_verified_yet"]) == (3, 0), "M5 with its work and mark came behind"
    assert (fifth["not_signed_yet"], ninth["not_signed_yet"]) == (1, 0), "the last entry is her mark"
    assert fifth["entries_asked"] > ninth["entries_asked"] > 0
    anna, boris = numbers(asked(views, student=ANNA)), numbers(asked(views, student=BORIS))
    assert (anna["not_verified_yet"], boris["not_verified_yet"]) == (1, 0)
    # Four marks in lessons, one corrected; a result; the enrolment.
    assert anna["entries_asked"] == 4 + 1 + 1 + 1
    quarter = numbers(asked(views, class_="5А", period="quarter-1"))
    assert (quarter["not_verified_yet"], quarter["entries_asked"]) == (0, fifth["entries_asked"] - 3 - 3), (
        "M5 was behind its last day; who was enrolled is no entry of a quarter"
    )
    assert "period_closed" not in numbers(asked(views, period="quarter-2"))
    assert numbers(asked(views, period="quarter-2"))["entries_asked"] == 0


def test_printed_forms_are_told_with_their_state(views: Views) -> None:
    def forms(**given: Any) -> list[tuple[Any, ...]]:
        return [
            (row["what"], row["count"], row["about"], row["class"], row["period"])
            for row in asked(views, **given)
            if row["what"].startswith("print_")
        ]

    fifth = ("print_certified", 1, "страница журнала", "5А", "1-я четверть")
    assert forms() == [
        fifth,
        ("print_void", 2, "страница журнала", "9А", "1-я четверть"),
        ("print_issued", 3, "замещения", None, "2026-10"),
    ]
    assert forms(class_="5А") == forms(class_="5А", period="quarter-1") == [fifth]
    assert forms(student=ANNA) == forms(period="year-1") == []
    (row,) = [row for row in asked(views, class_="5А") if row["what"] == "print_certified"]
    assert (row["digest"], row["entries"]) == (NOTE, [E["one"], E["one.sure"]])
