"""What an archive says of itself: a page for people, and PREMIS for an archive's programs, judged by `xmllint`."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree as ET

import msgspec
import pytest

from api.cli.console import Console, Exit
from api.cli.handing import run_hand_over
from api.cli.keeping import export_archive
from api.cli.proving import find_year, record_archive
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from exports.description import UNSTATED, About, Described, Retention, Term, format_page
from exports.life import LifeEvent
from exports.premis import NAMESPACE, format_premis
from ledger.journal.commands import AdoptRetentionSchedule, RecordVerification
from ledger.journal.erasure_events import RetentionRow
from ledger.wire.entry import Actor, parse_at, parse_entry
from tests.sample_folders import sample_folder
from verify.archive import Pinned, verify_archive
from verify.findings import Verdict
from verify.note import parse_vkey
from verify.report import to_text

QUIET = Console(as_json=True)
PREMIS = "data/description/premis.xml"
PAGE = "data/description/description.html"
SCHEMA = Path(__file__).parents[1] / "schemas/premis.rng"
NS = {"p": NAMESPACE}


def xmllint(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Ask xmllint, which has to be there where the whole suite is run."""
    if shutil.which("xmllint") is None:
        if "CI" in os.environ:
            pytest.fail("xmllint (Debian: libxml2-utils) is not there")
        pytest.skip("xmllint (Debian: libxml2-utils) is not there")
    return subprocess.run(
        ["xmllint", "--nonet", "--noout", *map(str, arguments)], capture_output=True, check=False, text=True
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school's archive; the log says that it was verified once."""
    folder = tmp_path_factory.mktemp("described")
    with sample_folder(folder / "school", limit=60) as school:
        _verify(school)
        export_archive(QUIET, school, folder / "archive", retention=Retention(Term(7), Term(75)))
    return folder / "archive"


def _verify(school: OpenSchool) -> None:
    (opening,) = school.recorder.entries(0, 1)
    signed = school.checkpointer.sign()
    school.execute(
        RecordVerification(
            verification=str(uuid4()),
            size=signed.size,
            root=signed.edge.root().hex(),
            verdict="verified",
            program="verify.pyz",
            program_sha256="ab" * 32,
            checkpoint=signed.size,
            witnesses=0,
        ),
        Actor(parse_entry(opening).actor.id, "administrator"),
        at=parse_at(school.recorder.head().at) + timedelta(minutes=1),
    )


def described(life: list[LifeEvent], kept: Retention = UNSTATED, **changes: str) -> Described:
    facts = {"school": "Школа № 5", "handed_over_by": "Иванова А. А.", **changes}
    about = About([("2026/27", "2026-09-01", "2027-05-31")], facts["handed_over_by"], kept, life)
    moment = "2027-06-01T10:00:00.000000Z"
    return Described(
        facts["school"], "letopis.example/1", 0, 9, moment, moment, with_names=True, tables=(), about=about
    )


def test_xmllint_accepts_the_premis_of_an_archive(archive: Path) -> None:
    done = xmllint("--relaxng", SCHEMA, archive / PREMIS)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<size>", "<size>-"),
        ("<eventType>fixity check", "<eventType>magic"),
        ("SHA-256</messageDigestAlgorithm>", "MD5</messageDigestAlgorithm>"),
        ("<rightsBasis>other</rightsBasis>", ""),
        ("</premis>", "<object/></premis>"),
    ],
)
def test_xmllint_rejects_another_premis(old: str, new: str, archive: Path, tmp_path: Path) -> None:
    text = (archive / PREMIS).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "premis.xml").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert xmllint("--relaxng", SCHEMA, tmp_path / "premis.xml").returncode != 0


def test_every_file_of_the_payload_stands_in_premis_with_its_digest(archive: Path) -> None:
    root = ET.fromstring((archive / PREMIS).read_bytes())
    told = {
        found.findtext(".//p:objectIdentifierValue", "", NS): (
            found.findtext(".//p:size", "", NS),
            found.findtext(".//p:messageDigest", "", NS),
        )
        for found in root.findall("p:object", NS)[1:]
    }
    files = {path.relative_to(archive).as_posix(): path.read_bytes() for path in (archive / "data").rglob("*.*")}
    files["data/log/checkpoint"] = (archive / "data/log/checkpoint").read_bytes()
    del files[PREMIS]
    assert told == {name: (str(len(raw)), hashlib.sha256(raw).hexdigest()) for name, raw in files.items()}


def test_what_the_log_says_of_itself_is_its_history(archive: Path) -> None:
    root = ET.fromstring((archive / PREMIS).read_bytes())
    types = [event.findtext("p:eventType", "", NS) for event in root.findall("p:event", NS)]
    assert types == ["creation", "fixity check", "digital signature generation", "information package creation"]
    actors = {event.findtext(".//p:linkingAgentIdentifierValue", "", NS) for event in root.findall("p:event", NS)}
    assert actors == {agent.findtext(".//p:agentIdentifierValue", "", NS) for agent in root.findall("p:agent", NS)}
    page = (archive / PAGE).read_text(encoding="utf-8")
    assert "расхождений нет" in page
    assert "ab" * 32 in page


def test_the_terms_that_the_school_names_stand_in_both(archive: Path) -> None:
    page = (archive / PAGE).read_text(encoding="utf-8")
    root = ET.fromstring((archive / PREMIS).read_bytes())
    terms = [
        (t.findtext("p:startDate", "", NS), t.findtext("p:endDate", "", NS))
        for t in root.iterfind(".//p:termOfGrant", NS)
    ]
    assert terms == [("2028-01-01", "2034-12-31"), ("2028-01-01", "2102-12-31")]
    assert "лет / years: 7 (2028-01-01 — 2034-12-31)" in page
    assert "лет / years: 75 (2028-01-01 — 2102-12-31)" in page


