"""Whatever the shapes' library says of a body is told in both languages, with its place and without its values."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from api.bodies import NewLesson, NewPeriod, NewPerson
from api.misfits import describe_misfit

ID = "00000000-0000-4000-8000-00000000001c"
PERSON = {"kind": "staff", "family_name": "Петров", "given_name": "Пётр"}
PERIOD = {"year": ID, "kind": "quarter", "number": 1, "grades": [5], "starts_on": "", "ends_on": ""}
LESSON = {"course": ID, "held_on": "", "number": 1, "starts_at": "", "ends_at": "", "topic": ""}


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


@pytest.mark.parametrize(
    ("shape", "body", "where", "russian", "english"),
    [
        (NewPerson, without(PERSON, "kind"), "kind", "обязательного поля", "mandatory"),
        (NewPerson, PERSON | {"colour": "red"}, "?", "не бывает", "no such field"),
        (NewPerson, PERSON | {"topic": "red"}, "topic", "не бывает", "no such field"),
        (NewPerson, PERSON | {"kind": "red"}, "kind", "не из списка", "listed"),
        (NewPerson, PERSON | {"family_name": 1}, "family_name", "нужно: текст", "needed: a text"),
        (NewPerson, PERSON | {"patronymic": 1}, "patronymic", "текст или null", "a text or null"),
        (NewPerson, PERSON | {"family_name": ""}, "family_name", "не меньше 1", "at least 1"),
        (NewPerson, PERSON | {"family_name": "a" * 101}, "family_name", "не больше 100", "at most 100"),
        (NewPerson, PERSON | {"family_name": " "}, "family_name", "печатных", "printable"),
        (NewPerson, PERSON | {"birth_date": "1.2.2015"}, "birth_date", "ГГГГ-ММ-ДД", "YYYY-MM-DD"),
        (NewPerson, PERSON | {"person": "red"}, "person", "UUID", "UUID"),
        (NewPeriod, PERIOD | {"grades": 5}, "grades", "список", "an array"),
        (NewPeriod, PERIOD | {"number": "1"}, "number", "целое число", "whole number"),
        (NewLesson, LESSON | {"attendance_taken": 1}, "attendance_taken", "true", "true or false"),
        (NewLesson, LESSON | {"marks": [{"red": 1}]}, "marks[0].?", "не бывает", "no such field"),
        (NewLesson, LESSON | {"marks": [{"student": ID}]}, "marks[0].work", "обязательного", "mandatory"),
        (NewLesson, LESSON | {"marks": [1]}, "marks[0]", "объект", "an object"),
    ],
)
def test_a_misfit_is_told_with_its_place_in_both_languages(
    shape: type[msgspec.Struct], body: dict[str, Any], where: str, russian: str, english: str
) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(body, shape, strict=True)
    detail, found = describe_misfit(str(caught.value))
    assert found == where
    assert russian in detail[0]
    assert re.search("[а-яё]", detail[0])
    assert english in detail[1]
    assert "red" not in f"{detail}{found}"


def test_a_sentence_that_nobody_foresaw_is_not_repeated() -> None:
    detail, where = describe_misfit("Something `new` about 'Петров' - at `$.number`")
    assert where == "number"
    assert "Петров" not in f"{detail}"
