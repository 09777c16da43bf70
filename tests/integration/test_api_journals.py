"""A class's journal over HTTP, on both databases: what lacks, closing, the summary sheet, its transfer and versions."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.cli.console import Console
from api.cli.keeping import export_archive
from api.cli.summing import run_sheet_notice
from api.settings import SettingsError
from exports.journal_excuse_tables import LACK_REASON_WORDS
from ledger.journal.vocabulary import LACKING_WORDS
from tests.http_class import DAY, SmallClass, fact, problem, tag
from tests.http_school import Served, post
from tests.integration.test_api_reopening import asking, reopen
from tests.integration.test_api_results import adoption
from verify.archive import Pinned, verify_archive
from verify.findings import Verdict
from verify.note import parse_vkey
from verify.report import to_text


class Year(SmallClass):
    """5А at the end of its year: one lesson, the period closed, no results yet."""

    def __init__(self, server: Served) -> None:
        super().__init__(server)
        with server.as_("teacher") as teacher, server.as_("deputy") as deputy:
            self.place, _ = self.recorded(teacher)
            post(deputy, f"/periods/{self.period}/close", {})

    def at(self, rest: str) -> str:
        return f"/classes/{self.group}/{rest}"

    @property
    def lacks(self) -> list[dict[str, Any]]:
        """Two students without a result in the one period and without a decision."""
        why = {"reason": "order", "basis": "приказ № 7"}
        return [{"what": "council", "count": 2, **why}, {"what": "result", "count": 2, "course": self.course, **why}]

    def close(self, client: httpx.Client) -> int:
        index: int = post(client, self.at("journal/close"), {"excused": self.lacks})["first_index"]
        return index

    def promote(self, client: httpx.Client, *students: str, **more: Any) -> int:
        body = {"year": self.year, "protocol": "№ 4", "held_on": DAY, "decision": "promoted", "students": students}
        index: int = post(client, "/council-decisions", {**body, **more})["first_index"]
        return index

    def transfer(self, client: httpx.Client, digest: str) -> httpx.Response:
        body = {"sha256": digest, "number": "12", "received_on": DAY, "to": "архив школы"}
        return client.post(self.at("sheet/transfers"), json=body)

    def duty(self, client: httpx.Client) -> dict[str, Any]:
        rows = client.get("/views/journals", params={"year": self.year}).json()["rows"]
        (row,) = [row for row in rows if row["class_group"] == self.group]
        found: dict[str, Any] = row
        return found


@pytest.fixture
def year(server: Served) -> Year:
    return Year(server)


def test_what_lacks_is_shown_before_and_refused_at_the_closing(server: Served, year: Year) -> None:
    with server.as_("deputy") as deputy:
        shown = deputy.get(year.at("journal/lacks")).json()
        counts = [{name: one[name] for name in ("what", "course", "count")} for one in shown["counts"]]
        assert counts == [
            {"what": "council", "course": None, "count": 2},
            {"what": "result", "course": year.course, "count": 2},
        ]
        assert {place["student"] for place in shown["first"]["result"]} == set(year.students)
        refused = problem(deputy.post(year.at("journal/close"), json={}), 409, "journal_incomplete")
        assert refused["clause"] == "3.2"
        assert "2" in refused["detail"]
        closed = year.close(deputy)
        assert year.duty(deputy)["closed_by"] == closed
        assert year.duty(deputy)["excused"] == 4
        assert problem(deputy.get("/classes/00000000-0000-4000-8000-000000000000/journal/lacks"), 404, "unknown_class")


def test_what_lacked_is_shown_as_of_any_position_and_moment(server: Served, year: Year) -> None:
    with server.as_("deputy") as deputy, server.as_("director") as director:
        before = deputy.get(year.at("journal/lacks")).json()
        promoted = year.promote(deputy, year.students[0])
        moment = director.get(f"/entries/{promoted}").json()["at"]

        def council(at: str | None) -> tuple[int, int]:
            shown = deputy.get(year.at("journal/lacks"), params={} if at is None else {"at": at}).json()
            return shown["size"], next(one["count"] for one in shown["counts"] if one["what"] == "council")

        assert council(None) == council(moment) == (promoted + 1, 1)
        assert council(str(promoted)) == (promoted, 2)
        assert deputy.get(year.at("journal/lacks"), params={"at": str(before["size"])}).json() == before
        problem(deputy.get(year.at("journal/lacks"), params={"at": "1"}), 404, "unknown_class")
        problem(deputy.get(year.at("journal/lacks"), params={"at": str(promoted + 2)}), 404, "not_yet")


def test_nothing_ordinary_is_entered_until_it_is_opened_again(server: Served, year: Year) -> None:
    with server.as_("deputy") as deputy, server.as_("teacher") as teacher, server.as_("director") as director:
        year.close(deputy)
        lesson = year.lesson(number=2)
        assert problem(teacher.post("/lessons", json=lesson), 409, "journal_closed")["clause"] == "3.2"
        standing = teacher.get(year.place).json()["facts"][0]["standing"]
        asked = {"corrects": standing, "new": None, "reason": "typo", "basis": "заявление"}
        etag = {"If-Match": teacher.get(year.place).headers["etag"]}
        answer = teacher.post(f"{year.place}/correction-requests", json=asked, headers=etag)
        problem(answer, 409, "journal_closed")
        note = {"reason": "other", "note": "забыли урок"}
        request, reopened = reopen(teacher, director, year.at("journal"), **note)
        asked, turn = year.duty(deputy)["history"][-2:]
        assert (asked["entry"], asked["action"], asked["reason"]) == (request, "reopening_requested", "other")
        assert (turn["entry"], turn["action"], turn["request"]) == (reopened, "reopened", request)
        assert turn["requested_by"] == server.actors["teacher"]
        assert "забыли" not in director.get(f"/entries/{request}").text
        problem(teacher.post("/lessons", json=lesson), 409, "period_closed")


@pytest.mark.clause("R40", breaks="projections.views.summary_sheets:make_sheet")
def test_the_sheet_has_every_student_and_subject_with_what_stands(server: Served, year: Year) -> None:
    with server.as_("deputy") as deputy:
        first, second = sorted(year.students)
        promoted = year.promote(deputy, first)
        sheet = deputy.get(year.at("sheet")).json()
        assert [(row["student"], row["subject"], row["cells"], row["entries"]) for row in sheet["rows"]] == [
            (first, "Математика", {"council": "переведены"}, [promoted]),
            (second, "Математика", {}, []),
        ]
        assert (sheet["class_name"], sheet["closed_by"], sheet["entries"]) == ("5А", None, [promoted])
        assert list(sheet["columns"])[-4:] == ["year", "exam", "final", "council"]
        assert set(sheet["people"]) == set(year.students)
        raw = deputy.get(year.at("sheet.csv"))
        assert sha256(raw.content).hexdigest() == sheet["sha256"]
        assert raw.text.splitlines()[1:] == [
            f"{first};Математика;;;;;;;;;;;;;переведены",
            f"{second};Математика;;;;;;;;;;;;;",
        ]
        before = deputy.get(year.at("sheet"), params={"at": str(promoted)}).json()
        assert [row["cells"] for row in before["rows"]] == [{}, {}]


@pytest.mark.clause("R41", breaks="projections.views.summary_sheets:compare_sheets")
def test_each_version_is_handed_over_and_what_changed_since_is_shown(server: Served, year: Year) -> None:
    with server.as_("deputy") as deputy:
        digest = deputy.get(year.at("sheet")).json()["sha256"]
        problem(year.transfer(deputy, digest), 409, "journal_not_closed")
        closed = year.close(deputy)
        assert year.duty(deputy)["state"] == "to_transfer"
        problem(year.transfer(deputy, "0" * 64), 409, "sheet_differs")
        handed = year.transfer(deputy, digest).json()["first_index"]
        duty = year.duty(deputy)
        assert (duty["state"], duty["transferred_by"], duty["number"]) == ("transferred", handed, "12")
        problem(year.transfer(deputy, digest), 409, "sheet_transferred_already")
        student = min(year.students)
        promoted = year.promote(deputy, student)
        assert year.duty(deputy)["state"] == "to_transfer"
        versions = deputy.get(year.at("sheet/versions")).json()
        cell = {"student": student, "subject": "Математика", "column": "council", "old": "", "new": "переведены"}
        change = {**cell, "entries": [promoted]}
        assert [(row["closed_by"], row["transferred_by"], row["changes"]) for row in versions["rows"]] == [
            ([closed], [handed], []),
            ([], [], [change]),
        ]
        assert versions["since_transfer"] == [change]
        assert year.transfer(deputy, versions["rows"][-1]["sha256"]).status_code == 201
        assert deputy.get(year.at("sheet/versions")).json()["since_transfer"] == []


@pytest.mark.clause("R41", breaks="exports.sheet_notice:sheet_versions", instead=lambda *_, **__: None)
def test_the_archive_is_told_what_changed_behind_the_transfer(server: Served, year: Year, tmp_path: Path) -> None:
    out, var = tmp_path / "notice.txt", server.school.layout.var
    with server.as_("deputy") as deputy, server.as_("teacher") as teacher:
        before = deputy.get(year.at("sheet")).json()["sha256"]
        problem(deputy.get(year.at("sheet/notice")), 404, "not_found")
        year.close(deputy)
        assert year.transfer(deputy, before).status_code == 201
        problem(deputy.get(year.at("sheet/notice")), 404, "not_found")
        with pytest.raises(SettingsError, match="or it is the same"):
            run_sheet_notice(Console(as_json=True), var, year.group, out)
        decided = year.promote(deputy, year.students[0])
        problem(teacher.get(year.at("sheet/notice")), 403, "forbidden")
        told = deputy.get(year.at("sheet/notice"))
        assert told.status_code == 200, told.text
        now = deputy.get(year.at("sheet")).json()["sha256"]
    assert run_sheet_notice(Console(as_json=True), var, "5А", out) == 0
    assert out.read_text(encoding="utf-8") == told.text
    assert out.stat().st_mode & 0o077 == 0
    day = ".".join(reversed(DAY.split("-")))
    line = "1. Иванова Имя, Математика, педагогический совет: было нет, стало переведены"
    received = f"класса 5А за 2026/27 учебный год, переданная {day} по документу № 12"
    for said in (
        before,
        now,
        line,
        received,
        "архив школы",
        f"внесены изменения: {decided}.",
        "закрыт, новая редакция",
    ):
        assert said in told.text


def test_an_archive_tells_of_it_and_the_verifier_counts_and_makes_the_sheet_again(
    server: Served, year: Year, tmp_path: Path
) -> None:
    with server.as_("deputy") as deputy, server.as_("director") as director, server.as_("teacher") as teacher:
        year.close(deputy)
        first = post(director, year.at("journal/reopening-requests"), asking())["first_index"]
        refusal = year.at(f"journal/reopening-requests/{first}/refusal")
        with server.as_("administrator") as admin:
            post(admin, refusal, {"basis": "нет"})
        note = {"reason": "other", "note": "=забыли; урок", "basis": "-акт № 5"}
        reopen(teacher, director, year.at("journal"), **note)
        reopen(teacher, director, f"/periods/{year.period}")
        post(deputy, f"/periods/{year.period}/close", {})
        year.close(deputy)
        assert year.transfer(deputy, deputy.get(year.at("sheet")).json()["sha256"]).status_code == 201
    export_archive(Console(as_json=True), server.school, tmp_path / "archive")
    report = verify_archive(tmp_path / "archive", Pinned(parse_vkey(server.school.signer.vkey)))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    table = (tmp_path / "archive/data/tables/journals.csv").read_text(encoding="utf-8-sig")
    own = [line for line in table.splitlines() if year.group in line]
    actions = ("закрыт", "просят открыть снова", ";открыт снова", "отказано", "передана")
    assert [len([line for line in own if action in line]) for action in actions] == [2, 2, 1, 1, 1]
    excuses = (tmp_path / "archive/data/tables/journal_excuses.csv").read_text(encoding="utf-8-sig")
    rows = [line.split(";") for line in excuses.splitlines() if year.group in line]
    assert rows
    assert {row[4] for row in rows} <= set(LACKING_WORDS.values())
    assert all(row[7].isdigit() and row[8] in LACK_REASON_WORDS.values() for row in rows)
    of_periods = (tmp_path / "archive/data/tables/closings.csv").read_text(encoding="utf-8-sig")
    assert len([line for line in of_periods.splitlines() if "просят открыть снова" in line]) >= 1
    assert "'=забыли; урок" in table


def test_what_changed_behind_the_transfer_is_a_question(server: Served, year: Year) -> None:
    with server.as_("deputy") as deputy, server.as_("director") as director, server.as_("administrator") as admin:
        post(admin, "/assessment-rules", adoption(marks_min=year_marks(server)))
        year.close(deputy)
        handed = year.transfer(deputy, deputy.get(year.at("sheet")).json()["sha256"]).json()["first_index"]
        for place in (year.at("journal"), f"/periods/{year.period}"):
            reopen(admin, director, place)
        with server.as_("teacher") as teacher:
            change = {"corrects": fact(teacher, year.place, "mark")["standing"], "new": "5", "reason": "typo"}
            corrected = teacher.post(f"{year.place}/corrections", json=change, headers=tag(teacher, year.place))
            assert corrected.status_code == 201
            marks = [{"student": student} for student in year.students]
            post(teacher, "/results", {"course": year.course, "period": year.period, "marks": marks})
        rows = admin.get("/questions/result-changes", params={"class": year.group}).json()["rows"]
        assert [(row["change"], row["since"], row["size"]) for row in rows] == [("added", "transfer", handed)] * 2
        assert all(handed in row["entries"] for row in rows)
        assert year.duty(deputy)["state"] == "changed"
        late = admin.get("/questions/corrections", params={"class": year.group, "timing": "after_transfer"}).json()
        assert [row["entries"][-1] for row in late["rows"]] == [corrected.json()["first_index"]]
        assert late["totals"]["after_transfer"] == 1


def year_marks(server: Served) -> int:
    """Rules that nobody adopted yet: how many entries there are, within what a rule may say."""
    return 1 + server.school.recorder.head().size % 99


def test_a_sheet_of_no_class_is_not_there(server: Served) -> None:
    nowhere = "/classes/00000000-0000-4000-8000-000000000000/sheet"
    with server.as_("deputy") as deputy:
        for rest in ("", ".csv", "/versions"):
            problem(deputy.get(nowhere + rest), 404, "not_found")
