"""The page's parsers and arithmetic against those of the verifier in Python, on vectors and on thousands of mutated bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser

from tests.unit.verify.test_verify_ed25519 import NOT_CANONICAL, SMALL_ORDER, VECTORS
from tests.verify_archive import sample
from tests.viewer_browser import OpenedPage, open_page
from verify import canonical, ed25519, note

FOLDER = Path(__file__).parents[1] / "vectors"
CASES = 4_000
# Pieces that two parsers would most easily read in two ways.
PIECES = [
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b" ", b"\t", b"\n", b"\r", b"\x00", b"\x1f", b"\x7f", b"\x0b", b"\xa0"),
    *(b"0", b"-0", b"-", b"1.0", b"1e3", b"01", b"9007199254740991", b"9007199254740992", b"-9007199254740992", b"NaN"),
    *(b"true", b"null", b"tru", b'"a":1,', b'"__proto__":1,', b'"constructor":2', b'"A":1', b'"":1', b'"1":1', b'"\xd1\x8b":1'),
    *(b"\\u0041", b"\\ud83d\\ude00", b"\\ud800", b"\\udc00", b"\\u001F", b"\\u001f", b"\\u0008", b"\\/", b"\\b", b"\\x41"),
    *(b"\xef\xbb\xbf", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf0\x9f\x98\x80", b"\xd1\x8f", b"\xe2\x80\xa8", b"\xff"),
    *(b"[" * 31, b"[" * 33, b"]" * 31, b"[]", b"{}", b'{"a":'),
]  # fmt: skip


@pytest.fixture(scope="module")
def page(chromium: Browser, viewer_file: Path) -> Iterator[OpenedPage]:
    opened = open_page(chromium, viewer_file)
    yield opened
    opened.page.close()


def raw(item: dict[str, str]) -> bytes:
    """A vector's bytes."""
    return bytes.fromhex(item["hex"]) if "hex" in item else item["text"].encode("utf-8", "surrogatepass")


def texts() -> list[bytes]:
    """What the mutations begin from: entries, vectors, and values of every kind."""
    entries = json.loads((FOLDER / "entries.json").read_bytes())
    listed = [raw(item) for item in (*entries["accepted"], *entries["refused"])]
    small = [b'{"a":[1,-2,true,null,"\\u0001\\n\xd1\x8f"],"b":{}}', b'{"a":1}', b"[]", b'"x"', b"0", b'{"b":1,"a":2}']
    return [*sample().builder.lines()[::6], *listed, *small * 8]


def mutated(text: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((0, 1, 1, 1, 2, 5))):
        at, to = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        text = chance.choice(
            (
                lambda text=text, at=at: text[:at] + chance.choice(PIECES) + text[at:],
                lambda text=text, at=at: text[:at] + chance.choice(PIECES) + text[at + 1 :],
                lambda text=text, at=at: text[:at] + text[at + 1 :],
                lambda text=text, at=at: text[:at] + bytes([chance.randrange(256)]) + text[at + 1 :],
                lambda text=text, at=at, to=to: text[:at] + text[at : min(to, at + 40)] * 2 + text[to:],
            )
        )()
    return text


def in_python(raw: bytes) -> str | None:
    try:
        return canonical.render(canonical.parse(raw)).decode()
    except canonical.CanonicalError:
        return None


def test_the_page_reads_canonical_json_as_python_does(page: OpenedPage) -> None:
    chance = random.Random(8785)
    begun = texts()
    cases = [mutated(chance.choice(begun), chance) for _ in range(CASES)]
    answers = json.loads(
        page.page.evaluate(
            """(sent) => {
              const scanner = new Letopis.Scanner();
              const answer = (raw) => {
                const bytes = Uint8Array.from(atob(raw), (mark) => mark.charCodeAt(0));
                try { return [Letopis.render(Letopis.parse(bytes)), scanner.scan(bytes)]; }
                catch (error) {
                  if (!(error instanceof Letopis.CanonicalError)) throw error;
                  return [null, scanner.scan(bytes)];
                }
              };
              return JSON.stringify(JSON.parse(sent).map(answer));
            }""",
            json.dumps([base64.b64encode(case).decode() for case in cases]),
        )
    )
    accepted = refused = canonical_ones = 0
    for case, (rendered, scanned) in zip(cases, answers, strict=True):
        expected = in_python(case)
        assert rendered == expected, case
        assert scanned == (expected is not None and expected.encode() == case), case
        accepted += expected is not None
        refused += expected is None
        canonical_ones += scanned
    assert min(accepted, refused, canonical_ones, accepted - canonical_ones) > CASES // 100


