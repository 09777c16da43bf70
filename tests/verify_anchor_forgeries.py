"""Access logs that are not what the journal says of them: cut, rewritten, or anchored out of order."""

from pathlib import Path

from tests.verify_archive import Builder, Key, Sample, leaf, root, write_folder
from tests.verify_mutations import mutation, pinned, story
from tests.verify_pair_mutations import until
from verify.anchored import verify_anchored
from verify.findings import Report


def access_log(journal: Builder, count: int, what: str = "/students/{student}/page") -> Builder:
    """An access log of its opening and some refusals."""
    b = Builder(key=Key(journal.key.name + "/access"))
    b.add("access", b.uuid(), "access_log_opened", log=journal.key.name, name="Школа")
    for _ in range(count):
        b.begin()
        b.add("refusal", b.command, "access_refused", classes=[], people=[], reason="right", what=what)
    return b


def journal_that_anchors(sizes: tuple[int, ...]) -> Builder:
    """A journal that says what the access log of six entries was at these sizes."""
    b = Builder()
    b.school()
    lines = [leaf(line) for line in access_log(b, 5).lines()]
    for size in sizes:
        b.anchor(size, root(lines[:size]).hex())
    return b


def compared(looks: Builder, journal: Builder, path: Path) -> Report:
    first = write_folder(until(looks, len(looks.entries)), path / "access")
    second = write_folder(until(journal, len(journal.entries)), path / "journal")
    return verify_anchored(first, second, pinned(looks), pinned(journal))


@mutation("access-log-cut")
def an_access_log_that_lost_its_end(path: Path) -> Report:
    journal = journal_that_anchors((2, 6))
    return compared(access_log(journal, 3), journal, path)


@mutation("access-log-rewritten")
def an_access_log_that_was_written_anew_and_signed(path: Path) -> Report:
    journal = journal_that_anchors((2, 6))
    return compared(access_log(journal, 5, "/classes/{class_group}/page"), journal, path)


@mutation("other-log")
def an_access_log_of_another_journal(path: Path) -> Report:
    other = Builder(key=Key("letopis.example/school/2"))
    other.school()
    return compared(access_log(other, 3), journal_that_anchors((2,)), path)


@story("access-anchor")
def an_anchor_of_an_access_log_that_did_not_grow(school: Sample) -> None:
    school.builder.anchor(9)


@story("access-anchor")
def an_anchor_of_an_access_log_that_shrank(school: Sample) -> None:
    school.builder.anchor(8)
