"""A provider that drips, nests or babbles: it is told as not available, and holds nobody of this server."""

from __future__ import annotations

import json
import socket
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import repeat
from typing import Any, Final

import msgspec
import pytest
from joserfc.jwk import KeySet, RSAKey
from joserfc.jws import serialize_compact

from api.identity.kept import ProviderRefused, ProviderUnavailable
from api.identity.openid import provider as provider_module
from api.identity.openid.provider import Provider, Tokens
from api.identity.openid.settings import OpenIdFile
from api.identity.openid.tokens import check_token
from tests.openid_school import CALLBACK, CLIENT

DEEP: Final = b'{"keys":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DRIPS: Final = 200
SECONDS_APART: Final = 0.05


@contextmanager
def answering(*answers: Iterator[bytes]) -> Iterator[tuple[str, list[int]]]:
    """A server that answers one connection after the other so, piece by piece; where, and how many pieces each took."""
    taken: list[int] = []

    def answer(pieces: Iterator[bytes]) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65_536)
            taken.append(0)
            with suppress(OSError):
                for piece in pieces:
                    connection.sendall(piece)
                    taken[-1] += 1

    def run() -> None:
        for pieces in answers:
            answer(pieces)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)
        thread = threading.Thread(target=run)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", taken
        thread.join()


def dripping(head: bytes, drip: bytes) -> Iterator[bytes]:
    yield head
    for piece in repeat(drip, DRIPS):
        time.sleep(SECONDS_APART)
        yield piece


def whole(content: bytes) -> Iterator[bytes]:
    yield HEAD + b"Content-Length: %d\r\n\r\n" % len(content) + content


def of(issuer: str) -> Provider:
    return Provider(OpenIdFile(issuer=issuer, client_id=CLIENT, callback=CALLBACK), "secret")


def discovery(issuer: str) -> dict[str, Any]:
    places = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    return {"issuer": issuer, **dict.fromkeys(places, f"{issuer}/x")}


def knowing(issuer: str) -> Provider:
    """A provider whose discovery document was read."""
    found = of(issuer)
    kept = msgspec.json.decode(json.dumps(discovery(issuer)), type=provider_module.Metadata)
    found._metadata = (time.monotonic(), kept)
    return found


@pytest.mark.parametrize(
    ("head", "drip"),
    [(HEAD, b"X-More: 1\r\n"), (HEAD + b"X-Endless: ", b"1"), (HEAD + b"Content-Length: 9000\r\n\r\n", b" ")],
    ids=["headers", "a header", "a body"],
)
def test_an_answer_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch, head: bytes, drip: bytes) -> None:
    """Each piece comes in time, and the whole never: a thread of this server would wait for it."""
    monkeypatch.setattr(provider_module, "ANSWER_SECONDS", 1.0)
    with answering(dripping(head, drip)) as (issuer, taken):
        with pytest.raises(ProviderUnavailable):
            of(issuer).metadata()
    assert taken[0] < DRIPS


def test_what_is_nested_deeper_than_can_be_read_is_no_answer() -> None:
    with answering(whole(DEEP), whole(DEEP), whole(DEEP)) as (issuer, _):
        with pytest.raises(ProviderUnavailable):
            of(issuer).metadata()
        with pytest.raises(ProviderUnavailable):
            knowing(issuer).keys()
        with pytest.raises(ProviderUnavailable):
            knowing(issuer).redeem("code", "verifier")


@pytest.mark.parametrize("is_in_head", [True, False])
def test_a_token_that_is_nested_deeper_than_can_be_read_is_refused(is_in_head: bool) -> None:
    deep = b"[" * 20_000 + b"]" * 20_000
    key = RSAKey.generate_key(2048)
    spelt = serialize_compact({"alg": "RS256"}, b'{"sub":%s}' % deep, key)
    if is_in_head:
        head = urlsafe_b64encode(b'{"alg":"RS256","x":%s}' % deep).rstrip(b"=").decode()
        spelt = f"{head}.{spelt.partition('.')[2].partition('.')[2]}.x"
    settings = OpenIdFile(issuer="https://sso.example", client_id=CLIENT, callback=CALLBACK)
    with pytest.raises(ProviderRefused):
        check_token(Tokens(spelt, "x"), KeySet([key]), settings, "nonce", 1_790_000_000)
