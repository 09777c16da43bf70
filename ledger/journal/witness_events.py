"""Events of a log's witnesses, `witness/` (`verify/spec/events.md`, Witnesses)."""

from __future__ import annotations

from typing import Final

from ledger.journal.event import Event


class WitnessAppointed(Event, frozen=True, kw_only=True):
    """`witness/`: who is not the school cosigns its checkpoints with the key `vkey` from now on (R44).

    `held_by` runs the witness and is reached at `link`; `basis` is the agreement or the order.
    """

    vkey: str
    held_by: str
    link: str
    basis: str


class WitnessDismissed(Event, frozen=True, kw_only=True):
    """`witness/`: its cosignatures count no more from now on; `basis` says why."""

    basis: str


class CheckpointCosigned(Event, frozen=True, kw_only=True):
    """`witness/`: the witness cosigned the log's first `size` entries, whose root is `root`.

    `time` is the witness's clock then, POSIX seconds; `signature` its 64 bytes, base64 (tlog-cosignature).
    """

    size: int
    root: str
    time: int
    signature: str


WITNESS_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "witness_appointed/1": WitnessAppointed,
    "witness_dismissed/1": WitnessDismissed,
    "checkpoint_cosigned/1": CheckpointCosigned,
}
