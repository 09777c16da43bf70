"""Signatures of an archive, checked by `openssl` as the archive's own README says, and by its verifier."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from api.cli.console import Console
from api.cli.keeping import export_archive
from tests.sample_folders import sample_folder
from verify.archive import Pinned, verify_archive
from verify.note import parse_vkey

QUIET = Console(as_json=True)
SIGNED = "tagmanifest-sha256.txt"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A school's archive and its key."""
    folder = tmp_path_factory.mktemp("signed")
    with sample_folder(folder / "school", limit=120) as school:
        export_archive(QUIET, school, folder / "archive")
        return folder / "archive", school.signer.vkey


@pytest.fixture
def archive(original: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copytree(original[0], tmp_path / "archive"))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority that signs and stamps, with certificates of a single day: by tomorrow they have run out."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "tsa.cnf").write_text(TSA)
    (folder / "serial").write_text("01\n")
    (folder / "signer.ext").write_text("keyUsage=critical,digitalSignature\n")
    (folder / "tsa.ext").write_text("keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n")
    new = "openssl req -newkey rsa:2048 -nodes -sha256"
    run(folder, f"{new} -x509 -days 1 -subj /CN=Root -keyout ca.key -out ca.pem")
    for name in ("signer", "tsa"):
        run(folder, f"{new} -subj /CN={name} -keyout {name}.key -out {name}.csr")
        run(
            folder,
            f"openssl x509 -req -days 1 -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial "
            f"-extfile {name}.ext -out {name}.pem",
        )
    return folder


TSA = """
[tsa]
default_tsa = it
[it]
serial = ./serial
crypto_device = builtin
signer_cert = ./tsa.pem
certs = ./ca.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def run(folder: Path, command: str) -> None:
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)


def countersign(archive: Path, authority: Path) -> None:
    """Add a CAdES signature and a time stamp, as docs/archive.md says."""
    text = (Path(__file__).parents[2] / "docs/archive.md").read_text(encoding="utf-8").replace("\\\n", " ")
    sign, ask = [line for line in text.splitlines() if line.startswith("    openssl ")]
    for name in ("signer.pem", "signer.key"):
        shutil.copy(authority / name, archive.parent)
    run(archive, sign)
    run(archive, ask)
    answer = f"openssl ts -reply -config tsa.cnf -queryfile {archive.parent}/query.tsq"
    run(authority, f"{answer} -out {archive}/signature/{SIGNED}.tsr")
    shutil.copy(authority / "tsa.pem", archive / "signature")


def readme(archive: Path, vkey: str, *, steps: str, ca: Path | None = None, when: str = "$(date +%s)") -> int:
    """Run these steps of the archive's README, and those that it begins with; gives the exit code."""
    text = (archive / "README.txt").read_text(encoding="utf-8").partition("== In English ==")[0]
    parts = re.split(r"(?m)^(?=[1-9]\. )", text)
    chosen = [part for part in parts if not part[0].isdigit() or part[0] in steps]
    lines = [line[6:] for part in chosen for line in part.splitlines() if re.match(r"    [$>] ", line)]
    script = "\n".join(["set -eu", *lines]).replace("сюда вставьте ключ", vkey)
    script = script.replace("CA='ca.pem'", f"CA='{ca}'").replace("$(date +%s)", when)
    return subprocess.run(
        ["bash", "-c", script],
        cwd=archive,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
    ).returncode


def found(archive: Path, vkey: str) -> list[tuple[str, str]]:
    report = verify_archive(archive, Pinned(parse_vkey(vkey)))
    return [(finding.code, finding.place.file) for finding in report.findings]


@pytest.mark.clause("R45", breaks="exports.bag:Seal.pem", instead=property(lambda _: b""))
def test_openssl_and_the_verifier_accept_the_signatures_of_the_manifests(tmp_path: Path) -> None:
    with sample_folder(tmp_path / "school", limit=40) as school:
        export_archive(QUIET, school, archive := tmp_path / "archive")
        vkey = school.signer.vkey
    bagit.Bag(str(archive)).validate()
    assert readme(archive, vkey, steps="25") == 0
    assert found(archive, vkey) == []
    assert verify_archive(archive, Pinned(parse_vkey(vkey))).facts["sealed_by"] == "letopis.example/school/sample"
    # What the archive itself says of its key is what was pinned.
    for name in ("manifest-sha256.txt", SIGNED):
        check = "openssl pkeyutl -verify -rawin -pubin -inkey signature/key.pem"
        run(archive, f"{check} -sigfile signature/{name}.sig -in {name}")


def _flip(name: str) -> Callable[[Path], None]:
    def change(archive: Path) -> None:
        raw = bytearray((archive / name).read_bytes())
        raw[10] ^= 1
        (archive / name).write_bytes(raw)

    return change


def test_a_signature_that_is_not_the_schools_is_found(original: tuple[Path, str], archive: Path) -> None:
    _flip(f"signature/{SIGNED}.sig")(archive)
    assert found(archive, original[1]) == [("signature-invalid", f"signature/{SIGNED}.sig")]
    assert readme(archive, original[1], steps="25") != 0


def test_manifests_made_anew_around_a_changed_file_do_not_pass(original: tuple[Path, str], archive: Path) -> None:
    path = archive / "data/tables/tables.sqlite"
    path.write_bytes(path.read_bytes() + b"\0")
    bag = bagit.Bag(str(archive))
    bag.save(manifests=True)
    names = {file for code, file in found(archive, original[1]) if code == "signature-invalid"}
    assert names == {"signature/manifest-sha256.txt.sig", f"signature/{SIGNED}.sig"}


def test_a_qualified_signature_and_a_time_stamp_beside_it_are_accepted(
    original: tuple[Path, str], archive: Path, authority: Path
) -> None:
    countersign(archive, authority)
    bagit.Bag(str(archive)).validate()
    assert found(archive, original[1]) == []
    assert readme(archive, original[1], steps="6", ca=authority / "ca.pem") == 0
    # Next week the certificates have run out: only with the moment of signing do both still hold.
    later = "$(date -d '+7 days' +%s)"
    assert readme(archive, original[1], steps="6", ca=authority / "ca.pem", when=later) != 0


@pytest.mark.parametrize("name", [SIGNED, f"signature/{SIGNED}.p7s", f"signature/{SIGNED}.tsr"])
def test_a_changed_byte_ends_a_qualified_signature_or_a_time_stamp(
    name: str, original: tuple[Path, str], archive: Path, authority: Path
) -> None:
    countersign(archive, authority)
    path = archive / name
    raw = path.read_bytes()
    path.write_bytes(raw[:-3] + bytes([raw[-3] ^ 1]) + raw[-2:])
    assert readme(archive, original[1], steps="6", ca=authority / "ca.pem") != 0
