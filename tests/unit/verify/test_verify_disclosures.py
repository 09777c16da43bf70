"""What an archive says of a person when not all of it is disclosed."""

from pathlib import Path

import pytest

from tests.verify_archive import Builder, sample, write_folder
from tests.verify_forgeries import disclosed_person
from tests.verify_mutations import pinned
from verify.archive import verify_archive
from verify.findings import Verdict


def verdict(builder: Builder, folder: Path) -> tuple[Verdict, list[str]]:
    report = verify_archive(write_folder(builder.files(), folder / "bag"), pinned(builder))
    assert not report.findings
    return report.verdict, [item.code for item in report.unchecked]


@pytest.mark.parametrize("name", ["Иванов", "Петров"])
def test_says_incomplete_of_a_person_who_may_have_a_second_name(name: str, tmp_path: Path) -> None:
    """One log, signed once, of which two archives show two names: neither may be called verified."""
    b = sample().builder
    kept, index = len(b.disclosures) + (name == "Петров"), len(b.entries)
    disclosed_person(b, "student", ("family_name", "Иванов"), ("family_name", "Петров"), shown=name)
    b.disclosures = [item for at, item in enumerate(b.disclosures) if item[1] != index or at == kept]
    assert verdict(b, tmp_path) == (Verdict.INCOMPLETE, ["partly-disclosed"])


def test_verifies_an_archive_that_discloses_nobody(tmp_path: Path) -> None:
    b = Builder()
    b.school()
    disclosed_person(b, "student", ("family_name", "Иванов"), ("given_name", "Пётр"))
    b.disclosures.clear()
    assert verdict(b, tmp_path) == (Verdict.VERIFIED, [])


def test_verifies_an_approved_correction_that_repeats_the_note_of_its_request(tmp_path: Path) -> None:
    school = sample()
    b = school.builder
    note = [b.disclose("note", "по работе", len(b.entries))]
    b.disclosures.append((b.disclosures[-1][0], len(b.entries) + 1))
    b.notes[note[0]] = "по работе"
    request = b.request(school.marks[2], "5", "other", sd=note)
    b.actor = {"id": b.uuid(), "role": "deputy"}
    b.correct(school.marks[2], "5", "other", basis="Заявление № 7", request=request, sd=note)
    assert verdict(b, tmp_path) == (Verdict.VERIFIED, [])
