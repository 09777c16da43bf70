"""The command line: verdicts as exit codes, keys, languages, usage errors without tracebacks."""

import base64
import json
from pathlib import Path

import pytest

from tests.verify_archive import SAMPLE_SIZE, Builder, Sample, leaf, sample, write_folder, write_zip
from tests.verify_mutations import proof_of, served, serving
from verify.__main__ import main
from verify.tiles import TOKEN_VARIABLE

# The sample's last tile of leaves, which is not full.
LAST_TILE = f"tile/0/{SAMPLE_SIZE // 256:03d}.p/{SAMPLE_SIZE % 256}"


@pytest.fixture(scope="module")
def school() -> Sample:
    return sample()


@pytest.fixture
def archive(school: Sample, tmp_path: Path) -> Path:
    return write_folder(school.builder.files(), tmp_path / "bag")


def test_says_verified_with_the_pinned_key(school: Sample, archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(archive), "--key", school.builder.key.vkey]) == 0
    assert "ПОДТВЕРЖДЕНО" in capsys.readouterr().out


def test_says_incomplete_without_a_key(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(archive), "--lang", "en"]) == 3
    assert "[no-key]" in capsys.readouterr().out


def test_says_finding_and_its_place(school: Sample, archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = archive / "data/log/entries-000000000000.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"value":"4"', b'"value":"5"', 1))
    assert main([str(archive), "--key", school.builder.key.vkey, "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    where = {finding["code"]: finding for finding in findings}
    assert where["prev-mismatch"]["entry"] == where["table-cell"]["entry"]
    assert where["prev-mismatch"]["line"] == where["prev-mismatch"]["entry"] + 1
    assert where["table-cell"]["field"] == "recorded"
    assert where["manifest-mismatch"]["file"] == "data/log/entries-000000000000.jsonl"


def test_reads_the_key_from_a_file(school: Sample, archive: Path, tmp_path: Path) -> None:
    (tmp_path / "school.vkey").write_text(school.builder.key.vkey + "\n")
    assert main([str(archive), "--key-file", str(tmp_path / "school.vkey")]) == 0


def test_reads_a_zip(school: Sample, tmp_path: Path) -> None:
    path = write_zip(school.builder.files(), tmp_path / "a.zip")
    assert main([str(path), "--key", school.builder.key.vkey]) == 0


@pytest.mark.parametrize("size", [1, 40, SAMPLE_SIZE])
def test_confirms_that_the_archive_continues_an_earlier_checkpoint(
    size: int, school: Sample, archive: Path, tmp_path: Path
) -> None:
    leaves = [leaf(line) for line in school.builder.lines()]
    (tmp_path / "old").write_bytes(school.builder.key.checkpoint(leaves[:size]))
    assert main([str(archive), "--key", school.builder.key.vkey, "--old", str(tmp_path / "old")]) == 0


def test_says_incomplete_where_the_earlier_checkpoint_is_newer(school: Sample, archive: Path, tmp_path: Path) -> None:
    leaves = [leaf(line) for line in school.builder.lines()]
    (tmp_path / "old").write_bytes(school.builder.key.checkpoint([*leaves, leaf(b"{}")]))
    assert main([str(archive), "--key", school.builder.key.vkey, "--old", str(tmp_path / "old")]) == 3


@pytest.mark.parametrize("start", [40, 41])
def test_says_incomplete_for_a_range_that_rests_on_what_came_before(
    start: int, school: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_folder(school.builder.files(start), tmp_path / "range")
    assert main([str(path), "--key", school.builder.key.vkey, "--json"]) == 3
    report = json.loads(capsys.readouterr().out)
    assert report["facts"]["start"] == start
    assert [item["code"] for item in report["unchecked"]] == ["before-range"]


@pytest.mark.parametrize("odd", [0, 1])
def test_never_verifies_a_range_even_where_it_names_nothing_before_it(odd: int, tmp_path: Path) -> None:
    """A person may be registered again, or an entry lie before the range in time: only the beginning shows it."""
    builder = Builder()
    builder.school()
    person = builder.person("student", "А")
    for _ in range(odd):
        builder.person("teacher", "Б")
    start = len(builder.entries)
    builder._versions[f"person/{person}"] = 0
    builder.add("person", person, "person_registered", kind="teacher", sd=[])
    builder.entries[-1]["at"] = "2020-01-01T00:00:00.000000Z"
    path = write_folder(builder.files(start), tmp_path / "range")
    assert main([str(path), "--key", builder.key.vkey]) == 3


def test_says_incomplete_for_an_event_it_does_not_know(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    builder = sample().builder
    builder.add("person", builder.uuid(), "wings_grown", wings={"left": 1})
    path = write_folder(builder.files(), tmp_path / "bag")
    assert main([str(path), "--key", builder.key.vkey, "--lang", "en"]) == 3
    assert "[unknown-type]" in capsys.readouterr().out


def test_checks_a_disclosure_of_an_event_it_does_not_know(tmp_path: Path) -> None:
    builder = sample().builder
    digest = builder.disclose("note", "текст", len(builder.entries))
    builder.add("person", builder.uuid(), "wings_grown", sd=[digest])
    assert main([str(write_folder(builder.files(), tmp_path / "bag")), "--key", builder.key.vkey]) == 3


def test_verifies_one_id_for_works_of_two_lessons(tmp_path: Path) -> None:
    """A work is known by its lesson and its id: these are two works."""
    school = sample()
    b = school.builder
    lesson = b.lesson(school.course, school.teacher, "2026-11-08")
    index = b.add("lesson", lesson, "work_recorded", work=school.open_work, kind="answer", written=False, weight=100)
    b._fact("work", index, {"kind": "answer", "weight": 100, "written": False}, lesson, work=school.open_work)
    b.mark(lesson, school.open_work, school.students[0], "4")
    assert main([str(write_folder(b.files(), tmp_path / "bag")), "--key", b.key.vkey]) == 0


def test_verifies_a_student_of_two_school_years(tmp_path: Path) -> None:
    """Nobody leaves a class when its year ends."""
    school = sample()
    b = school.builder
    b.begin()
    year = b.uuid()
    b.add("year", year, "school_year_opened", title="2027/28", starts_on="2027-09-01", ends_on="2028-05-31")
    b.enroll(b.class_group(year, 6, "А"), school.students[0], "2027-09-01")
    b.period(year, 1, [5, 6], "2027-09-01", "2027-10-25")
    assert main([str(write_folder(b.files(), tmp_path / "bag")), "--key", b.key.vkey]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["/no/such/archive"],
        ["a", "--url", "http://127.0.0.1:1/log"],
        [".", "--key", "nonsense"],
        [".", "--key-file", "/no/such/file"],
        [".", "--old", "/no/such/file"],
        [".", "--old", __file__],
        ["--url", "ftp://127.0.0.1/log"],
        ["--url", "http://127.0.0.1:99999/log"],
        ["--url", "http://user:secret@127.0.0.1/log"],
        ["--url", "http://127.0.0.1/log?token=secret"],
    ],
)
def test_wrong_usage_is_two_and_says_why(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("verify: ")


def test_refuses_a_key_of_small_order_as_wrong_usage(school: Sample, archive: Path) -> None:
    import hashlib

    name, raw = school.builder.key.name, b"\x01" + bytes(32)
    key_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex()
    assert main([str(archive), "--key", f"{name}+{key_id}+{base64.b64encode(raw).decode()}"]) == 2


def test_verifies_a_proof_with_its_disclosures(school: Sample, tmp_path: Path) -> None:
    builder = school.builder
    proof, entry = proof_of(builder, 3)
    (tmp_path / "proof").write_bytes(proof)
    (tmp_path / "entry").write_bytes(entry + b"\n")
    lines = [
        json.dumps({"disclosure": text, "index": index}, separators=(",", ":")) for text, index in builder.disclosures
    ]
    (tmp_path / "disclosures").write_text("".join(line + "\n" for line in lines if line.endswith('"index":3}')))
    arguments = ["proof", str(tmp_path / "proof"), "--entry", str(tmp_path / "entry")]
    assert main([*arguments, "--key", builder.key.vkey, "--disclosures", str(tmp_path / "disclosures")]) == 0
    assert main(arguments) == 3


def test_verifies_a_running_log(school: Sample) -> None:
    with serving(served(school.builder)) as url:
        assert main(["--url", url, "--key", school.builder.key.vkey]) == 0


def test_verifies_a_running_log_of_several_tiles(capsys: pytest.CaptureFixture[str]) -> None:
    builder = sample().builder
    for _ in range(600):
        builder.person("student")
    with serving(served(builder)) as url:
        assert main(["--url", url + "/", "--key", builder.key.vkey, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["facts"]["entries"] == SAMPLE_SIZE + 600


def test_takes_the_token_from_the_environment(school: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(served(school.builder), "token-of-an-inspector") as url:
        monkeypatch.setenv(TOKEN_VARIABLE, "token-of-an-inspector")
        assert main(["--url", url, "--key", school.builder.key.vkey]) == 0


def test_takes_the_token_from_a_file(school: Sample, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("token-of-an-inspector\n")
    with serving(served(school.builder), "token-of-an-inspector") as url:
        arguments = ["--url", url, "--key", school.builder.key.vkey, "--token-file", str(tmp_path / "token")]
        assert main(arguments) == 0


def test_checks_hashes_only_where_the_entries_are_kept_back(school: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(served(school.builder), "token-of-an-inspector") as url:
        assert main(["--url", url, "--key", school.builder.key.vkey, "--lang", "en"]) == 3
    assert "[entries-not-served]" in capsys.readouterr().out


def test_finds_a_wrong_tile_where_the_entries_are_kept_back(school: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    paths = served(school.builder)
    assert LAST_TILE in paths
    paths[LAST_TILE] = bytes(SAMPLE_SIZE % 256 * 32)
    with serving(paths, "token-of-an-inspector") as url:
        assert main(["--url", url, "--key", school.builder.key.vkey, "--lang", "en"]) == 1
    assert "[root-mismatch]" in capsys.readouterr().out


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/log", "http://no-such-host.invalid/log"])
def test_says_incomplete_of_a_server_that_is_not_there(
    url: str, school: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--url", url, "--key", school.builder.key.vkey, "--lang", "ru"]) == 3
    text = capsys.readouterr().out
    assert "[no-answer] Сервер не ответил" in text
    assert url in text


def test_says_incomplete_of_a_server_that_breaks_off(school: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    paths = served(school.builder)
    with serving(paths, unavailable=LAST_TILE) as url:
        assert main(["--url", url, "--key", school.builder.key.vkey, "--lang", "en"]) == 3
    assert "[no-answer]" in capsys.readouterr().out
