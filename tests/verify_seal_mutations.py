"""Archives whose manifests are signed and whose tables are described, by others or wrongly."""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.verify_archive import HEADERS, Files, Key, manifest, manifested, sample, write_folder
from tests.verify_mutations import MUTATIONS, Mutation, pinned
from verify.archive import Pinned, verify_archive
from verify.findings import Report

PACKAGE = "data/tables/datapackage.json"
PEM, SEAL, TAG_SEAL = "signature/key.pem", "signature/manifest-sha256.txt.sig", "signature/tagmanifest-sha256.txt.sig"


def package(files: Files) -> dict[str, Any]:
    """Describe the tables as tables.md says."""
    tables = {name: files[f"data/tables/{name}.csv"] for name in HEADERS}
    return {
        "profile": "tabular-data-package",
        "resources": [
            {
                "name": name,
                "path": f"{name}.csv",
                "encoding": "utf-8",
                "bytes": len(raw),
                "hash": f"sha256:{hashlib.sha256(raw).hexdigest()}",
                "dialect": {
                    "delimiter": ";",
                    "lineTerminator": "\r\n",
                    "quoteChar": '"',
                    "doubleQuote": True,
                    "skipInitialSpace": False,
                    "header": True,
                },
                "schema": {"fields": [{"name": column, "type": "any"} for column in HEADERS[name].split(";")]},
            }
            for name, raw in tables.items()
        ],
    }


def sealed(files: Files, key: Key) -> Files:
    """Sign the manifests (log-format.md section 7)."""
    der = bytes.fromhex("302a300506032b6570032100") + key.public
    pem = f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(der).decode()}\n-----END PUBLIC KEY-----\n"
    signed = {
        SEAL: key.private.sign(files["manifest-sha256.txt"]),
        TAG_SEAL: key.private.sign(files["tagmanifest-sha256.txt"]),
    }
    return files | signed | {PEM: pem.encode()}


def whole() -> Files:
    """The small school's archive, described, and signed by its key."""
    builder = sample().builder
    files = builder.files()
    files[PACKAGE] = json.dumps(package(files), ensure_ascii=False).encode()
    return sealed(manifested(files), builder.key)


def judged(files: Files, folder: Path, pins: Pinned | None = None) -> Report:
    return verify_archive(write_folder(files, folder / "bag"), pins or pinned(sample().builder))


def seal_changed(*codes: str) -> Callable[[Callable[[Files], Files | None]], object]:
    """Register a change behind the signatures."""

    def register(change: Callable[[Files], Files | None]) -> object:
        def run(folder: Path) -> Report:
            files = whole()
            return judged(change(files) or files, folder)

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


def described(*codes: str) -> Callable[[Callable[[dict[str, Any]], object]], object]:
    """Register a change of the package, signed as if it were right; what is returned takes the package's place."""

    def register(change: Callable[[dict[str, Any]], object]) -> object:
        def run(folder: Path) -> Report:
            builder = sample().builder
            files = builder.files()
            stated = package(files)
            changed = change(stated)
            content = stated if changed is None else changed
            files[PACKAGE] = content if isinstance(content, bytes) else json.dumps(content).encode()
            return judged(sealed(manifested(files), builder.key), folder)

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


@seal_changed("signature-invalid")
def manifest_signature_with_another_bit(files: Files) -> None:
    files[SEAL] = bytes([files[SEAL][0] ^ 1]) + files[SEAL][1:]


@seal_changed("signature-invalid")
def signatures_of_the_manifests_exchanged(files: Files) -> None:
    files[SEAL], files[TAG_SEAL] = files[TAG_SEAL], files[SEAL]


@seal_changed("signature-invalid")
def manifest_signature_of_no_bytes(files: Files) -> None:
    files[SEAL] = b""


@seal_changed("archive-limit")
def manifest_signature_without_end(files: Files) -> None:
    files[SEAL] = bytes(5_000)


@seal_changed("signature-invalid", "key-mismatch")
def manifests_signed_by_another_key(files: Files) -> Files:
    return sealed(files, Key(seed=2))


@seal_changed("signature-invalid")
def manifests_made_anew_behind_their_signatures(files: Files) -> None:
    files["README.txt"] = b"another text\n"
    tags = {name: raw for name, raw in files.items() if not name.startswith(("data/", "tagmanifest", "signature/"))}
    files["tagmanifest-sha256.txt"] = manifest(tags)


@seal_changed("key-mismatch")
def public_key_of_somebody_else(files: Files) -> None:
    files[PEM] = sealed(files, Key(seed=2))[PEM]


@seal_changed("bag-file-missing")
def one_of_two_signatures(files: Files) -> None:
    del files[SEAL]


@seal_changed("manifest-malformed", "signature-invalid")
def signature_listed_in_a_manifest(files: Files) -> None:
    files["tagmanifest-sha256.txt"] += manifest({PEM: files[PEM]})


@described("package-malformed")
def package_that_is_no_json(_: dict[str, Any]) -> object:
    return b'{"resources": ['


@described("package-malformed")
def package_nested_without_end(_: dict[str, Any]) -> object:
    return b"[" * 200_000


@described("package-malformed")
def package_of_a_list(_: dict[str, Any]) -> object:
    return [1]


@described("package-malformed")
def package_without_a_table(stated: dict[str, Any]) -> None:
    del stated["resources"][3]


@described("package-differs")
def package_with_tables_exchanged(stated: dict[str, Any]) -> None:
    one, two = stated["resources"][:2]
    one["name"], two["name"] = two["name"], one["name"]


@described("package-malformed")
def package_of_nothings(stated: dict[str, Any]) -> None:
    stated["resources"][4] = None


@described("package-malformed")
def package_with_a_table_twice(stated: dict[str, Any]) -> None:
    stated["resources"].append(stated["resources"][0])


@described("package-differs")
def package_with_another_column(stated: dict[str, Any]) -> None:
    stated["resources"][0]["schema"]["fields"][1] = 7


@described("package-differs")
def package_of_another_hash(stated: dict[str, Any]) -> None:
    stated["resources"][0]["hash"] = "sha256:" + "0" * 64


@described("package-differs")
def package_with_a_number_for_true(stated: dict[str, Any]) -> None:
    stated["resources"][0]["bytes"] = True


@described("package-differs")
def package_that_points_elsewhere(stated: dict[str, Any]) -> None:
    stated["resources"][0]["path"] = "https://example.com/people.csv"
