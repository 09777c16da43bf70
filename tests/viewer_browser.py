"""`ПРОЧТИ.html` in the system's Chromium, opened from file://, and its verifier run on bytes there.

One browser serves a whole test session. Whatever the page says on its console, and every request that would leave it,
is collected: tests ask that there is none.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from exports.viewer import viewer_page
from verify.note import VerifierKey

SPEC: Final = Path(__file__).parents[1] / "verify" / "spec" / "tables.md"
_FLAGS: Final = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]
# Bytes that the page was given once are given by their hash from then on. What is picked by hand is read as a Blob is.
_IN_MEMORY: Final = """() => {
window.known = new Map();
window.inMemory = (files) => new Map(files.map(([name, hash, content]) => {
  if (content !== null) known.set(hash, Uint8Array.from(atob(content), (mark) => mark.charCodeAt(0)));
  const bytes = known.get(hash);
  const slice = (from, to) => ({ arrayBuffer: async () => bytes.slice(from, to).buffer });
  return [name, { size: bytes.length, slice }];
}));
}
"""
_VERIFY: Final = """async (sent) => {
  const [files, key] = JSON.parse(sent);
  const vkey = key && { name: key[0], keyId: Letopis.fromHex(key[1]), key: Letopis.fromHex(key[2]) };
  const { report } = await Letopis.verifyArchive(inMemory(files), vkey);
  return JSON.stringify({ verdict: report.verdict, findings: report.findings, unchecked: report.unchecked, facts: report.facts });
}"""


@dataclass
class OpenedPage:
    """The page in a browser, with what it said and asked for meanwhile."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _sent: set[str] = field(default_factory=set)

    def verify(self, files: dict[str, bytes], key: VerifierKey | None) -> dict[str, Any]:
        """What the page's verifier says of an archive given as bytes."""
        sent = []
        for name, raw in files.items():
            digest = sha256(raw).hexdigest()
            sent.append([name, digest, None if digest in self._sent else base64.b64encode(raw).decode()])
            self._sent.add(digest)
        pinned = key and [key.name, key.key_id.hex(), key.public_key.hex()]
        answer: dict[str, Any] = json.loads(self.page.evaluate(_VERIFY, json.dumps([sent, pinned])))
        return answer


def open_page(browser: Browser, path: Path) -> OpenedPage:
    """Open a page from its file."""
    page = browser.new_page(locale="ru-RU", viewport={"width": 1280, "height": 900})
    opened = OpenedPage(page)
    page.on("console", lambda message: opened.said.append(message.text))
    page.on("pageerror", lambda error: opened.said.append(str(error)))
    page.on("request", lambda request: opened.asked.append(request.url))
    page.goto(path.as_uri())
    return opened


def take_bytes(opened: OpenedPage) -> None:
    """Let the page's verifier take bytes in place of files that were picked."""
    opened.page.evaluate(_IN_MEMORY)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """The system's Chromium; a machine without it skips, the gate does not."""
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("there is no chromium")
        pytest.skip("there is no chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser
        browser.close()


def write_viewer(path: Path) -> Path:
    """Write the page, apart from any archive."""
    path.write_bytes(viewer_page(SPEC.read_text(encoding="utf-8")))
    return path
