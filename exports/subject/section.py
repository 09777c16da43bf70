"""The parts of one person's file: tables with words in Russian and English; the same rows for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

ColumnKind: TypeAlias = Literal["text", "person", "reader", "moment", "day", "entries"]
"""``person`` is an id that is shown as the name where one may be; ``reader`` one that stays an id."""
Row: TypeAlias = tuple[Any, ...]

_HEAD: Final = (
    *("person", "kind", "name", "school", "origin", "time_zone", "position", "checkpoint", "access_position"),
    *("made_at", "purpose", "basis"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for programs, which is its English too, and for people; `words`: Russian of codes."""

    name: str
    name_ru: str
    kind: ColumnKind = "text"
    words: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Section:
    """A table under a heading; rows have a value for each column: a text, a number, a list of them, or None."""

    name: str
    title_ru: str
    title_en: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note_ru: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One person's file.

    Attributes:
        person, kind, name: whose; `name` is empty where it is not kept.
        school, origin, time_zone: whose journal.
        position, checkpoint: as of how many entries, and the size of the signed one that covers it, or None.
        access_position: how many looks the access log had.
        made_at: UTC; `purpose`, `basis`: why it was made, as the access log has it.
        sections: what it says.
        names: employee -> name; of nobody else but the person.
    """

    person: str
    kind: str
    name: str
    school: str
    origin: str
    time_zone: str
    position: int
    checkpoint: int | None
    access_position: int
    made_at: str
    purpose: str
    basis: str | None
    sections: tuple[Section, ...]
    names: Mapping[str, str]

    def content(self) -> dict[str, Any]:
        """The same for programs: each section's rows as objects."""
        return {name: getattr(self, name) for name in _HEAD} | {
            "names": dict(self.names),
            "sections": {
                section.name: [
                    {column.name: value for column, value in zip(section.columns, row, strict=True)}
                    for row in section.rows
                ]
                for section in self.sections
            },
        }

    def people(self) -> set[str]:
        """Ids of everybody whom it mentions."""
        found = {self.person}
        for section in self.sections:
            places = [place for place, column in enumerate(section.columns) if column.kind == "person"]
            found.update(row[place] for row in section.rows for place in places if row[place])
        return found
