"""A part of a school's log that proves itself without the rest: the bag of log format §7a.

The proof is computed from the kept tiles and checked against the signed checkpoint before the extract gets its name: an
extract that would not verify is never handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from exports.archive import ReadDisclosures
from exports.bag import BagWriter, HashedFile
from exports.extract_scope import Choice, Target
from exports.readme import fill
from exports.tables import Table, format_table
from ledger.errors import LedgerDamaged
from ledger.log import LogRecorder, SignedCheckpoint
from ledger.signing.proofs import EntryHashes
from ledger.tree.hashing import leaf_hash
from ledger.tree.proofs import ProofError
from ledger.tree.shared import root_from_shared, shared_proof
from ledger.vault.disclosure import parse_disclosure
from ledger.wire.canonical import format_canonical
from ledger.wire.edge import format_edge
from ledger.wire.entry import parse_entry

TABLES: Final = ("marks", "absences", "results", "result_corrections")
_NAMES: Final = ("family_name", "given_name", "patronymic")
_GAP: Final = 256
"""So many entries between two that are wanted are read along rather than asked for apart."""

Opened = Mapping[str, tuple[str, str]]
"""Digest -> name and value of what this receiver may read."""


@dataclass(frozen=True, slots=True)
class ExtractPlan:
    """What goes into one extract.

    Attributes:
        checkpoint: signed; the proof leads to its root.
        school: the school's name as people read it.
        target, choice: what it is of, and its entries.
        disclose: opens disclosures; None: a public copy without any.
        tables: makes the tables of an archive with the disclosures of this extract; of them some are written, with the
            rows of entries that are in it. None: of single entries there are none.
        tags: more files beside the payload, such as ``verify.pyz`` and ``spec/log-format.md``.
    """

    checkpoint: SignedCheckpoint
    school: str
    target: Target
    choice: Choice
    disclose: ReadDisclosures | None = None
    tables: Callable[[Opened], Sequence[Table]] | None = None
    tags: Mapping[str, bytes] = field(default_factory=dict)


def write_extract(recorder: LogRecorder, target: Path, plan: ExtractPlan) -> None:
    """Write the extract's folder `target`, whole or not at all.

    Raises:
        ExportError: the target exists.
        LedgerDamaged: the entries and tiles do not lead to the checkpoint's root.
    """
    indexes, size = plan.choice.indexes, plan.checkpoint.size
    ((_, last),) = read_chosen(recorder, indexes[-1:])
    of = f" {plan.target.of}" if plan.target.of else ""
    info = {
        "Bagging-Date": parse_entry(last).at[:10],
        "External-Identifier": recorder.origin,
        "External-Description": "Class journal: a part of one school's log, with a proof of each entry",
        "Source-Organization": plan.school,
        "Letopis-Extract": plan.target.scope + of,
        "Letopis-Size": str(size),
        "Letopis-Disclosures": "none" if plan.disclose is None else "some",
    }
    with BagWriter(target, info) as bag:
        bag.put("data/extract.json", format_claim(recorder.origin, plan) + b"\n")
        bag.put("data/log/checkpoint", plan.checkpoint.note)
        leaves, opened = _write_entries(bag, recorder, plan)
        bag.put("data/log/proof", format_edge(_prove(recorder, leaves, plan.checkpoint)))
        for closing in plan.choice.closings:
            content = {"hashes": [node.hex() for node in closing.hashes], "leaves": closing.leaves}
            bag.put(f"data/log/closing-{closing.index:012d}.json", format_canonical(content) + b"\n")
        if plan.tables is not None:
            _write_tables(bag, plan.tables(opened), frozenset(indexes))
        for name, content_ in plan.tags.items():
            bag.put(name, content_)
        bag.put("README.txt", _readme(recorder.origin, plan))


def format_claim(origin: str, plan: ExtractPlan) -> bytes:
    """``extract.json``: what the extract says of itself."""
    target, choice = plan.target, plan.choice
    complete = [] if target.scope == "entries" else [[stream, *end] for stream, end in sorted(choice.complete.items())]
    claim = {
        "complete": complete,
        "entries": len(choice.indexes),
        "origin": origin,
        "scope": target.scope,
        "size": plan.checkpoint.size,
        **({"of": target.of} if target.of else {}),
    }
    return format_canonical(claim)


def _write_entries(
    bag: BagWriter, recorder: LogRecorder, plan: ExtractPlan
) -> tuple[dict[int, bytes], dict[str, tuple[str, str]]]:
    """Entries and disclosures.

    Returns:
        Leaf hashes by index: each entry's, and that of the one before it, which its `prev` is; and what was disclosed.
    """
    leaves: dict[int, bytes] = {}
    before: dict[int, bytes] = {}
    wanted: list[tuple[int, str]] = []
    with bag.file("data/log/entries.jsonl") as out:
        for index, entry in read_chosen(recorder, plan.choice.indexes):
            out.write(entry + b"\n")
            leaves[index] = leaf_hash(entry)
            parsed = parse_entry(entry)
            if index:
                before[index - 1] = parsed.prev
            if index in plan.choice.opened or index in plan.choice.named:
                wanted.extend((index, digest) for digest in parsed.data.get("_sd", ()))
    opened: dict[str, tuple[str, str]] = {}
    if plan.disclose is not None:
        with bag.file("data/log/disclosures.jsonl") as out:
            opened = _write_disclosures(out, plan, wanted)
    return before | leaves, opened


def read_chosen(recorder: LogRecorder, indexes: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Entries at rising indexes, each with its index, read in as few ranges as their gaps allow.

    Raises:
        LedgerDamaged: one is missing.
    """
    first = 0
    while first < len(indexes):
        last = first
        while last + 1 < len(indexes) and indexes[last + 1] - indexes[last] <= _GAP:
            last += 1
        start = indexes[first]
        wanted = frozenset(indexes[first : last + 1])
        seen = 0
        for offset, entry in enumerate(recorder.entries(start, indexes[last] + 1)):
            if start + offset in wanted:
                seen += 1
                yield start + offset, entry
        if seen != len(wanted):
            raise LedgerDamaged("entry_missing", f"an entry from {start} to {indexes[last]} is not in the store")
        first = last + 1


