"""Deadlines counted again from the entries: what the sample's few lessons come to was counted by hand."""

from pathlib import Path

from tests.verify_archive import Builder, sample, write_folder
from tests.verify_mutations import pinned
from verify import reader
from verify.archive import verify_archive
from verify.deadlines import Deadlines
from verify.findings import Report, Verdict
from verify.report import to_json, to_text

# Everything is recorded on 1 September, before its lesson. Of the 16 lessons two are annulled; of the marks for answers
# six stand. Of the dictation in the corrected lesson one mark stands, one student was excused and three are waited for;
# of the work of 8 September one mark stands, and four are waited for: of one of them a day of the own was annulled.
# One lesson has homework and one says that there is none; two have their plan's, which stood before they began. Of three
# notices one waits for its answer. The refresh of five students was opened in August, before there was a regulation.
COUNTED = {
    "": {"notice": {"on_time": 2, "pending": 1}, "refresh": {"no_regulation": 5}},
    "5А": {
        "attendance": {"on_time": 14},
        "homework": {"exempt": 2, "on_time": 2, "pending": 10},
        "lesson": {"on_time": 14},
        "oral_mark": {"on_time": 6},
        "written_mark": {"exempt": 1, "on_time": 2, "pending": 7},
    },
}


def counted(builder: Builder, folder: Path, start: int = 0) -> Report:
    return verify_archive(write_folder(builder.files(start), folder), pinned(builder), deadlines=Deadlines())


def test_counts_what_people_counted(tmp_path: Path) -> None:
    report = counted(sample().builder, tmp_path / "bag")
    assert report.deadlines == COUNTED
    assert report.verdict is Verdict.VERIFIED
    assert "5А, оценки за письменные работы: не нужно 1, в срок 2, срок не вышел 7" in to_text(report, "ru")
    assert "школа, уведомления об изменении данных: в срок 2, срок не вышел 1" in to_text(report, "ru")


def test_is_judged_as_of_the_last_entry_and_by_the_schools_clock(tmp_path: Path) -> None:
    builder = sample().builder
    for entry in builder.entries[47:]:
        # 21:00 UTC of the 2nd is the 3rd in Moscow: the lesson of the 2nd is late, with its attendance and three marks.
        entry["at"] = entry["at"].replace("2026-09-01T00", "2026-09-02T21")
    # The last entry is a mark for an answer of 5 November.
    builder.entries[-1]["at"] = "2026-12-01T00:00:00.000000Z"
    of = counted(builder, tmp_path / "bag").deadlines["5А"]
    # Of the timetable of the quarter, Mondays have the course five times that nobody recorded, odd ones thrice more,
    # even Wednesdays four times; and once it was moved to a Tuesday.
    assert of["lesson"] == of["attendance"] == {"late": 1, "missing": 13, "on_time": 13}
    assert of["oral_mark"] == {"late": 4, "on_time": 2}
    assert of["written_mark"] == {"exempt": 1, "on_time": 2, "missing": 7}
    # What is due by the lesson of the next day had the hour after 9:15 of the 2nd; what is none is of the 3rd.
    # Two lessons of May, recorded too soon, have time.
    assert of["homework"] == {"exempt": 2, "late": 1, "missing": 8, "on_time": 1, "pending": 2}


def test_where_the_clock_went_back_each_entry_has_its_own_moment(tmp_path: Path) -> None:
    builder = sample().builder
    entries = builder.entries
    first = next(place for place, entry in enumerate(entries) if entry["type"] == "lesson_recorded/1")
    entries[first]["at"] = "2027-09-01T00:00:00.000000Z"
    report = counted(builder, tmp_path / "bag")
    assert "at-backwards" in {one.code for one in report.findings}
    # The lesson of 1 September is a year late; what was recorded before it and after it is as it was.
    of = report.deadlines["5А"]
    rest = ("attendance", "oral_mark", "written_mark")
    assert of["lesson"] == {"late": 1, "on_time": 13}
    assert [of[rule] for rule in rest] == [COUNTED["5А"][rule] for rule in rest]


def test_two_processes_count_the_same(tmp_path: Path) -> None:
    builder = sample().builder
    path = write_folder(builder.files(), tmp_path / "bag")
    apart = reader.start(path, 2)
    assert apart is not None
    report = verify_archive(path, pinned(builder), apart=apart, deadlines=Deadlines())
    apart.close()
    assert to_json(report) == to_json(verify_archive(path, pinned(builder), deadlines=Deadlines()))
    assert report.deadlines == COUNTED


def test_a_time_zone_that_this_computer_does_not_know_is_said(tmp_path: Path) -> None:
    builder = sample().builder
    builder.entries[0]["data"]["time_zone"] = "Mars/Olympus"
    report = counted(builder, tmp_path / "bag")
    assert (report.deadlines, report.findings) == ({}, [])
    assert [(one.code, one.detail) for one in report.unchecked] == [("deadlines-not-counted", "Mars/Olympus")]
    assert report.verdict.exit_code == 3


def test_a_year_of_centuries_is_not_counted_day_by_day(tmp_path: Path) -> None:
    builder = sample().builder
    builder.entries[1]["data"]["ends_on"] = "9999-12-31"
    report = counted(builder, tmp_path / "bag")
    assert not report.deadlines
    assert [(one.code, one.detail) for one in report.unchecked] == [
        ("deadlines-not-counted", "a year of more than 401 days")
    ]


def test_a_range_that_begins_later_counts_nothing(tmp_path: Path) -> None:
    report = counted(sample().builder, tmp_path / "bag", 9)
    assert not report.deadlines
    assert "deadlines-not-counted" in {one.code for one in report.unchecked}