def test_the_page_judges_signatures_as_python_does(page: OpenedPage) -> None:
    """By the browser where it has Ed25519, and by the page's own arithmetic in any case."""
    chance = random.Random(8032)
    cases = [(bytes.fromhex(key), message, bytes.fromhex(signature)) for key, message, signature in VECTORS.values()]
    key, message, signature = cases[1]
    for at in (*range(0, 64, 9), 63):
        wrong = bytearray(signature)
        wrong[at] ^= 1 << chance.randrange(8)
        cases.append((key, message, bytes(wrong)))
    cases += [
        (bytes.fromhex(point), message, bytes.fromhex(point) + bytes(32)) for point in SMALL_ORDER + NOT_CANONICAL
    ]
    unreduced = int.from_bytes(signature[32:], "little") + ed25519.L
    cases += [(key, message, signature[:32] + unreduced.to_bytes(32, "little")), (key, message, signature[:63])]
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    cases += [(private.public_key().public_bytes_raw(), b"x" * size, private.sign(b"x" * size)) for size in (0, 300)]
    answers = page.page.evaluate(
        """(cases) => Promise.all(cases.map(async (hexes) => {
          const [key, message, signature] = hexes.map(Letopis.fromHex);
          const own = Letopis.isAcceptableKey(key) && signature.length === 64 && await Letopis.holdsByOwn(key, message, signature);
          return [await Letopis.isSigned(key, message, signature), own];
        }))""",
        [[part.hex() for part in case] for case in cases],
    )
    for case, answer in zip(cases, answers, strict=True):
        holds = ed25519.verify(*case) is None
        assert answer == [holds, holds], case
    assert sum(one for one, _ in answers) == len(VECTORS) + 2


def test_the_page_hashes_as_hashlib_does_in_pieces_of_any_size(page: OpenedPage) -> None:
    chance = random.Random(1804)
    cases = [chance.randbytes(size) for size in (*range(130), 1_000, 100_003)]
    answers = page.page.evaluate(
        """(cases) => cases.map((raw) => {
          const bytes = Uint8Array.from(atob(raw), (mark) => mark.charCodeAt(0));
          return [1, 63, 64, 65, 1000].map((step) => {
            const hash = new Letopis.Sha256();
            for (let at = 0; at < bytes.length; at += step) hash.update(bytes, at, Math.min(bytes.length, at + step));
            return Letopis.toHex(hash.digest());
          });
        })""",
        [base64.b64encode(case).decode() for case in cases],
    )
    for case, answer in zip(cases, answers, strict=True):
        assert set(answer) == {hashlib.sha256(case).hexdigest()}, len(case)


def test_the_page_refuses_the_notes_and_keys_that_python_refuses(page: OpenedPage) -> None:
    listed = json.loads((FOLDER / "notes.json").read_bytes())
    signed = json.loads((FOLDER / "log.json").read_bytes())["checkpoint"]
    text, _, signatures = signed.partition("\n\n")
    notes = [
        signed.encode(),
        signed.encode() + b"\n",
        text.encode() + b"\n\n",
        signed.encode()[:-1],
        signed.encode() + b"\xff",
    ]
    notes += [raw(item) for item in listed["refused_notes"]]
    notes += [raw(item) + b"\n" + signatures.encode() for item in listed["refused_checkpoints"]]
    vkey = sample().builder.key.vkey
    keys = [vkey, vkey + " ", vkey[:-1], vkey.replace("+", "-"), "", vkey.upper(), vkey.replace("letopis", "letopas")]
    read = page.page.evaluate(
        """([notes, keys]) => {
          const reads = (parse, value) => { try { parse(value); return true; } catch (error) {
            if (!(error instanceof Letopis.NoteError)) throw error; return false; } };
          return [notes.map((raw) => reads(Letopis.parseCheckpoint, Uint8Array.from(atob(raw), (mark) => mark.charCodeAt(0)))),
                  keys.map((text) => reads(Letopis.parseVkey, text))];
        }""",
        [[base64.b64encode(raw).decode() for raw in notes], keys],
    )
    assert read == [[reads(note.parse_checkpoint, raw) for raw in notes], [reads(note.parse_vkey, key) for key in keys]]
    assert read[0].count(True) >= 1
    assert read[1].count(True) == 1


def reads(parse: Any, value: Any) -> bool:
    try:
        parse(value)
    except note.NoteError:
        return False
    return True
