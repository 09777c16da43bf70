"""A provider over HTTP: its discovery document, its keys, and the exchange of a code for tokens.

Few ask at once, and every answer is bounded in bytes and in time: a provider that hangs or floods takes no more of this
server than that, and sign-in by passwords goes on. No redirect is followed. What is cached lives in memory.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import quote_plus, urlencode

import httpx
import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.auth import ClientAuth, encode_client_secret_basic
from authlib.oauth2.client import OAuth2Client
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.identity.kept import ProviderRefused, ProviderUnavailable
from api.identity.links import Departure
from api.identity.openid.settings import OpenIdFile, is_safe_link

AT_ONCE: Final = 8
WAIT_SECONDS: Final = 1.0
"""How long one waits for a turn."""
TIMEOUT_SECONDS: Final = 5.0
"""For a connection, and for each piece of an answer."""
ANSWER_SECONDS: Final = 10.0
"""For a whole answer: then its connection is cut, however little lacks."""
ANSWER_BYTES_MAX: Final = 262_144
CACHE_SECONDS: Final = 3_600
DISCOVERY: Final = "/.well-known/openid-configuration"
_ERROR_CODE: Final = re.compile(r"[a-z_]{1,40}")

_logger = logging.getLogger(__name__)


class Metadata(msgspec.Struct, frozen=True):
    """What this side uses of a discovery document; its other members are passed over."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code was exchanged for. The access token is used for nothing but to hold the ID token against."""

    id_token: str
    access_token: str


class Provider:
    """A school's provider. Any thread may ask.

    Args:
        settings: of the school.
        secret: the client's.
        clock: seconds that only grow, for what is cached.
    """

    def __init__(self, settings: OpenIdFile, secret: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._secret = secret
        self._clock = clock
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._trusted = httpx.create_ssl_context()

    def metadata(self) -> Metadata:
        """The discovery document, an hour old at most.

        Raises:
            ProviderUnavailable: it cannot be had, is another issuer's, or names a place that is not safe.
        """
        kept = self._metadata
        if kept is not None and self._clock() - kept[0] < CACHE_SECONDS:
            return kept[1]
        answer = self._get(self.settings.issuer.rstrip("/") + DISCOVERY)
        try:
            found = msgspec.json.decode(answer.content, type=Metadata)
        except (msgspec.MsgspecError, RecursionError):
            raise _unavailable("its discovery document is not of the form") from None
        if found.issuer != self.settings.issuer:
            raise _unavailable("its discovery document is another issuer's")
        if not all(map(is_safe_link, (found.authorization_endpoint, found.token_endpoint, found.jwks_uri))):
            raise _unavailable("its discovery document names a place without TLS")
        self._metadata = (self._clock(), found)
        return found

    def keys(self, *, fresh: bool = False) -> KeySet:
        """The keys that tokens are signed with, an hour old at most.

        Args:
            fresh: ask now: a token names a key that is not known, as after the provider changed them.

        Raises:
            ProviderUnavailable: they cannot be had.
        """
        kept = self._keys
        if kept is not None and not fresh and self._clock() - kept[0] < CACHE_SECONDS:
            return kept[1]
        answer = self._get(self.metadata().jwks_uri)
        try:
            found = KeySet.import_key_set(answer.json())
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, JoseError):
            raise _unavailable("its keys are not of the form") from None
        self._keys = (self._clock(), found)
        return found

    def link(self, departure: Departure) -> str:
        """The address at the provider that a browser is sent to.

        Raises:
            ProviderUnavailable: what the provider says of itself cannot be had.
        """
        metadata = self.metadata()
        wanted = " ".join(self.settings.second_factor.acr)
        more = {"acr_values": wanted} if wanted else {}
        link, _ = self._client(metadata, None).create_authorization_url(
            metadata.authorization_endpoint,
            state=departure.state,
            nonce=departure.nonce,
            code_verifier=departure.verifier,
            **more,
        )
        return str(link)

    def redeem(self, code: str, verifier: str) -> Tokens:
        """Exchange a code for tokens.

        Raises:
            ProviderRefused: the provider does not take the code.
            ProviderUnavailable: it does not answer, or not as it should.
        """
        metadata = self.metadata()
        try:
            with self._turn() as session:
                answer: Mapping[str, Any] = self._client(metadata, session).fetch_token(
                    metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
                )
        except AuthlibBaseError as error:
            named = error.error if _ERROR_CODE.fullmatch(str(error.error)) else "another error"
            _logger.warning("openid: the provider does not take a code: %s", named)
            raise ProviderRefused(f"the provider says {named}") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            raise _unavailable(f"its token endpoint: {type(error).__name__}") from None
        id_token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise ProviderRefused("the provider gave no ID token")
        return Tokens(id_token, access_token)

    def _client(self, metadata: Metadata, session: _Session | None) -> OAuth2Client:
        methods = metadata.token_endpoint_auth_methods_supported
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        client = OAuth2Client(
            session,
            self.settings.client_id,
            self._secret,
            token_endpoint_auth_method=method,
            scope="openid",
            redirect_uri=self.settings.callback,
            code_challenge_method="S256",
        )
        client.register_client_auth_method(("client_secret_basic", _basic))
        return client

    def _get(self, link: str) -> httpx.Response:
        try:
            with self._turn() as session:
                answer = session.ask("GET", link, {"Accept": "application/json"})
                answer.raise_for_status()
                return answer
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unavailable(type(error).__name__) from None

    @contextmanager
    def _turn(self) -> Iterator[_Session]:
        if not self._turns.acquire(timeout=WAIT_SECONDS):
            raise _unavailable("too many wait for it already")
        try:
            with httpx.Client(verify=self._trusted, follow_redirects=False, timeout=TIMEOUT_SECONDS) as client:
                yield _Session(client)
        finally:
            self._turns.release()


