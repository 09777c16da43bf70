"""Passkeys as browsers speak of them (WebAuthn), judged by `fido2`: what a browser is asked, and what it answers.

A school's ``passkeys.json`` says under which address browsers see this server, ``{"address":"https://journal.example"}``:
a passkey is of that host, and answers from any other page are refused. Without the file there are no passkeys.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    CollectedClientData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from api.identity.kept import PasskeyRefused, Registered
from api.identity.openid.settings import LOOPBACK
from api.settings import Layout, SettingsError, read_settings

ALGORITHMS: Final = (-8, -7, -257)
"""EdDSA, ES256 and RS256 of COSE: what passkeys of today sign with."""
_REQUIRED: Final = UserVerificationRequirement.REQUIRED
_MALFORMED: Final = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, OverflowError),
    *(RecursionError, struct.error, UnsupportedAlgorithm),
)
_FRAMED: Final = "Asked for in a frame of another site."
_NOT_ASKED: Final = "Not the kind of key that was asked for."
_RULES: Final = frozenset(
    {
        "Incorrect type in CollectedClientData.",
        "Invalid origin in CollectedClientData.",
        "Wrong RP ID hash in response.",
        "User Present flag not set.",
        "User verification required, but User Verified flag not set.",
        "User verification required, but user verified flag not set.",
        "Invalid signature.",
        _FRAMED,
        _NOT_ASKED,
    }
)
# It names credentials where nothing is wrong.
logging.getLogger("fido2").setLevel(logging.WARNING)


class PasskeysFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``passkeys.json``; `address`: scheme and host (and port) as browsers show them, without a path."""

    address: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser sent: parts in base64url, as WebAuthn names them."""

    parts: dict[str, str]

    def challenge(self) -> bytes:
        """Which challenge it says it answers.

        Raises:
            PasskeyRefused: it is of no such form.
        """
        try:
            return CollectedClientData(websafe_decode(self.parts["clientDataJSON"])).challenge
        except _MALFORMED as error:
            raise PasskeyRefused(f"client data: {type(error).__name__}") from None

    def credential(self) -> bytes:
        """Which passkey it says it is of.

        Raises:
            PasskeyRefused: it is of no such form.
        """
        try:
            return websafe_decode(self.parts["id"])
        except _MALFORMED as error:
            raise PasskeyRefused(f"id: {type(error).__name__}") from None


class RelyingParty:
    """One address that passkeys are of.

    Args:
        address: ``https://`` and a host, or this very machine for trying things out.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        party = PublicKeyCredentialRpEntity(id=str(urlsplit(address).hostname), name="Летопись")
        self._server = Fido2Server(party, AttestationConveyancePreference.NONE, verify_origin=self._is_own)
        known = {one.alg: one for one in self._server.allowed_algorithms}
        self._server.allowed_algorithms = [known[algorithm] for algorithm in ALGORITHMS]

    def ask_new(self, challenge: bytes, handle: bytes, login: str, known: Sequence[bytes]) -> dict[str, Any]:
        """What a browser is asked to make a passkey; none of the `known` ones' devices makes another."""
        user = PublicKeyCredentialUserEntity(id=handle, name=login, display_name=login)
        options, _ = self._server.register_begin(
            user, _described(known), ResidentKeyRequirement.PREFERRED, _REQUIRED, challenge=challenge
        )
        return dict(options)

    def ask(self, challenge: bytes, known: Sequence[bytes]) -> dict[str, Any]:
        """What a browser is asked to sign: with one of these, or with any that its holder picks."""
        options, _ = self._server.authenticate_begin(_described(known) or None, _REQUIRED, challenge=challenge)
        return dict(options)

    def judge_new(self, challenge: bytes, answer: Answer) -> Registered:
        """Judge a passkey that was made.

        Raises:
            PasskeyRefused: the address, the challenge, the holder's check or anything else is not right.
        """
        try:
            response = RegistrationResponse.from_dict(_spelt(answer))
            _refuse_framed(response.response.client_data)
            data = self._server.register_complete(_state(challenge), response)
            made = data.credential_data
            if made is None or made.credential_id != answer.credential() or made.public_key.get(3) not in ALGORITHMS:
                raise ValueError(_NOT_ASKED)
            return Registered(made.credential_id, bytes(made), data.counter)
        except _MALFORMED as error:
            raise _refused(error) from None

    def judge(self, challenge: bytes, answer: Answer, kept: bytes) -> int:
        """Judge what a passkey signed; `kept` is its public key, as `judge_new` gave it.

        Returns:
            How often it signed by now.

        Raises:
            PasskeyRefused: as `judge_new`, or it is not this passkey's signature.
        """
        try:
            response = AuthenticationResponse.from_dict(_spelt(answer))
            _refuse_framed(response.response.client_data)
            self._server.authenticate_complete(_state(challenge), [AttestedCredentialData(kept)], response)
        except _MALFORMED as error:
            raise _refused(error) from None
        return response.response.authenticator_data.counter

    def _is_own(self, origin: str) -> bool:
        return origin == self._address


def read_party(layout: Layout) -> RelyingParty | None:
    """The address that a school's passkeys are of; None where it has none.

    Raises:
        SettingsError: the file is not of the form, or the address is not safe.
    """
    file = layout.passkeys_file
    settings = read_settings(file, PasskeysFile)
    if settings is None:
        return None
    if not _is_address(settings.address):
        raise SettingsError(
            f"{file}: address: https:// и имя узла, как в адресной строке / https:// and a host, as browsers show it"
        )
    return RelyingParty(settings.address)


def _is_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or not address.isascii() or parts.scheme not in ("https", "http"):
        return False
    # Letter by letter what a browser says its origin is: lower case, and no port that goes without saying.
    spelt = f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, 443, 80) else "")
    return address == spelt and (parts.scheme == "https" or host in LOOPBACK)


def _described(known: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=one) for one in known]


def _state(challenge: bytes) -> dict[str, Any]:
    return {"challenge": websafe_encode(challenge), "user_verification": _REQUIRED}


def _spelt(answer: Answer) -> dict[str, Any]:
    named = answer.parts["id"]
    return {"id": named, "rawId": named, "type": "public-key", "response": answer.parts}


def _refuse_framed(data: CollectedClientData) -> None:
    if data.cross_origin:
        raise ValueError(_FRAMED)


def _refused(error: Exception) -> PasskeyRefused:
    # Some of the library's messages hold what was sent: of all but its rules' the kind alone is told.
    return PasskeyRefused(str(error) if str(error) in _RULES else type(error).__name__)
