"""Recording what was verified, archived and timed, and what was printed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.journal import commands as cmd, evidence_events as ev
from ledger.journal.evidence import AGE_MAX
from ledger.journal.evolve import evolve
from ledger.journal.recorded import Recorded
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    DEPUTY,
    QUARTER_1,
    STAFF,
    STUDENTS_A,
    YEAR,
    SmallSchool,
    uid,
)

HASH = "9c" * 32
DIRECTOR = Actor(uid(13), "director")


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def verification(**changes: Any) -> cmd.RecordVerification:
    fields = {"size": 10, "root": HASH, "verdict": "verified", "program": "verify.pyz", "program_sha256": HASH}
    return cmd.RecordVerification(**{"verification": uid(6_000), **fields, **changes})


def archive(**changes: Any) -> cmd.RecordArchive:
    fields = {"size": 10, "root": HASH, "verdict": "verified", "manifest_sha256": HASH, "year": YEAR}
    return cmd.RecordArchive(**{"archive": uid(6_000), "opened_with": ("sha256sum", "csv"), **fields, **changes})


def timing(**changes: Any) -> cmd.RecordTiming:
    counts = {"employees": 3, "requests": 4, "rows": 0, "slowest_ms": 12}
    return cmd.RecordTiming(**{"timing": uid(6_000), "size": 10, "month": "2026-09", **counts, **changes})


def printout(**changes: Any) -> cmd.RegisterPrintout:
    fields = {
        "condition": "corrections",
        "period": QUARTER_1,
        "number": "3",
        "printed_on": "2026-10-26",
        "pages": 40,
        "kept": "архив, шкаф 2",
        "signed_by": STAFF[0],
    }
    return cmd.RegisterPrintout(**{"printout": uid(6_000), **fields, **changes})


def test_each_is_one_entry_in_a_stream_of_its_own(school: SmallSchool) -> None:
    made = [
        school.do(command, DIRECTOR, AFTER_QUARTER)[0]
        for command in (verification(checkpoint=10), archive(), timing(), printout())
    ]
    assert [type(event) for event in made] == [
        ev.VerificationRecorded,
        ev.ArchiveRecorded,
        ev.RegisterTimed,
        ev.PrintoutRegistered,
    ]
    for kind in ("verification", "archive", "timing", "printout"):
        state = school.journal.find(f"{kind}/{uid(6_000)}")
        assert state is not None
        with pytest.raises(TypeError):
            evolve(state, Recorded(state.stream, 2, made[0], 99, ADMIN))


def test_tools_are_kept_in_one_order(school: SmallSchool) -> None:
    (event,) = school.do(archive(), ADMIN)
    assert isinstance(event, ev.ArchiveRecorded)
    assert event.opened_with == ("csv", "sha256sum")


@pytest.mark.parametrize(
    ("command", "rule", "where"),
    [
        (verification(size=0), "out_of_range", "size"),
        (verification(size=1_000), "out_of_range", "size"),
        (verification(root="AB" * 32), "malformed_hash", "root"),
        (verification(program_sha256="9c"), "malformed_hash", "program_sha256"),
        (verification(program=""), "malformed_text", "program"),
        (verification(verdict="perfect"), "unknown_code", "verdict"),
        (verification(checkpoint=11), "out_of_range", "checkpoint"),
        (verification(witnesses=-1), "out_of_range", "witnesses"),
        (verification(verification="x"), "malformed_id", "verification"),
        (archive(manifest_sha256=""), "malformed_hash", "manifest_sha256"),
        (archive(year=uid(999)), "unknown_year", "year"),
        (archive(opened_with=("word",)), "unknown_code", "opened_with[0]"),
        (archive(opened_with=("csv", "csv")), "twice_in_one_command", "opened_with[1].tool"),
        (timing(size=1_000), "out_of_range", "size"),
        (timing(month="2026-13"), "malformed_month", "month"),
        (timing(slowest_ms=-1), "out_of_range", "slowest_ms"),
        (printout(condition="all"), "unknown_code", "condition"),
        (printout(number=""), "malformed_text", "number"),
        (printout(pages=0), "out_of_range", "pages"),
        (printout(kept=" "), "malformed_text", "kept"),
        (printout(printed_on="2026-02-30"), "malformed_date", "printed_on"),
        (printout(printed_on="2026-10-25"), "printed_too_early", "printed_on"),
        (printout(printed_on="2026-10-27"), "printed_later", "printed_on"),
        (printout(signed_by=STUDENTS_A[0]), "wrong_kind_of_person", "signed_by"),
        (printout(period=uid(999)), "unknown_period", "period"),
        (printout(period=None), "wrong_scope", "period"),
        (printout(month="2026-09"), "wrong_scope", "month"),
        (printout(condition="substitutions", period=None, month="2026-10"), "printed_too_early", "printed_on"),
        (printout(condition="archive", period=None, year=YEAR), "printed_too_early", "printed_on"),
    ],
)
def test_what_is_recorded_is_of_its_kind(
    school: SmallSchool, command: cmd.JournalCommand, rule: str, where: str
) -> None:
    refused = school.refuse(command, ADMIN, AFTER_QUARTER)
    assert (refused.rule, refused.where) == (rule, where)


def test_a_root_of_long_ago_is_not_recorded(school: SmallSchool) -> None:
    school.journal.size += AGE_MAX
    assert school.refuse(verification(), ADMIN).where == "size"
    school.do(verification(size=school.journal.size - AGE_MAX), ADMIN)


@pytest.mark.parametrize("command", [verification(), archive(), timing(), printout()])
def test_only_the_director_and_the_administrator_record_evidence(
    school: SmallSchool, command: cmd.JournalCommand
) -> None:
    refused = school.refuse(command, DEPUTY, AFTER_QUARTER)
    assert (refused.rule, refused.clause) == ("role_not_allowed", "3.3")


def test_a_month_is_printed_when_it_is_over(school: SmallSchool) -> None:
    command = printout(condition="substitutions", period=None, month="2026-09", printed_on="2026-10-01")
    (event,) = school.do(command, ADMIN, AFTER_QUARTER)
    assert msgspec.structs.asdict(event)["month"] == "2026-09"


def handover(**changes: Any) -> cmd.HandOverArchive:
    fields = {"archive": uid(6_000), "to": "Городской архив", "number": "17", "received_on": "2026-10-26"}
    return cmd.HandOverArchive(**{"handover": uid(6_001), **fields, **changes})


def test_an_archive_is_handed_over_with_a_receipt_that_names_its_manifest(school: SmallSchool) -> None:
    school.do(archive(), ADMIN, AFTER_QUARTER)
    (event,) = school.do(handover(), DIRECTOR, AFTER_QUARTER)
    assert event == ev.ArchiveHandedOver(
        archive=uid(6_000), manifest_sha256=HASH, to="Городской архив", number="17", received_on="2026-10-26"
    )


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"archive": uid(77)}, "unknown_archive", "archive"),
        ({"to": ""}, "malformed_text", "to"),
        ({"number": "1\n"}, "malformed_text", "number"),
        ({"received_on": "2030-01-01"}, "day_not_come", "received_on"),
        ({"handover": "1"}, "malformed_id", "handover"),
    ],
)
def test_no_receipt_is_of_what_is_not_there(
    school: SmallSchool, changes: dict[str, Any], rule: str, where: str
) -> None:
    school.do(archive(), ADMIN, AFTER_QUARTER)
    refused = school.refuse(handover(**changes), ADMIN, AFTER_QUARTER)
    assert (refused.rule, refused.where) == (rule, where)
    assert school.refuse(handover(), DEPUTY, AFTER_QUARTER).rule == "role_not_allowed"
