r"""Bytes of the log: paired format and parse, nothing else.

Every parser is strict: it reads, renders again, compares, and refuses any other spelling of the same value.
The one error raised is `WireError`; it names what was read and where it went wrong.

An **entry** is one line of RFC 8785 JSON (shown folded), at most 65,535 bytes:

    {"actor":{"id":"5b1f0c9e-7d42-4a54-9a3e-0d6c8a1f2b34","role":"teacher"},
     "at":"2026-09-01T08:31:12.123456Z",
     "command":"c0a8f3d2-1b7e-4e55-8d0b-6f2a9c4e7d10",
     "data":{"mark":"5","student":"0f8e…"},
     "index":1,
     "prev":"8b1a9953c4611296a827abf8c47804d7e6c49c6b97dfb0e5a1c7f0a3d2b4c6e8",
     "stream":"lesson/7c9e6679-7425-40de-944b-e07fc1f90ae7",
     "type":"mark_recorded/1",
     "version":2}

A **checkpoint** is the text of a signed **note** (origin, tree size, root hash, blank line, signatures):

    letopis.example/school/1534
    2
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — letopis.example/school/1534 Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4UR…

**Tiles** are served under `tile/0/x001/x234/067` and `tile/1/000.p/17`; 32-byte hashes one after another.
**Entry bundles** under `tile/entries/000.p/2`: each entry behind its length as big-endian uint16.
A **tlog-proof** is one record's inclusion proof above the checkpoint that it leads to; a **start edge** is the right
edge of a tree in hex. The modules show both.
"""

from ledger.wire.canonical import format_canonical, parse_canonical
from ledger.wire.checkpoint import (
    Checkpoint,
    cosigned_message,
    format_checkpoint,
    format_cosignature,
    parse_checkpoint,
    parse_cosignature,
)
from ledger.wire.edge import format_edge, parse_edge
from ledger.wire.entry import (
    ENTRY_BYTES_MAX,
    GENESIS_PREV,
    Actor,
    CutEntries,
    Entry,
    EntryPieces,
    assemble,
    cut_entries,
    cut_entry,
    entry_data,
    format_actor,
    format_at,
    format_entry,
    parse_at,
    parse_entry,
    read_tail,
)
from ledger.wire.errors import WireError
from ledger.wire.note import (
    ED25519,
    ED25519_COSIGNATURE,
    Note,
    Signature,
    VerifierKey,
    format_note,
    format_vkey,
    key_id,
    parse_note,
    parse_vkey,
)
from ledger.wire.proof import TlogProof, format_proof, parse_proof
from ledger.wire.tile import (
    TILE_WIDTH,
    BundlePath,
    TilePath,
    format_bundle,
    format_bundle_path,
    format_tile_path,
    parse_bundle,
    parse_bundle_path,
    parse_tile_path,
)
from ledger.wire.witness import (
    AddCheckpoint,
    format_add_checkpoint,
    format_known_size,
    format_signatures,
    parse_add_checkpoint,
    parse_known_size,
    parse_signatures,
)

__all__ = [
    "ED25519",
    "ED25519_COSIGNATURE",
    "ENTRY_BYTES_MAX",
    "GENESIS_PREV",
    "TILE_WIDTH",
    "Actor",
    "AddCheckpoint",
    "BundlePath",
    "Checkpoint",
    "CutEntries",
    "Entry",
    "EntryPieces",
    "Note",
    "Signature",
    "TilePath",
    "TlogProof",
    "VerifierKey",
    "WireError",
    "assemble",
    "cosigned_message",
    "cut_entries",
    "cut_entry",
    "entry_data",
    "format_actor",
    "format_add_checkpoint",
    "format_at",
    "format_bundle",
    "format_bundle_path",
    "format_canonical",
    "format_checkpoint",
    "format_cosignature",
    "format_edge",
    "format_entry",
    "format_known_size",
    "format_note",
    "format_proof",
    "format_signatures",
    "format_tile_path",
    "format_vkey",
    "key_id",
    "parse_add_checkpoint",
    "parse_at",
    "parse_bundle",
    "parse_bundle_path",
    "parse_canonical",
    "parse_checkpoint",
    "parse_cosignature",
    "parse_edge",
    "parse_entry",
    "parse_known_size",
    "parse_note",
    "parse_proof",
    "parse_signatures",
    "parse_tile_path",
    "parse_vkey",
    "read_tail",
]
