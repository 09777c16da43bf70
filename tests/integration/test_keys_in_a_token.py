"""The key-encryption key in a PKCS#11 token (SoftHSM): wrapping, changing to and from it, and what is said when it is not there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli.app import run
from ledger.durable import FileRefused
from ledger.vault import KekRefused, KekSecrets, KeyStore, create_key_store
from ledger.vault.changing import READY
from ledger.vault.kek import new_file_kek
from ledger.vault.opening import open_kek
from ledger.vault.rekeying import rekey
from ledger.vault.sealing import SealBroken
from ledger.vault.token import TOKENS, new_token_kek
from tests.command_line import founded, letopis, serving
from tests.erasing_school import CANARIES, planted_in
from tests.small_vaults import ORIGIN, OTHER, PERSON
from tests.soft_token import LABEL, PIN, SoftToken, make_token
from tests.unit.ledger.vault.test_key_encryption_keys import opens, sealed_in

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftToken]:
    """One token for the session: a process loads its library once, with one configuration."""
    made = make_token(tmp_path_factory.mktemp("softhsm"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SOFTHSM2_CONF", str(made.config))
        yield made
        TOKENS.forget()


@pytest.fixture
def keys(token: SoftToken, tmp_path: Path) -> Iterator[Path]:
    """A folder of keys whose key-encryption key is in the token."""
    folder = tmp_path / "keys"
    create_key_store(folder)
    rekey(folder, KekSecrets(), lambda: new_token_kek(LABEL, token.secrets()))
    yield folder
    TOKENS.forget()


def in_a_process(folder: Path, to: str, stop: str, token: SoftToken, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.rekeying_process", str(folder), to, stop]
    environment = {**os.environ, **token.environment, **more}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_the_token_wraps_and_its_key_is_in_no_file(token: SoftToken, keys: Path) -> None:
    sealed = sealed_in(keys, token.secrets())
    opens(keys, sealed, token.secrets())
    line = (keys / "kek").read_bytes()
    assert line.startswith(b"letopis-kek-1 pkcs11 ")
    assert PIN.encode() not in b"".join(path.read_bytes() for path in keys.rglob("*") if path.is_file())
    kek = open_kek(keys, token.secrets())
    wrapped = kek.wrap(bytes(32), b"whose")
    assert kek.unwrap(wrapped, b"whose", kek.algorithm) == bytes(32)
    for changed, bound in ((wrapped, b"another's"), (wrapped[:-1] + bytes([wrapped[-1] ^ 1]), b"whose")):
        with pytest.raises(SealBroken):
            kek.unwrap(changed, bound, kek.algorithm)


def test_the_key_cannot_be_taken_out_of_the_token(token: SoftToken, keys: Path) -> None:
    pkcs11 = pytest.importorskip("pkcs11")
    open_kek(keys, token.secrets())
    with TOKENS.lock:
        session = TOKENS.session(LABEL, token.secrets())
        found = list(session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY}))
        assert found
        for key in found:
            assert key[pkcs11.Attribute.SENSITIVE]
            assert not key[pkcs11.Attribute.EXTRACTABLE]
            assert not key[pkcs11.Attribute.WRAP]
            with pytest.raises(pkcs11.AttributeSensitive):
                key[pkcs11.Attribute.VALUE]


def test_keys_go_from_a_file_to_the_token_and_back(token: SoftToken, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    create_key_store(folder)
    sealed = sealed_in(folder)
    assert rekey(folder, KekSecrets(), lambda: new_token_kek(LABEL, token.secrets())) == len(sealed)
    opens(folder, sealed, token.secrets())
    assert rekey(folder, token.secrets(), lambda: new_token_kek(LABEL, token.secrets())) == len(sealed)  # another key
    opens(folder, sealed, token.secrets())
    assert rekey(folder, token.secrets(), lambda: new_file_kek(None)) == len(sealed)
    opens(folder, sealed)
    TOKENS.forget()


@pytest.mark.parametrize("stop", ["staged", "ready", "placed"])
def test_a_process_that_is_killed_leaves_the_old_key_or_the_new_one(
    token: SoftToken, tmp_path: Path, stop: str
) -> None:
    folder = tmp_path / "keys"
    create_key_store(folder)
    sealed = sealed_in(folder)
    assert in_a_process(folder, LABEL, stop, token).returncode == -9
    secrets = KekSecrets() if stop == "staged" else token.secrets()
    opens(folder, sealed, secrets)  # what was ready is put in place by this
    assert not (folder / READY).exists()
    assert in_a_process(folder, "", "", token).stdout.strip() == "2"
    opens(folder, sealed)
    TOKENS.forget()


def test_a_wrong_pin_a_missing_token_and_a_missing_library_are_told_kindly(token: SoftToken, keys: Path) -> None:
    TOKENS.forget()
    refusals = {
        "PIN не тот": token.secrets("0000"),
        "нужен PIN": token.secrets(None),
        "скажите библиотеку": KekSecrets(pin=lambda: PIN),
        "не годится": KekSecrets(pin=lambda: PIN, module="/usr/lib/no-such-library.so"),
    }
    for said, secrets in refusals.items():
        with pytest.raises(KekRefused, match=said) as caught:
            KeyStore(keys, ORIGIN, secrets)
        assert PIN not in str(caught.value)
    line = (keys / "kek").read_text()
    (keys / "kek").write_text(line.replace(line.split()[-1], "another"))
    with pytest.raises(KekRefused, match="токен «another»: такого нет"):
        KeyStore(keys, ORIGIN, token.secrets())
    (keys / "kek").write_text(line.replace(line.split()[2], "0" * 32))
    with pytest.raises(KekRefused, match="нет ключа 0000"):
        KeyStore(keys, ORIGIN, token.secrets())
    check = line.split()[3]
    (keys / "kek").write_text(line.replace(check, ("0" if check[0] != "0" else "1") + check[1:]))
    with pytest.raises(KekRefused, match="другой"):
        KeyStore(keys, ORIGIN, token.secrets())
    TOKENS.forget()


def test_a_token_that_would_lock_is_not_tried() -> None:
    pkcs11 = pytest.importorskip("pkcs11")
    from ledger.vault.token import _check_tries, _refused

    with pytest.raises(KekRefused, match="заблокирован"):
        _check_tries(LABEL, pkcs11.TokenFlag.USER_PIN_LOCKED)
    with pytest.raises(KekRefused, match="одна попытка"):
        _check_tries(LABEL, pkcs11.TokenFlag.USER_PIN_FINAL_TRY)
    _check_tries(LABEL, pkcs11.TokenFlag.USER_PIN_COUNT_LOW)
    assert "заблокирован" in str(_refused(LABEL, pkcs11.PinLocked()))


def test_a_session_that_ended_is_opened_again(token: SoftToken, keys: Path) -> None:
    sealed = sealed_in(keys, token.secrets())
    store = KeyStore(keys, ORIGIN, token.secrets())
    TOKENS.forget()  # as when the token was taken out and put back
    for person in (PERSON, OTHER):
        content, algorithm = sealed[person]
        assert store.sealer(person, "person").open(content, b"bound", algorithm) == person.encode()
    store.close()


def test_a_school_runs_with_its_key_in_a_token_and_its_backup_says_what_is_missing(
    token: SoftToken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    var = tmp_path / "var"
    _, person = planted_in(var, "sqlite")
    pin = tmp_path / "pin"
    pin.write_text(f"{PIN}\n")
    pin.chmod(0o600)
    monkeypatch.setenv("LETOPIS_PKCS11_MODULE", token.module)
    monkeypatch.setenv("LETOPIS_PKCS11_PIN_FILE", str(pin))
    assert run(["vault", "rekey", "--var", str(var), "--to", "token", "--token", LABEL, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["keys"] == len(list((var / "keys/vault").glob("*/??/*.key")))
    asked = ["subject-access", "--var", str(var), "--person", person, "--purpose", "check", "--out"]
    assert run([*asked, str(tmp_path / "one.html")]) == 0
    found = json.loads((tmp_path / "one.json").read_bytes())["sections"]["values"]
    assert {(row["name"], row["value"]) for row in found} == set(CANARIES.items())
    backup = tmp_path / "keys-backup"
    assert run(["backup", "--keys", "--var", str(var), "--out", str(backup)]) == 0
    assert run(["restore-check", str(backup), "--var", str(var)]) == 0
    capsys.readouterr()

    # Another machine: no token there.
    TOKENS.forget()
    monkeypatch.delenv("LETOPIS_PKCS11_MODULE")
    assert run(["restore-check", str(backup), "--var", str(var)]) == 3
    assert "ключ шифрования в токене" in capsys.readouterr().out
    assert run([*asked, str(tmp_path / "two.html")]) == 3
    assert "LETOPIS_PKCS11_MODULE" in capsys.readouterr().err
    away = tmp_path / "away"
    shutil.copytree(var, away, symlinks=True, ignore=shutil.ignore_patterns("keys"))
    assert run(["restore", str(backup), "--var", str(away)]) == 3
    assert "ключ шифрования в токене" in capsys.readouterr().err
    assert not (away / "keys").exists()

    # Its token came along.
    monkeypatch.setenv("LETOPIS_PKCS11_MODULE", token.module)
    assert run(["restore", str(backup), "--var", str(away)]) == 0
    monkeypatch.setenv("LETOPIS_NEW_KEK_PASSPHRASE", "correct horse")
    assert run(["vault", "rekey", "--var", str(away), "--to", "file"]) == 0
    monkeypatch.delenv("LETOPIS_PKCS11_MODULE")
    monkeypatch.setenv("LETOPIS_KEK_PASSPHRASE", "correct horse")
    asked[2] = str(away)
    assert run([*asked, str(tmp_path / "three.html")]) == 0
    assert run(["vault", "rekey", "--var", str(away), "--to", "elsewhere"]) == 2
    TOKENS.forget()


def test_a_pin_file_that_others_may_read_is_refused(
    token: SoftToken, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.settings import kek_secrets

    TOKENS.forget()
    pin = tmp_path / "pin"
    pin.write_text(PIN)
    pin.chmod(0o644)
    monkeypatch.setenv("LETOPIS_PKCS11_MODULE", token.module)
    monkeypatch.setenv("LETOPIS_PKCS11_PIN_FILE", str(pin))
    with pytest.raises(FileRefused, match="chmod 600"):
        KeyStore(keys, ORIGIN, kek_secrets())


def test_a_school_that_is_founded_under_a_passphrase_asks_for_it(tmp_path: Path) -> None:
    var, phrase = tmp_path / "var", tmp_path / "phrase"
    phrase.write_text("correct horse\n")
    phrase.chmod(0o600)
    founded(var, LETOPIS_KEK_PASSPHRASE_FILE=str(phrase))
    assert (var / "keys/vault/kek").read_bytes().startswith(b"letopis-kek-1 scrypt ")
    sweep = ["vault", "sweep", "--var", str(var)]
    refused = letopis(*sweep)
    assert (refused.returncode, "LETOPIS_KEK_PASSPHRASE" in refused.stderr) == (3, True)
    assert letopis(*sweep, LETOPIS_KEK_PASSPHRASE="wrong horse").returncode == 3
    assert letopis(*sweep, LETOPIS_KEK_PASSPHRASE_FILE=str(phrase)).returncode == 0
    with serving("--var", str(var), LETOPIS_KEK_PASSPHRASE="correct horse"):
        busy = letopis("vault", "rekey", "--var", str(var), "--to", "file", "--without-passphrase")
        assert (busy.returncode, "остановите сервер" in busy.stderr) == (3, True)
