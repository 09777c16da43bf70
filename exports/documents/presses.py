"""Many documents, set by other processes while this one reads the next; a few are set here."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from threading import Thread
from typing import Final, NamedTuple

from exports.documents.pages import Press, Stamp
from exports.documents.sheet import Sheet

FEW: Final = 100
PROCESSES_MAX: Final = 4
"""How many there are at most where nobody says: each takes some 150 MiB."""


class Job(NamedTuple):
    """A document to be set: its path in the archive, its title, what it says; None: it is there already."""

    path: str
    title: str
    sheets: list[Sheet] | None


def render_all(
    jobs: Iterable[Job], stamp: Stamp, count: int, processes: int | None = None
) -> Iterator[tuple[str, bytes | None]]:
    """(Path, bytes or None as the job says) of each document, in the order of the jobs, which are about `count`.

    Jobs are taken as they are needed, a few ahead, so memory does not grow with their number. The bytes are the same
    whatever the number of `processes`; None: one for each of the machine's cores, at most `PROCESSES_MAX`.
    """
    if count <= FEW:
        press = Press()
        for job in jobs:
            yield job.path, None if job.sheets is None else press.render(job.title, job.sheets, stamp)
        return
    if processes is None:
        processes = max(1, min(PROCESSES_MAX, len(os.sched_getaffinity(0))))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_alone) as pool:
        waiting: deque[tuple[str, Future[bytes | None]]] = deque()
        try:
            for job in jobs:
                waiting.append((job.path, _there() if job.sheets is None else pool.submit(_set, job, stamp)))
                if len(waiting) > 2 * processes:
                    path, made = waiting.popleft()
                    yield path, made.result()
            while waiting:
                path, made = waiting.popleft()
                yield path, made.result()
        finally:
            for _, made in waiting:
                made.cancel()


_press: list[Press] = []
"""This process's own, once it has set a document."""


def _there() -> Future[bytes | None]:
    found: Future[bytes | None] = Future()
    found.set_result(None)
    return found


def _alone() -> None:
    """One thread in each process: the processes share the cores already."""
    os.environ["RAYON_NUM_THREADS"] = "1"
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that was killed tells nobody; without it there is nothing to set."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _set(job: Job, stamp: Stamp) -> bytes | None:
    if job.sheets is None:
        return None
    if not _press:
        _press.append(Press())
    return _press[0].render(job.title, job.sheets, stamp)
