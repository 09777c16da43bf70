from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.sample import OtherLogError, SampleSchool, Shape, load_in_bulk, load_through_application
from ledger.application import School
from ledger.journal.commands import RegisterPerson
from ledger.vault import KeyStore, Vault, create_key_store
from ledger.vault.sqlite import open_vault
from ledger.wire.entry import Entry, parse_at, parse_entry
from projections.engine import Views
from projections.views.summary_sheets import summary_sheet
from tests.integration.application_settings import BACKENDS, ORIGIN, fresh_settings
from verify.disclosures import Disclosures
from verify.findings import Report
from verify.tables import Tables
from verify.tree import Edge
from verify.walk import LogWalk

SMALL = Shape(classes=(0, 1, 0, 0, 0, 0, 0, 0, 0, 1), students=9, quarters=1)


@pytest.fixture
def sample() -> SampleSchool:
    return SampleSchool(11, SMALL, origin=ORIGIN)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    create_key_store(tmp_path / "keys")
    vault = open_vault(tmp_path / "vault.sqlite", KeyStore(tmp_path / "keys", ORIGIN), create=True)
    yield vault
    vault.close()


@pytest.fixture(params=BACKENDS)
def school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[School]:
    school = School(fresh_settings(request.param, tmp_path, request))
    yield school
    school.close()


@pytest.fixture
def sqlite_school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[School]:
    school = School(fresh_settings("sqlite", tmp_path, request))
    yield school
    school.close()


def entries(school: School) -> list[Entry]:
    return [parse_entry(raw) for raw in school.ledger.entries()]


def test_every_command_goes_through_the_application(school: School, vault: Vault, sample: SampleSchool) -> None:
    reported: list[int] = []
    loaded = load_through_application(school, vault, sample, progress=reported.append)
    planned = list(sample)
    assert loaded == (len(planned), school.ledger.head().size)
    assert reported[-1] == loaded.entries
    recorded = entries(school)
    for item in planned:
        first = recorded[item.first_index]
        assert first.actor == item.actor
        assert parse_at(first.at) == item.at
        assert len({entry.command for entry in recorded[item.first_index : item.first_index + item.count]}) == 1


def test_names_are_in_the_vault_and_nowhere_else(sqlite_school: School, vault: Vault, sample: SampleSchool) -> None:
    load_through_application(sqlite_school, vault, sample, limit=60)
    people = [planned.command for planned in sample if isinstance(planned.command, RegisterPerson)]
    opened = vault.values(people[0].sd)
    administrator = sample.roster().administrator
    assert {value.name: value.value for value in opened.values()} == administrator.name.values()
    family_name = administrator.name.family_name.encode()
    assert not [raw for raw in sqlite_school.ledger.entries() if family_name in raw]


def test_goes_on_where_an_earlier_run_stopped(sqlite_school: School, vault: Vault, sample: SampleSchool) -> None:
    load_through_application(sqlite_school, vault, sample, limit=40)
    size = sqlite_school.ledger.head().size
    reported: list[int] = []
    load_through_application(sqlite_school, vault, sample, limit=80, progress=reported.append)
    assert len(reported) == 40
    assert reported[0] > size
    indexes = [entry.index for entry in entries(sqlite_school)]
    assert indexes == list(range(sqlite_school.ledger.head().size))


def test_refuses_a_log_of_another_school(sqlite_school: School, vault: Vault, sample: SampleSchool) -> None:
    load_through_application(sqlite_school, vault, sample, limit=5)
    other = SampleSchool(12, SMALL, origin=ORIGIN)
    with pytest.raises(OtherLogError, match="another seed or size"):
        load_through_application(sqlite_school, vault, other)
    with pytest.raises(OtherLogError, match="another seed or size"):
        load_in_bulk(sqlite_school.ledger, vault, other)
    with pytest.raises(OtherLogError, match="is made for"):
        load_through_application(sqlite_school, vault, SampleSchool(11, SMALL))
    assert sqlite_school.ledger.head().size == 5


def test_repetitions_under_a_key_record_nothing_twice(sqlite_school: School, vault: Vault) -> None:
    repeating = SampleSchool(11, SMALL, origin=ORIGIN, repeats=True)
    planned = list(repeating)
    assert any(item.count == 0 for item in planned)
    loaded = load_through_application(sqlite_school, vault, repeating)
    assert loaded.entries == sum(item.count for item in planned)


def test_in_bulk_the_same_happens_in_the_same_order(
    school: School, vault: Vault, sample: SampleSchool, tmp_path: Path
) -> None:
    loaded = load_in_bulk(school.ledger, vault, sample, batch_events=300, one_actor=False)
    recorded = entries(school)
    assert loaded.entries == len(recorded) == sum(planned.count for planned in sample)
    settings = {
        "PERSISTENCE_MODULE": "ledger.storage.sqlite",
        "LETOPIS_SQLITE_FILE": str(tmp_path / "one-by-one.sqlite"),
    }
    one_by_one = School(settings | {"LETOPIS_ORIGIN": ORIGIN, "LETOPIS_CLOCK": "sample", "LETOPIS_CREATE": "y"})
    load_through_application(one_by_one, None, sample)
    expected = entries(one_by_one)
    one_by_one.close()
    assert [(e.stream, e.version, e.type, e.data) for e in recorded if e.type != "period_closed/1"] == [
        (e.stream, e.version, e.type, e.data) for e in expected if e.type != "period_closed/1"
    ]
    assert [e.data for e in recorded if e.type == "period_closed/1"] == [
        e.data for e in expected if e.type == "period_closed/1"
    ]
    # What somebody does as who it is (asks and answers, consents, notifies, accepts an excuse) is appended alone.
    types = {"correction_requested/1", "correction_refused/1", "guardianship_notified/1", "excuse_accepted/1"}
    alone = [e for e in recorded if e.type in types or "consent" in e.type or "request" in e.data]
    assert len({entry.command for entry in recorded}) - 2 * len(alone) < len(recorded) / 200
    asked = {entry.index: entry.actor.id for entry in recorded if entry.type == "correction_requested/1"}
    assert all(entry.actor.id != asked[entry.data["request"]] for entry in recorded if "request" in entry.data)


