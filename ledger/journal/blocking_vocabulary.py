"""Codes of blocking personal values and their Russian words (`verify/spec/events.md`, Blocking)."""

from __future__ import annotations

from typing import Final, Literal, get_args

BlockGround = Literal["inaccurate", "unlawful"]
BlockRequester = Literal["person", "representative", "authority"]
BlockOutcome = Literal["confirmed", "corrected"]

BLOCK_GROUNDS: Final[frozenset[str]] = frozenset(get_args(BlockGround))
BLOCK_REQUESTERS: Final[frozenset[str]] = frozenset(get_args(BlockRequester))
BLOCK_OUTCOMES: Final[frozenset[str]] = frozenset(get_args(BlockOutcome))

BLOCK_GROUND_WORDS: Final[dict[str, str]] = {"inaccurate": "неточные сведения", "unlawful": "незаконная обработка"}
REQUESTER_WORDS: Final[dict[str, str]] = {
    "person": "сам человек",
    "representative": "законный представитель",
    "authority": "уполномоченный орган",
}
BLOCK_OUTCOME_WORDS: Final[dict[str, str]] = {"confirmed": "подтверждены", "corrected": "уточнены"}
