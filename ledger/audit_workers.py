"""Ranges of an audit, judged by several processes: this one from the front, the others from the back.

A worker is a Python of its own that imports the ledger and nothing else: `multiprocessing` would run the main module of
a whole server or command line again in each, which takes longer than half a million entries do. Nor is it forked: a
database connection and the writer's thread do not survive that.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from functools import partial
from threading import Thread
from typing import IO, Any, Final, cast

from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.utils import Environment

from ledger.audit_range import AuditedRecorder, RangeResult, RangeTask, walk_range
from ledger.wire.shapes import Shapes

Walk = Callable[[Sequence[RangeTask]], Iterator[RangeResult]]

_PROGRAM: Final = "import sys; sys.path[:] = sys.argv[1:]; from ledger.audit_workers import serve; serve()"


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
    left = deque((task, Future[RangeResult]()) for task in tasks)
    futures = [future for _, future in left]
    for worker in workers:
        Thread(target=_feed, args=(worker, left), daemon=True).start()
    return _results(walk_here, left, futures)


def _results(
    walk_here: Callable[[RangeTask], RangeResult],
    left: deque[tuple[RangeTask, Future[RangeResult]]],
    futures: Sequence[Future[RangeResult]],
) -> Iterator[RangeResult]:
    for future in futures:
        if left and left[0][1] is future:
            try:
                task, mine = left.popleft()
            except IndexError:  # taken by a worker just now
                pass
            else:
                mine.set_result(walk_here(task))
        yield future.result()


def _feed(worker: subprocess.Popen[bytes], left: deque[tuple[RangeTask, Future[RangeResult]]]) -> None:
    """Let a worker take ranges from the back for as long as there are any."""
    requests, answers = cast("IO[bytes]", worker.stdin), cast("IO[bytes]", worker.stdout)
    while True:
        try:
            task, future = left.pop()
        except IndexError:
            return
        try:
            pickle.dump(task, requests)
            requests.flush()
            future.set_result(pickle.load(answers))  # noqa: S301 - our own child's
        except (OSError, EOFError, pickle.UnpicklingError, ValueError) as error:
            future.set_exception(RuntimeError(f"a process of the audit ended before its work did: {error!r}"))


@contextmanager
def _worker(settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    # The settings may hold a password: not on the command line.
    worker = subprocess.Popen(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", _PROGRAM, *sys.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        requests = cast("IO[bytes]", worker.stdin)
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
        while True:
            try:
                task: RangeTask = pickle.load(requests)  # noqa: S301 - our own parent's
            except EOFError:
                return
            pickle.dump(walk_range(recorder, shapes, task), answers)
            answers.flush()
    finally:
        factory.close()
