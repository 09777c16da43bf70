"""A running school's log over HTTP (C2SP tlog-tiles; log-format.md section 5): checkpoint, entry bundles, hash tiles.

The entries come in bundles and take the same walk as an archive's; hash tiles are compared with the hashes of those
entries. Without the inspector's right the server keeps the bundles back: then only the tiles are hashed, and the
verdict is `incomplete`. The token comes from the environment or a file, never from the command line or the address.
"""

import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from verify.disclosures import Disclosures
from verify.entry import ENTRY_MAX_BYTES
from verify.findings import Place, Report
from verify.note import NOTE_MAX_BYTES, Checkpoint
from verify.signed import Pinned, check_checkpoint, check_note
from verify.tables import Tables
from verify.tree import Edge
from verify.walk import LogWalk

TILE_WIDTH: Final = 256
TIMEOUT_SECONDS: Final = 30
TOKEN_VARIABLE: Final = "LETOPIS_VERIFY_TOKEN"  # noqa: S105 (the variable's name)
_BUNDLE_MAX_BYTES: Final = TILE_WIDTH * (ENTRY_MAX_BYTES + 2)
_HASH_BYTES: Final = 32


class FetchError(Exception):
    """What was fetched is no usable answer; `status` is HTTP's, 0 where it is the body that is not."""

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.status = status


class NoAnswerError(FetchError):
    """Nothing answered, or only to say that it cannot: that says nothing about the log."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would send the token to another place: an error instead."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        """Follow nothing."""


@dataclass(frozen=True, slots=True)
class Server:
    """A log's prefix, such as http://127.0.0.1:8000/v1/schools/1534/log, and the bearer token to show it."""

    prefix: str
    token: str | None = None

    def __post_init__(self) -> None:
        """Refuse an address that is not plain HTTP, or that carries a secret.

        Raises:
            ValueError: it is.
        """
        parts = urlsplit(self.prefix)
        # Asking for the port refuses one that no address has.
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError("an http or https address")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("an address without user, query or fragment")

    def fetch(self, path: str, max_bytes: int) -> bytes:
        """Return a resource's bytes.

        Raises:
            NoAnswerError: the server is not reachable, or not available now (status 5xx).
            FetchError: another status than 200, or more bytes than there may be.
        """
        request = urllib.request.Request(f"{self.prefix.rstrip('/')}/{path}")  # noqa: S310 (scheme checked above)
        token = self.token or os.environ.get(TOKEN_VARIABLE)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                body: bytes = answer.read(max_bytes + 1)
        except urllib.error.HTTPError as error:
            error.close()
            raise (NoAnswerError if error.code >= 500 else FetchError)(f"status {error.code}", error.code) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            # Of a URLError the reason says more: that a name is not known, that nobody listens.
            reason = getattr(error, "reason", error)
            raise NoAnswerError(getattr(reason, "strerror", None) or str(reason) or type(reason).__name__) from None
        if len(body) > max_bytes:
            raise FetchError(f"more than {max_bytes} bytes")
        return body


def tile_path(level: str, number: int, width: int) -> str:
    """Return `tile/<L>/<N>[.p/<W>]`: N in groups of three digits, all but the last with an x before."""
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03d}")
    return f"tile/{level}/{'/'.join(groups)}" + ("" if width == TILE_WIDTH else f".p/{width}")


