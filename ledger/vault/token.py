"""A key-encryption key inside a token, over PKCS#11: AES-256-GCM, done by the token; the key never leaves it.

The key is made in the token: sensitive, not extractable, only to encrypt and decrypt. What it wraps is
nonce ‖ ciphertext ‖ tag, as by a file's key, bound to whose key it is. A process opens one session for each token and
keeps it; a token that was taken out and put back is logged in again. The PIN comes from outside each time and is kept
nowhere. Needs the package `python-pkcs11` (the extra `hsm`).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from ledger.vault.kek import KekRefused, KekSecrets, token_line
from ledger.vault.sealing import AES_256_GCM, KEY_BYTES, SealBroken, bind

if TYPE_CHECKING:
    from pkcs11 import Session

_NONCE_BYTES: Final = 12
_TAG_BITS: Final = 128
_ID_BYTES: Final = 16
_CHECK: Final = bytes(KEY_BYTES)
_CHECK_PURPOSE: Final = "letopis vault: check of a key-encryption key"


class _Tokens:
    """The sessions of this process, a token each: PKCS#11 logs a whole process in. Used by one thread at a time."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._sessions: dict[tuple[str, str], Session] = {}

    def session(self, label: str, secrets: KekSecrets, *, anew: bool = False) -> Session:
        """The session, logged in; the caller holds the lock.

        Raises:
            KekRefused: library, token or PIN are missing or wrong.
        """
        module = secrets.module
        if not module:
            raise KekRefused(
                "ключ шифрования в токене: скажите библиотеку PKCS#11 / "
                "the key-encryption key is in a token: name the PKCS#11 library: LETOPIS_PKCS11_MODULE"
            )
        key = (module, label)
        if anew:
            self._sessions.pop(key, None)
        if key not in self._sessions:
            self._sessions[key] = _log_in(module, label, secrets)
        return self._sessions[key]

    def forget(self) -> None:
        """Log out everywhere, as when the process ends."""
        with self.lock:
            for session in self._sessions.values():
                session.close()
            self._sessions.clear()


TOKENS: Final = _Tokens()


class TokenKek:
    """A key-encryption key in a token."""

    algorithm = AES_256_GCM

    def __init__(self, key_id: bytes, label: str, secrets: KekSecrets) -> None:
        self._key_id = key_id
        self._label = label
        self._secrets = secrets
        self._key: Any = None

    def __repr__(self) -> str:
        return f"TokenKek({self._label!r})"

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        """Have the token encrypt a key."""
        from pkcs11 import GCMParams, Mechanism

        nonce = os.urandom(_NONCE_BYTES)
        params = GCMParams(nonce, bound, _TAG_BITS)
        return nonce + self._do(lambda found: found.encrypt(key, mechanism=Mechanism.AES_GCM, mechanism_param=params))

    def unwrap(self, wrapped: bytes, bound: bytes, algorithm: int) -> bytes:
        """Have the token decrypt a key."""
        from pkcs11 import GCMParams, Mechanism

        if algorithm != self.algorithm:
            raise SealBroken(f"wrapped by algorithm {algorithm}, and the token's is {self.algorithm}: by another key")
        nonce, rest = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        params = GCMParams(nonce, bound, _TAG_BITS)
        return self._do(lambda found: found.decrypt(rest, mechanism=Mechanism.AES_GCM, mechanism_param=params))

    def _do(self, work: Callable[[Any], bytes]) -> bytes:
        """Do something with the key; where the session is gone, once more in a new one.

        Raises:
            SealBroken: the token says that it does not open.
            KekRefused: the token cannot be used.
        """
        import pkcs11

        gone = (
            *(pkcs11.SessionHandleInvalid, pkcs11.SessionClosed, pkcs11.DeviceRemoved, pkcs11.TokenNotPresent),
            *(pkcs11.UserNotLoggedIn, pkcs11.KeyHandleInvalid, pkcs11.ObjectHandleInvalid),
        )
        broken = (pkcs11.EncryptedDataInvalid, pkcs11.EncryptedDataLenRange)
        with TOKENS.lock:
            try:
                try:
                    return work(self._found())
                except gone:
                    return work(self._found(anew=True))
            except broken:
                raise SealBroken("it does not open under the token's key") from None
            except pkcs11.GeneralError:  # what SoftHSM says of a tag that is not right
                raise SealBroken("it does not open under the token's key, or the token failed") from None
            except pkcs11.PKCS11Error as error:
                raise _refused(self._label, error) from None

    def _found(self, *, anew: bool = False) -> Any:
        import pkcs11

        if self._key is None or anew:
            session = TOKENS.session(self._label, self._secrets, anew=anew)
            try:
                self._key = session.get_key(object_class=pkcs11.ObjectClass.SECRET_KEY, id=self._key_id)
            except pkcs11.NoSuchKey:
                raise KekRefused(
                    f"в токене «{self._label}» нет ключа {self._key_id.hex()} / the token has no such key: "
                    "другой токен с тем же именем? / another token of this name?"
                ) from None
        return self._key


