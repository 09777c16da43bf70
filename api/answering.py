"""An inspector's question asked of an open school, and its answer dressed: names, notes, and what covers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.schools import OpenSchool
from ledger.access.events import Kind
from ledger.wire.checkpoint import parse_checkpoint
from ledger.wire.note import parse_note
from projections.questions import QUESTIONS, AccessFacts, Answered, LogFacts, Parameter, Question, ask
from projections.reading import AsOf

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "day": ("ГГГГ-ММ-ДД", "YYYY-MM-DD"),
    "time": ("ЧЧ:ММ", "HH:MM"),
}


KINDS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "cell-history": ("absences", "corrections", "marks", "names"),
    "corrections": ("absences", "corrections", "marks", "names", "notes", "results"),
    "results-unlike-marks": ("marks", "names", "notes", "results"),
    "raised-marks": ("corrections", "marks", "names", "results"),
    "entered-by-others": ("absences", "marks", "names", "work"),
    "timetable-gaps": ("names", "work"),
    "late-entries": ("names", "work"),
    "unmarked-works": ("marks", "names", "work"),
    "few-marks": ("absences", "marks", "names", "results"),
    "programme": ("names", "work"),
    "homework": ("names", "work"),
    "absences": ("absences", "marks", "names"),
    "substitutions": ("names", "work"),
    "control-load": ("names", "work"),
    "late-results": ("names", "results"),
    "data-deadlines": ("contacts", "names", "reads"),
    "informing": ("consents", "names"),
    "no-access": ("guardians", "names", "reads"),
    "integrity": ("corrections", "work"),
    "result-changes": ("names", "results"),
    "print-obligations": ("work",),
    "availability": ("names", "notes", "work"),
    "rights": ("names", "work"),
    "indicators": ("names", "work"),
    "student-extract": ("absences", "certificates", "consents", "guardians", "marks", "names", "results"),
}
"""Question -> kinds of fields that its answers show, for the access log; each question is here."""


def describe(parameter: Parameter) -> str:
    """What a parameter says, what it may be and what stands where it is left out: Russian, then English."""
    form_ru, form_en = _KINDS.get(parameter.kind, ("", ""))
    allowed = ", ".join(parameter.choices)
    if parameter.kind == "number":
        allowed = f"{parameter.least}–{parameter.most}"
    texts = []
    for words, form, needed, default in (
        (parameter.words_ru, form_ru, "обязателен", "без него"),
        (parameter.words_en, form_en, "mandatory", "default"),
    ):
        more = [form, allowed, needed if parameter.is_needed else ""]
        if parameter.default is not None:
            more.append(f"{default} {parameter.default}")
        listed = "; ".join(part for part in more if part)
        texts.append(f"{words} ({listed})" if listed else words)
    return " / ".join(texts)


def ask_school(school: OpenSchool, question: Question, given: Mapping[str, str], at: AsOf) -> Answered:
    """Ask one question of a school's views, which are level with what was acknowledged.

    Raises:
        Misasked, NotYetProjected: see `projections.questions.ask`.
    """
    signed = school.recorder.checkpoint()
    root = None if signed is None else parse_checkpoint(parse_note(signed.note).text).root.hex()
    facts = LogFacts(school.recorder.head().size, None if signed is None else signed.size, root)
    access = AccessFacts(lambda: school.access.log, _who_signs_in(school))
    return ask(question, school.read_views(), given, at=at, log=facts, access=access)


def _who_signs_in(school: OpenSchool) -> frozenset[str]:
    """Accounts with a password that was set, or with a token."""
    with_password = {login.account for login in school.secrets.logins() if login.has_password}
    return frozenset(with_password | {token.account for token in school.secrets.tokens()})


def people_of(school: OpenSchool, answered: Answered) -> dict[str, str]:
    """Names of the people in an answer."""
    return school.names(answered.of_kind("person"))


def notes_of(school: OpenSchool, answered: Answered) -> dict[str, str]:
    """Texts behind the digests of notes in an answer, as far as they were not erased."""
    return {digest: found.value for digest, found in school.vault.values(sorted(answered.of_kind("note"))).items()}


def looked_at(answered: Answered) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Where whose data it is is found: in the rows, and in whom it was asked about, who may stand in none of them."""
    return dict(answered.asked), answered.plain()


def dressed(school: OpenSchool, answered: Answered, at: str | int | None) -> dict[str, Any]:
    """An answer as one JSON object.

    ``as_of`` is what was asked (null: now), ``known`` what that came to: a position, and its last entry's moment.
    """
    signed = school.recorder.checkpoint()
    position = answered.known.position
    covered = signed is not None and signed.size >= position
    question = answered.question
    return {
        **named(question),
        "asked": dict(answered.asked),
        "as_of": at,
        "known": {"position": position, "at": answered.known.at},
        "position": position,
        "checkpoint": {"size": signed.size} if signed is not None and covered else None,
        "rows": answered.plain(),
        "totals": dict(answered.totals),
        "people": people_of(school, answered),
        "notes": notes_of(school, answered),
        "limits": question.limits_ru,
        "limits_en": question.limits_en,
    }


def named(question: Question) -> dict[str, Any]:
    """A question's number, slug and titles."""
    return {
        "question": question.number,
        "slug": question.slug,
        "title": question.title_ru,
        "title_en": question.title_en,
    }


def listed() -> list[dict[str, Any]]:
    """All questions that can be asked, with their parameters."""
    return [
        {
            **named(question),
            "parameters": [
                {
                    "name": parameter.name,
                    "kind": parameter.kind,
                    "words": parameter.words_ru,
                    "words_en": parameter.words_en,
                    "needed": parameter.is_needed,
                    "default": parameter.default,
                    "choices": list(parameter.choices),
                }
                for parameter in question.parameters
            ],
            "limits": question.limits_ru,
            "limits_en": question.limits_en,
        }
        for question in QUESTIONS
    ]
