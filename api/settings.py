"""What a school's folder holds, and the settings that a server runs with.

    var/
      school.json        {"code":"1534","origin":"letopis.example/school/1534"}: what init was told
      ledger.sqlite3     the log (with SQLite; its lock and latch files beside it)
      ledger.latched     the latch (with PostgreSQL; there once the database has met a disk error)
      access.sqlite3     the access log: who looked (with SQLite; access.latched with PostgreSQL)
      views/             projections, droppable
      vault.sqlite3      sealed disclosures
      identity.sqlite3   how holders of accounts sign in: hashes, digests, sealed secrets; mode 0600
      confidentiality.txt  the school's own text about that duty, if it has one
      openid.json        the provider at which its people sign in too, if it has one
      passkeys.json      the address under which browsers see this server, where it takes passkeys
      keys/              mode 0700, never in one backup with the database:
        signing.pem  signing.vkey  access.pem  access.vkey  request.key  identity.key  vault/…
        openid.secret    what the provider knows this journal by

Secrets come from files or from the environment, never from the command line, where everybody on the machine reads them:
``LETOPIS_POSTGRES_DSN``, ``LETOPIS_POSTGRES_OWNER_DSN``, ``LETOPIS_VIEWS_DSN``, ``LETOPIS_KEY_PASSPHRASE``. How often a
server signs is said there too: ``LETOPIS_CHECKPOINT_ENTRIES``, ``LETOPIS_CHECKPOINT_SECONDS``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar

import msgspec

from ledger.access.log import ORIGIN_SUFFIX
from ledger.durable import create_file, read_secret
from ledger.errors import LetopisError
from ledger.vault.kek import KekSecrets

_Settings = TypeVar("_Settings", bound=msgspec.Struct)

CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
ORIGIN: Final = re.compile(r"[^\s/:?#@+]+(:[0-9]{1,5})?(/[^\s/:?#@+]+)*")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,8}")


class SettingsError(LetopisError):
    """A setting or an option is missing or wrong; the message says which."""


class UnavailableError(LetopisError):
    """What is asked for cannot be had now: a port is taken, a folder cannot be written."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths in a school's folder."""

    var: Path

    @property
    def school_file(self) -> Path:
        """What `init` was told."""
        return self.var / "school.json"

    @property
    def ledger_file(self) -> Path:
        """The log on SQLite."""
        return self.var / "ledger.sqlite3"

    @property
    def latch_file(self) -> Path:
        """The latch on PostgreSQL."""
        return self.var / "ledger.latched"

    @property
    def access_file(self) -> Path:
        """The access log on SQLite."""
        return self.var / "access.sqlite3"

    @property
    def access_latch_file(self) -> Path:
        """The access log's latch on PostgreSQL."""
        return self.var / "access.latched"

    @property
    def views(self) -> Path:
        """The views on SQLite."""
        return self.var / "views"

    @property
    def vault_file(self) -> Path:
        """The vault on SQLite."""
        return self.var / "vault.sqlite3"

    @property
    def identity_file(self) -> Path:
        """Secrets of signing in, on SQLite."""
        return self.var / "identity.sqlite3"

    @property
    def confidentiality(self) -> Path:
        """The school's own text about the duty of confidentiality."""
        return self.var / "confidentiality.txt"

    @property
    def openid_file(self) -> Path:
        """The school's provider of sign-ins."""
        return self.var / "openid.json"

    @property
    def passkeys_file(self) -> Path:
        """The address that the school's passkeys are of."""
        return self.var / "passkeys.json"

    @property
    def openid_secret(self) -> Path:
        """The secret that the provider gave this journal."""
        return self.keys / "openid.secret"

    @property
    def keys(self) -> Path:
        """The folder of keys."""
        return self.var / "keys"

    @property
    def signing_key(self) -> Path:
        """The log's private key."""
        return self.keys / "signing.pem"

    @property
    def access_key(self) -> Path:
        """The access log's private key."""
        return self.keys / "access.pem"

    @property
    def request_key(self) -> Path:
        """The key under which requests are digested for idempotency."""
        return self.keys / "request.key"

    @property
    def identity_key(self) -> Path:
        """The key that seals secrets of second factors."""
        return self.keys / "identity.key"

    @property
    def vault_keys(self) -> Path:
        """The vault's keys."""
        return self.keys / "vault"


class SchoolFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``school.json``."""

    origin: str
    code: str
    database: Literal["sqlite", "postgresql"] = "sqlite"
    clock: Literal["server", "sample"] = "server"


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a server signs: after so many new entries, or so many seconds after the first of them.

    `witness_seconds`: how long after its last cosignature a witness is asked again.
    """

    entries: int = 1_000
    seconds: int = 60
    witness_seconds: int = 86_400


def code_of(origin: str) -> str:
    """The school's code in paths of the API: the last part of its origin.

    Raises:
        SettingsError: the origin is not a URL without its scheme, or its last part not lower-case letters, digits and
            dashes.
    """
    if not ORIGIN.fullmatch(origin):
        raise SettingsError(
            "--origin: имя журнала — адрес без схемы, как letopis.example/school/1534 / "
            "a log's name is a URL without its scheme, such as letopis.example/school/1534"
        )
    code = origin.rpartition("/")[2]
    if f"/{code}" == ORIGIN_SUFFIX:
        raise SettingsError(f"--origin: {code}: так зовётся журнал доступа / is the name of access logs")
    if not CODE.fullmatch(code):
        raise SettingsError(
            f"--origin: последняя часть {code!r} — строчные латинские буквы, цифры и дефис / "
            "its last part must be lower-case letters, digits and dashes"
        )
    return code


def write_school_file(layout: Layout, school: SchoolFile) -> None:
    """Keep what `init` was told; never overwrites.

    Raises:
        FileRefused: there is one already.
    """
    create_file(layout.school_file, msgspec.json.format(msgspec.json.encode(school)) + b"\n", mode=0o644)


def read_school_file(layout: Layout) -> SchoolFile:
    """Read what `init` was told.

    Raises:
        SettingsError: missing or malformed.
    """
    found = read_settings(layout.school_file, SchoolFile)
    if found is None:
        raise SettingsError(
            f"{layout.var}: здесь нет школы, заведите её / no school here; make one: letopis init --var {layout.var}"
        )
    return found


def read_settings(file: Path, kind: type[_Settings]) -> _Settings | None:
    """Read a file of settings, JSON of this kind; None where there is none.

    Raises:
        SettingsError: malformed.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise SettingsError(f"{file}: не тот вид файла / not of the form: {error}") from None


def ledger_environment(
    layout: Layout,
    school: SchoolFile,
    *,
    create: bool = False,
    read_only: bool = False,
    environ: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Settings of the event library's factory for this school.

    Whoever set ``LETOPIS_READ_ONLY=y`` in the environment wants nothing made: that wins over `create`.

    Raises:
        SettingsError: PostgreSQL without its connection strings in the environment.
    """
    environ = os.environ if environ is None else environ
    env = {
        "PERSISTENCE_MODULE": "ledger.storage.sqlite",
        "LETOPIS_ORIGIN": school.origin,
        "LETOPIS_CLOCK": school.clock,
        "LETOPIS_SQLITE_FILE": str(layout.ledger_file),
    }
    if school.database == "postgresql":
        env["PERSISTENCE_MODULE"] = "ledger.storage.postgres"
        del env["LETOPIS_SQLITE_FILE"]
        env["LETOPIS_POSTGRES_DSN"] = _required(environ, "LETOPIS_POSTGRES_DSN")
        env["LETOPIS_LATCH_FILE"] = str(layout.latch_file)
        if create:
            env["LETOPIS_POSTGRES_OWNER_DSN"] = _required(environ, "LETOPIS_POSTGRES_OWNER_DSN")
    if create and not environ.get("LETOPIS_READ_ONLY"):
        env["LETOPIS_CREATE"] = "y"
    if read_only:
        env["LETOPIS_READ_ONLY"] = "y"
    return env


