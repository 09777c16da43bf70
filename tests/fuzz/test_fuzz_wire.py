"""Runs every harness for a moment, from the test vectors as seeds; LETOPIS_FUZZ_SECONDS=600 for the long form."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# What a program was at its largest begins with what its parent is: a shell between keeps this process out of it.
AS_A_GRANDCHILD = ("sh", "-c", '"$@"; exit $?', "sh")
HARNESS = Path(__file__).with_name("fuzz_wire.py")
VECTORS = HARNESS.parents[1] / "vectors"
SECONDS = int(os.environ.get("LETOPIS_FUZZ_SECONDS", "1"))
TARGETS = (
    "add_checkpoint",
    "bundle",
    "bundle_path",
    "canonical",
    "checkpoint",
    "cosignature",
    "edge",
    "entry",
    "known_size",
    "note",
    "proof",
    "signatures",
    "tile_path",
    "vkey",
)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this platform or Python"
)


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_bytes())


def seeds(target: str) -> list[bytes]:
    """Take good and bad examples of the target from the vectors, short ones."""
    log, notes, tiles = load("log.json"), load("notes.json"), load("tiles.json")
    refused_entries = [
        item["text"] for item in load("entries.json")["refused"] if len(item.get("text", "x" * 2000)) < 2000
    ]
    checkpoint_text, _, signature_lines = log["checkpoint"].partition("\n\n")
    texts: dict[str, list[str]] = {
        "canonical": [
            json.dumps(json.loads(entry)["data"], separators=(",", ":"), sort_keys=True) for entry in log["entries"]
        ],
        "checkpoint": [checkpoint_text + "\n", *(item["text"] for item in notes["refused_checkpoints"])],
        "entry": [*log["entries"], *refused_entries],
        "note": [log["checkpoint"], signature_lines, *(item["text"] for item in notes["refused_notes"])],
        "proof": [log["tlog_proof"]],
        "add_checkpoint": [
            f"old 0\n\n{log['checkpoint']}",
            f"old 2\n{checkpoint_text.splitlines()[2]}\n\n{log['checkpoint']}",
            f"old 02\n\n{log['checkpoint']}",
        ],
        "known_size": ["0\n", "536000\n", "07\n"],
        "signatures": [signature_lines, signature_lines * 2],
        "tile_path": [*tiles["paths"], *tiles["refused_paths"]],
        "bundle_path": [path.replace("tile/0/", "tile/entries/") for path in tiles["paths"]],
        "vkey": [log["log_vkey"], log["witness_vkey"], *(item["text"] for item in notes["refused_vkeys"])],
    }
    raws = {
        "bundle": [bytes([len(log["entries"]) - 1]) + bytes.fromhex(log["bundle_hex"])],
        "edge": [size.to_bytes(8, "big") + edge.encode() for size, edge in enumerate(log["start_edges"])],
        "cosignature": [bytes(72)],
    }
    return raws[target] if target in raws else [text.encode() for text in texts[target]]


@pytest.mark.parametrize("target", TARGETS)
def test_fuzzing_finds_nothing_but_wire_errors(target: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds(target)):
        (corpus / f"seed{number:03d}").write_bytes(seed)
    run = subprocess.run(
        [
            *AS_A_GRANDCHILD,
            sys.executable,
            str(HARNESS),
            target,
            f"-max_total_time={SECONDS}",
            "-max_len=4096",
            "-timeout=10",
            "-rss_limit_mb=1024",
            f"-artifact_prefix={tmp_path}/",
            str(corpus),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS + 60,
        check=False,
        cwd=tmp_path,
    )
    assert run.returncode == 0, f"kept in {tmp_path}:\n{run.stderr[-4000:]}"
    done = re.search(r"Done (\d+) runs", run.stderr)
    assert done is not None, run.stderr[-4000:]
    assert int(done[1]) > 100


def test_every_harness_has_its_run(tmp_path: Path) -> None:
    usage = subprocess.run([sys.executable, str(HARNESS)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert usage.returncode == 1
    assert "{" + ",".join(TARGETS) + "}" in usage.stderr
