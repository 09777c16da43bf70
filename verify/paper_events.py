"""What the `data` of events of the register of paper looks like (events.md, "Paper")."""

from typing import Final

from verify.fragments import BARE_UUID, DATE, INDEX, SOME_TEXT, UUID, EventType, event_type, words

_COUNT = rb"([1-9][0-9]{0,14})"
_PAGES = rb"([1-9][0-9]{0,4})"


def _ids(most: int) -> bytes:
    return rb'(\["' + BARE_UUID + rb'"(?:,"' + BARE_UUID + rb'"){0,%d}\])' % (most - 1)


_PAPERS = _ids(100)

PAPER_EVENTS: Final[tuple[EventType, ...]] = (
    event_type(
        "paper_stored/1", "paper", paper=UUID, number=_COUNT,
        kind=words("class_journal", "summary_sheet", "corrections", "substitutions", "other"), title=SOME_TEXT,
        year_opt=UUID, class_group_opt=UUID, pages=_PAGES, place=SOME_TEXT, basis=SOME_TEXT, counted_from=DATE,
        keep_until=DATE, schedule=INDEX, sheets_opt=_ids(200), printout_opt=UUID,
    ),
    event_type("paper_moved/1", "paper", paper=UUID, place=SOME_TEXT, basis=SOME_TEXT),
    event_type("paper_handed_over/1", "paper", papers=_PAPERS, to=SOME_TEXT, act=SOME_TEXT, handed_on=DATE),
    event_type(
        "paper_struck_off/1", "paper", paper=UUID, reason=words("entered_wrongly", "lost", "damaged"), basis=SOME_TEXT,
        requested_by=UUID,
    ),
    event_type("paper_destruction_proposed/1", "paper", destruction=UUID, papers=_PAPERS, basis=SOME_TEXT),
    event_type("paper_destruction_approved/1", "paper", destruction=UUID, basis=SOME_TEXT),
    event_type("paper_destruction_refused/1", "paper", destruction=UUID, basis=SOME_TEXT),
    event_type("paper_destroyed/1", "paper", destruction=UUID, act=SOME_TEXT, destroyed_on=DATE),
)  # fmt: skip
