"""An archive that continues earlier ones: judged beside them, by form without them, and what does not lead to it."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.verify_archive import Files, Sample, manifested, sample, write_folder
from verify import reader
from verify.__main__ import main
from verify.columns import COLUMNS

STARTS = [1, 40, 211]
DIES = """
import os, sys
sys.path.insert(0, sys.argv[1])
from verify import reading
real, begun = reading.write, 0
def write(stream, value):
    global begun
    begun += value[0] == "ready"
    if value[0] == {when}:
        os._exit(9)
    real(stream, value)
reading.write = write
reading.serve()
"""


@pytest.fixture(scope="module")
def school() -> Sample:
    made = sample()
    made.builder.lines()  # roots that entries state, which tables show, are known from then on
    return made


def ask(
    capsys: pytest.CaptureFixture[str], school: Sample, path: Path, *earlier: Path
) -> tuple[int, dict[str, object]]:
    """Ask in one process and in two, which say the same."""
    options = [word for one in earlier for word in ("--earlier", str(one))]
    said = []
    for jobs in ("1", "2"):
        code = main([str(path), *options, "--key", school.builder.key.vkey, "--jobs", jobs, "--json"])
        answer: dict[str, object] = json.loads(capsys.readouterr().out)
        said.append((code, answer))
    assert said[0] == said[1]
    return said[0]


def codes(answer: dict[str, object], of: str = "findings") -> list[str]:
    found = answer[of]
    assert isinstance(found, list)
    return [one["code"] for one in found]


@cache
def lines_of(seed: int) -> list[bytes]:
    """Lines of a sample, which take long to write."""
    return sample(seed).builder.lines()


def part(school: Sample, folder: Path, start: int, end: int, change: Callable[[Files], None] = lambda _: None) -> Path:
    """Write an archive of a range; to the sample's end it has tables."""
    is_last = end == len(school.builder.entries)
    lines = lines_of(school.builder.seed)[:end]
    files = school.builder.files(start, lines, tables=start > 0 and is_last)
    if not is_last:
        files = {name: raw for name, raw in files.items() if not name.startswith(("data/tables/", "data/log/disclos"))}
        last = json.loads(lines[-1])["at"][:10]
        info = school.builder.bag_info(start, end).replace("full", "none")
        files["bag-info.txt"] = (f"Bagging-Date: {last}\n" + info.partition("\n")[2]).encode()
    change(files)
    return write_folder(manifested(files), folder)


def cut(school: Sample, folder: Path, *starts: int, change: Callable[[Files], None] = lambda _: None) -> list[Path]:
    """Write the archives of a school that are cut at these sizes; `change` what is in the last one."""
    end = len(school.builder.entries)
    ends = [*starts, end]
    return [
        part(school, folder / f"from-{start}", start, stop, change if stop == end else lambda _: None)
        for start, stop in zip((0, *starts), ends, strict=True)
    ]


