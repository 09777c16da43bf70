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
window.asPicked = ({ name, files, zip }) =>
  zip ? { name, zip: new Blob([Uint8Array.from(atob(zip), (mark) => mark.charCodeAt(0))]) } : { name, files: inMemory(files) };
window.asKey = (key) => key && { name: key[0], keyId: Letopis.fromHex(key[1]), key: Letopis.fromHex(key[2]) };
window.asSaid = ({ verdict, findings, unchecked, limits, facts, parts }) =>
  JSON.stringify({ verdict, findings, unchecked, limits, facts, parts: parts.map((part) => JSON.parse(asSaid(part))) });
}
"""
_VERIFY: Final = """async (sent) => {
  const [picked, key, earlier] = JSON.parse(sent);
  const { report } = await Letopis.verifyArchive(asPicked(picked), asKey(key), () => {}, earlier.map(asPicked));
  return asSaid(report);
}"""
_COMPARE: Final = """async (sent) => {
  const [first, second, key] = JSON.parse(sent);
  return asSaid((await Letopis.compareArchives(asPicked(first), asPicked(second), asKey(key))).report);
}"""
Archive = dict[str, bytes] | bytes
"""An archive as its files or as one ZIP."""


@dataclass
class OpenedPage:
    """The page in a browser, with what it said and asked for meanwhile."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _sent: set[str] = field(default_factory=set)

    def verify(
        self, archive: Archive, key: VerifierKey | None, name: str = "bag", earlier: dict[str, Archive] | None = None
    ) -> dict[str, Any]:
        """What the page's verifier says of an archive given as bytes; `earlier`: those that it continues, by name."""
        picked = self._picked(archive, name)
        before = [self._picked(each, of) for of, each in (earlier or {}).items()]
        sent = json.dumps([picked, _key(key), before])
        answer: dict[str, Any] = json.loads(self.page.evaluate(_VERIFY, sent))
        return answer

    def compare(self, archives: dict[str, Archive], key: VerifierKey | None) -> dict[str, Any]:
        """What the page's verifier says of two archives given as bytes, by name."""
        sent = json.dumps([*(self._picked(each, of) for of, each in archives.items()), _key(key)])
        answer: dict[str, Any] = json.loads(self.page.evaluate(_COMPARE, sent))
        return answer

    def _picked(self, archive: Archive, name: str) -> dict[str, Any]:
        if isinstance(archive, bytes):
            return {"name": name, "zip": base64.b64encode(archive).decode()}
        sent = []
        for path, raw in archive.items():
            digest = sha256(raw).hexdigest()
            sent.append([path, digest, None if digest in self._sent else base64.b64encode(raw).decode()])
            self._sent.add(digest)
        return {"name": name, "files": sent}


def _key(key: VerifierKey | None) -> list[str] | None:
    return None if key is None else [key.name, key.key_id.hex(), key.public_key.hex()]


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
def page_of_bytes(browser: Browser, path: Path) -> Iterator[OpenedPage]:
    """A page that takes bytes; at its end it has said nothing, and asked for nothing but itself."""
    opened = open_page(browser, path)
    take_bytes(opened)
    yield opened
    assert (opened.said, opened.asked) == ([], [path.as_uri()])
    opened.page.close()


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