class _Limit:
    """Cuts a connection when its time is over: timeouts are of each piece, and headers may come byte by byte."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._cut)
        self._connection: socket.socket | None = None
        self._is_over = False

    def trace(self, event: str, told: Mapping[str, Any]) -> None:
        """Be told by the HTTP client what it does."""
        if event == "connection.connect_tcp.complete":
            # A name of our own for it: TLS takes the other over.
            self._connection = told["return_value"].get_extra_info("socket").dup()
            if self._is_over:
                self._cut()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        if self._connection is not None:
            self._connection.close()

    def _cut(self) -> None:
        self._is_over = True
        if self._connection is not None:
            with suppress(OSError):  # closed meanwhile
                self._connection.shutdown(socket.SHUT_RDWR)


class _Session:
    """What the OAuth client sends with: every answer bounded."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def ask(self, method: str, link: str, headers: Mapping[str, str], body: str | None = None) -> httpx.Response:
        """Ask and read the answer.

        Raises:
            httpx.HTTPError: it does not come, is too long or too slow, or is packed, which would hide its length.
        """
        told = {**headers, "Accept-Encoding": "identity", "User-Agent": "letopis"}
        pieces, size_bytes = [], 0
        with (
            _Limit(ANSWER_SECONDS) as limit,
            self._client.stream(method, link, headers=told, content=body, extensions={"trace": limit.trace}) as answer,
        ):
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise httpx.DecodingError("packed")
            for piece in answer.iter_raw():
                size_bytes += len(piece)
                if size_bytes > ANSWER_BYTES_MAX:
                    raise httpx.ReadError("too long")
                pieces.append(piece)
            return httpx.Response(answer.status_code, content=b"".join(pieces), request=answer.request)

    def post(
        self, link: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth
    ) -> httpx.Response:
        """Send a form with the client's credentials, as the OAuth client asks for."""
        link, told, body = auth.prepare("POST", link, dict(headers), urlencode(data))
        return self.ask("POST", link, told, body)


def _basic(client: ClientAuth, method: str, link: str, headers: dict[str, str], body: str) -> Any:
    """Credentials as RFC 6749, 2.3.1 spells them: encoded as in a form before they are joined."""
    spelt = ClientAuth(quote_plus(client.client_id), quote_plus(client.client_secret))
    return encode_client_secret_basic(spelt, method, link, headers, body)


def _unavailable(why: str) -> ProviderUnavailable:
    _logger.warning("openid: the provider is not available: %s", why)
    return ProviderUnavailable(why)
