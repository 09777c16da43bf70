"""The log itself, for programs that trust nobody: C2SP tlog-tiles under ``log/``, proofs, entries.

Checkpoints and hash tiles hold no personal data and are public, so that anybody can watch that the log only grows.
Entry bundles, single entries and their proofs need the inspector's right.
"""

from __future__ import annotations

from typing import Final

import orjson
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access import note, reads, reads_nobody
from api.auth import Right
from api.problems import Problem
from api.requests import authorize, path_index, read_body, school_of
from api.schools import OpenSchool
from api.shown import ids_of_entries
from ledger.log import SignedCheckpoint
from ledger.signing.proofs import NotThere, entry_bundle, hash_tile, prove_entry, read_entries
from ledger.wire.entry import parse_entry
from ledger.wire.errors import WireError
from ledger.wire.proof import format_proof
from ledger.wire.tile import TILE_WIDTH, parse_bundle_path, parse_tile_path

router = APIRouter(tags=["log"])

_TEXT: Final = "text/plain; charset=utf-8"
_BYTES: Final = "application/octet-stream"
FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
FRESH: Final = {"Cache-Control": "no-cache"}
PRIVATE: Final = {"Cache-Control": "private, no-store"}


@router.get("/log/checkpoint")
@reads_nobody("a signature over a hash")
async def read_checkpoint(request: Request) -> Response:
    """The newest signed checkpoint (tlog-checkpoint), without a sign-in."""
    school = school_of(request)
    signed = await run_in_threadpool(_signed, school)
    return Response(signed.note, media_type=_TEXT, headers=FRESH)


@router.get("/log/tile/entries/{place:path}")
@reads("entries")
async def read_bundle(request: Request) -> Response:
    """An entry bundle of the signed tree (tlog-tiles), for inspectors."""
    school, _ = await authorize(request, Right.READ_ENTRIES)
    try:
        path = parse_bundle_path(f"tile/entries/{request.path_params['place']}")
    except WireError:
        raise Problem("not_found", 404) from None
    signed = await run_in_threadpool(_signed, school)

    def work() -> bytes:
        content = entry_bundle(school.recorder, path, signed.size)
        note(request, people=ids_of_entries(school, [content]))
        return content

    try:
        content = await run_in_threadpool(work)
    except NotThere:
        raise Problem("not_found", 404) from None
    return Response(content, media_type=_BYTES, headers=PRIVATE)


@router.get("/log/tile/{place:path}")
@reads_nobody("hashes")
async def read_tile(request: Request) -> Response:
    """A hash tile of the signed tree (tlog-tiles), without a sign-in."""
    school = school_of(request)
    try:
        path = parse_tile_path(f"tile/{request.path_params['place']}")
    except WireError:
        raise Problem("not_found", 404) from None
    signed = await run_in_threadpool(_signed, school)
    try:
        content = await run_in_threadpool(hash_tile, school.recorder, path, signed.size, roots=school.roots)
    except NotThere:
        raise Problem("not_found", 404) from None
    return Response(content, media_type=_BYTES, headers=FOREVER if path.width == TILE_WIDTH else FRESH)


@router.get("/entries/{index}")
@reads("entries")
async def read_entry(request: Request) -> Response:
    """One entry's bytes, as they are hashed."""
    school, _ = await authorize(request, Right.READ_ENTRIES)
    index = path_index(request, "index")
    head = await run_in_threadpool(school.recorder.head)
    if index >= head.size:
        raise Problem("not_found", 404)

    def work() -> bytes:
        (entry,) = read_entries(school.recorder, index, index + 1)
        note(request, people=ids_of_entries(school, [entry]))
        return entry

    return Response(await run_in_threadpool(work), media_type="application/json", headers=PRIVATE)


@router.get("/entries/{index}/proof")
@reads_nobody("hashes: the entry is asked for by itself")
async def read_proof(request: Request) -> Response:
    """A proof that the entry is in the signed tree (c2sp.org/tlog-proof@v1); 404 until a checkpoint covers it."""
    school, _ = await authorize(request, Right.READ_ENTRIES)
    index = path_index(request, "index")
    signed = await run_in_threadpool(_signed, school)
    try:
        proof = await run_in_threadpool(prove_entry, school.recorder, index, signed, roots=school.roots)
    except NotThere:
        detail = ("подписанной точки над этой записью ещё нет", "no signed checkpoint covers this entry yet")
        raise Problem("not_found", 404, detail) from None
    return Response(format_proof(proof), media_type=_TEXT, headers=PRIVATE)


@router.get("/entries/{index}/disclosures")
@reads("contacts", "disclosures", "names", "notes")
async def read_disclosures(request: Request) -> Response:
    """The disclosures that the entry commits to (log format, section 6), as texts whose SHA-256 stands in its `_sd`.

    What was erased is left out: the proof of the entry holds without it.
    """
    school, _ = await authorize(request, Right.READ_DISCLOSURES)
    index = path_index(request, "index")

    def work() -> list[str]:
        if index >= school.recorder.head().size:
            raise Problem("not_found", 404)
        (entry,) = read_entries(school.recorder, index, index + 1)
        digests = parse_entry(entry).data.get("_sd", ())
        opened = school.vault.read(digests)
        note(request, people=ids_of_entries(school, [entry]))
        return [opened[digest] for digest in digests if digest in opened]

    return school.json({"index": index, "disclosures": await run_in_threadpool(work)})


@router.post("/checkpoints", status_code=201)
@reads_nobody("a signature over a hash")
async def sign_checkpoint(request: Request) -> Response:
    """Sign a checkpoint over all that is recorded so far; the same again where nothing is new."""
    school, _ = await authorize(request, Right.SIGN)
    await read_body(request)
    signed = await run_in_threadpool(school.checkpointer.sign)
    content = {"size": signed.size, "root": signed.edge.root().hex(), "note": signed.note.decode()}
    headers = {"Location": f"/v1/schools/{school.code}/log/checkpoint"}
    return Response(orjson.dumps(content), 201, headers, "application/json")


def _signed(school: OpenSchool) -> SignedCheckpoint:
    signed = school.recorder.checkpoint()
    if signed is None:
        raise Problem("not_found", 404, ("ещё ничего не подписано", "nothing is signed yet"))
    return signed
