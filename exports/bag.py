"""BagIt 1.0 bags (RFC 8493), written streaming, whole or not at all.

A bag is made in a hidden folder beside its target, named ``.<target>.<random>.part``, or in a folder that another try
can go on with (`exports.unfinished`), and takes its name by one rename after everything in it is on the disk: a job
that dies leaves nothing that looks like an archive. Same content, same
bytes: no dates but those it is given, names in byte order.

A line of ``manifest-sha256.txt`` is what ``sha256sum`` prints and reads::

    9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  data/log/checkpoint
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from exports.unfinished import Unfinished
from ledger.durable import sync_folder

DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""Every member's date: the earliest that ZIP knows, so that the same bag gives the same bytes."""
CHUNK_BYTES: Final = 1 << 20
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_ED25519_DER: Final = bytes.fromhex("302a300506032b6570032100")
_SCRATCH: Final = ".scratch"
READ_ME: Final = "ПРОЧТИ.html"
"""The one name that is not ASCII: whoever opens the folder is to see in his own language where to begin."""


class ExportError(Exception):
    """The archive cannot be written; nothing was left behind under its name."""


class HashedFile:
    """A file that is being written into a bag: counts and hashes what goes in."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._sha256 = hashlib.sha256()
        self.size_bytes = 0

    def write(self, data: bytes) -> None:
        """Append `data`."""
        self._raw.write(data)
        self._sha256.update(data)
        self.size_bytes += len(data)

    @property
    def digest(self) -> str:
        """SHA-256 of what was written, hex."""
        return self._sha256.hexdigest()


@dataclass(frozen=True, slots=True)
class Seal:
    """What signs a bag's manifests: from bytes to an Ed25519 signature (64 bytes), and its public key (32 bytes)."""

    sign: Callable[[bytes], bytes]
    public_key: bytes

    @property
    def pem(self) -> bytes:
        """The public key as ``openssl`` reads it (RFC 8410)."""
        text = base64.b64encode(_ED25519_DER + self.public_key).decode()
        return f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n".encode()


class BagWriter:
    """Writes one bag folder; a context manager that leaves the whole bag or nothing.

    Files under ``signature/`` stand in no manifest: they sign the manifests, so they come after them, and others may be
    put beside them later (log format, section 7).

    Args:
        target: the folder, not there yet.
        info: lines of ``bag-info.txt``.
        seal: signs both manifests; None: nobody does.
        unfinished: where it is written, so that a job that dies can be gone on with; None: an error leaves nothing.

    Raises:
        CannotResumeError: a file came out other than before.
        ExportError: the target exists, a name is not plain ASCII (but `READ_ME`), or a name is used twice.
    """

    def __init__(
        self, target: Path, info: Mapping[str, str], seal: Seal | None = None, unfinished: Unfinished | None = None
    ) -> None:
        self.target = target
        self._seal = seal
        self._info = dict(info)
        self._unfinished = unfinished
        hidden = target.parent / f".{target.name}.{secrets.token_hex(4)}.part"
        self._part = unfinished.folder if unfinished else hidden
        self._payload: dict[str, str] = {}
        self._sizes: dict[str, int] = {}
        self._tags: dict[str, str] = {}
        self._signatures: set[str] = set()

    def __enter__(self) -> Self:
        if self.target.exists():
            raise _taken(self.target)
        self.target.parent.mkdir(parents=True, exist_ok=True)
        if self._unfinished is None:
            self._part.mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            try:
                self._finish()
            except BaseException:
                self._remove()
                raise
        else:
            self._remove()

    def _remove(self) -> None:
        if self._unfinished is None:
            shutil.rmtree(self._part, ignore_errors=True)

    @contextmanager
    def file(self, name: str) -> Iterator[HashedFile]:
        """Open a new file of the bag; ``data/…`` is payload, anything else a tag file."""
        self._check_name(name)
        path = self._part / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if self._unfinished is not None:
            path.unlink(missing_ok=True)
        with path.open("xb", buffering=CHUNK_BYTES) as raw:
            hashed = HashedFile(raw)
            yield hashed
            raw.flush()
            os.fsync(raw.fileno())
        if self._unfinished is not None:
            self._unfinished.note(name, hashed.size_bytes, hashed.digest)
        self._list(name, hashed.size_bytes, hashed.digest)

    def _check_name(self, name: str) -> None:
        if name != READ_ME and not _NAME.fullmatch(name):
            raise ExportError(
                f"{name!r}: такого имени в архиве быть не может / is not a name for a bag: use ASCII letters, digits, "
                "dot, dash and underscore"
            )
        if name in self._payload or name in self._tags or name in self._signatures:
            raise ExportError(f"{name}: уже есть в архиве / is in the bag already")

    def _list(self, name: str, size_bytes: int, digest: str) -> None:
        if name.startswith("data/"):
            self._payload[name] = digest
            self._sizes[name] = size_bytes
        elif name.startswith("signature/"):
            self._signatures.add(name)
        else:
            self._tags[name] = digest

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """An empty folder, gone at the end: for what cannot be written from its first byte on."""
        folder = self._part / _SCRATCH
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        yield folder
        shutil.rmtree(folder)

    def adopt(self, name: str, path: Path) -> None:
        """Take a file from the scratch folder into the bag under this name."""
        with self.file(name) as out, path.open("rb") as source:
            while piece := source.read(CHUNK_BYTES):
                out.write(piece)
        path.unlink()

    @property
    def payload(self) -> dict[str, tuple[int, str]]:
        """Files of the payload written so far: their sizes in bytes and SHA-256, hex."""
        return {name: (self._sizes[name], digest) for name, digest in self._payload.items()}

    def keep(self, name: str) -> None:
        """Take a file as it is that an earlier try finished: `Unfinished.holds` has said so."""
        if self._unfinished is None:
            raise ExportError(f"{name}: прежней попытки нет / there was no earlier try")
        self._check_name(name)
        self._list(name, *self._unfinished.noted[name])

    def put(self, name: str, content: bytes | Iterable[bytes]) -> None:
        """Write a whole file, from bytes or from pieces."""
        with self.file(name) as out:
            for piece in [content] if isinstance(content, bytes) else content:
                out.write(piece)

    def _finish(self) -> None:
        oxum = f"{sum(self._sizes.values())}.{len(self._payload)}"
        self.put("bagit.txt", DECLARATION)
        self.put("bag-info.txt", _format_info({**self._info, "Payload-Oxum": oxum}))
        for name, digests in (("manifest-sha256.txt", self._payload), ("tagmanifest-sha256.txt", self._tags)):
            manifest = _format_manifest(digests)
            self.put(name, manifest)
            if self._seal is not None:
                self.put(f"signature/{name}.sig", self._seal.sign(manifest))
        if self._seal is not None:
            self.put("signature/key.pem", self._seal.pem)
        if self._unfinished is not None:
            self._unfinished.forget()
        for folder in sorted({path.parent for path in self._part.rglob("*")}, reverse=True):
            sync_folder(folder)
        # The rename is the moment at which the archive exists; it refuses a folder made meanwhile unless that is empty.
        if self.target.exists():
            raise _taken(self.target)
        self._part.rename(self.target)
        sync_folder(self.target.parent)


