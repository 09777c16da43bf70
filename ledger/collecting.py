"""When the cyclic garbage collector runs: between batches of rows, not in the midst of them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_between_batches() -> Iterator[None]:
    """Keep the collector from walking over a batch's rows again and again, which is a fifth of reading many.

    The work inside calls `collect_batch` where a batch is done with. For the whole process; within another such block
    it does nothing.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def collect_batch() -> None:
    """Collect what is young, where nobody else does."""
    if not gc.isenabled():
        gc.collect(0)
