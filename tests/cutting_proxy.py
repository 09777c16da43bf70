"""A proxy before PostgreSQL's unix socket that cuts connections at chosen moments."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

PORT = 6543
BUFFER_BYTES = 1 << 16

Cut = Literal["none", "before the request", "before the reply", "request late"]


class CuttingProxy:
    """Passes bytes on until it is armed; then cuts the first connection that carries any, once.

    Attributes:
        cut: where to cut next: before the request reaches the server, before its reply reaches the client, or from the
            client at once, while the request reaches the server half a second later.
        skip: how many pieces of the armed direction are still let through first.
        dead_after: whether new connections are refused after the cut.
    """

    def __init__(self, folder: Path) -> None:
        self.cut: Cut = "none"
        self.skip = 0
        self.dead_after = False
        self._dead = False
        self._target = str(folder / ".s.PGSQL.5432")
        self._listener = socket.socket(socket.AF_UNIX)
        self._path = folder / f".s.PGSQL.{PORT}"
        self._listener.bind(str(self._path))
        self._listener.listen()
        self._threads = [threading.Thread(target=self._accept)]
        self._stopped = False
        self._threads[0].start()

    def arm(self, cut: Cut, *, dead_after: bool = False) -> None:
        """Cut the next exchange."""
        self.dead_after = dead_after
        self.cut = cut

    def revive(self) -> None:
        """Take connections again."""
        self._dead = False

    def settle(self) -> None:
        """Wait for what is still on its way."""
        for thread in self._threads[1:]:
            thread.join()

    def close(self) -> None:
        """Stop; what is open is cut."""
        self._stopped = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()
        self._path.unlink()

    def _accept(self) -> None:
        while not self._stopped:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._dead:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._target)
            except OSError:
                client.close()
                server.close()
                continue
            thread = threading.Thread(target=self._serve, args=(client, server))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        with client, server:
            while not self._stopped:
                ready, _, _ = select.select([client, server], [], [], 0.05)
                for source in ready:
                    with contextlib.suppress(ConnectionError):
                        if self._pass(source, client, server):
                            continue
                    return

    def _pass(self, source: socket.socket, client: socket.socket, server: socket.socket) -> bool:
        """Move what is there; gives False where the connection ends."""
        piece = source.recv(BUFFER_BYTES)
        if not piece:
            return False
        cut = self.cut
        armed = cut in {"before the request", "request late"} if source is client else cut == "before the reply"
        if armed and self.skip:
            self.skip -= 1
            armed = False
        if armed and source is client:
            self._cut_now()
            client.close()
            if cut == "request late":
                time.sleep(0.5)
                server.sendall(piece)
                server.recv(BUFFER_BYTES)
            return False
        if armed:
            self._cut_now()
            return False
        (server if source is client else client).sendall(piece)
        return True

    def _cut_now(self) -> None:
        self._dead = self.dead_after
        self.cut = "none"


@contextlib.contextmanager
def cutting_proxy(folder: Path) -> Iterator[CuttingProxy]:
    """A proxy beside the server's socket in this folder, at port 6543."""
    proxy = CuttingProxy(folder)
    try:
        yield proxy
    finally:
        proxy.close()
