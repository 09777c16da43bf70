"""Asking the log's witnesses to cosign, and recording what they return (C2SP tlog-witness v1.0.0).

A witness is asked from the size that it cosigned last; one that answers with another size is asked again from there.
What it returns is verified before it is recorded. A witness that knows of more entries than the log has, or of another
root, is an alarm: either the log lost entries, or somebody signed another one with its key.
"""

from __future__ import annotations

import base64
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

from eventsourcing.persistence import PersistenceError

from ledger.errors import LetopisError
from ledger.journal.commands import JournalCommand, RecordCosignature
from ledger.log import LogRecorder, SignedCheckpoint
from ledger.signing.checkpoints import Checkpointer
from ledger.signing.keys import SignatureRefused
from ledger.signing.proofs import EntryHashes
from ledger.tree.proofs import consistency_proof
from ledger.wire.errors import WireError
from ledger.wire.note import parse_note, parse_vkey
from ledger.wire.witness import (
    ANSWER_BYTES_MAX,
    AddCheckpoint,
    format_add_checkpoint,
    parse_known_size,
    parse_signatures,
)
from ledger.witness.cosigner import Cosigned, find_cosignature
from projections.engine import Views
from projections.views.witnesses import Witness, witnesses

if TYPE_CHECKING:
    import httpx

DAY_SECONDS: Final = 86_400
RETRY_SECONDS: Final = 900
_STEP_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 60.0
_TRIES: Final = 2