def access_environment(
    layout: Layout,
    school: SchoolFile,
    *,
    create: bool = False,
    read_only: bool = False,
    environ: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Settings for a school's access log: its own origin, the server's clock, on SQLite a file that several write.

    Raises:
        SettingsError: as `ledger_environment`.
    """
    env = ledger_environment(layout, school, create=create, read_only=read_only, environ=environ)
    env |= {"LETOPIS_ORIGIN": access_origin(school.origin), "LETOPIS_CLOCK": "server"}
    if school.database == "postgresql":
        env["LETOPIS_LATCH_FILE"] = str(layout.access_latch_file)
        return env
    env["LETOPIS_SQLITE_FILE"] = str(layout.access_file)
    if not read_only:
        env |= {"LETOPIS_SHARED": "y", "LETOPIS_CREATE": "y"}
    return env


def access_origin(origin: str) -> str:
    """The name of a school's access log (verify/spec/access-log.md)."""
    return origin + ORIGIN_SUFFIX


def views_url(layout: Layout, environ: Mapping[str, str] | None = None) -> str:
    """Where the views are: ``LETOPIS_VIEWS_DSN`` (a role that may make schemas), else a folder beside the ledger."""
    dsn = (os.environ if environ is None else environ).get("LETOPIS_VIEWS_DSN", "")
    return dsn or f"sqlite:{layout.views}"


def passphrase(environ: Mapping[str, str] | None = None) -> bytes | None:
    """The signing key's passphrase, where the environment gives one."""
    text = (os.environ if environ is None else environ).get("LETOPIS_KEY_PASSPHRASE", "")
    return text.encode() or None


_SECRET_BYTES_MAX: Final = 4_096


def kek_secrets(environ: Mapping[str, str] | None = None) -> KekSecrets:
    """What it takes to use the vault's key-encryption key; a passphrase or a PIN is read when it is asked for."""
    given = os.environ if environ is None else environ

    def passphrase_of() -> bytes | None:
        text = secret_text("LETOPIS_KEK_PASSPHRASE", given)
        return None if text is None else text.encode()

    return KekSecrets(
        passphrase_of, lambda: secret_text("LETOPIS_PKCS11_PIN", given), given.get("LETOPIS_PKCS11_MODULE") or None
    )


def secret_text(name: str, environ: Mapping[str, str] | None = None) -> str | None:
    """A secret from the file that ``<name>_FILE`` names, which only its owner may read, else from `name` itself.

    Raises:
        SettingsError: the file is not there, or is no line of text.
        FileRefused: others may read it.
    """
    given = os.environ if environ is None else environ
    path = given.get(f"{name}_FILE", "")
    if not path:
        return given.get(name) or None
    try:
        text = read_secret(Path(path), limit_bytes=_SECRET_BYTES_MAX).decode()
    except FileNotFoundError:
        raise SettingsError(f"{name}_FILE: {path}: нет такого файла / there is no such file") from None
    except UnicodeDecodeError:
        text = ""
    line = text.removesuffix("\n")
    if not line or "\n" in line:
        raise SettingsError(f"{name}_FILE: {path}: нужна одна строка / has to be one line of text")
    return line


def read_cadence(environ: Mapping[str, str] | None = None) -> Cadence:
    """How often to sign.

    Raises:
        SettingsError: a number is none.
    """
    environ = os.environ if environ is None else environ
    usual = Cadence()
    return Cadence(
        entries=_count(environ, "LETOPIS_CHECKPOINT_ENTRIES", usual.entries),
        seconds=_count(environ, "LETOPIS_CHECKPOINT_SECONDS", usual.seconds),
        witness_seconds=_count(environ, "LETOPIS_WITNESS_SECONDS", usual.witness_seconds),
    )


def _count(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "")
    if text and not _COUNT.fullmatch(text):
        raise SettingsError(f"{name}: нужно целое число от 1 / a whole number from 1 is asked for")
    return int(text) if text else default


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise SettingsError(
            f"{name} не задана: это строка подключения к базе / is not set; it holds the database's connection string"
        )
    return value
