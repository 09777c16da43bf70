"""What was handed out before an erasure proves itself after it: archives, an entry's proof, and a form on paper."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from api.cli.console import Console, Exit
from api.cli.keeping import export_archive
from api.cli.printing import Chosen, run_check, run_print
from api.sample import SampleSchool
from api.schools import OpenSchool, open_school
from exports.printing.scan import read_codes
from ledger.signing.proofs import prove_entry, read_entries
from ledger.vault import KeyErased
from ledger.wire.entry import Actor, parse_entry
from ledger.wire.proof import format_proof
from projections.views.lookups import classes, memberships
from tests.conftest import Database
from tests.erasing_school import erase_now
from tests.sample_folders import PLAIN, SEED, sample_folder, sample_on_postgres
from verify.archive import Pinned, verify_archive
from verify.findings import Verdict
from verify.note import parse_vkey
from verify.print_code import verify_print
from verify.proof import verify_proof
from verify.report import to_text

QUIET = Console(as_json=True)
PAGE = Chosen("class-page", "2А", "Русский язык", None, "1")


@pytest.fixture(params=["sqlite", "postgresql"])
def var(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sample school, which nobody has open."""
    folder = tmp_path / "school"
    if request.param == "sqlite":
        with sample_folder(folder, limit=400):
            return folder
    database: Database = request.getfixturevalue("sample_database")
    with sample_on_postgres(folder, database, monkeypatch, limit=400):
        return folder


def proved(school: OpenSchool, index: int) -> tuple[bytes, bytes, bytes]:
    """An entry's proof, its bytes, and what it discloses, as the server gives them."""
    signed = school.checkpointer.sign()
    (entry,) = read_entries(school.recorder, index, index + 1)
    opened = school.vault.read(list(parse_entry(entry).data.get("_sd", ())))
    disclosures = orjson.dumps({"index": index, "disclosures": list(opened.values())})
    return format_proof(prove_entry(school.recorder, index, signed, roots=school.roots)), entry, disclosures


def test_a_proof_a_paper_and_archives_from_before_an_erasure_hold_after_it(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_print(QUIET, var, PAGE, None, tmp_path / "page.pdf") == Exit.DONE
    (code,) = read_codes((tmp_path / "page.pdf").read_bytes())
    roster = SampleSchool(SEED, PLAIN).roster()
    first, second = Actor(roster.administrator.id, "administrator"), Actor(roster.deputy.id, "director")
    with open_school(var, background=False) as school:
        key = parse_vkey(school.signer.vkey)
        group = next(row for row in classes(school.views).rows if (row.grade, row.letter) == (2, "А"))
        student = memberships(school.views, class_group=group.class_group).rows[0].student
        sql = "SELECT p.entry FROM {persons} p WHERE p.person = :person"
        ((index,),) = school.views.select(sql, {"person": student})
        proof, entry, disclosures = proved(school, index)
        export_archive(QUIET, school, tmp_path / "before")
        erase_now(school, student, first, second, str(uuid4()))
        with pytest.raises(KeyErased):
            school.vault.keys.sealer(student, "person")
        export_archive(QUIET, school, tmp_path / "after")
        left = orjson.loads(proved(school, index)[2])["disclosures"]
    assert orjson.loads(disclosures)["disclosures"]
    assert left == [], "nothing more is disclosed of the entry"
    report = verify_proof(proof, entry, disclosures, key)
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    for name in ("before", "after"):
        report = verify_archive(tmp_path / name, Pinned(key))
        assert report.verdict is Verdict.VERIFIED, to_text(report)
        report = verify_print(tmp_path / name, code, key)
        assert report.verdict is Verdict.VERIFIED, to_text(report)
    capsys.readouterr()
    assert run_check(QUIET, var, None, code, None) == Exit.UNAVAILABLE, "the form cannot be made again"