def _tiles(level: str, size: int) -> Iterator[tuple[str, int]]:
    """Yield the path and width of every tile of a level that holds `size` items."""
    for number in range(-(-size // TILE_WIDTH)):
        width = min(TILE_WIDTH, size - number * TILE_WIDTH)
        yield tile_path(level, number, width), width


def parse_bundle(raw: bytes, width: int) -> list[bytes]:
    """Return the entries of a bundle, each after its length in two bytes.

    Raises:
        ValueError: not exactly `width` entries.
    """
    entries, position = [], 0
    while position < len(raw):
        length = int.from_bytes(raw[position : position + 2], "big")
        entry = raw[position + 2 : position + 2 + length]
        if position + 2 + length > len(raw):
            raise ValueError("an entry is cut short")
        entries.append(entry)
        position += 2 + length
    if len(entries) != width:
        raise ValueError(f"{len(entries)} entries")
    return entries


def verify_server(server: Server, pinned: Pinned) -> Report:
    """Check a running log from its first entry to its checkpoint; nothing that the server sends makes this raise."""
    report = Report(subject=server.prefix)
    try:
        checkpoint = check_note(server.fetch("checkpoint", NOTE_MAX_BYTES), Place("checkpoint"), pinned.key, report)
        if checkpoint is None:
            return report
        report.facts |= {"origin": checkpoint.origin, "signed_size": checkpoint.size}
        _check_entries(server, checkpoint, pinned, report)
    except NoAnswerError as error:
        report.skip("no-answer", f"{server.prefix}: {error}")
    except FetchError as error:
        report.add("http-error", Place(server.prefix), "an answer", error)
    return report


def _check_entries(server: Server, checkpoint: Checkpoint, pinned: Pinned, report: Report) -> None:
    walk = LogWalk(report, Edge(), Disclosures(report), Tables(), pinned.old)
    walk.replay.witnesses.pinned = pinned.witnesses
    if pinned.old is not None:
        check_checkpoint(pinned.old, Place("--old"), pinned.key, report)
    parents: list[bytes] = []
    hashes_only = False
    for number, (path, width) in enumerate(_tiles("entries", checkpoint.size)):
        try:
            lines = parse_bundle(server.fetch(path, _BUNDLE_MAX_BYTES), width)
        except FetchError as error:
            if number or error.status not in (401, 403):
                raise
            hashes_only = True
            break
        except ValueError as error:
            report.add("bundle-malformed", Place(path), f"{width} entries", error)
            report.skip("stopped-early", path)
            return
        leaves = walk.take(path, 1, lines)
        _compare_tile(server, "0", number, leaves, report)
        if width == TILE_WIDTH:
            parents.append(_tile_root(leaves))
    if hashes_only:
        report.skip("entries-not-served", checkpoint.origin)
        _hash_tiles(server, checkpoint, walk, parents, report)
    _check_upper(server, parents, report)
    if hashes_only:
        walk.finish_hashes(checkpoint)
        return
    walk.finish(checkpoint)
    report.facts["entries"] = walk.reader.edge.size
    if walk.replay.origin != checkpoint.origin:
        report.add("origin-mismatch", Place("checkpoint"), walk.replay.origin, checkpoint.origin)


def _hash_tiles(server: Server, checkpoint: Checkpoint, walk: LogWalk, parents: list[bytes], report: Report) -> None:
    """Grow the tree from level 0 tiles alone."""
    for path, width in _tiles("0", checkpoint.size):
        raw = server.fetch(path, TILE_WIDTH * _HASH_BYTES)
        if len(raw) != width * _HASH_BYTES:
            report.add("tile-mismatch", Place(path), f"{width} hashes", f"{len(raw)} bytes")
            return
        leaves = _hashes(raw)
        walk.grow(leaves)
        if width == TILE_WIDTH:
            parents.append(_tile_root(leaves))


def leaf_tiles(server: Server, size: int) -> Iterator[list[bytes]]:
    """Yield a log's leaf hashes up to a size, tile by tile.

    Raises:
        FetchError: an answer that is not the tile asked for.
    """
    for path, width in _tiles("0", size):
        raw = server.fetch(path, TILE_WIDTH * _HASH_BYTES)
        if len(raw) != width * _HASH_BYTES:
            raise FetchError(f"{path}: {len(raw)} bytes")
        yield _hashes(raw)


def _hashes(raw: bytes) -> list[bytes]:
    return [raw[at : at + _HASH_BYTES] for at in range(0, len(raw), _HASH_BYTES)]


def _check_upper(server: Server, nodes: list[bytes], report: Report) -> None:
    """Compare the tiles of the levels above 0, whose items are the roots of full tiles below."""
    level = 1
    while nodes:
        above = []
        for number in range(-(-len(nodes) // TILE_WIDTH)):
            part = nodes[number * TILE_WIDTH : (number + 1) * TILE_WIDTH]
            _compare_tile(server, str(level), number, part, report)
            if len(part) == TILE_WIDTH:
                above.append(_tile_root(part))
        nodes, level = above, level + 1


def _compare_tile(server: Server, level: str, number: int, nodes: list[bytes], report: Report) -> None:
    path = tile_path(level, number, len(nodes))
    raw, expected = server.fetch(path, TILE_WIDTH * _HASH_BYTES), b"".join(nodes)
    if raw != expected:
        report.add("tile-mismatch", Place(path), sha256(expected).hexdigest(), sha256(raw).hexdigest())


def _tile_root(nodes: list[bytes]) -> bytes:
    edge = Edge()
    edge.extend(nodes)
    return edge.root()