def new_token_kek(label: str, secrets: KekSecrets) -> tuple[bytes, TokenKek]:
    """Make a key in a token; returns what the folder's file is to hold, and the key.

    Raises:
        KekRefused: the token cannot be used, or cannot do AES-256-GCM.
    """
    import_library()
    import pkcs11

    key_id = os.urandom(_ID_BYTES)
    template = {
        pkcs11.Attribute.SENSITIVE: True,
        pkcs11.Attribute.EXTRACTABLE: False,
        pkcs11.Attribute.PRIVATE: True,
        pkcs11.Attribute.ENCRYPT: True,
        pkcs11.Attribute.DECRYPT: True,
        **dict.fromkeys((pkcs11.Attribute.WRAP, pkcs11.Attribute.UNWRAP, pkcs11.Attribute.SIGN), False),
        **dict.fromkeys((pkcs11.Attribute.VERIFY, pkcs11.Attribute.DERIVE), False),
    }
    with TOKENS.lock:
        session = TOKENS.session(label, secrets)
        try:
            session.generate_key(
                pkcs11.KeyType.AES,
                8 * KEY_BYTES,
                id=key_id,
                label=f"letopis-kek-{key_id.hex()[:8]}",
                store=True,
                template=template,
            )
        except pkcs11.PKCS11Error as error:
            raise _refused(label, error) from None
    kek = TokenKek(key_id, label, secrets)
    return token_line(key_id, kek.wrap(_CHECK, bind(_CHECK_PURPOSE, label)), label), kek


def open_token_kek(key_id: bytes, check: bytes, label: str, secrets: KekSecrets) -> TokenKek:
    """Find a key in its token, and try it.

    Raises:
        KekRefused: the token is not there, the PIN is wrong, or the key is another.
    """
    import_library()
    kek = TokenKek(key_id, label, secrets)
    try:
        is_right = kek.unwrap(check, bind(_CHECK_PURPOSE, label), AES_256_GCM) == _CHECK
    except SealBroken:
        is_right = False
    if not is_right:
        raise KekRefused(f"ключ в токене «{label}» — другой / the key in the token is another one")
    return kek


def import_library() -> None:
    """Have the package that speaks PKCS#11.

    Raises:
        KekRefused: it is not installed.
    """
    try:
        import pkcs11
    except ImportError:
        raise KekRefused(
            "не установлен python-pkcs11 / is not installed: pip install --require-hashes -r requirements/hsm.txt"
        ) from None
    del pkcs11


def _log_in(module: str, label: str, secrets: KekSecrets) -> Session:
    import pkcs11

    try:
        library = pkcs11.lib(module)
        tokens = list(library.get_tokens(token_label=label))
    except pkcs11.PKCS11Error as error:
        raise KekRefused(
            f"{module}: библиотека PKCS#11 не годится / the PKCS#11 library cannot be used ({type(error).__name__})"
        ) from None
    if len(tokens) != 1:
        found = "такого нет / there is none" if not tokens else f"таких / there are {len(tokens)}"
        raise KekRefused(
            f"токен «{label}»: {found}. Ключ шифрования не покидает токена: подключите его или его копию / the "
            "key-encryption key never leaves its token: connect it, or a copy made by the maker's own means"
        )
    (token,) = tokens
    _check_tries(label, token.flags)
    pin = secrets.pin()
    if pin is None:
        raise KekRefused(f"токен «{label}»: нужен PIN / a PIN is needed: LETOPIS_PKCS11_PIN(_FILE)")
    try:
        return token.open(rw=True, user_pin=pin)
    except pkcs11.PKCS11Error as error:
        raise _refused(label, error) from None


def _check_tries(label: str, flags: Any) -> None:
    """Spend no last try: a token that locks itself takes the names with it."""
    import pkcs11

    if flags & pkcs11.TokenFlag.USER_PIN_LOCKED:
        raise _locked(label)
    if flags & pkcs11.TokenFlag.USER_PIN_FINAL_TRY:
        raise KekRefused(
            f"токен «{label}»: осталась одна попытка PIN, она не потрачена; введите PIN программой токена / one try of "
            "the PIN is left and was not spent: enter it with the token's own program"
        )


def _locked(label: str) -> KekRefused:
    return KekRefused(
        f"токен «{label}» заблокирован: его отпирает ответственный за токен (SO PIN) / the token is locked: "
        "whoever has its SO PIN unlocks it"
    )


def _refused(label: str, error: Exception) -> KekRefused:
    """What a token's refusal means, in words; its own text is never repeated."""
    import pkcs11

    match error:
        case pkcs11.PinLocked():
            return _locked(label)
        case pkcs11.PinIncorrect() | pkcs11.PinInvalid() | pkcs11.PinLenRange():
            return KekRefused(
                f"токен «{label}»: PIN не тот. Не повторяйте наугад: токен запирается / wrong PIN; do not guess: the "
                "token locks itself"
            )
        case pkcs11.PinExpired() | pkcs11.UserPinNotInitialized():
            return KekRefused(f"токен «{label}»: PIN истёк или не задан / its PIN is expired or was never set")
        case pkcs11.MechanismInvalid() | pkcs11.MechanismParamInvalid() | pkcs11.TemplateInconsistent():
            return KekRefused(f"токен «{label}» не умеет AES-256-GCM / cannot do AES-256-GCM")
        case pkcs11.TokenNotPresent() | pkcs11.DeviceRemoved() | pkcs11.DeviceError():
            return KekRefused(f"токен «{label}» вынут или не отвечает / is taken out, or does not answer")
        case _:
            return KekRefused(f"токен «{label}» отказал / refused ({type(error).__name__})")
