"""A school's archive: the bag of log format section 7, streamed from the ledger.

What is written is hashed again on the way and compared with the signed checkpoint before the archive gets its name: an
archive that would not verify is never handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from exports.bag import BagWriter, ExportError, HashedFile, Seal
from exports.description import About, Described, format_page
from exports.descriptors import WrittenTable
from exports.later import digests_before
from exports.premis import format_premis
from exports.readme import ReadmeFacts, format_readme
from exports.table_files import write_tables
from exports.tables import Table
from exports.unfinished import Unfinished
from ledger.errors import LedgerDamaged
from ledger.log import LogRecorder, SignedCheckpoint
from ledger.tree.edge import RightEdge
from ledger.tree.hashing import leaf_hash
from ledger.wire.canonical import format_canonical
from ledger.wire.edge import format_edge
from ledger.wire.entry import parse_entry

ENTRIES_PER_FILE: Final = 65_536
ENTRIES_PER_STEP: Final = 4_096

_Item = TypeVar("_Item")
ReadDisclosures = Callable[[Sequence[str]], Mapping[str, str]]
"""Digests -> the disclosures among them that this receiver may read (digest -> text)."""


@dataclass(frozen=True, slots=True)
class ArchivePlan:
    """What goes into one archive.

    Attributes:
        checkpoint: signed; the archive ends at its size.
        start: the signed checkpoint that the range continues; None: from entry 0.
        school: the school's name as people read it.
        disclose: opens disclosures for this receiver; None: a public copy without any.
        tables: tables of the views at the checkpoint's size; of a later range as `exports.later` says.
        files: what else the payload has, such as documents: (path in the bag, the bytes, pieces of them, or None: an
            earlier try finished it), made one after another while they are written.
        tags: more files beside the payload, such as ``verify.pyz`` and ``spec/log-format.md``.
        about: for the description (``data/description``); None: there is none.
        seal: signs the manifests; None: nobody does.
        progress: called with the number of entries written so far.
        unfinished: where it is written, so that it can be gone on with; None: an error leaves nothing.
    """

    checkpoint: SignedCheckpoint
    school: str
    start: SignedCheckpoint | None = None
    disclose: ReadDisclosures | None = None
    tables: Iterable[Table] = ()
    files: Iterable[tuple[str, bytes | Iterable[bytes] | None]] = ()
    tags: Mapping[str, bytes] = field(default_factory=dict)
    about: About | None = None
    seal: Seal | None = None
    progress: Callable[[int], None] = lambda _: None
    unfinished: Unfinished | None = None


def write_archive(recorder: LogRecorder, target: Path, plan: ArchivePlan) -> None:
    """Write the archive folder `target`, whole or not at all; memory does not grow with the range.

    Raises:
        ExportError: the range is empty, or the target exists.
        CannotResumeError: what an earlier try wrote comes out differently now.
        LedgerDamaged: the ledger does not give the entries that the checkpoint signed.
    """
    first = plan.start.size if plan.start else 0
    if plan.checkpoint.size <= first:
        raise ExportError(f"архив был бы пуст / nothing to archive: the range {first}…{plan.checkpoint.size} is empty")
    info = {
        "Bagging-Date": _date_of_last(recorder, plan.checkpoint.size),
        "External-Identifier": recorder.origin,
        "External-Description": "Class journal: entries of one school's log, with a signed checkpoint",
        "Source-Organization": plan.school,
        "Letopis-First-Index": str(first),
        "Letopis-Size": str(plan.checkpoint.size),
        "Letopis-Disclosures": "none" if plan.disclose is None else "full",
    }
    with BagWriter(target, info, plan.seal, plan.unfinished) as bag:
        _write_checkpoints(bag, plan)
        first_entry, last_entry = _write_entries(bag, recorder, plan, first)
        first_at, last_at = parse_entry(first_entry).at, parse_entry(last_entry).at
        tables = write_tables(bag, plan.tables, plan.school, last_at, first) if plan.tables else []
        has_documents = False
        for name, content in plan.files:
            if content is None:
                bag.keep(name)
            else:
                bag.put(name, content)
            has_documents |= name.startswith("data/documents/")
        if plan.about is not None:
            _describe(bag, recorder.origin, plan, (first_at, last_at), tables)
        for name, content in plan.tags.items():
            bag.put(name, content)
        facts = ReadmeFacts(
            school=plan.school,
            origin=recorder.origin,
            first_index=first,
            size=plan.checkpoint.size,
            first_at=first_at,
            last_at=last_at,
            first_file=entries_file(first),
            with_disclosures=plan.disclose is not None,
            with_tables=bool(plan.tables),
            with_documents=has_documents,
            is_sealed=plan.seal is not None,
        )
        bag.put("README.txt", format_readme(facts))


def entries_file(first_index: int) -> str:
    """Path in the bag of the entries file that begins with this index."""
    return f"data/log/entries-{first_index:012d}.jsonl"


def _date_of_last(recorder: LogRecorder, size: int) -> str:
    """The day of the last entry: the bag's date must follow from its content, not from the day of the export."""
    (entry,) = recorder.entries(size - 1, size)
    return parse_entry(entry).at[:10]


