"""What is taught: hours a week by grade, who teaches it, and what kind of works it has.

Hours per grade add up to the five-day loads of the model school: 21, 23, 23, 23, 29, 30, 32, 33, 33, 34, 34.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ledger.journal.vocabulary import WorkKind

Specialty = Literal[
    "primary",
    "russian",
    "mathematics",
    "english",
    "history",
    "geography",
    "biology",
    "physics",
    "chemistry",
    "informatics",
    "art",
    "music",
    "crafts",
    "sport",
    "safety",
]

TEACHERS: Final[dict[Specialty, int]] = {
    "primary": 14,
    "russian": 8,
    "mathematics": 8,
    "english": 5,
    "history": 5,
    "geography": 2,
    "biology": 2,
    "physics": 2,
    "chemistry": 1,
    "informatics": 1,
    "art": 1,
    "music": 2,
    "crafts": 2,
    "sport": 6,
    "safety": 1,
}
"""Sixty teachers of the model school; 980 lessons a week are 16.3 for each."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A school subject.

    Attributes:
        name: as the timetable has it.
        specialty: who teaches it in grades 5 to 11.
        primary: who teaches it in grades 1 to 4.
        written: kinds of written works.
        written_share: share of lessons with a written work.
        oral: kinds of works that are marked in the lesson.
    """

    name: str
    specialty: Specialty
    primary: Specialty = "primary"
    written: tuple[WorkKind, ...] = ("self_work", "test")
    written_share: float = 0.2
    oral: tuple[WorkKind, ...] = ("answer",)


_LANGUAGE: Final[tuple[WorkKind, ...]] = ("dictation", "control_work", "self_work", "test", "exposition", "composition")
_MATHS: Final[tuple[WorkKind, ...]] = ("self_work", "control_work", "test")

RUSSIAN: Final = Subject("Русский язык", "russian", written=_LANGUAGE, written_share=0.3)
READING: Final = Subject(
    "Литературное чтение", "russian", written=("test",), written_share=0.08, oral=("reading", "retelling", "by_heart")
)
LITERATURE: Final = Subject(
    "Литература", "russian", written=("composition", "test"), written_share=0.15, oral=("answer", "by_heart")
)
ENGLISH: Final = Subject(
    "Английский язык", "english", primary="english", written=("test", "self_work"), written_share=0.22
)
MATHEMATICS: Final = Subject("Математика", "mathematics", written=_MATHS, written_share=0.3)
ALGEBRA: Final = Subject("Алгебра", "mathematics", written=_MATHS, written_share=0.3)
GEOMETRY: Final = Subject("Геометрия", "mathematics", written=_MATHS, written_share=0.25)
STATISTICS: Final = Subject("Вероятность и статистика", "mathematics", written=_MATHS, written_share=0.25)
INFORMATICS: Final = Subject("Информатика", "informatics", written=("practical", "test"), written_share=0.3)
HISTORY: Final = Subject("История", "history", written=("test",), written_share=0.15)
SOCIETY: Final = Subject("Обществознание", "history", written=("test",), written_share=0.18)
CULTURE: Final = Subject("Основы духовно-нравственной культуры", "history", written=("test",), written_share=0.1)
ETHICS: Final = Subject("Основы религиозных культур и светской этики", "primary", written_share=0.0)
WORLD: Final = Subject("Окружающий мир", "primary", written=("test", "practical"), written_share=0.15)
GEOGRAPHY: Final = Subject("География", "geography", written=("practical", "test"), written_share=0.25)
BIOLOGY: Final = Subject("Биология", "biology", written=("laboratory", "test"), written_share=0.22)
PHYSICS: Final = Subject("Физика", "physics", written=("laboratory", "self_work", "control_work"), written_share=0.28)
CHEMISTRY: Final = Subject("Химия", "chemistry", written=("laboratory", "practical", "test"), written_share=0.28)
ART: Final = Subject("Изобразительное искусство", "art", written=("practical",), written_share=0.2)
MUSIC: Final = Subject("Музыка", "music", primary="music", written=("test",), written_share=0.06)
CRAFTS: Final = Subject("Труд (технология)", "crafts", written=("project",), written_share=0.12, oral=("practical",))
SPORT: Final = Subject("Физическая культура", "sport", primary="sport", written_share=0.0, oral=("norms", "answer"))
SAFETY: Final = Subject("Основы безопасности и защиты Родины", "safety", written=("test",), written_share=0.15)
PROJECT: Final = Subject("Индивидуальный проект", "safety", written=("project",), written_share=0.15)

_PRIMARY: Final = {RUSSIAN: 5, READING: 4, MATHEMATICS: 4, WORLD: 2, ART: 1, MUSIC: 1, CRAFTS: 1, SPORT: 3}
_MIDDLE: Final = {GEOGRAPHY: 1, BIOLOGY: 1, CULTURE: 1, ART: 1, MUSIC: 1, CRAFTS: 2, SPORT: 3}
_SENIOR: Final = {
    RUSSIAN: 2,
    LITERATURE: 3,
    ENGLISH: 3,
    ALGEBRA: 4,
    GEOMETRY: 3,
    STATISTICS: 1,
    INFORMATICS: 2,
    HISTORY: 3,
    GEOGRAPHY: 1,
    PHYSICS: 3,
    CHEMISTRY: 1,
    BIOLOGY: 1,
    SAFETY: 1,
    SPORT: 3,
}
_EXACT: Final = {ALGEBRA: 3, GEOMETRY: 2, STATISTICS: 1, INFORMATICS: 1, HISTORY: 3, SOCIETY: 1, GEOGRAPHY: 2}

HOURS: Final[dict[int, dict[Subject, int]]] = {
    1: _PRIMARY,
    2: _PRIMARY | {ENGLISH: 2},
    3: _PRIMARY | {ENGLISH: 2},
    4: _PRIMARY | {READING: 3, ENGLISH: 2, ETHICS: 1},
    5: {RUSSIAN: 5, LITERATURE: 3, ENGLISH: 3, MATHEMATICS: 5, HISTORY: 3} | _MIDDLE,
    6: {RUSSIAN: 6, LITERATURE: 3, ENGLISH: 3, MATHEMATICS: 5, HISTORY: 3} | _MIDDLE,
    7: {RUSSIAN: 4, LITERATURE: 2, ENGLISH: 3}
    | _EXACT
    | {PHYSICS: 2, BIOLOGY: 1, ART: 1, MUSIC: 1, CRAFTS: 2, SPORT: 3},
    8: {RUSSIAN: 3, LITERATURE: 2, ENGLISH: 3}
    | _EXACT
    | {PHYSICS: 2, CHEMISTRY: 2, BIOLOGY: 2, MUSIC: 1, CRAFTS: 1, SAFETY: 1, SPORT: 3},
    9: {RUSSIAN: 3, LITERATURE: 3, ENGLISH: 3}
    | _EXACT
    | {PHYSICS: 3, CHEMISTRY: 2, BIOLOGY: 2, CRAFTS: 1, SAFETY: 1, SPORT: 2},
    10: _SENIOR | {SOCIETY: 2, PROJECT: 1},
    11: _SENIOR | {SOCIETY: 3},
}
"""Grade -> subject -> lessons a week."""

UNMARKED_GRADE: Final = 1
"""Grade 1 is taught without marks and without homework."""


def teacher_of(subject: Subject, grade: int) -> Specialty:
    """Return who teaches the subject in this grade."""
    return subject.primary if grade <= 4 else subject.specialty
