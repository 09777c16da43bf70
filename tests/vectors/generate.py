"""Writes the test vectors beside this file: the log format as bytes that any implementation can be held to.

    python -m tests.vectors.generate

Bytes stand as `text` where they are UTF-8 and as `hex` where they are not; hashes stand as in the log format: `prev` and
edges in hex, proofs and roots in base64. Every file is a pure function of this script and of `ledger.wire` and `ledger.tree`,
and a test regenerates them. Keys are made from fixed seeds and must never sign anything else.
"""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.tree import (
    RightEdge,
    TileEdge,
    TileReader,
    consistency_proof,
    grow_tiles,
    inclusion_proof,
    leaf_hash,
)
from ledger.wire import (
    ED25519,
    ED25519_COSIGNATURE,
    GENESIS_PREV,
    Actor,
    Checkpoint,
    Entry,
    Note,
    Signature,
    TilePath,
    TlogProof,
    VerifierKey,
    cosigned_message,
    format_bundle,
    format_checkpoint,
    format_cosignature,
    format_edge,
    format_entry,
    format_note,
    format_proof,
    format_tile_path,
    format_vkey,
)

HERE: Final = Path(__file__).parent
ORIGIN: Final = "letopis.example/school/1534"
WITNESS: Final = "witness.example/region"
LOG_KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS_KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
LOG_SIZE: Final = 13
WITNESSED_AT: Final = 1_788_251_500

TEACHER: Final = "5b1f0c9e-7d42-4a54-9a3e-0d6c8a1f2b34"
SECRETARY: Final = "e3a1f9a2-60c7-4d1b-8f7e-2a9b5c4d3e2f"
LESSON: Final = "lesson/7c9e6679-7425-40de-944b-e07fc1f90ae7"
STUDENT: Final = "0f8e0c6a-3d5b-4f0e-9a55-0a1b2c3d4e5f"


