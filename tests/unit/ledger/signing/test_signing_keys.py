from __future__ import annotations

import pickle
import shutil
import subprocess
import traceback
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ledger.durable import FileRefused
from ledger.signing.keys import (
    KeyRefused,
    SignatureRefused,
    Signer,
    create_key,
    load_signer,
    read_vkey,
    verify_note,
    vkey_path,
)
from ledger.wire.checkpoint import Checkpoint, cosigned_message, format_checkpoint, format_cosignature
from ledger.wire.note import ED25519_COSIGNATURE, Note, Signature, VerifierKey, format_note, format_vkey, parse_note

ORIGIN = "letopis.example/school/1534"
TEXT = format_checkpoint(Checkpoint(ORIGIN, 5, bytes(32)))


@pytest.mark.parametrize("passphrase", [None, "пароль".encode()])
def test_signs_with_the_key_it_created(tmp_path: Path, passphrase: bytes | None) -> None:
    vkey = create_key(tmp_path / "school.pem", ORIGIN, passphrase)
    signer = load_signer(tmp_path / "school.pem", ORIGIN, passphrase)
    assert signer.vkey == vkey == (tmp_path / "school.vkey").read_text().removesuffix("\n")
    note = parse_note(format_note(signer.sign_note(TEXT)))
    assert verify_note(note, [read_vkey(tmp_path / "school.vkey")]) == (signer.verifier_key,)


def test_the_files_have_the_right_modes(tmp_path: Path) -> None:
    create_key(tmp_path / "school.pem", ORIGIN)
    assert (tmp_path / "school.pem").stat().st_mode & 0o7777 == 0o600
    assert (tmp_path / "school.vkey").stat().st_mode & 0o7777 == 0o644
    assert sorted(path.name for path in tmp_path.iterdir()) == ["school.pem", "school.vkey"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="a foreign reader of the key file")
def test_openssl_reads_the_key_file(tmp_path: Path) -> None:
    create_key(tmp_path / "school.pem", ORIGIN, b"secret words")
    done = subprocess.run(
        [
            "openssl",
            "pkey",
            "-in",
            tmp_path / "school.pem",
            "-passin",
            "pass:secret words",
            "-pubout",
            "-outform",
            "DER",
        ],
        capture_output=True,
        check=True,
    )
    assert done.stdout[-32:] == read_vkey(tmp_path / "school.vkey").public_key


