"""Detached signatures of a bag's manifests (log-format.md section 7): Ed25519 by the log's key, under `signature/`."""

import base64
from typing import Final

from verify import ed25519
from verify.bag import MANIFEST, TAG_MANIFEST, Bag
from verify.findings import Place
from verify.note import VerifierKey

_PUBLIC_KEY: Final = "signature/key.pem"
_SIGNED: Final = {f"signature/{manifest}.sig": manifest for manifest in (MANIFEST, TAG_MANIFEST)}
_FILE_MAX_BYTES: Final = 4_096
_DER: Final = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: an Ed25519 public key follows


def check_seal(bag: Bag, key: VerifierKey | None) -> None:
    """Check the signatures where there are any: all three files are there, and the pinned key made them.

    Without a pinned key nothing is said here: the checkpoint's own signature is already not checked.
    """
    report = bag.report
    wanted = {_PUBLIC_KEY, *_SIGNED}
    there = {name: bag.small(name, _FILE_MAX_BYTES) for name in sorted(wanted & bag.source.sizes.keys())}
    if not there:
        return
    for name in sorted(wanted - there.keys()):
        report.add("bag-file-missing", Place(name), "a file", "none")
    if key is None:
        return
    reasons: set[str | None] = set()
    for name, manifest in _SIGNED.items():
        signature, signed = there.get(name), bag.manifests.get(manifest)
        if signature is None or signed is None:
            continue
        reason = ed25519.verify(key.public_key, signed, signature)
        reasons.add(reason)
        if reason is not None:
            report.add("signature-invalid", Place(name), f"a signature by {key.name}", reason)
    pem = there.get(_PUBLIC_KEY)
    if pem is not None and pem != public_pem(key):
        report.add("key-mismatch", Place(_PUBLIC_KEY), public_pem(key), pem)
    if reasons == {None}:
        report.facts["sealed_by"] = key.name


def public_pem(key: VerifierKey) -> bytes:
    """Return a public key as `openssl` reads it."""
    text = base64.b64encode(_DER + key.public_key).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n".encode()
