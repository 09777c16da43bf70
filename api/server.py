"""Running the HTTP application: a server that ends its feeds and its schools before it ends itself."""

from __future__ import annotations

import gc
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from api.settings import UnavailableError

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_GRACE_SECONDS: Final = 10


class Server(uvicorn.Server):
    """uvicorn, but for how it begins and ends.

    What there is when it begins stays until the end, so the garbage collector needs not walk over it: in the midst of
    the rows of a large answer that took as long as the rows.

    Feeds never end by themselves, so `closing` is set for them before the server waits for its answers. A signal is not
    raised again afterwards: who called `run` still has schools to close.

    Signals and the collector are the whole process's: a server that is not alone in it (`is_alone`) leaves them be.
    """

    def __init__(self, app: ASGIApp, closing: threading.Event, *, is_alone: bool = True) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,  # its lines go the way of all others: `api.logs`
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        super().__init__(config)
        self._closing = closing
        self._is_alone = is_alone

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin as uvicorn does, then keep the collector from what is there."""
        await super().startup(sockets)
        if self._is_alone:
            gc.collect()
            gc.freeze()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell the feeds to end, then end as uvicorn does."""
        self._closing.set()
        await super().shutdown(sockets)
        if self._is_alone:
            gc.unfreeze()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals that ask for an end."""
        taken = _SIGNALS if self._is_alone else ()
        earlier = {number: signal.signal(number, self.handle_exit) for number in taken}
        try:
            yield
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)


def listen(host: str, port: int) -> socket.socket:
    """Take the address before anything slow is begun.

    Raises:
        UnavailableError: it cannot be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise UnavailableError(f"{host}: здесь нет такого адреса / no such address here") from None
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen()  # who comes before the server is up waits, instead of being sent away
    except OSError as error:
        bound.close()
        raise UnavailableError(
            f"{host}:{port}: адрес занят или недоступен, выберите другой --port / "
            f"cannot listen there ({error.strerror}); choose another --port"
        ) from None
    return bound
