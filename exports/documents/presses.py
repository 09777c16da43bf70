"""Many documents, set by two other processes while this one reads the next; a few are set here."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Final, NamedTuple

from exports.documents.pages import Press, Stamp
from exports.documents.sheet import Sheet

FEW: Final = 100
PROCESSES: Final = 2


class Job(NamedTuple):
    """A document to be set: its path in the archive, its title, what it says."""

    path: str
    title: str
    sheets: list[Sheet]


def render_all(jobs: Iterable[Job], stamp: Stamp, count: int) -> Iterator[tuple[str, bytes]]:
    """(Path, bytes) of each document in the order of the jobs, of which there are about `count`.

    Jobs are taken as they are needed, a few ahead, so memory does not grow with their number.
    """
    if count <= FEW:
        press = Press()
        for job in jobs:
            yield job.path, press.render(job.title, job.sheets, stamp)
        return
    processes = max(1, min(PROCESSES, len(os.sched_getaffinity(0))))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting: deque[tuple[str, Future[bytes]]] = deque()
        try:
            for job in jobs:
                waiting.append((job.path, pool.submit(_set, job, stamp)))
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


def _set(job: Job, stamp: Stamp) -> bytes:
    if not _press:
        _press.append(Press())
    return _press[0].render(job.title, job.sheets, stamp)
