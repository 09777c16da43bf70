"""Ranges of an audit, judged by several processes: this one from the front, the others from the back.

A worker is a Python of its own that imports the ledger and nothing else: `multiprocessing` would run the main module of
a whole server or command line again in each, which takes longer than half a million entries do. Nor is it forked: a
database connection and the writer's thread do not survive that. What a worker has taken and does not give back, because
it was ended, is judged here: the report is the same.
"""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from threading import Thread
from typing import IO, Any, Final, cast

from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.utils import Environment

from ledger.audit.range import AuditedRecorder, RangeResult, RangeTask
from ledger.audit.walk import walk_range
from ledger.collecting import collecting_between_batches
from ledger.wire.shapes import Shapes

Walk = Callable[[Sequence[RangeTask]], Iterator[RangeResult]]
_Outcome = Future[RangeResult | None]
"""What a worker gave; None: it ended before it gave anything."""
_Job = tuple[RangeTask, _Outcome]

_log = logging.getLogger(__name__)

_PROGRAM: Final = "import sys; sys.path[:] = sys.argv[1:]; from ledger.audit.workers import serve; serve()"


@contextmanager
def walking(recorder: AuditedRecorder, processes: int, settings: Mapping[str, str]) -> Iterator[Walk]:
    """Give what walks ranges and yields their results in order: here, and in `processes` - 1 others.

    Args:
        recorder: read from in this process.
        processes: of all, this one counted.
        settings: with which the others open the same log for reading.
    """
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(settings)) for _ in range(processes - 1)]
        yield partial(_walk, partial(walk_range, recorder, Shapes()), workers)


def _walk(
    walk_here: Callable[[RangeTask], RangeResult],
    workers: Sequence[subprocess.Popen[bytes]],
    tasks: Sequence[RangeTask],
) -> Iterator[RangeResult]:
    jobs = [(task, _Outcome()) for task in tasks]
    left = deque(jobs)
    for worker in workers:
        Thread(target=_feed, args=(worker, left), daemon=True).start()
    return _results(walk_here, left, jobs)


def _results(
    walk_here: Callable[[RangeTask], RangeResult], left: deque[_Job], jobs: Sequence[_Job]
) -> Iterator[RangeResult]:
    for job in jobs:
        task, outcome = job
        result = None
        if not _take_first(left, job):
            result = outcome.result()
            if result is None:
                _log.warning("a process of the audit ended: entries %s to %s are judged anew", task.start, task.stop)
        yield walk_here(task) if result is None else result


def _take_first(left: deque[_Job], job: _Job) -> bool:
    """Take this job from the front, unless a worker has it."""
    try:
        if left[0] is not job:
            return False
        left.popleft()
    except IndexError:  # none is left, or a worker took the last one just now
        return False
    return True


def _feed(worker: subprocess.Popen[bytes], left: deque[_Job]) -> None:
    """Let a worker take ranges from the back for as long as there are any and it lives."""
    requests, answers = cast("IO[bytes]", worker.stdin), cast("IO[bytes]", worker.stdout)
    while True:
        try:
            task, outcome = left.pop()
        except IndexError:
            return
        try:
            pickle.dump(task, requests)
            requests.flush()
            result: RangeResult = pickle.load(answers)  # noqa: S301 - our own child's
        except (OSError, EOFError, pickle.UnpicklingError, ValueError):
            outcome.set_result(None)
            return
        outcome.set_result(result)


@contextmanager
def _worker(settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    # The settings may hold a password: not on the command line. What ends a worker is met and told by this process,
    # when it judges the same entries: a traceback of the worker's own is for nobody.
    worker = subprocess.Popen(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", _PROGRAM, *sys.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        requests = cast("IO[bytes]", worker.stdin)
        with suppress(BrokenPipeError):  # it has ended already
            pickle.dump(dict(settings), requests)
            requests.flush()
        yield worker
    finally:
        worker.kill()  # it only reads
        worker.communicate()


def serve() -> None:
    """Be a worker: settings and then tasks come in, results go out, until the input ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever is printed is not an answer
    settings: dict[str, Any] = pickle.load(requests)  # noqa: S301 - our own parent's
    factory = InfrastructureFactory.construct(Environment("Audit", settings))
    try:
        recorder, shapes = cast("AuditedRecorder", factory.application_recorder()), Shapes()
        with collecting_between_batches():
            while True:
                try:
                    task: RangeTask = pickle.load(requests)  # noqa: S301 - our own parent's
                except EOFError:
                    return
                pickle.dump(walk_range(recorder, shapes, task), answers)
                answers.flush()
    finally:
        factory.close()
