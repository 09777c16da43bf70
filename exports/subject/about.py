"""What the sections of one person's file share: of whom they are, and the columns that stand in several."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from exports.subject.section import Column
from projections.reading import Reader

ENTRY: Final = Column("entry", "запись")
AT: Final = Column("at", "внесено", "moment")
BASIS: Final = Column("basis", "основание")
ENDED_BY: Final = Column("ended_by", "прекращено записью")
CLASS: Final = Column("class", "класс")


class About(NamedTuple):
    """Of whom, and from what: `kind` of person, entries before `position`, judged as of `now`."""

    views: Reader
    person: str
    kind: str
    position: int
    now: datetime
