"""What an ID token has to be (OpenID Connect Core 1.0, 3.1.3.7), held against what went along to the provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from api.identity.kept import ProviderRefused
from api.identity.links import DEPARTURE_SECONDS
from api.identity.openid.provider import Tokens
from api.identity.openid.settings import OpenIdFile, SecondFactor
from ledger.errors import LetopisError

LEEWAY_SECONDS: Final = 60
"""How far the provider's clock may be from this server's."""
SUBJECT_LENGTH_MAX: Final = 255
_TOKEN_BYTES_MAX: Final = 65_536


class KeyNotKnown(LetopisError):  # noqa: N818 - reads as what it says
    """No key that is known made the signature: the provider may have another by now."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for, and how it says that it knows."""

    subject: str
    acr: str | None
    amr: tuple[str, ...]

    def is_strong(self, asked: SecondFactor) -> bool:
        """Whether the provider asked for a second factor, as far as the school's settings take its word."""
        return self.acr in asked.acr or not set(asked.amr).isdisjoint(self.amr)


def check_token(tokens: Tokens, keys: KeySet, settings: OpenIdFile, nonce: str, now: int) -> Vouched:
    """Judge an ID token.

    Raises:
        KeyNotKnown: none of the keys made its signature.
        ProviderRefused: anything else of it is not right; the message says what, and holds no value.
    """
    if len(tokens.id_token) > _TOKEN_BYTES_MAX:
        raise ProviderRefused("id token: too long")
    try:
        token = jwt.decode(tokens.id_token, keys, algorithms=list(settings.algorithms))
        claims = CodeIDToken(token.claims, token.header, _asked(settings), _sent(tokens, settings, nonce))
        claims.validate(now, LEEWAY_SECONDS)
    except (InvalidKeyIdError, BadSignatureError) as error:
        raise KeyNotKnown(f"id token: {type(error).__name__}") from None
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise ProviderRefused(f"id token: {type(error).__name__}: {getattr(error, 'claim', '')}") from None
    _check_strictly(claims, settings, now)
    acr, amr = claims.get("acr"), claims.get("amr") or ()
    return Vouched(
        subject=claims["sub"],
        acr=acr if isinstance(acr, str) else None,
        amr=tuple(one for one in amr if isinstance(one, str)),
    )


def _asked(settings: OpenIdFile) -> dict[str, Any]:
    return {
        "iss": {"essential": True, "value": settings.issuer},
        "aud": {"essential": True, "value": settings.client_id},
        "nonce": {"essential": True},
    }


def _sent(tokens: Tokens, settings: OpenIdFile, nonce: str) -> dict[str, Any]:
    return {"nonce": nonce, "client_id": settings.client_id, "access_token": tokens.access_token}


def _check_strictly(claims: CodeIDToken, settings: OpenIdFile, now: int) -> None:
    """What the specification leaves to the client: one audience, whole seconds, a token of just now, a short subject.

    Raises:
        ProviderRefused: as it says.
    """
    if claims["aud"] not in (settings.client_id, [settings.client_id]):
        raise ProviderRefused("id token: it is for others too")
    if type(claims["exp"]) is not int or type(claims["iat"]) is not int:
        raise ProviderRefused("id token: times are no whole seconds")
    if claims["iat"] < now - DEPARTURE_SECONDS - LEEWAY_SECONDS:
        raise ProviderRefused("id token: it was made before this sign-in")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= SUBJECT_LENGTH_MAX or not subject.isascii():
        raise ProviderRefused("id token: its subject is none")