@pytest.mark.parametrize("taken", ["school.pem", "school.vkey"])
def test_never_overwrites_either_file(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")
    with pytest.raises(FileRefused, match="never overwritten"):
        create_key(tmp_path / "school.pem", ORIGIN)
    assert [path.name for path in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_text() == "mine"


def test_leaves_no_private_key_where_the_vkey_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The name is taken between the first look and the writing.
    (tmp_path / "school.vkey").write_text("mine")
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: path.suffix != ".vkey" and exists(path))
    with pytest.raises(FileRefused, match="never overwritten"):
        create_key(tmp_path / "school.pem", ORIGIN)
    assert not exists(tmp_path / "school.pem")


def test_refuses_an_empty_passphrase_and_a_bad_origin(tmp_path: Path) -> None:
    with pytest.raises(KeyRefused, match="empty passphrase"):
        create_key(tmp_path / "school.pem", ORIGIN, b"")
    with pytest.raises(KeyRefused, match="origin"):
        create_key(tmp_path / "school.pem", "a name+with plus")
    with pytest.raises(KeyRefused, match="suffix of the public half"):
        create_key(tmp_path / "school.vkey", ORIGIN)
    assert list(tmp_path.iterdir()) == []


def test_refuses_a_key_file_that_others_may_read(tmp_path: Path) -> None:
    create_key(tmp_path / "school.pem", ORIGIN)
    (tmp_path / "school.pem").chmod(0o644)
    with pytest.raises(FileRefused, match="mode 0644"):
        load_signer(tmp_path / "school.pem", ORIGIN)


def test_refuses_the_vkey_of_another_key_beside_it(tmp_path: Path) -> None:
    create_key(tmp_path / "school.pem", ORIGIN)
    create_key(tmp_path / "other.pem", ORIGIN)
    shutil.copy(tmp_path / "other.vkey", tmp_path / "school.vkey")
    with pytest.raises(KeyRefused, match="not the public half"):
        load_signer(tmp_path / "school.pem", ORIGIN)
    vkey_path(tmp_path / "school.pem").unlink()
    load_signer(tmp_path / "school.pem", ORIGIN)


def test_refuses_to_sign_for_another_log(tmp_path: Path) -> None:
    create_key(tmp_path / "school.pem", ORIGIN)
    with pytest.raises(KeyRefused, match="under this origin"):
        load_signer(tmp_path / "school.pem", "letopis.example/school/2")


def write_pem(path: Path, key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> None:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)


def test_says_what_is_wrong_with_a_key_file(tmp_path: Path) -> None:
    path = tmp_path / "school.pem"
    with pytest.raises(KeyRefused, match="no such key file"):
        load_signer(path, ORIGIN)
    write_pem(path, ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(KeyRefused, match="not an Ed25519 key"):
        load_signer(path, ORIGIN)
    write_pem(path, Ed25519PrivateKey.generate())
    with pytest.raises(KeyRefused, match="has no passphrase"):
        load_signer(path, ORIGIN, b"x")
    path.unlink()
    create_key(path, ORIGIN, b"right")
    with pytest.raises(KeyRefused, match="none was given"):
        load_signer(path, ORIGIN)
    with pytest.raises(KeyRefused, match="wrong passphrase"):
        load_signer(path, ORIGIN, b"wrong")


def test_no_error_and_no_repr_shows_key_material(tmp_path: Path) -> None:
    path = tmp_path / "school.pem"
    create_key(path, ORIGIN)
    secret_lines = path.read_text().splitlines()[1:-1]
    signer = load_signer(path, ORIGIN)
    assert ORIGIN in repr(signer)
    shown = [repr(signer), str(vars(Signer))]
    path.write_text(path.read_text().replace("PRIVATE KEY", "PRIVATE KE"))
    with pytest.raises(KeyRefused) as caught:
        load_signer(path, ORIGIN, b"the passphrase")
    shown.append("".join(traceback.format_exception(caught.value)))
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(signer)
    for text in shown:
        assert "the passphrase" not in text.replace('b"the passphrase")\n', "")  # the line of this test itself
        assert not any(line in text for line in secret_lines)


def test_refuses_a_wrong_signature_even_beside_a_right_one(tmp_path: Path) -> None:
    create_key(tmp_path / "a.pem", ORIGIN)
    create_key(tmp_path / "b.pem", ORIGIN)
    first, second = load_signer(tmp_path / "a.pem", ORIGIN), load_signer(tmp_path / "b.pem", ORIGIN)
    forged = Signature(ORIGIN, second.verifier_key.key_id, bytes(64))
    note = Note(TEXT, (first.sign(TEXT), forged))
    assert verify_note(note, [first.verifier_key]) == (first.verifier_key,)
    with pytest.raises(SignatureRefused, match="wrong"):
        verify_note(note, [first.verifier_key, second.verifier_key])


def test_refuses_a_note_that_no_known_key_signed(tmp_path: Path) -> None:
    create_key(tmp_path / "a.pem", ORIGIN)
    signer = load_signer(tmp_path / "a.pem", ORIGIN)
    other = VerifierKey("letopis.example/other", 1, signer.verifier_key.public_key)
    with pytest.raises(SignatureRefused, match="no signature of a known key"):
        verify_note(signer.sign_note(TEXT), [other])
    with pytest.raises(SignatureRefused, match="wrong"):
        verify_note(Note(TEXT.replace("5", "6", 1), (signer.sign(TEXT),)), [signer.verifier_key])


def test_verifies_a_cosignature_with_the_time_that_it_states() -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    witness = VerifierKey("witness.example/w", ED25519_COSIGNATURE, public)
    signed = key.sign(cosigned_message(TEXT, 1_800_000_000))
    right = Signature(witness.name, witness.key_id, format_cosignature(1_800_000_000, signed))
    assert verify_note(Note(TEXT, (right,)), [witness]) == (witness,)
    for wrong in (format_cosignature(1_800_000_001, signed), signed):
        with pytest.raises(SignatureRefused, match="wrong"):
            verify_note(Note(TEXT, (Signature(witness.name, witness.key_id, wrong),)), [witness])


def test_reads_a_vkey_file_strictly(tmp_path: Path) -> None:
    path = tmp_path / "school.vkey"
    key = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    vkey = VerifierKey(ORIGIN, 1, key)
    path.write_text(format_vkey(vkey) + "\n")
    assert read_vkey(path) == vkey
    for wrong in (format_vkey(vkey) + "\n\n", format_vkey(vkey) + " ", "", "\n"):
        path.write_text(wrong)
        with pytest.raises(KeyRefused, match="no verifier key"):
            read_vkey(path)
    path.write_bytes(b"\xff")
    with pytest.raises(KeyRefused, match="no verifier key"):
        read_vkey(path)
