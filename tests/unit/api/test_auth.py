from __future__ import annotations

from pathlib import Path

import pytest

from api.auth import RIGHTS, AuthError, Identity, Right, Tokens, make_tokens
from ledger.durable import FileRefused, FileTaken

TEACHER = Identity("6f1c0f5e-0000-4000-8000-000000000001", "teacher", "1534", "Учитель")
INSPECTOR = Identity("6f1c0f5e-0000-4000-8000-000000000002", "inspector", "1534", "Инспектор")


def test_a_token_stands_for_its_identity_and_no_other_does(tmp_path: Path) -> None:
    made = make_tokens(tmp_path / "tokens.json", [TEACHER, INSPECTOR])
    tokens = Tokens.load(tmp_path / "tokens.json")
    assert {tokens.who(token) for token in made} == {TEACHER, INSPECTOR}
    assert tokens.who("") is None
    assert tokens.who(next(iter(made)) + "x") is None
    assert tokens.who("\ud800") is None


def test_the_file_holds_no_token_and_is_closed_to_others(tmp_path: Path) -> None:
    made = make_tokens(tmp_path / "tokens.json", [TEACHER])
    text = (tmp_path / "tokens.json").read_text()
    assert all(token not in text for token in made)
    assert (tmp_path / "tokens.json").stat().st_mode & 0o777 == 0o600


def test_refuses_a_file_that_others_can_read(tmp_path: Path) -> None:
    make_tokens(tmp_path / "tokens.json", [TEACHER])
    (tmp_path / "tokens.json").chmod(0o640)
    with pytest.raises(FileRefused, match="chmod 600"):
        Tokens.load(tmp_path / "tokens.json")


def test_never_overwrites_tokens(tmp_path: Path) -> None:
    make_tokens(tmp_path / "tokens.json", [TEACHER])
    with pytest.raises(FileTaken):
        make_tokens(tmp_path / "tokens.json", [TEACHER])


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"tokens":[{}]}', b'{"tokens":1}', b'{"tokens":[{"digest":1}]}'])
def test_refuses_a_malformed_file(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "tokens.json"
    path.write_bytes(raw)
    path.chmod(0o600)
    with pytest.raises(AuthError, match="not a token file"):
        Tokens.load(path)


def test_an_unknown_role_may_do_nothing() -> None:
    stranger = Identity(TEACHER.actor, "visitor", "1534", "")
    assert not any(stranger.may(right) for right in Right)


def test_nobody_both_teaches_and_approves() -> None:
    assert not [role for role, rights in RIGHTS.items() if Right.TEACH in rights and Right.APPROVE in rights]


def test_only_who_oversees_the_journal_reads_entries_and_disclosures() -> None:
    assert {role for role, rights in RIGHTS.items() if Right.READ_DISCLOSURES in rights} == {
        "inspector",
        "administrator",
        "director",
    }
    assert {role for role, rights in RIGHTS.items() if Right.READ_ENTRIES in rights} == {
        "inspector",
        "administrator",
        "director",
    }