def vectors() -> dict[str, bytes]:
    """Give every file's name and bytes."""
    files = {
        "entries.json": entry_vectors(),
        "log.json": log_vectors(),
        "notes.json": note_vectors(),
        "tiles.json": tile_vectors(),
    }
    return {
        name: (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
        for name, content in files.items()
    }


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def as_json(name: str, raw: bytes) -> dict[str, str]:
    try:
        return {"name": name, "text": raw.decode()}
    except UnicodeDecodeError:
        return {"name": name, "hex": raw.hex()}


def entry_at(index: int, prev: bytes) -> Entry:
    """Make one entry of the sample log; its bodies go through every kind of value that JSON has here."""
    bodies: list[dict[str, Any]] = [
        {"student": STUDENT, "value": "5", "work": "77aa0c6a-3d5b-4f0e-9a55-0a1b2c3d4e5f"},
        {},
        {"corrects": index - 2, "new": "4", "old": "5", "reason": "typing_error"},
        {
            "_sd": ["dGhlIGRpZ2VzdCBvZiBhIGRpc2Nsb3N1cmU"],
            "flags": [True, False, None],
            "limit": 2**53 - 1,
            "low": -(2**53) + 1,
        },
        {
            "topic": 'Ёмкость: «¾ л» / "кавычки" \\ \u2028\u0000\u001f\u007f \U0001f393\t',
            "nested": {"b": [[], {}], "a": 0},
        },
    ]
    actor = Actor(TEACHER, "teacher")
    if index % 4 == 3:
        actor = Actor(SECRETARY, "secretary", TEACHER, "Приказ № 17 от 01.09.2026")
    return Entry(
        actor=actor,
        at=f"2026-09-01T08:31:{index:02d}.{index:06d}Z",
        command=f"c0a8f3d2-1b7e-4e55-8d0b-{index:012x}",
        data=bodies[index % len(bodies)],
        index=index,
        prev=prev,
        stream=LESSON,
        type="mark_recorded/1" if index % 3 else "lesson_held/2",
        version=index + 1,
    )


def sample_log() -> list[bytes]:
    """Chain LOG_SIZE entries."""
    entries: list[bytes] = []
    prev = GENESIS_PREV
    for index in range(LOG_SIZE):
        entries.append(format_entry(entry_at(index, prev)))
        prev = leaf_hash(entries[-1])
    return entries


def entry_vectors() -> dict[str, Any]:
    """Entries that must be read, and bytes that must be refused."""
    raw = sample_log()[5]
    changes: list[tuple[str, bytes, bytes]] = [
        ("upper case in the actor's id", b"5b1f0c9e", b"5B1F0C9E"),
        ("role that is not snake_case", b'"teacher"', b'"Teacher"'),
        ("unknown field of the actor", b'"role"', b'"name":"x","role"'),
        ("null where a field may be left out", b'"role"', b'"on_behalf_of":null,"role"'),
        ("five digits of microseconds", b"05.000005Z", b"05.00005Z"),
        ("offset instead of Z", b"05.000005Z", b"05.000005+00:00"),
        ("30 February", b"2026-09-01T", b"2026-02-30T"),
        ("hour 24", b"T08:31", b"T24:00"),
        ("Arabic digits in the moment", b"2026", "٢٠٢٦".encode()),
        ("upper case in the command", b"c0a8f3d2", b"C0A8F3D2"),
        ("negative index", b'"index":5', b'"index":-5'),
        ("index as a text", b'"index":5', b'"index":"5"'),
        ("leading zero of the index", b'"index":5', b'"index":05'),
        ("plus sign before the index", b'"index":5', b'"index":+5'),
        ("index as a float", b'"index":5', b'"index":5.0'),
        ("exponent in the index", b'"index":5', b'"index":5e0'),
        ("index beyond 2^53-1", b'"index":5', b'"index":9007199254740992'),
        ("upper case in prev", b'"prev":"', b'"prev":"A'),
        ("63 digits of prev", b'"prev":"' + raw.split(b'"prev":"')[1][:1], b'"prev":"'),
        ("stream without a kind", b"lesson/", b""),
        ("stream with a newline", b"0ae7", b"0ae7\\n"),
        ("type without a version", b"mark_recorded/1", b"mark_recorded"),
        ("type version zero", b"mark_recorded/1", b"mark_recorded/0"),
        ("type that is a class path", b"mark_recorded/1", b"ledger.events:MarkRecorded/1"),
        ("version zero", b'"version":6', b'"version":0'),
        ("version true", b'"version":6', b'"version":true'),
        ("unknown field", b'"version":6', b'"version":6,"weight":1'),
        ("missing field", b',"version":6', b""),
        ("duplicate key", b'"value":"5"', b'"value":"5","value":"5"'),
        ("keys out of order", b'"index":5,"prev"', b'"prev":"x","index"'),
        ("white space", b'"value":"5"', b'"value": "5"'),
        ("needless escape", b'"value":"5"', b'"value":"\\u0035"'),
        ("escape in upper case", b'"value":"5"', b'"value":"\\u001F"'),
        ("long escape of a newline", b'"value":"5"', b'"value":"\\u000a"'),
        ("escaped solidus", b'"value":"5"', b'"value":"\\/"'),
        ("lone surrogate", b'"value":"5"', b'"value":"\\ud800"'),
        ("wrong UTF-8", b'"value":"5"', b'"value":"\xff"'),
        ("UTF-8 of a surrogate", b'"value":"5"', b'"value":"\xed\xa0\x80"'),
        ("control character in the open", b'"value":"5"', b'"value":"\x1f"'),
        ("float in data", b'"value":"5"', b'"value":4.5'),
        ("NaN in data", b'"value":"5"', b'"value":NaN'),
        ("minus zero", b'"value":"5"', b'"value":-0'),
        ("integer beyond 2^53-1 in data", b'"value":"5"', b'"value":9007199254740992'),
        ("overflowing number", b'"value":"5"', b'"value":1e400'),
        ("key with a capital", b'"value":"5"', b'"Value":"5"'),
        ("key in Cyrillic", b'"value":"5"', '"балл":"5"'.encode()),
        ("33 levels deep", b'"value":"5"', b'"value":' + b"[" * 31 + b"]" * 31),
        ("ten thousand levels deep", b'"value":"5"', b'"value":' + b"[" * 10_000 + b"]" * 10_000),
        ("longer than 65,535 bytes", b'"value":"5"', b'"value":"' + b"5" * 65_535 + b'"'),
    ]
    refused = [
        ("empty", b""),
        ("newline behind", raw + b"\n"),
        ("space before", b" " + raw),
        ("byte order mark", b"\xef\xbb\xbf" + raw),
        ("cut short", raw[:-1]),
        ("an array", b"[" + raw + b"]"),
        ("two entries", raw + raw),
    ]
    for name, old, new in changes:
        if raw.count(old) != 1:
            raise AssertionError(f"{name}: {old!r} occurs {raw.count(old)} times")
        refused.append((name, raw.replace(old, new)))
    deepest = raw.replace(b'"value":"5"', b'"value":' + b"[" * 30 + b"]" * 30)
    longest = raw.replace(b'"value":"5"', b'"value":"' + b"5" * (65_535 - len(raw) + 1) + b'"')
    return {
        "accepted": [
            as_json(name, accepted) | {"leaf_hash": leaf_hash(accepted).hex()}
            for name, accepted in (("ordinary", raw), ("32 levels deep", deepest), ("65,535 bytes", longest))
        ],
        "refused": [as_json(name, wrong) for name, wrong in refused],
    }


class ListReader:
    """Hashes of the complete subtrees over a list of leaf hashes."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._leaves = leaves

    def subtree(self, level: int, index: int) -> bytes:
        """Hash the subtree."""
        return RightEdge.empty().extend(self._leaves[index << level : (index + 1) << level]).root()


def public_key(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def signed(checkpoint: Checkpoint) -> Note:
    """Sign a checkpoint as the log does, and cosign it as a witness does."""
    text = format_checkpoint(checkpoint)
    log = VerifierKey(ORIGIN, ED25519, public_key(LOG_KEY))
    witness = VerifierKey(WITNESS, ED25519_COSIGNATURE, public_key(WITNESS_KEY))
    cosignature = format_cosignature(WITNESSED_AT, WITNESS_KEY.sign(cosigned_message(text, WITNESSED_AT)))
    return Note(
        text,
        (
            Signature(log.name, log.key_id, LOG_KEY.sign(text.encode())),
            Signature(witness.name, witness.key_id, cosignature),
        ),
    )


def log_vectors() -> dict[str, Any]:
    """A whole small log: entries, edges, roots, all its proofs, its signed checkpoint and one record's proof."""
    entries = sample_log()
    leaves = [leaf_hash(entry) for entry in entries]
    reader = ListReader(leaves)
    edges = [RightEdge.empty().extend(leaves[:size]) for size in range(LOG_SIZE + 1)]
    note = signed(Checkpoint(ORIGIN, LOG_SIZE, edges[LOG_SIZE].root()))
    return {
        "origin": ORIGIN,
        "entries": [entry.decode() for entry in entries],
        "leaf_hashes": [leaf.hex() for leaf in leaves],
        "start_edges": [format_edge(edge.hashes).decode() for edge in edges],
        "roots": [b64(edge.root()) for edge in edges],
        "inclusion": [
            {"index": index, "size": size, "hashes": list(map(b64, inclusion_proof(index, size, reader)))}
            for size in range(1, LOG_SIZE + 1)
            for index in range(size)
        ],
        "consistency": [
            {"old_size": old, "new_size": new, "hashes": list(map(b64, consistency_proof(old, new, reader)))}
            for new in range(LOG_SIZE + 1)
            for old in range(new + 1)
        ],
        "log_seed": bytes(range(32)).hex(),
        "log_vkey": format_vkey(VerifierKey(ORIGIN, ED25519, public_key(LOG_KEY))),
        "witness_seed": bytes(range(32, 64)).hex(),
        "witness_vkey": format_vkey(VerifierKey(WITNESS, ED25519_COSIGNATURE, public_key(WITNESS_KEY))),
        "witnessed_at": WITNESSED_AT,
        "checkpoint": format_note(note).decode(),
        "tlog_proof": format_proof(TlogProof(5, inclusion_proof(5, LOG_SIZE, reader), note)).decode(),
        "bundle_hex": format_bundle(entries).hex(),
    }


def note_vectors() -> dict[str, Any]:
    """Notes, checkpoints and verifier keys that must be refused; those to accept are in the log's vectors."""
    root = b64(bytes(32))
    line = f"— {ORIGIN} {b64(bytes(68))}\n"
    note = f"{ORIGIN}\n5\n{root}\n\n{line}"
    vkey = format_vkey(VerifierKey(ORIGIN, ED25519, public_key(LOG_KEY)))
    name, key_id, key = vkey.split("+", 2)
    notes: list[tuple[str, str]] = [
        ("no signature", f"{ORIGIN}\n5\n{root}\n\n"),
        ("no blank line", f"{ORIGIN}\n5\n{root}\n{line}"),
        ("no newline at the end", note[:-1]),
        ("blank line behind", note + "\n"),
        ("carriage returns", note.replace("\n", "\r\n")),
        ("tab in the text", note.replace("/school", "\t", 1)),
        ("hyphen for the dash", note.replace("—", "-")),
        ("two spaces", note.replace("— ", "—  ")),
        ("plus in the name", note.replace(f"— {ORIGIN}", "— a+b")),
        ("no-break space in the name", note.replace(f"— {ORIGIN}", "— a\u00a0b")),
        ("stray bits in base64", note.replace(line, line[:-3] + "B=\n")),
        ("no padding", note[:-2] + "\n"),
        ("signature without bytes", f"{ORIGIN}\n5\n{root}\n\n— a {b64(bytes(4))}\n"),
        ("65 signatures", f"{ORIGIN}\n5\n{root}\n\n{line * 65}"),
    ]
    checkpoints = [
        ("extension line", f"{ORIGIN}\n5\n{root}\nextension\n"),
        ("two lines", f"{ORIGIN}\n5\n"),
        ("no newline at the end", f"{ORIGIN}\n5\n{root}"),
        ("empty origin", f"\n5\n{root}\n"),
        ("space in the origin", f"a b\n5\n{root}\n"),
        *(
            (f"size {size!a}", f"{ORIGIN}\n{size}\n{root}\n")
            for size in ("", "05", "+5", "-5", "5 ", "1_0", "٥", "5.0", str(2**63))
        ),
        ("root of 31 bytes", f"{ORIGIN}\n5\n{b64(bytes(31))}\n"),
        ("stray bits in the root", f"{ORIGIN}\n5\n{root[:-2]}B=\n"),
        ("root in hex", f"{ORIGIN}\n5\n{bytes(32).hex()}\n"),
    ]
    vkeys = [
        ("wrong key id", f"{name}+{'0' * 8}+{key}"),
        ("upper case key id", f"{name}+{key_id.upper()}+{key}"),
        ("unknown algorithm", vkey_of(2, public_key(LOG_KEY))),
        ("short key", vkey_of(ED25519, public_key(LOG_KEY)[:31])),
        ("y = p, small order spelled again", vkey_of(ED25519, (2**255 - 19).to_bytes(32, "little"))),
        ("y = 2^255-1", vkey_of(ED25519, (2**255 - 1).to_bytes(32, "little"))),
        ("y = 2, on no point", vkey_of(ED25519, (2).to_bytes(32, "little"))),
        ("y = 1, order 1", vkey_of(ED25519, (1).to_bytes(32, "little"))),
        ("y = -1, order 2", vkey_of(ED25519, (2**255 - 20).to_bytes(32, "little"))),
        ("y = 0, order 4", vkey_of(ED25519, bytes(32))),
        ("y = 0, order 4, other sign", vkey_of(ED25519, (1 << 255).to_bytes(32, "little"))),
    ]
    return {
        "refused_notes": [as_json(label, text.encode()) for label, text in notes],
        "refused_checkpoints": [as_json(label, text.encode()) for label, text in checkpoints],
        "refused_vkeys": [as_json(label, text.encode()) for label, text in vkeys],
    }


def vkey_of(algorithm: int, raw: bytes) -> str:
    """Spell a verifier key that `format_vkey` would refuse to."""
    identity = VerifierKey(ORIGIN, algorithm, raw).key_id.hex()
    return f"{ORIGIN}+{identity}+{b64(bytes([algorithm]) + raw)}"


def tile_vectors() -> dict[str, Any]:
    """The tiles of 70,000 leaves (leaf i is the decimal of i), by the leaf hash of their bytes; and tile paths."""
    leaves = [leaf_hash(b"%d" % i) for i in range(70_000)]
    edge, full = grow_tiles(TileEdge.empty(), leaves)
    tiles: dict[TilePath, bytes] = {**dict(full), **dict(edge.partial_tiles())}
    reader = TileReader(tiles.__getitem__, len(leaves))
    shown = [path for path in tiles if path.level or path.index in {0, 1, 255, 256, 272, 273}]
    return {
        "size": len(leaves),
        "root": b64(RightEdge.empty().extend(leaves).root()),
        "tile_count": len(tiles),
        "tiles": {format_tile_path(path): leaf_hash(tiles[path]).hex() for path in shown},
        "inclusion": [
            {"index": index, "hashes": list(map(b64, inclusion_proof(index, len(leaves), reader)))}
            for index in (0, 255, 256, 65_535, 65_536, 69_999)
        ],
        "consistency": [
            {"old_size": old, "hashes": list(map(b64, consistency_proof(old, len(leaves), reader)))}
            for old in (1, 256, 65_535, 65_536, 65_537, 69_999)
        ],
        "paths": [
            format_tile_path(TilePath(level, index, width))
            for level, index, width in (
                (0, 0, 256),
                (0, 1_234_067, 256),
                (1, 0, 17),
                (2, 1000, 1),
                (63, 999, 255),
                (0, 2**63 - 1, 256),
            )
        ],
        "refused_paths": [
            "tile/00/000",
            "tile/64/000",
            "tile/+1/000",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000/001",
            "tile/0/001/000",
            "tile/0/x001",
            "tile/0/X001/000",
            "tile/0/000.p/0",
            "tile/0/000.p/01",
            "tile/0/000.p/256",
            "tile/0/000.p/",
            "tile/0/../000",
            "/tile/0/000",
            "tile/0/000/",
            "tile/٠/000",
            "tile/0/٠٠٠",
        ],
    }


def main() -> None:
    """Write the files."""
    for name, content in vectors().items():
        (HERE / name).write_bytes(content)
        print(f"{HERE.name}/{name}: {len(content)} bytes")


if __name__ == "__main__":
    main()
