"""Runs every harness of the verifier for a moment; LETOPIS_FUZZ_SECONDS=600 for the long form."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from exports.printing.code import format_code
from tests.verify_archive import sample, write_zip
from tests.verify_extract_forgeries import extract_of
from tests.verify_extracts import Extract
from tests.verify_mutations import proof_of
from tests.verify_print_forgeries import code_of

# What a program was at its largest begins with what its parent is: a shell between keeps this process out of it.
AS_A_GRANDCHILD = ("sh", "-c", '"$@"; exit $?', "sh")
HARNESS = Path(__file__).with_name("fuzz_verify.py")
SECONDS = int(os.environ.get("LETOPIS_FUZZ_SECONDS", "1"))
TARGETS = (
    "bundle",
    "canonical",
    "checkpoint",
    "disclosure",
    "entry",
    "extract",
    "print_code",
    "proof",
    "table",
    "vkey",
    "zip",
)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this platform or Python"
)


def seeds(target: str, folder: Path) -> list[bytes]:
    builder = sample().builder
    files = builder.files()
    if target == "zip":
        return [write_zip(files, folder / "seed.zip").read_bytes()]
    if target == "extract":
        return [parts_of(extract_of(sample(), scope)) for scope in ("class", "student", "entries")]
    lines = builder.lines()
    return {
        "bundle": [b"\x00\x02{}\x00\x02[]"],
        "canonical": lines[:3],
        "checkpoint": [files["data/log/checkpoint"]],
        "disclosure": [builder.disclosures[0][0].encode()],
        "entry": lines,
        "print_code": [format_code(code_of(builder)).encode()],
        "proof": [proof_of(builder, 5)[0]],
        "table": [b'\x000;x\r\n1;"x;y"\r\n', b'"a";b\r\n'],
        "vkey": [builder.key.vkey.encode()],
    }[target]


def parts_of(extract: Extract) -> bytes:
    """What the harness takes apart again."""
    files = extract.files()
    closing = next((raw for name, raw in files.items() if "/closing-" in name), b"")
    names = ("data/extract.json", "data/log/entries.jsonl", "data/log/proof")
    parts = [*(files[name] for name in names), closing, files["data/log/disclosures.jsonl"]]
    return b"\n\n".join(part.removesuffix(b"\n") for part in parts)


@pytest.mark.parametrize("target", TARGETS)
def test_fuzzing_the_verifier_finds_no_traceback(target: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds(target, tmp_path)):
        (corpus / f"seed{number:03d}").write_bytes(seed)
    limits = [f"-max_total_time={SECONDS}", "-max_len=32768", "-timeout=10", "-rss_limit_mb=1024"]
    run = subprocess.run(
        [*AS_A_GRANDCHILD, sys.executable, str(HARNESS), target, *limits, f"-artifact_prefix={tmp_path}/", str(corpus)],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=SECONDS + 60,
        check=False,
        cwd=tmp_path,
    )
    assert run.returncode == 0, f"kept in {tmp_path}:\n{run.stderr[-4000:]}"
    done = re.search(r"Done (\d+) runs", run.stderr)
    assert done is not None, run.stderr[-4000:]
    assert int(done[1]) > 10


def test_every_harness_of_the_verifier_has_its_run(tmp_path: Path) -> None:
    usage = subprocess.run([sys.executable, str(HARNESS)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert usage.returncode == 1
    assert "{" + ",".join(TARGETS) + "}" in usage.stderr
