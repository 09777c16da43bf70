"""Backups as records, and the trials of restoring them."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.backup_events import BackupTaken, BackupVerified
from ledger.journal.evidence import AGE_MAX
from ledger.journal.evolve import evolve
from ledger.journal.recorded import Recorded
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import ADMIN, DEPUTY, NOON, SmallSchool, uid

HASH = "9c" * 32
BACKUP = uid(6_100)
DIRECTOR = Actor(uid(13), "director")


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def backup(**changes: Any) -> cmd.RecordBackup:
    fields = {"what": ("ledger", "vault"), "size": 10, "root": HASH, "bytes": 4_096, "sha256": HASH, "place": "сейф"}
    return cmd.RecordBackup(**{"backup": BACKUP, **fields, **changes})


def check(**changes: Any) -> cmd.RecordBackupCheck:
    fields = {"restored_at": "2026-09-07T11:59", "verdict": "verified", "how": ("restore", "audit")}
    return cmd.RecordBackupCheck(**{"backup": BACKUP, "size": 10, "root": HASH, **fields, **changes})


def test_a_proof_cites_the_backup_that_it_proves(school: SmallSchool) -> None:
    (taken,) = school.do(backup(what=("vault", "ledger")), DIRECTOR)
    assert isinstance(taken, BackupTaken)
    assert taken.what == ("ledger", "vault")
    index = school.journal.size - 1
    (proof,) = school.do(check(), ADMIN, NOON)
    assert isinstance(proof, BackupVerified)
    assert (proof.taken, proof.how) == (index, ("audit", "restore"))
    school.do(
        check(restored_at="2026-09-07T12:00", verdict="finding", size=None, root=None, how=("restore",)), ADMIN, NOON
    )


@pytest.mark.clause("R03", breaks="ledger.journal.backups:_check_restored")
def test_no_backup_is_called_proved_that_gave_another_log(school: SmallSchool) -> None:
    school.do(backup(), ADMIN)
    assert school.refuse(check(root="ab" * 32), ADMIN, NOON).rule == "another_log_restored"


def test_a_stream_is_of_one_backup(school: SmallSchool) -> None:
    (taken,) = school.do(backup(), ADMIN)
    (proof,) = school.do(check(), ADMIN, NOON)
    state = school.journal.find(f"backup/{BACKUP}")
    assert state is not None
    with pytest.raises(TypeError):
        evolve(state, Recorded(state.stream, 3, taken, 99, ADMIN))
    with pytest.raises(TypeError):
        evolve(None, Recorded(state.stream, 1, proof, 99, ADMIN))


@pytest.mark.parametrize(
    ("command", "rule", "where"),
    [
        (backup(backup="x"), "malformed_id", "backup"),
        (backup(what=()), "nothing_named", "what"),
        (backup(what=("keys", "vault")), "keys_beside_what_they_open", "what"),
        (backup(what=("tokens",)), "unknown_code", "what[0]"),
        (backup(what=("ledger", "ledger")), "twice_in_one_command", "what[1].part"),
        (backup(size=0), "out_of_range", "size"),
        (backup(size=1_000), "out_of_range", "size"),
        (backup(root="AB" * 32), "malformed_hash", "root"),
        (backup(bytes=0), "out_of_range", "bytes"),
        (backup(sha256=""), "malformed_hash", "sha256"),
        (backup(place=" "), "malformed_text", "place"),
    ],
)
def test_a_backup_is_described(school: SmallSchool, command: cmd.JournalCommand, rule: str, where: str) -> None:
    refused = school.refuse(command, ADMIN, NOON)
    assert (refused.rule, refused.where) == (rule, where)


@pytest.mark.parametrize(
    ("command", "rule", "where"),
    [
        (check(backup=uid(6_101)), "unknown_backup", "backup"),
        (check(restored_at="2026-09-07"), "malformed_minute", "restored_at"),
        (check(restored_at="2026-09-07T12:01"), "restored_later", "restored_at"),
        (check(verdict="perfect"), "unknown_code", "verdict"),
        (check(how=()), "nothing_named", "how"),
        (check(how=("looked",)), "unknown_code", "how[0]"),
        (check(how=("audit",)), "not_restored", "how"),
        (check(how=("restore",)), "not_restored", "how"),
        (check(root=None), "size_without_root", "size"),
        (check(size=None, root=None), "another_log_restored", "root"),
        (check(root="ab" * 32), "another_log_restored", "root"),
        (check(size=9), "another_log_restored", "root"),
        (check(size=1_000), "out_of_range", "size"),
        (check(root="9C" * 32), "malformed_hash", "root"),
    ],
)
def test_a_good_verdict_is_of_what_was_restored(
    school: SmallSchool, command: cmd.JournalCommand, rule: str, where: str
) -> None:
    school.do(backup(), ADMIN)
    refused = school.refuse(command, ADMIN, NOON)
    assert (refused.rule, refused.where) == (rule, where)


def test_keys_are_proved_without_a_log(school: SmallSchool) -> None:
    school.do(backup(what=("keys",)), ADMIN)
    school.do(check(how=("restore", "values"), size=None, root=None), ADMIN, NOON)
    assert school.refuse(check(how=("values",), size=None, root=None), ADMIN, NOON).rule == "not_restored"


def test_a_backup_is_recorded_once_and_soon(school: SmallSchool) -> None:
    school.do(backup(), ADMIN)
    assert school.refuse(backup(), ADMIN).rule == "backup_exists"
    school.journal.size += AGE_MAX
    assert school.refuse(backup(backup=uid(6_102)), ADMIN).where == "size"


def test_only_the_director_and_the_administrator_record_backups(school: SmallSchool) -> None:
    refused = school.refuse(backup(), DEPUTY)
    assert (refused.rule, refused.clause) == ("role_not_allowed", "1.1")
    school.do(backup(), ADMIN)
    refused = school.refuse(check(), DEPUTY, NOON)
    assert (refused.rule, refused.clause) == ("role_not_allowed", "1.1")
