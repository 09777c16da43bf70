"""Witnesses over real HTTP for tests: ours in a thread, and one that nobody here wrote as a program of its own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.server import Server, listen
from api.witness import create_witness_app
from ledger.wire.note import parse_vkey
from ledger.witness.cosigner import Cosigner
from ledger.witness.store import WitnessStore, create_store
from ledger.witness.witness import Witness

FOREIGN = Path(sys.prefix) / "foreign"


@dataclass
class Running:
    """A witness that answers: where, under which key; `witness` where it is ours."""

    link: str
    vkey: str
    witness: Witness | None = None


@contextmanager
def our_witness(folder: Path, log: str, name: str = "witness.example/region") -> Iterator[Running]:
    """A witness of ours that watches the log of this verifier key."""
    file = folder / "witness.sqlite3"
    if not file.exists():
        create_store(file)
    store = WitnessStore(file)
    store.trust(parse_vkey(log))
    witness = Witness(store, Cosigner(name, Ed25519PrivateKey.generate()))
    bound = listen("127.0.0.1", 0)
    server = Server(create_witness_app(witness), threading.Event(), is_alone=False)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        yield Running(f"http://127.0.0.1:{bound.getsockname()[1]}", witness.cosigner.vkey, witness)
    finally:
        server.should_exit = True
        thread.join(30)
        bound.close()
        store.close()


@contextmanager
def foreign_witness(folder: Path, log: str) -> Iterator[Running]:
    """`aics-witness`, watching the log of this verifier key; skips where it is not installed."""
    if not (FOREIGN / "aics_witness").is_dir():
        if os.environ.get("CI"):
            pytest.fail("aics-witness is not in .venv/foreign: make .venv/dev.stamp")
        pytest.skip("aics-witness is not in .venv/foreign: make .venv/dev.stamp")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(FOREIGN), "AICS_WITNESS_CONFIG": str(folder / "witness.json")}
    program = [sys.executable, "-m", "aics_witness"]

    def do(*arguments: str) -> str:
        done = subprocess.run(
            [*program, *arguments], env=environment, cwd=folder, capture_output=True, text=True, check=True
        )
        return done.stdout

    found = re.search(r"\S+\+[0-9a-f]{8}\+\S+", do("init", "--name", "foreign.example/w1"))
    assert found is not None
    do("add-log", "--origin", parse_vkey(log).name, "--vkey", log)
    process = subprocess.Popen(
        [*program, "serve", "--listen", f"127.0.0.1:{port}"],
        env=environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    link = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 30
        while True:
            try:
                if httpx.get(f"{link}/healthz").status_code == 200:
                    break
            except httpx.TransportError:
                assert time.monotonic() < until, "the witness did not start"
                assert process.poll() is None, "the witness ended"
                time.sleep(0.05)
        yield Running(link, found[0])
    finally:
        process.terminate()
        process.wait(30)
