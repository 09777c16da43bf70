"""The system's Firefox without a window, asked over Marionette: it says its protocol itself, and no other program is between.

→ 27:[0,1,"WebDriver:NewSession",{}]       its length in bytes, a colon, JSON: 0, a number, what, with what
← 20:[1,1,null,{"value":1}]                1, the same number, what is wrong or null, the answer
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

PROGRAMS: Final = ("firefox-esr", "firefox")
WAIT_SECONDS: Final = 60


class Firefox:
    """A session of a browser that listens on a port of this machine."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS)
        self._answers = self._socket.makefile("rb")
        self._asked = 0
        self._read()  # it greets
        self.ask("WebDriver:NewSession", capabilities={})
        self.ask("WebDriver:SetTimeouts", script=1_000 * WAIT_SECONDS)

    def ask(self, what: str, **arguments: object) -> Any:
        """Ask for something; raise what it says is wrong."""
        self._asked += 1
        message = json.dumps([0, self._asked, what, arguments]).encode()
        self._socket.sendall(b"%d:%b" % (len(message), message))
        _, _, wrong, answer = self._read()
        if wrong is not None:
            raise RuntimeError(f"{what}: {wrong}")
        return answer

    def _read(self) -> Any:
        length = b""
        while (byte := self._answers.read(1)) != b":":
            if not byte:
                raise EOFError("the browser is gone")
            length += byte
        return json.loads(self._answers.read(int(length)))

    def open(self, path: Path) -> None:
        """Open a file as a page."""
        self.ask("WebDriver:Navigate", url=path.as_uri())

    def run(self, script: str, *arguments: object) -> Any:
        """Return what a function with this body returns in the page."""
        return self.ask("WebDriver:ExecuteScript", script=script, args=arguments)["value"]

    def element(self, selector: str) -> str:
        """Return the name by which the session knows an element."""
        found: dict[str, str] = self.ask("WebDriver:FindElement", using="css selector", value=selector)["value"]
        return next(iter(found.values()))

    def fill(self, selector: str, text: str) -> None:
        """Type a text, or pick a file."""
        self.ask("WebDriver:ElementSendKeys", id=self.element(selector), text=text)

    def click(self, selector: str) -> None:
        """Click on an element."""
        self.ask("WebDriver:ElementClick", id=self.element(selector))

    def wait(self, script: str) -> None:
        """Wait until a function with this body returns something true."""
        until = time.monotonic() + WAIT_SECONDS
        while not self.run(script):
            assert time.monotonic() < until, script
            time.sleep(0.1)

    def close(self) -> None:
        """Let go of the connection."""
        self._answers.close()
        self._socket.close()


@contextmanager
def running_firefox(profile: Path) -> Iterator[Firefox]:
    """The system's Firefox with a profile of its own; a machine without it skips, the gate too."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("there is no Firefox")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (profile / "user.js").write_text(f'user_pref("marionette.port", {port});\n', encoding="ascii")
    options = ["--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
        try:
            session = _connected(port)
            yield session
            session.close()
        finally:
            browser.terminate()


def _connected(port: int) -> Firefox:
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return Firefox(port)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
