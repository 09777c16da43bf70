"""Pairs of histories that do not fit, each with the codes of the findings that comparing them must give."""

from pathlib import Path

from tests.verify_archive import Builder, Files, Key, leaf, manifested, sample, write_folder
from tests.verify_mutations import mutation, pinned, served, serving
from verify.against import compare_archives, compare_with_server
from verify.findings import Report
from verify.tiles import Server


def longer() -> Builder:
    """The small school, and one mark more."""
    school = sample()
    school.builder.mark(school.open_lesson, school.open_work, school.students[1], "4")
    return school.builder


def otherwise() -> Builder:
    """The same school up to its last entry, which is another one; a fork of `longer` at the index of that mark."""
    school = sample()
    school.builder.mark(school.open_lesson, school.open_work, school.students[1], "2")
    school.builder.mark(school.open_lesson, school.open_work, school.students[2], "3")
    return school.builder


def folder(builder: Builder, path: Path, start: int = 0) -> Path:
    return write_folder(builder.files(start), path)


def until(builder: Builder, size: int) -> Files:
    """A log's files as they were sealed at a size, without tables."""
    lines = builder.lines()[:size]
    files = {
        "data/log/checkpoint": builder.key.checkpoint([leaf(line) for line in lines]),
        "data/log/entries-000000000000.jsonl": b"".join(line + b"\n" for line in lines),
    }
    return manifested(files)


def compared(first: Path, second: Path, *, quick: bool = False) -> Report:
    return compare_archives(first, second, pinned(sample().builder), quick=quick)


def changed(files: Files) -> Files:
    """Change a mark, and the manifests with it: the signature is then of other entries."""
    name = "data/log/entries-000000000000.jsonl"
    files[name] = files[name].replace(b'"value":"4"', b'"value":"2"', 1)
    return manifested(files)


@mutation("fork")
def two_histories_that_the_school_signed(path: Path) -> Report:
    return compared(folder(longer(), path / "a"), folder(otherwise(), path / "b"))


@mutation("histories-differ", "root-mismatch")
def a_history_beside_a_changed_copy(path: Path) -> Report:
    first = folder(sample().builder, path / "a")
    return compared(first, write_folder(changed(sample().builder.files()), path / "b"), quick=True)


@mutation("other-log")
def two_logs_of_two_schools(path: Path) -> Report:
    other = Builder(key=Key("letopis.example/school/2"))
    other.school()
    return compared(folder(sample().builder, path / "a"), folder(other, path / "b"))


@mutation("log-behind-archive")
def a_running_log_that_lost_an_entry(path: Path) -> Report:
    archive = folder(longer(), path / "a")
    with serving(served(sample().builder)) as prefix:
        return compare_with_server(archive, Server(prefix), pinned(longer()))
