"""When paper is required under regulation 3.3: worked examples, one condition and one lack at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from projections.views.print_rules import (
    Archive,
    Cosigned,
    Obligation,
    Printout,
    Recorded,
    Span,
    Timing,
    Verification,
    judge,
    months,
)

QUARTER = Span("q1", "1-я четверть (5)", "2026-09-01", "2026-10-25", last_entry=100, closed_by=(90,))
YEAR = Span("y", "2026/27", "2026-09-01", "2027-05-31", last_entry=400, closed_by=(90, 350))
MONTH = Span("2026-09", "2026-09", "2026-09-01", "2026-09-30", last_entry=40)
EVERYTHING = Recorded(
    periods=[QUARTER],
    years=[YEAR],
    months=[MONTH],
    verifications=[Verification(110, "2026-10-26", 106, "verified", 1)],
    cosigned=[Cosigned(60, 59), Cosigned(105, 101)],
    archives=[Archive(410, "2027-06-01", 401, "y", frozenset({"csv", "sha256sum", "verify.pyz"}), "verified")],
    timings=[Timing(50, "2026-10-01", "2026-09", employees=3, requests=4, slowest_ms=2_000, known=3)],
    printouts=[],
)
LATER = "2027-06-02"


def only(condition: str, recorded: Recorded, today: str = LATER) -> Obligation:
    (found,) = [one for one in judge(recorded, today) if one.condition == condition]
    return found


def lacking(one: Obligation) -> set[str]:
    return {part.name for part in one.parts if not part.holds}


@pytest.mark.clause("R42", breaks="projections.views.print_rules:_obligation")
def test_nothing_is_required_where_everything_is_shown() -> None:
    found = judge(EVERYTHING, LATER)
    assert [(one.condition, one.scope, one.state, one.met_by) for one in found] == [
        ("substitutions", "2026-09", "proved", 50),
        ("corrections", "q1", "proved", 110),
        ("archive", "y", "proved", 410),
    ]
    assert {one.clause for one in found} == {"3.3"}


@pytest.mark.parametrize(
    ("day", "over"),
    [
        ("2026-09-30", set()),
        ("2026-10-01", {"2026-09"}),
        ("2026-10-25", {"2026-09"}),
        ("2026-10-26", {"2026-09", "q1"}),
        ("2027-05-31", {"2026-09", "q1"}),
        ("2027-06-01", {"2026-09", "q1", "y"}),
    ],
)
def test_only_what_is_over_is_judged(day: str, over: set[str]) -> None:
    assert {one.scope for one in judge(EVERYTHING, day)} == over


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"witnesses": 0}, {"witnessed"}),
        ({"size": 100}, {"verified", "witnessed", "corrections_complete", "gapless"}),
        ({"day": "2026-10-25"}, {"verified", "witnessed", "corrections_complete", "gapless"}),
        ({"verdict": "finding"}, {"verified", "witnessed", "corrections_complete", "gapless"}),
        ({"verdict": "incomplete"}, {"verified", "witnessed", "corrections_complete", "gapless"}),
    ],
)
def test_a_period_is_printed_where_its_corrections_are_not_shown_to_be_controlled(
    changes: dict[str, Any], lacks: set[str]
) -> None:
    verification = replace(EVERYTHING.verifications[0], **changes)
    found = only("corrections", replace(EVERYTHING, verifications=[verification]))
    assert (found.state, found.met_by, lacking(found)) == ("required", None, lacks)


@pytest.mark.clause("R44", breaks="projections.views.print_rules:_corrections")
def test_a_log_without_an_outside_witness_is_stated_as_such() -> None:
    verification = replace(EVERYTHING.verifications[0], witnesses=0)
    found = only("corrections", replace(EVERYTHING, verifications=[verification], cosigned=[]))
    (part,) = [part for part in found.parts if not part.holds]
    assert part.ru == "у журнала нет независимого свидетеля: хранитель сервера мог бы переписать его целиком"
    assert part.en == "the log has no outside witness: who keeps the server could rewrite all of it"


@pytest.mark.parametrize(
    ("cosigned", "words"),
    [
        ([Cosigned(60, 59)], "no witness has cosigned the log behind the period's last entry"),
        ([Cosigned(101, 100)], "no witness has cosigned the log behind the period's last entry"),
        ([Cosigned(106, 101)], "cosigned, and not verified since"),
    ],
)
def test_a_cosignature_counts_behind_the_last_entry_and_before_the_verification(
    cosigned: list[Cosigned], words: str
) -> None:
    found = only("corrections", replace(EVERYTHING, cosigned=cosigned))
    (part,) = [part for part in found.parts if not part.holds]
    assert (found.state, part.name, part.en) == ("required", "witnessed", words)


def test_an_open_period_is_proved_by_nothing_and_printed_in_vain() -> None:
    still_open = replace(QUARTER, last_entry=None, closed_by=())
    paper = [Printout(120, "corrections", "q1", "3")]
    found = only("corrections", replace(EVERYTHING, periods=[still_open], printouts=paper))
    assert (found.state, "closed" in lacking(found)) == ("required", True)


def test_what_was_corrected_after_the_proof_needs_another() -> None:
    corrected = replace(QUARTER, last_entry=130)
    assert only("corrections", replace(EVERYTHING, periods=[corrected])).state == "required"
    again = [*EVERYTHING.verifications, Verification(140, "2026-12-01", 139, "verified", 1)]
    later = [*EVERYTHING.cosigned, Cosigned(135, 132)]
    assert only("corrections", replace(EVERYTHING, periods=[corrected], verifications=again)).state == "required"
    assert (
        only("corrections", replace(EVERYTHING, periods=[corrected], verifications=again, cosigned=later)).met_by == 140
    )


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"year": "another"}, {"archived", "opened"}),
        ({"size": 400}, {"archived", "opened"}),
        ({"day": "2027-05-31"}, {"archived", "opened"}),
        ({"verdict": "finding"}, {"archived", "opened"}),
        ({"opened_with": frozenset({"verify.pyz", "csv"})}, {"opened"}),
        ({"verdict": "incomplete"}, set()),
    ],
)
@pytest.mark.clause("R45", breaks="projections.views.print_rules:_archive")
def test_a_year_is_printed_where_no_archive_opens_with_common_tools(changes: dict[str, Any], lacks: set[str]) -> None:
    archive = replace(EVERYTHING.archives[0], **changes)
    found = only("archive", replace(EVERYTHING, archives=[archive]))
    assert lacking(found) == lacks
    assert found.state == ("required" if lacks else "proved")


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"day": "2026-09-30"}, {"timed", "everybody", "easily"}),
        ({"month": "2026-10"}, {"timed", "everybody", "easily"}),
        ({"known": 4}, {"everybody"}),
        ({"requests": 3}, {"everybody"}),
        ({"slowest_ms": 2_001}, {"easily"}),
    ],
)
@pytest.mark.clause("R46", breaks="projections.views.print_rules:_substitutions")
def test_a_month_is_printed_where_the_register_does_not_answer_for_everybody_at_once(
    changes: dict[str, Any], lacks: set[str]
) -> None:
    timing = replace(EVERYTHING.timings[0], **changes)
    found = only("substitutions", replace(EVERYTHING, timings=[timing]))
    assert (found.state, lacking(found)) == ("required", lacks)


@pytest.mark.parametrize(("entry", "state"), [(100, "required"), (101, "printed")])
@pytest.mark.clause("R43", breaks="projections.views.print_rules:_obligation")
def test_paper_meets_what_it_was_printed_behind(entry: int, state: str) -> None:
    paper = [Printout(entry, "corrections", "q1", "3"), Printout(500, "archive", "q1", "4")]
    found = only("corrections", replace(EVERYTHING, verifications=[], printouts=paper))
    assert (found.state, found.printout) == (state, "3" if state == "printed" else None)


def test_proof_goes_before_paper() -> None:
    paper = [Printout(120, "corrections", "q1", "3")]
    found = only("corrections", replace(EVERYTHING, printouts=paper))
    assert (found.state, found.met_by, found.printout) == ("proved", 110, None)


def test_months_of_a_school_year() -> None:
    found = list(months("2026-12-15", "2027-02-01"))
    assert found == [
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2027-01", "2027-01-01", "2027-01-31"),
        ("2027-02", "2027-02-01", "2027-02-28"),
    ]