def _write_disclosures(
    out: HashedFile, plan: ExtractPlan, wanted: Sequence[tuple[int, str]]
) -> dict[str, tuple[str, str]]:
    """Write what may be disclosed, in order of the entries: all of an entry, or a person's name alone."""
    found = plan.disclose([digest for _, digest in wanted]) if plan.disclose is not None else {}
    opened: dict[str, tuple[str, str]] = {}
    for index, digest in wanted:
        text = found.get(digest)
        if text is None:
            continue
        one = parse_disclosure(text)
        if index in plan.choice.opened or one.name in _NAMES:
            opened[digest] = (one.name, one.value)
            out.write(format_canonical({"disclosure": text, "index": index}) + b"\n")
    return opened


def _prove(recorder: LogRecorder, leaves: Mapping[int, bytes], checkpoint: SignedCheckpoint) -> list[bytes]:
    """Make the shared proof, and check that it leads to the signed root."""
    proof = shared_proof(sorted(leaves), checkpoint.size, EntryHashes(recorder, checkpoint.size))
    try:
        root = root_from_shared(leaves, checkpoint.size, proof)
    except ProofError as error:
        raise LedgerDamaged("entry_not_in_tree", f"the extract's entries: {error}") from None
    if root != checkpoint.edge.root():
        raise LedgerDamaged(
            "root_differs",
            f"the extract's entries give another root than the signed checkpoint of size {checkpoint.size}: run a full "
            "verification",
        )
    return proof


def _write_tables(bag: BagWriter, tables: Sequence[Table], indexes: frozenset[int]) -> None:
    for table in tables:
        if table.name in TABLES:
            rows = (row for row in table.rows if int(row[0]) in indexes)
            bag.put(f"data/tables/{table.name}.csv", format_table(Table(table.name, table.columns, rows)))


_OF: Final = {
    "class": ("одного класса", "of one class"),
    "student": ("об одном ученике", "of one student"),
    "entries": ("отдельных записей", "of single entries"),
}


def _readme(origin: str, plan: ExtractPlan) -> bytes:
    """README.txt as UTF-8 bytes."""
    russian, english = _OF[plan.target.scope]
    words = {
        "school": plan.school,
        "origin": origin,
        "of_ru": russian,
        "of_en": english,
        "count": str(len(plan.choice.indexes)),
        "size": str(plan.checkpoint.size),
    }
    return fill("extract.txt", words)
