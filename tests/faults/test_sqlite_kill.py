"""kill -9 of a server in the middle of its commits: nothing that was acknowledged is lost, and nothing is half there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ledger.errors import AlreadyRecorded
from tests.sqlite_ledgers import command, lesson, marks, opened
from tests.sqlite_oracle import check_file

THREADS = 4
SERVER = """
import os, sys, threading
from pathlib import Path
from tests.sqlite_ledgers import *

trial = sys.argv[2]
with opened(Path(sys.argv[1])) as recorder:
    def work(number):
        count = 0
        while True:
            key = f"{trial}.{number}.{count}"
            recorder.insert_events(marks(lesson(), count=1 + count % 40), command=command(key))
            os.write(1, f"{key}\\n".encode())
            count += 1
    threads = [threading.Thread(target=work, args=(number,)) for number in range(int(sys.argv[3]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def kill_a_server(file: Path, trial: int, after_seconds: float) -> set[str]:
    """Run a server, kill it so long after its first answer, and return all that it answered."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(file), str(trial), str(THREADS)], stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    answered = server.stdout.readline()
    time.sleep(after_seconds)
    os.kill(server.pid, signal.SIGKILL)
    answered += server.stdout.read()
    server.stdout.close()
    assert server.wait(30) == -signal.SIGKILL, "the server ended by itself"
    return set(answered.decode().split())


def check_trials(folder: Path, trials: int, seed: int) -> None:
    """Kill a server again and again on one file; look at what is left each time."""
    file = folder / "school.db"
    moments = random.Random(seed)
    acknowledged: set[str] = set()
    for trial in range(trials):
        acknowledged |= kill_a_server(file, trial, moments.uniform(0.0, 0.3))
        kept = check_file(file).keys
        assert acknowledged <= kept, "an acknowledged append was lost"
        unanswered = kept - acknowledged
        assert len({key.split(".")[1] for key in unanswered if key.startswith(f"{trial}.")}) <= THREADS
        assert len(unanswered) <= THREADS * (trial + 1)
        for key in unanswered:
            # Recorded but never answered: the repeated command is told so.
            with opened(file, create=False) as recorder, pytest.raises(AlreadyRecorded):
                recorder.insert_events(marks(lesson()), command=command(key))
        acknowledged |= unanswered


def test_no_acknowledged_append_is_lost(tmp_path: Path) -> None:
    check_trials(tmp_path, trials=6, seed=7)


@pytest.mark.slow
def test_no_acknowledged_append_is_lost_long(tmp_path: Path) -> None:
    for seed in range(10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        check_trials(folder, trials=12, seed=seed)