def test_in_bulk_a_count_of_absences_ends_its_command(sqlite_school: School, sample: SampleSchool) -> None:
    load_in_bulk(sqlite_school.ledger, None, sample)
    recorded = entries(sqlite_school)
    counts = [index for index, entry in enumerate(recorded) if entry.type == "attendance_taken/1"]
    assert counts
    for index in counts:
        rest = [entry for entry in recorded[index + 1 : index + 50] if entry.command == recorded[index].command]
        assert all(entry.stream == recorded[index].stream for entry in rest)
        assert not any(entry.type.startswith("absence_") and "corrected" in entry.type for entry in rest)


def test_bulk_goes_on_where_it_stopped(sqlite_school: School, sample: SampleSchool) -> None:
    load_in_bulk(sqlite_school.ledger, None, sample, batch_events=200, limit=150)
    loaded = load_in_bulk(sqlite_school.ledger, None, sample, batch_events=200)
    assert loaded.entries == sum(planned.count for planned in sample)


def test_in_bulk_the_same_seed_gives_the_same_bytes(sample: SampleSchool, tmp_path: Path) -> None:
    logs = []
    for name in ("one", "other"):
        settings = {"PERSISTENCE_MODULE": "ledger.storage.sqlite", "LETOPIS_SQLITE_FILE": str(tmp_path / name)}
        school = School(settings | {"LETOPIS_ORIGIN": ORIGIN, "LETOPIS_CLOCK": "sample", "LETOPIS_CREATE": "y"})
        load_in_bulk(school.ledger, None, sample)
        logs.append(list(school.ledger.entries()))
        school.close()
    assert logs[0] == logs[1]


def test_a_whole_year_ends_with_closed_journals_and_sheets_handed_over(tmp_path: Path) -> None:
    """In bulk and through the application alike; the verifier counts what lacks and makes the sheets again."""
    year = SampleSchool(7, Shape(classes=(1, 0, 0, 0, 0, 0, 0, 0, 1), students=6, quarters=4), origin=ORIGIN)
    settings = {"PERSISTENCE_MODULE": "ledger.storage.sqlite", "LETOPIS_ORIGIN": ORIGIN, "LETOPIS_CREATE": "y"}
    settings |= {"LETOPIS_SQLITE_FILE": str(tmp_path / "year"), "LETOPIS_CLOCK": "sample"}
    with School(settings) as school:
        loaded = load_in_bulk(school.ledger, None, year)
        raws = list(school.ledger.entries())
        assert load_in_bulk(school.ledger, None, year) == loaded, "nothing is left to do"
        assert load_through_application(school, None, year).entries == loaded.entries
        views = Views.open(f"sqlite:{tmp_path / 'views'}", ORIGIN)
        views.catch_up(school.ledger)
    last = [parse_entry(raw) for raw in raws[sum(planned.count for planned in year) :]]
    assert [entry.type for entry in last] == [
        *["period_closed/1", "journal_closed/1", "journal_reopening_requested/1", "journal_reopening_approved/1"],
        *["journal_closed/1", "sheet_transferred/1"] * 2,
        *["retention_schedule_adopted/1", "paper_stored/1", "paper_stored/1"],
    ]
    assert {(entry.actor.role, entry.data["keep_until"]) for entry in last[-2:]} == {("administrator", "2052-05-31")}
    assert last[2].actor.id != last[3].actor.id
    excused = [{(one["what"], one["reason"]) for one in entry.data["excused"]} for entry in last[4:8:2]]
    assert excused == [{("result", "not_required")}, {("mark", "not_restorable")}]
    for entry in last[5:8:2]:
        sheet = summary_sheet(views, entry.stream.partition("/")[2], at=entry.index)
        assert sheet is not None
        assert sheet.sha256 == entry.data["sha256"], "views make the same bytes from their rows"
        assert sheet.rows[0].cells["council"]
        assert set(sheet.entries) == {one for row in sheet.rows for one in row.entries}
        for row in sheet.rows:
            cited = [parse_entry(raws[one]).data for one in row.entries]
            assert all(one.get("student", row.student) == row.student for one in cited)
            assert all(row.student in one["students"] for one in cited if "students" in one)
            assert len(row.entries) == sum(len(words.split(", ")) for words in row.cells.values())
    views.close()
    report = Report()
    walk = LogWalk(report, Edge(), Disclosures(report), Tables())
    walk.take("", 1, raws)
    walk.finish(None)
    assert report.findings == []


def test_through_the_application_the_year_ends_alike(sqlite_school: School) -> None:
    year = SampleSchool(8, Shape(classes=(1,), students=2, quarters=4), origin=ORIGIN)
    load_through_application(sqlite_school, None, year)
    types = [entry.type for entry in entries(sqlite_school)[-8:]]
    again = ["journal_reopening_requested/1", "journal_reopening_approved/1", "journal_closed/1"]
    assert types[:6] == ["period_closed/1", "journal_closed/1", *again, "sheet_transferred/1"]
    assert types[6:] == ["retention_schedule_adopted/1", "paper_stored/1"]