@pytest.mark.parametrize("start", STARTS)
def test_every_table_of_a_later_range_follows_from_its_entries_and_the_earlier_ones(
    start: int, school: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier, later = cut(school, tmp_path, start)
    code, answer = ask(capsys, school, later, earlier)
    assert (code, answer["findings"], answer["unchecked"]) == (0, [], [])
    facts, checked = answer["facts"], answer["checked"]
    assert isinstance(facts, dict)
    assert isinstance(checked, dict)
    assert (facts["start"], facts["entries"]) == (start, facts["size"] - start)
    assert (checked["tables"], checked["rows"]) == (len(COLUMNS), facts["rows"])


def test_says_that_tables_were_looked_at_alone_where_no_earlier_archive_is_beside(
    school: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, later = cut(school, tmp_path, 137)
    code, answer = ask(capsys, school, later)
    assert (code, answer["verdict"], codes(answer)) == (3, "incomplete", [])
    assert codes(answer, "unchecked") == ["before-range", "tables-by-form"]


def test_takes_all_earlier_archives_in_any_order(
    school: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two, three = cut(school, tmp_path, 60, 211)
    assert ask(capsys, school, three, two, one)[0] == 0
    code, answer = ask(capsys, school, two, one)
    assert (code, codes(answer), codes(answer, "unchecked")) == (0, [], []), (
        "it has no tables, and nothing is left open"
    )


def rows_of(files: Files, name: str) -> list[bytes]:
    return files[f"data/tables/{name}.csv"].split(b"\r\n")[1:-1]


def replace(name: str, change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Files], None]:
    def run(files: Files) -> None:
        file = f"data/tables/{name}.csv"
        header = files[file].partition(b"\r\n")[0]
        files[file] = b"".join(row + b"\r\n" for row in [header, *change(rows_of(files, name))])

    return run


def test_finds_a_row_that_says_what_the_entries_do_not(
    school: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def improve(rows: list[bytes]) -> list[bytes]:
        assert rows
        *cells, standing, by = rows[0].split(b";")
        return [b";".join([*cells, b"5" if standing != b"5" else b"4", by]), *rows[1:]]

    earlier, later = cut(school, tmp_path, 70, change=replace("marks", improve))
    assert ask(capsys, school, later)[0] == 3, "by its form nothing is wrong with it"
    code, answer = ask(capsys, school, later, earlier)
    assert (code, codes(answer)) == (1, ["table-cell"])


def without(name: str) -> Callable[[Files], None]:
    def run(files: Files) -> None:
        del files[f"data/tables/{name}.csv"]

    return run


def beside(name: str) -> Callable[[Files], None]:
    def run(files: Files) -> None:
        files[f"data/tables/{name}.csv"] = b""

    return run


def misname(files: Files) -> None:
    first, rest = files["data/log/disclosures.jsonl"].split(b"\n", 1)
    index = int(first.rpartition(b":")[2].rstrip(b"}"))
    assert index < 70
    files["data/log/disclosures.jsonl"] = first.replace(b":%d}" % index, b":%d}" % (index + 1)) + b"\n" + rest


CHANGES: dict[str, tuple[Callable[[Files], None], str, str]] = {
    "a row lacks": (replace("corrections", lambda rows: rows[1:]), "table-row-missing", ""),
    "a row of an earlier entry": (
        replace("lessons", lambda rows: [b"3" + rows[0][rows[0].index(b";") :], *rows]), "table-row-extra", "table-row-extra",
    ),
    "an early row lacks of a whole table": (replace("people", lambda rows: rows[1:]), "table-row-missing", ""),
    "rows in another order": (
        replace("marks", lambda rows: [rows[1], rows[0], *rows[2:]]), "table-row-missing", "table-row-extra",
    ),
    "a cell less": (
        replace("evidence", lambda rows: [rows[0].rpartition(b";")[0], *rows[1:]]), "table-malformed", "table-malformed",
    ),
    "a table lacks": (without("bells"), "table-missing", "table-missing"),
    "a table too many": (beside("other"), "table-unexpected", "table-unexpected"),
    "a name of nobody": (misname, "disclosure-not-committed", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_finds_what_was_changed_beside_the_earlier_archive_and_by_form_what_form_shows(
    name: str, school: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, beside, alone = CHANGES[name]
    earlier, later = cut(school, tmp_path, 70, change=change)
    code, answer = ask(capsys, school, later, earlier)
    assert (code, beside in codes(answer)) == (1, True), codes(answer)
    code, answer = ask(capsys, school, later)
    assert (code, alone in codes(answer) if alone else codes(answer) == []) == (1 if alone else 3, True), codes(answer)


def test_refuses_earlier_archives_that_do_not_lead_to_its_start(
    school: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two, three = cut(school, tmp_path, 60, 211)
    shorter, _ = cut(school, tmp_path / "shorter", 59)
    other = part(sample(seed=2), tmp_path / "other", 0, 60)
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    for earlier in ([one], [two], [shorter, two], [three], [other, two], [one, two, two], [nothing, two]):
        code, answer = ask(capsys, school, three, *earlier)
        assert (code, "earlier-mismatch" in codes(answer)) == (1, True), earlier
        assert "stopped-early" in codes(answer, "unchecked")


def test_an_archive_from_the_first_entry_on_accuses_nobody_of_an_earlier_one_that_it_does_not_need(
    school: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, _ = cut(school, tmp_path, 60)
    whole = part(school, tmp_path / "whole", 0, len(school.builder.entries))
    code, answer = ask(capsys, school, whole, one)
    assert (code, codes(answer), codes(answer, "unchecked")) == (3, [], ["earlier-unused"])


def test_names_the_earlier_archive_in_which_something_is_wrong(
    school: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier, later = cut(school, tmp_path, 137)
    entries = earlier / "data/log/entries-000000000000.jsonl"
    lines = entries.read_bytes().split(b"\n")
    at = next(number for number, line in enumerate(lines) if b"mark_recorded" in line)
    lines[at] = lines[at].replace(b'"value":"', b'"value":"1/', 1)
    entries.write_bytes(b"\n".join(lines))
    code, answer = ask(capsys, school, later, earlier)
    assert code == 1
    assert {"manifest-mismatch", "root-mismatch", "prev-mismatch"} <= set(codes(answer))
    findings = answer["findings"]
    assert isinstance(findings, list)
    assert {one["file"].partition(":")[0] for one in findings if one["code"] == "manifest-mismatch"} == {"from-0"}


@pytest.mark.parametrize("when", ['"block" and begun == 1', '"end" and begun == 1', '"ready" and begun == 2'])
def test_a_process_that_dies_before_it_has_read_them_all_leaves_the_archive_incomplete(
    when: str, school: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_START", DIES.format(when=when))
    earlier, later = cut(school, tmp_path, 137)
    options = ["--earlier", str(earlier), "--key", school.builder.key.vkey, "--jobs", "2", "--json"]
    code = main([str(later), *options])
    answer = json.loads(capsys.readouterr().out)
    assert (code, answer["verdict"], codes(answer)) == (3, "incomplete", [])
    assert "reader-lost" in codes(answer, "unchecked")


def test_goes_with_one_archive_alone(school: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    earlier, later = cut(school, tmp_path, 137)
    assert main([str(later), "--earlier", str(earlier), "--against", str(earlier)]) == 2
    assert main([str(later), "--earlier", str(tmp_path / "none")]) == 2
    assert "--earlier: при проверке одного архива / goes with one archive" in capsys.readouterr().err
