"""What a school's folder says of its provider: ``openid.json``, and ``keys/openid.secret`` (mode 0600), one line.

{"issuer":"https://sso.example/realms/school","client_id":"letopis",
"callback":"https://journal.example/v1/schools/1534/openid/callback",
"second_factor":{"acr":["2"],"amr":["otp","hwk"]},"name":"Школьный вход"}
"""

from __future__ import annotations

from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from api.settings import Layout, SettingsError, read_settings
from ledger.durable import read_secret

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""What an ID token may be signed with: never by a shared secret, never by nothing."""
_BYTES_MAX: Final = 4_096
_NAME_MAX: Final = 60
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class SecondFactor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the provider's word counts as the second factor: any of these values. None listed: never."""

    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()


class OpenIdFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``openid.json``.

    Attributes:
        issuer: the provider, as its discovery document and its tokens name it, letter by letter.
        client_id: what the provider calls this school's journal.
        callback: where the provider sends browsers back to; registered there.
        algorithms: what tokens may be signed with.
        second_factor: when the provider's word counts as one.
        name: what people call the provider, on the page where they sign in; without it, its host.
    """

    issuer: str
    client_id: str
    callback: str
    algorithms: tuple[Algorithm, ...] = ("RS256", "PS256", "ES256")
    second_factor: SecondFactor = SecondFactor()
    name: str = ""

    @property
    def shown_name(self) -> str:
        """What the page calls the provider."""
        return self.name or urlsplit(self.issuer).netloc


def read_openid(layout: Layout, code: str) -> tuple[OpenIdFile, str] | None:
    """The provider's settings and the client's secret; None where the school has no provider.

    Raises:
        SettingsError: they are not of the form, the callback is not the school's, or there is no secret.
        FileRefused: others may read the secret.
    """
    file = layout.openid_file
    settings = read_settings(file, OpenIdFile)
    if settings is None:
        return None
    for name, link in (("issuer", settings.issuer), ("callback", settings.callback)):
        if not is_safe_link(link) or "?" in link:
            raise SettingsError(f"{file}: {name}: нужен адрес https:// без ? и # / an https:// URL without ? and #")
    path = f"/v1/schools/{code}/openid/callback"
    if urlsplit(settings.callback).path != path:
        raise SettingsError(f"{file}: callback: путь / the path is {path}")
    if not settings.client_id or not settings.algorithms:
        raise SettingsError(f"{file}: client_id, algorithms: пусты / are empty")
    if len(settings.name) > _NAME_MAX or not settings.name.isprintable():
        raise SettingsError(f"{file}: name: до {_NAME_MAX} печатных знаков / at most {_NAME_MAX} printable characters")
    try:
        secret = read_secret(layout.openid_secret, limit_bytes=_BYTES_MAX).decode("ascii").removesuffix("\n")
    except (FileNotFoundError, UnicodeDecodeError):
        secret = ""
    if not secret or not secret.isprintable():
        raise SettingsError(
            f"{layout.openid_secret}: нужна одна строка, секрет клиента / has to be one line, the client's secret"
        )
    return settings, secret


def is_safe_link(link: str) -> bool:
    """Whether secrets may be sent there: TLS, or this very machine; no user's name in it, and no fragment."""
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or "#" in link or not link.isascii() or not link.isprintable() or " " in link:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