def zip_bag(folder: Path, target: Path) -> None:
    """Write the bag as a ZIP with one top folder; same bag, same bytes; whole or not at all.

    Raises:
        ExportError: the target exists.
    """
    if target.exists():
        raise _taken(target)
    part = target.parent / f".{target.name}.{secrets.token_hex(4)}.part"
    try:
        with part.open("xb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
                for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                    _pack(packed, path, f"{folder.name}/{path.relative_to(folder).as_posix()}")
            raw.flush()
            os.fsync(raw.fileno())
        _take_name(part, target)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(target.parent)


def _take_name(part: Path, target: Path) -> None:
    """Give a finished file its name, unless somebody else has taken that meanwhile: a link refuses, a rename does not.

    Raises:
        ExportError: the target exists.
    """
    try:
        os.link(part, target)
    except FileExistsError:
        raise _taken(target) from None
    except OSError:
        # A file system without links, such as a memory stick's: the look before the rename is all that there is.
        if target.exists():
            raise _taken(target) from None
        part.rename(target)


def _taken(target: Path) -> ExportError:
    return ExportError(
        f"{target}: уже есть, архив никогда не пишется поверх / is there already: an archive is never overwritten"
    )


def _pack(packed: zipfile.ZipFile, path: Path, name: str) -> None:
    member = zipfile.ZipInfo(name, ZIP_DATE)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o100644 << 16
    member.create_system = 3
    size_bytes = path.stat().st_size
    with path.open("rb") as source, packed.open(member, "w", force_zip64=size_bytes > zipfile.ZIP64_LIMIT) as out:
        shutil.copyfileobj(source, out, CHUNK_BYTES)


def _format_manifest(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode("utf-8")


def _format_info(info: Mapping[str, str]) -> bytes:
    """``Label: value`` lines (RFC 8493, section 2.2.2); a value that would break the line is refused."""
    for label, value in info.items():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", label) or re.search(r"[\x00-\x1f\x7f\u2028\u2029]", value):
            raise ExportError(
                f"bag-info {label!r}: знак, которого не бывает в одной строке / "
                "holds a character that a bag cannot say on one line"
            )
    return "".join(f"{label}: {value}\n" for label, value in info.items()).encode("utf-8")
