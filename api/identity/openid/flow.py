"""Leaving for the provider and coming back."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from api.identity.kept import ProviderRefused, Stage
from api.identity.links import Links
from api.identity.openid.provider import Provider, Tokens
from api.identity.openid.settings import read_openid
from api.identity.openid.tokens import KeyNotKnown, Vouched, check_token
from api.settings import Layout

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Returned:
    """What the provider's address brought back; `issuer` is the parameter ``iss`` of RFC 9207."""

    state: str
    code: str | None
    issuer: str | None
    error: str | None


def open_provider(layout: Layout, code: str) -> Provider | None:
    """A school's provider; None where it has none. Nothing is asked of it yet.

    Raises:
        LetopisError: as `read_openid`.
    """
    found = read_openid(layout, code)
    return None if found is None else Provider(*found)


def depart(provider: Provider, links: Links, code: str | None, address: str, now: int) -> tuple[str, str]:
    """Begin a sign-in; `code` is that of an invitation, to be linked by.

    Returns:
        The cookie's secret, and where the browser goes.

    Raises:
        NotTheHolder: there is no such invitation.
        TooManyTries: the address has to wait.
        ProviderUnavailable: the provider does not answer.
    """
    departure = links.depart(code, address, now)
    return departure.secret, provider.link(departure)


def arrive(
    provider: Provider, links: Links, secret: str, returned: Returned, address: str, now: int
) -> tuple[str, Stage, str]:
    """Finish a sign-in: a session for whom the provider vouches for.

    Returns:
        The session's secret, its stage, the account.

    Raises:
        NotTheHolder: no such sign-in was begun here.
        ProviderRefused: the provider did not confirm it, or not as it must.
        ProviderUnavailable: the provider does not answer.
        NotLinked, IdentityError: as `Links.admit`.
    """
    departure, invitation = links.come_back(secret, returned.state, now)
    try:
        vouched = _vouched(provider, returned, departure.verifier, departure.nonce, now)
    except ProviderRefused as refusal:
        _logger.warning("openid: refused: %s", refusal)
        raise
    settings = provider.settings
    strong = vouched.is_strong(settings.second_factor)
    return links.admit(settings.issuer, vouched.subject, address, now, invitation=invitation, strong=strong)


def _vouched(provider: Provider, returned: Returned, verifier: str, nonce: str, now: int) -> Vouched:
    expects = provider.metadata().authorization_response_iss_parameter_supported
    if returned.issuer != provider.settings.issuer and (expects or returned.issuer is not None):
        raise ProviderRefused("another issuer answers")
    if returned.error is not None or returned.code is None:
        raise ProviderRefused("the provider gave no code")
    return _checked(provider, provider.redeem(returned.code, verifier), nonce, now)


def _checked(provider: Provider, tokens: Tokens, nonce: str, now: int) -> Vouched:
    """Judge a token with the keys that are known, then once more with those of now.

    Each time is after the provider gave a token to this client, so strangers cannot have it asked for keys at will.
    """
    try:
        return check_token(tokens, provider.keys(), provider.settings, nonce, now)
    except KeyNotKnown:
        pass
    try:
        return check_token(tokens, provider.keys(fresh=True), provider.settings, nonce, now)
    except KeyNotKnown as error:
        raise ProviderRefused(str(error)) from None