def test_without_a_word_of_the_school_no_term_is_stated(tmp_path: Path) -> None:
    of = described([])
    assert b"".join(format_page(of)).decode().count("the school has stated no term") == 2
    (tmp_path / "premis.xml").write_bytes(b"".join(format_premis(of, {"data/log/checkpoint": (1, "0" * 64)})))
    text = (tmp_path / "premis.xml").read_text(encoding="utf-8")
    assert text.count("no term is stated") == 2
    assert "termOfGrant" not in text
    done = xmllint("--relaxng", SCHEMA, tmp_path / "premis.xml")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("option", [None, 9])
def test_the_schedule_in_force_says_how_long_unless_an_option_does(tmp_path: Path, option: int | None) -> None:
    with sample_folder(tmp_path / "school", limit=60) as school:
        adopted = _adopt(school)
        kept = Retention(None if option is None else Term(option))
        export_archive(QUIET, school, tmp_path / "archive", retention=kept)
    page = (tmp_path / "archive" / PAGE).read_text(encoding="utf-8")
    journal = (
        "лет / years: 9 (2028-01-01 — 2036-12-31)<"
        if option
        else (
            f"лет / years: 4 (2027-06-01 — 2031-05-31); отсчёт: конец учебного года; п. 605, запись / entry {adopted}"
        )
    )
    assert journal in page
    assert f"лет / years: 30; отсчёт: дата документа; п. 606, запись / entry {adopted}" in page, "no day of its own"


def _adopt(school: OpenSchool) -> int:
    (opening,) = school.recorder.entries(0, 1)
    law = {"kept_by": "law"}
    rows = [
        {"retention": "journal", "years": 4, "counted_from": "year_end", "citation": "п. 605", **law},
        {"retention": "sheet", "years": 30, "counted_from": "document", "citation": "п. 606", **law},
    ]
    command = AdoptRetentionSchedule(
        effective_from=school.recorder.head().at[:10],
        basis="приказ № 5",
        rows=msgspec.convert(rows, tuple[RetentionRow, ...]),
    )
    at = parse_at(school.recorder.head().at) + timedelta(minutes=1)
    return school.execute(command, Actor(parse_entry(opening).actor.id, "administrator"), at=at).first_index


def test_the_page_counts_rows_as_the_tables_have_them(archive: Path) -> None:
    page = (archive / PAGE).read_text(encoding="utf-8")
    counted = re.findall(r'<td class="n">(\d+)</td>\s*<td>(data/tables/\w+\.csv)</td>', page)
    assert len(counted) > 40
    for rows, name in counted:
        assert (archive / name).read_bytes().count(b"\r\n") == int(rows) + 1, name


def test_the_page_asks_nothing_of_the_network_and_runs_nothing(archive: Path) -> None:
    page = (archive / PAGE).read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|<img|<iframe|href=|src=|url\(|@import", page)


def test_what_people_typed_cannot_leave_its_place(tmp_path: Path) -> None:
    evil = '</td><script>alert("1")</script>&amp;\x01\x0b]]>\ufffe'
    event = LifeEvent(3, "transfer", "2027-06-01T10:00:00.000000Z", evil, evil, "a")
    facts = described([event], school=evil, handed_over_by=evil)
    page = b"".join(format_page(facts)).decode()
    assert "<script" not in page
    (tmp_path / "premis.xml").write_bytes(b"".join(format_premis(facts, {"data/log/checkpoint": (1, "0" * 64)})))
    done = xmllint("--relaxng", SCHEMA, tmp_path / "premis.xml")
    assert done.returncode == 0, done.stderr
    shown = evil.replace("\x01", "\ufffd").replace("\x0b", "\ufffd").replace("\ufffe", "\ufffd")
    root = ET.fromstring((tmp_path / "premis.xml").read_bytes())
    assert root.findtext(".//p:eventDetail", "", NS) == shown


def test_an_archive_that_was_taken_over_has_its_receipt_in_the_next_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with sample_folder(tmp_path / "school", limit=60) as school:
        export_archive(QUIET, school, tmp_path / "first")
        told = record_archive(school, tmp_path / "first", find_year(school, None))
        given = ("Городской архив", "17", school.recorder.head().at[:10])
    assert run_hand_over(QUIET, tmp_path / "school", int(str(told["entry"])), *given) == Exit.DONE
    made = json.loads(capsys.readouterr().out)["entry"]
    with pytest.raises(SettingsError, match="records no archive"):
        run_hand_over(QUIET, tmp_path / "school", made, *given)
    with open_school(tmp_path / "school", background=False) as again:
        export_archive(QUIET, again, tmp_path / "second")
        report = verify_archive(tmp_path / "second", Pinned(parse_vkey(again.signer.vkey)))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    manifest = hashlib.sha256((tmp_path / "first/manifest-sha256.txt").read_bytes()).hexdigest()
    (row,) = [
        line
        for line in (tmp_path / "second/data/tables/evidence.csv").read_text(encoding="utf-8-sig").splitlines()
        if ";передача;" in line
    ]
    assert row.startswith(f"{made};")
    assert manifest in row
    assert row.endswith(";Городской архив;17;" + given[2])
    root = ET.fromstring((tmp_path / "second" / PREMIS).read_bytes())
    details = [
        event.findtext(".//p:eventDetail", "", NS)
        for event in root.findall("p:event", NS)
        if event.findtext("p:eventType", "", NS) == "transfer"
    ]
    assert details == [f"Архив передан: Городской архив; расписка 17 от {given[2]}; SHA-256 манифеста {manifest}"]
