"""Opening a school to sign it; where a server has its SQLite file, what that server signs is waited for instead."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from api.cli.console import Console
from api.schools import OpenSchool, open_school
from api.settings import read_cadence
from ledger.errors import LedgerInUse, LetopisError
from ledger.log import SignedCheckpoint
from ledger.signing.checkpoints import check_checkpoint

_POLL_SECONDS: Final = 0.25
_MARGIN_SECONDS: Final = 5


class NotSignedYetError(LetopisError):
    """A running server has the ledger and has not signed what is recorded."""


@contextmanager
def open_to_sign(var: Path) -> Iterator[OpenSchool]:
    """Open a school for recording, or for reading where a server has its SQLite file.

    Raises:
        LetopisError: as `api.schools.open_school`.
    """
    with ExitStack() as stack:
        try:
            school = stack.enter_context(open_school(var, background=False))
        except LedgerInUse:
            school = stack.enter_context(open_school(var, background=False, recording=False))
        yield school


def sign_or_wait(console: Console, school: OpenSchool) -> SignedCheckpoint:
    """A checkpoint over all that is recorded now: signed here, or by the server that has the ledger.

    A server signs by itself so many seconds after the first unsigned entry (`Cadence`); that long it is waited for.

    Raises:
        NotSignedYetError: the server did not sign in that time.
        LedgerDamaged: the stored bytes do not agree with what was signed.
    """
    if school.recording:
        return school.checkpointer.sign()
    size = school.recorder.head().size
    seconds = read_cadence().seconds + _MARGIN_SECONDS
    signed = _kept(school, size)
    if signed is None:
        _say_waiting(console, seconds)
    end = time.monotonic() + seconds
    while signed is None:
        if time.monotonic() > end:
            raise NotSignedYetError(_words(school, size))
        time.sleep(_POLL_SECONDS)
        signed = _kept(school, size)
    check_checkpoint(signed, school.recorder.origin, (school.signer.verifier_key,))
    return signed


def _kept(school: OpenSchool, size: int) -> SignedCheckpoint | None:
    kept = school.recorder.checkpoint()
    return None if kept is None or kept.size < size else kept


def _say_waiting(console: Console, seconds: int) -> None:
    if not console.as_json:
        console.complain(
            f"letopis: журнал открыт сервером, подписывает он; ждём до {seconds} с / "
            f"a server has the journal and signs it; waiting for up to {seconds} s"
        )


def _words(school: OpenSchool, size: int) -> str:
    route = f"POST /v1/schools/{school.code}/checkpoints"
    return (
        f"журнал открыт сервером, и он ещё не подписал все записи ({size}): попросите сервер — {route} с ключом "
        "администратора — или остановите его и повторите команду; подписывает ли он, говорит /v1/health / "
        f"a server has the journal and has not signed all of its entries ({size}): ask the server, {route} with the "
        "administrator's sign-in, or stop it and try again; /v1/health says whether it signs"
    )
