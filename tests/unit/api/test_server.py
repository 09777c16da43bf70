"""What a server takes of its process: signals and the collector when it is alone in it, and nothing when it is not."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette

from api.server import Server, listen


@pytest.fixture(autouse=True)
def nothing_frozen() -> Iterator[None]:
    """As a server's own process begins; what the tests themselves keep from the collector is kept from it again."""
    gc.unfreeze()
    yield
    gc.collect()
    gc.freeze()


def run(*, is_alone: bool) -> tuple[object, int]:
    """Run a server in this thread and end it once it has begun: who had SIGTERM meanwhile, and how many objects were frozen."""
    seen: list[tuple[object, int]] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ending = asyncio.create_task(end())
        yield
        await ending
        seen.append((signal.getsignal(signal.SIGTERM), gc.get_freeze_count()))

    async def end() -> None:
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        server.should_exit = True

    server = Server(Starlette(lifespan=lifespan), threading.Event(), is_alone=is_alone)
    bound = listen("127.0.0.1", 0)
    server.run(sockets=[bound])
    bound.close()
    (found,) = seen
    return found


@pytest.mark.parametrize("is_alone", [True, False])
def test_signals_and_the_collector_are_taken_by_a_server_that_is_alone(*, is_alone: bool) -> None:
    handler, frozen = signal.getsignal(signal.SIGTERM), gc.get_freeze_count()
    meanwhile, frozen_meanwhile = run(is_alone=is_alone)
    assert (meanwhile != handler) == is_alone
    assert (frozen_meanwhile > frozen + 10_000) == is_alone
    assert signal.getsignal(signal.SIGTERM) == handler
    assert gc.get_freeze_count() == (0 if is_alone else frozen)