Outcome = Literal["cosigned", "no_answer", "refused", "conflict"]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking a witness.

    Attributes:
        witness, name: whom.
        at: when, UTC.
        outcome: ``cosigned``; ``no_answer``: try later; ``refused``: it does not watch this log, or what it returned is
            no cosignature of its key; ``conflict``: it knows another history, or more of it.
        why: in a few words, Russian and English.
        entry: what records it, where it was recorded.
    """

    witness: str
    name: str
    at: str
    outcome: Outcome
    why: str
    entry: int | None = None


class Unanswered(Exception):  # noqa: N818 - reads as what it says
    """A witness did not cosign; `outcome` as in `Asked`, `why` in a few words."""

    def __init__(self, outcome: Outcome, why: str) -> None:
        super().__init__(why)
        self.outcome: Outcome = outcome
        self.why = why


def ask_for_cosignature(
    recorder: LogRecorder, checkpoint: SignedCheckpoint, witness: Witness, *, seconds: float = _STEP_SECONDS
) -> Cosigned:
    """Ask one witness to cosign a checkpoint; returns a cosignature that was verified.

    Args:
        recorder: the log, for proofs.
        checkpoint: a signed one.
        witness: where it is reached, its key, and what it cosigned last.
        seconds: how long one step may take.

    Raises:
        Unanswered: there is none; with the outcome.
    """
    import httpx  # here: most commands ask no witness

    key = parse_vkey(witness.vkey)
    old = min(witness.size or 0, checkpoint.size)
    link = witness.link.rstrip("/") + "/add-checkpoint"
    hashes = EntryHashes(recorder, checkpoint.size)
    try:
        with httpx.Client(follow_redirects=False, timeout=seconds, headers={"User-Agent": "letopis"}) as client:
            for _ in range(_TRIES):
                proof = consistency_proof(old, checkpoint.size, hashes) if 0 < old < checkpoint.size else ()
                body = format_add_checkpoint(AddCheckpoint(old, proof, checkpoint.note))
                status, answer = _post(client, link, body)
                if status == 200:
                    return find_cosignature(parse_note(checkpoint.note).text, parse_signatures(answer), key)
                if status != 409:
                    raise _of_status(status)
                known = parse_known_size(answer)
                if known > checkpoint.size:
                    raise Unanswered("conflict", f"знает больше записей / knows of more entries: {known}")
                if known == old:
                    raise Unanswered("conflict", f"знает другой корень / knows another root at {known}")
                old = known
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise Unanswered("no_answer", type(error).__name__) from None
    except (SignatureRefused, WireError) as error:
        raise Unanswered("refused", f"ответ негоден / unusable answer: {error}") from None
    raise Unanswered("no_answer", "размер всё время другой / the size keeps changing")


def _post(client: httpx.Client, link: str, body: bytes) -> tuple[int, bytes]:
    """Send a request; returns status and body, of which no more is read than an answer may have."""
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    with client.stream("POST", link, content=body, headers=headers) as response:
        answer = bytearray()
        for part in response.iter_bytes():
            answer += part
            if len(answer) > ANSWER_BYTES_MAX:
                raise Unanswered("refused", "ответ слишком велик / the answer is too large")
        return response.status_code, bytes(answer)


def _of_status(status: int) -> Unanswered:
    if status == 422:
        return Unanswered("conflict", "не продолжает известного свидетелю / does not continue what it knows: 422")
    if status in {400, 403, 404}:
        return Unanswered("refused", f"свидетель не знает этого журнала или ключа / unknown log or key: HTTP {status}")
    return Unanswered("no_answer", f"HTTP {status}")


def ask_all(
    views: Views,
    checkpointer: Checkpointer,
    recorder: LogRecorder,
    execute: Callable[[JournalCommand], int],
    *,
    is_due: Callable[[Witness], bool] = lambda _: True,
    seconds: float = _STEP_SECONDS,
) -> list[Asked]:
    """Ask every witness that stands and is due to cosign the log as it is now; record what they return.

    Args:
        views: that are level with the log.
        checkpointer: signs what is recorded so far.
        recorder: the log.
        execute: carries a command out and returns the index of its entry.
        is_due: whom to ask.
        seconds: how long one step may take.

    Raises:
        LetopisError, PersistenceError: the log cannot be signed or written.
    """
    due = [witness for witness in witnesses(views).rows if is_due(witness)]
    if not due:
        return []
    checkpoint = checkpointer.sign()
    found: list[Asked] = []
    for witness in due:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            cosigned = ask_for_cosignature(recorder, checkpoint, witness, seconds=seconds)
        except Unanswered as error:
            level = logging.CRITICAL if error.outcome == "conflict" else logging.WARNING
            _logger.log(level, "%s: witness %s: %s: %s", recorder.origin, witness.name, error.outcome, error.why)
            found.append(Asked(witness.witness, witness.name, at, error.outcome, error.why))
            continue
        entry = witness.cosigned_by
        if checkpoint.size > (witness.size or 0):
            command = RecordCosignature(
                witness=witness.witness,
                size=checkpoint.size,
                root=checkpoint.edge.root().hex(),
                time=cosigned.time_seconds,
                signature=base64.b64encode(cosigned.signature).decode(),
            )
            entry = execute(command)
        found.append(
            Asked(witness.witness, witness.name, at, "cosigned", f"записей / entries {checkpoint.size}", entry)
        )
    return found


class Witnessing:
    """Asks the witnesses of a school in a thread of its own: daily, and when it is poked; sooner again after a failure.

    Args:
        ask: asks those that are due, and returns what came of it.
        seconds: how long after its last cosignature a witness is due again.
    """

    def __init__(self, ask: Callable[[Callable[[Witness], bool]], list[Asked]], seconds: int = DAY_SECONDS) -> None:
        self._ask = ask
        self._seconds = seconds
        self._outcomes: dict[str, Asked] = {}
        self._failed: dict[str, float] = {}
        self._lock = threading.Lock()
        self._poked = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name="ask witnesses", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let what is asked end, and the thread with it; harmless where there is none."""
        self._stopping.set()
        self._poked.set()
        if self._thread is not None:
            self._thread.join()

    def poke(self) -> None:
        """Ask those that have not cosigned yet, now."""
        self._poked.set()

    def outcomes(self) -> dict[str, Asked]:
        """What came of asking each witness last, since the server began, by id."""
        with self._lock:
            return dict(self._outcomes)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._poked.clear()
            try:
                asked = self._ask(self._is_due)
            except (LetopisError, PersistenceError, OSError) as error:
                _logger.warning("witnesses were not asked: %s", type(error).__name__)
                asked = []
            with self._lock:
                for one in asked:
                    self._outcomes[one.witness] = one
                    self._failed.pop(one.witness, None)
                    if one.outcome != "cosigned":
                        self._failed[one.witness] = time.monotonic()
            self._poked.wait(min(_POLL_SECONDS, self._seconds))

    def _is_due(self, witness: Witness) -> bool:
        failed = self._failed.get(witness.witness)
        if failed is not None and time.monotonic() - failed < min(RETRY_SECONDS, self._seconds):
            return False
        if witness.cosigned_at is None:
            return True
        age = datetime.now(UTC) - datetime.fromisoformat(witness.cosigned_at)
        # One entry behind is what the cosignature itself was recorded with.
        return age.total_seconds() >= self._seconds and witness.behind > 1
