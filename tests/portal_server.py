"""A portal on loopback: a real HTTP server whose pages answer as the tests say."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, NamedTuple

DIARY: Final = "https://diary.example/school?a=1&b=2"
SLOW_SECONDS: Final = 3.0
# Path -> status and page; `{port}` is the server's own.
_PAGES: Final = {
    "/found": (200, f'<p>Дневник: <a href="{DIARY.replace("&", "&amp;")}">вход</a>'),
    "/longer": (200, f'<a href="{DIARY}3">другой дневник</a>'),
    "/plain": (200, "<p>Услуга</p>"),
    "/broken": (502, ""),
    "/slow": (200, DIARY),
    "/moved": (302, "/found"),
    "/away": (302, "http://localhost:{port}/found"),
    "/round": (302, "/round"),
}


class Portal(NamedTuple):
    """Its address without a path, and the paths that were asked for."""

    base: str
    asked: list[str]


@contextmanager
def portal() -> Iterator[Portal]:
    """Serve until the end."""
    asked: list[str] = []

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, text = _PAGES.get(self.path, (404, DIARY))
            if self.path == "/slow":
                time.sleep(SLOW_SECONDS)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", text.format(port=server.server_address[1]))
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode() if status != 302 else b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Portal(f"http://127.0.0.1:{server.server_address[1]}", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
