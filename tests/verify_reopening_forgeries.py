"""Stories of reopening by two people that never may have happened so, signed by a school's key."""

from collections.abc import Callable
from pathlib import Path

from tests.verify_archive import Builder, write_folder
from tests.verify_journal_forgeries import Finished, finished
from tests.verify_mutations import MUTATIONS, Mutation, pinned
from verify.archive import verify_archive
from verify.findings import Report


def asked() -> Finished:
    """7Г's journal and period opened again as two people do it: refused once, then approved, and closed anew."""
    f = finished()
    b, school = f.b, f.g.school
    for what, of in (("journal", f.group), ("period", f.period)):
        first = b.ask(what, of, school.teacher)
        b.answer(what, of, first, school.employee, "refused")
        second = b.ask(what, of, school.teacher, "other", "=Забыли; зачёт")
        b.answer(what, of, second, school.employee)
    b.close(f.period, lambda info: info["course"] == f.course)
    f.close()
    return f


def story(*codes: str) -> Callable[[Callable[[Finished], None]], object]:
    """Register a change of what happened, sealed and signed as if it were right: only the replay can tell."""

    def register(change: Callable[[Finished], None]) -> object:
        def run(folder: Path) -> Report:
            f = asked()
            change(f)
            return verify_archive(write_folder(f.b.files(), folder / "bag"), pinned(f.b))

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


def both(f: Finished) -> tuple[Builder, tuple[tuple[str, str], ...]]:
    return f.b, (("journal", f.group), ("period", f.period))


@story("reopened-alone")
def period_reopened_by_one_person_when_it_takes_two(f: Finished) -> None:
    f.b.reopen(f.period, f.g.school.employee)


@story("reopened-alone")
def journal_reopened_by_one_person_when_it_takes_two(f: Finished) -> None:
    f.b.reopen_journal(f.group, f.g.school.employee)


@story("reopened-alone")
def another_period_reopened_by_one_person_when_it_takes_two(f: Finished) -> None:
    f.b.reopen(f.g.school.period, f.g.school.employee)


@story("request-same-person")
def reopening_approved_by_who_asked(f: Finished) -> None:
    b, scopes = both(f)
    for what, of in scopes:
        b.answer(what, of, b.ask(what, of, f.g.school.employee), f.g.school.employee)


@story("request-same-person")
def reopening_refused_by_who_asked(f: Finished) -> None:
    b, scopes = both(f)
    for what, of in scopes:
        b.answer(what, of, b.ask(what, of, f.g.school.employee), f.g.school.employee, "refused")


@story("request-same-person")
def reopening_approved_for_who_asked(f: Finished) -> None:
    b, employee = f.b, f.g.school.employee
    request = b.ask("period", f.period, employee)
    b.begin()
    b.actor = {"id": b.uuid(), "role": "director", "on_behalf_of": employee, "basis": "Приказ"}
    b.add("period", f.period, "period_reopening_approved", request=request, basis="Да")


@story("request-mismatch", "table-cell")
def reopening_approved_that_nobody_asked_for(f: Finished) -> None:
    b, scopes = both(f)
    for what, of in scopes:
        b.answer(what, of, 0, f.g.school.employee)


@story("request-mismatch", "table-cell")
def reopening_approved_at_the_request_for_something_else(f: Finished) -> None:
    request = f.b.ask("journal", f.group, f.g.school.teacher)
    f.b.answer("period", f.period, request, f.g.school.employee)


@story("request-mismatch", "table-cell")
def reopening_approved_that_was_refused(f: Finished) -> None:
    request = f.b.ask("period", f.period, f.g.school.teacher)
    f.b.answer("period", f.period, request, f.g.school.employee, "refused")
    f.b.answer("period", f.period, request, f.g.school.employee)


@story("reopening-waits")
def reopening_requested_twice(f: Finished) -> None:
    b, scopes = both(f)
    for what, of in scopes:
        b.ask(what, of, f.g.school.teacher)
        b.ask(what, of, f.g.school.employee)


@story("correction-note-missing")
def reopening_requested_for_another_reason_without_a_note(f: Finished) -> None:
    f.b.ask("period", f.period, f.g.school.teacher, "other")


@story("data-field", "table-row-extra")
def reopening_requested_on_no_ground(f: Finished) -> None:
    f.b.ask("period", f.period, f.g.school.teacher, basis="")


@story("period-not-closed")
def reopening_requested_of_an_open_period(f: Finished) -> None:
    request = f.b.ask("period", f.period, f.g.school.teacher)
    f.b.answer("period", f.period, request, f.g.school.employee)
    f.b.ask("period", f.period, f.g.school.teacher)


@story("journal-closed")
def reopening_requested_of_an_open_journal(f: Finished) -> None:
    request = f.b.ask("journal", f.group, f.g.school.teacher)
    f.b.answer("journal", f.group, request, f.g.school.employee)
    f.b.ask("journal", f.group, f.g.school.teacher)


@story("period-not-closed")
def reopening_approved_a_tenth_time(f: Finished) -> None:
    b, school = f.b, f.g.school
    for _ in range(8):  # the period had its first
        b.answer("period", f.period, b.ask("period", f.period, school.teacher), school.employee)
        b.begin()
        b.close(f.period, lambda info: info["course"] == f.course)
    b.answer("period", f.period, b.ask("period", f.period, school.teacher), school.employee)


@story("journal-closed")
def reopening_of_a_journal_approved_a_tenth_time(f: Finished) -> None:
    b, school = f.b, f.g.school
    for _ in range(7):  # it had one in one step and one in two
        b.answer("journal", f.group, b.ask("journal", f.group, school.teacher), school.employee)
        f.close()
    b.answer("journal", f.group, b.ask("journal", f.group, school.teacher), school.employee)


@story("recorded-after-close")
def mark_while_a_request_to_reopen_waits(f: Finished) -> None:
    f.b.ask("period", f.g.school.period, f.g.school.teacher)
    f.b.begin()
    f.b.mark(f.g.school.lesson, f.g.school.work, f.g.school.students[4], "5")
