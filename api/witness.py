"""The witness over HTTP (C2SP tlog-witness v1.0.0): it runs elsewhere than the school, and knows nothing of its data.

POST /add-checkpoint                 what `ledger.witness.witness` answers
GET  /<SHA-256 of origin, hex>/checkpoint   the last cosigned checkpoint, for whoever wants to compare
GET  /health
"""

from __future__ import annotations

import hashlib
import time

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.guard import guard
from api.problems import RETRY_AFTER, Problem, of_error
from api.requests import read_raw
from ledger.wire.witness import REQUEST_BYTES_MAX
from ledger.witness.store import StoreFailedError
from ledger.witness.witness import TEXT, Witness


def create_witness_app(witness: Witness) -> Starlette:
    """The application of one witness; who opened its store closes it."""
    app = Starlette(
        routes=[
            Route("/add-checkpoint", _add_checkpoint, methods=["POST"]),
            Route("/{digest}/checkpoint", _read_checkpoint),
            Route("/health", _read_health),
        ],
        middleware=[Middleware(guard)],
        exception_handlers=dict.fromkeys((Problem, HTTPException, StoreFailedError), _answer_problem),
    )
    app.state.witness = witness
    return app


async def _add_checkpoint(request: Request) -> Response:
    raw = await read_raw(request, REQUEST_BYTES_MAX)
    witness: Witness = request.app.state.witness
    answer = await run_in_threadpool(witness.add_checkpoint, raw, int(time.time()))
    headers = RETRY_AFTER if answer.status == 503 else None
    return Response(answer.body, answer.status, headers, answer.content_type)


async def _read_checkpoint(request: Request) -> Response:
    digest = request.path_params["digest"]
    witness: Witness = request.app.state.witness

    def work() -> Response:
        for origin in witness.store.origins():
            if hashlib.sha256(origin.encode()).hexdigest() == digest:
                note = witness.latest(origin)
                if note is not None:
                    return Response(note, media_type=TEXT)
        raise Problem("not_found", 404)

    return await run_in_threadpool(work)


async def _read_health(request: Request) -> Response:
    witness: Witness = request.app.state.witness
    origins = await run_in_threadpool(witness.store.origins)
    return JSONResponse({"witness": witness.cosigner.vkey, "logs": len(origins)})


async def _answer_problem(_: Request, error: Exception) -> Response:
    if isinstance(error, StoreFailedError):
        error = Problem("unavailable", 503, headers=RETRY_AFTER)
    return of_error(error).response()