def _describe(
    bag: BagWriter, origin: str, plan: ArchivePlan, moments: tuple[str, str], tables: Sequence[WrittenTable]
) -> None:
    """Write the description last: it names every other file of the payload with its digest."""
    if plan.about is None:
        return
    described = Described(
        school=plan.school,
        origin=origin,
        first=plan.start.size if plan.start else 0,
        size=plan.checkpoint.size,
        first_at=moments[0],
        last_at=moments[1],
        with_names=plan.disclose is not None,
        tables=tables,
        about=plan.about,
    )
    bag.put("data/description/description.html", format_page(described))
    bag.put("data/description/premis.xml", format_premis(described, bag.payload))


def _write_checkpoints(bag: BagWriter, plan: ArchivePlan) -> None:
    bag.put("data/log/checkpoint", plan.checkpoint.note)
    if plan.start is not None:
        bag.put("data/log/start-checkpoint", plan.start.note)
        bag.put("data/log/start-edge", format_edge(plan.start.edge.hashes))


def _write_entries(bag: BagWriter, recorder: LogRecorder, plan: ArchivePlan, first: int) -> tuple[bytes, bytes]:
    """Entries and disclosures side by side, hashed again; compares the edge with the checkpoint's at the end.

    Returns:
        The first entry and the last.
    """
    edge = plan.start.edge if plan.start else RightEdge.empty()
    first_entry = last_entry = b""
    entries = recorder.entries(first, plan.checkpoint.size)
    index = first
    with ExitStack() as stack:
        disclosures = stack.enter_context(bag.file("data/log/disclosures.jsonl")) if plan.disclose else None
        if disclosures is not None and plan.disclose is not None:
            for wanted in _batches(digests_before(recorder, first)):
                _open(disclosures, plan.disclose, wanted)
        before = -1
        while before < index < plan.checkpoint.size:
            before = index
            with bag.file(entries_file(index)) as out:
                # Files are cut at multiples of 65,536 counted from the range's first entry.
                for batch in _batches(islice(entries, ENTRIES_PER_FILE)):
                    out.write(b"\n".join(batch) + b"\n")
                    edge = edge.extend([leaf_hash(entry) for entry in batch])
                    if disclosures is not None and plan.disclose is not None:
                        _write_disclosures(disclosures, plan.disclose, batch, index)
                    first_entry = first_entry or batch[0]
                    last_entry = batch[-1]
                    index += len(batch)
                    plan.progress(index - first)
    _compare(edge, plan.checkpoint)
    return first_entry, last_entry


def _compare(edge: RightEdge, checkpoint: SignedCheckpoint) -> None:
    if edge.size != checkpoint.size or edge.root() != checkpoint.edge.root():
        raise LedgerDamaged(
            "root_differs",
            f"the ledger's entries give another root at size {edge.size} than the signed checkpoint of size "
            f"{checkpoint.size}: run a full verification",
        )


def _write_disclosures(out: HashedFile, disclose: ReadDisclosures, batch: Sequence[bytes], first: int) -> None:
    wanted: list[tuple[int, str]] = []
    for offset, entry in enumerate(batch):
        if b'"_sd":[' in entry:
            wanted.extend((first + offset, digest) for digest in parse_entry(entry).data.get("_sd", ()))
    if wanted:
        _open(out, disclose, wanted)


def _open(out: HashedFile, disclose: ReadDisclosures, wanted: Sequence[tuple[int, str]]) -> None:
    opened = disclose([digest for _, digest in wanted])
    for index, digest in wanted:
        if digest in opened:
            out.write(format_canonical({"disclosure": opened[digest], "index": index}) + b"\n")


def _batches(items: Iterator[_Item]) -> Iterator[list[_Item]]:
    while batch := list(islice(items, ENTRIES_PER_STEP)):
        yield batch
