from __future__ import annotations

from string import Formatter
from typing import Any

import orjson
import pytest
from eventsourcing.persistence import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

from api.problems import Problem, of_error
from api.translation import russian
from api.words import CONTENT_RULES, is_about_who_asks
from ledger.errors import Conflict, KeyReused, LedgerDamaged, LedgerInUse, NodeReadOnly, OutcomeUnknown, Refused
from projections.errors import NotYetProjected, RebuildRunning, ViewsOutdated
from tests.house.refusals import refusals

SECRET = "Иванова"

ERRORS = [
    (KeyReused(SECRET), 422, "key_reused"),
    (Conflict("lesson/1", SECRET), 409, "conflict"),
    (NodeReadOnly(SECRET), 503, "read_only"),
    (OutcomeUnknown("k", SECRET), 503, "outcome_unknown"),
    (NotYetProjected(7, 3), 404, "not_yet"),
    (ViewsOutdated(SECRET), 503, "unavailable"),
    (RebuildRunning(SECRET), 503, "unavailable"),
    (OperationalError(SECRET), 503, "unavailable"),
    (InterfaceError(SECRET), 503, "unavailable"),
    (LedgerDamaged("chain_broken", SECRET), 500, "damaged"),
    (LedgerInUse(SECRET), 500, "internal"),
    (ValueError(SECRET), 500, "internal"),
    (HTTPException(404, SECRET), 404, "not_found"),
    (HTTPException(405, SECRET, {"Allow": "GET"}), 405, "method_not_allowed"),
    (HTTPException(418, SECRET), 418, "bad_request"),
    (Problem("stale", 412), 412, "stale"),
]


@pytest.mark.parametrize(("error", "status", "name"), ERRORS, ids=lambda value: getattr(type(value), "__name__", ""))
def test_every_error_has_a_problem_in_two_languages_without_its_text(error: Exception, status: int, name: str) -> None:
    answer = of_error(error).response()
    content = orjson.loads(answer.body)
    assert (answer.status_code, content["status"], content["type"].rpartition("/")[2]) == (status, status, name)
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in bytes(answer.body).decode()
    assert content["title"]
    assert content["title_en"]
    assert ("detail" in content) == ("detail_en" in content)
    assert ("retry-after" in answer.headers) == (status == 503)


def test_a_method_that_is_not_allowed_says_which_is() -> None:
    assert of_error(HTTPException(405, headers={"Allow": "GET"})).response().headers["allow"] == "GET"


@pytest.mark.parametrize(("rule", "message"), sorted(refusals()))
def test_a_rule_is_told_with_its_words_clause_and_place(rule: str, message: str) -> None:
    values: dict[str, Any] = {name: "word" for _, name, _, _ in Formatter().parse(message) if name}
    error = Refused(rule, message, clause="3.3", where="new", **values)
    content = orjson.loads(of_error(error).response().body)
    assert content["status"] == (422 if rule in CONTENT_RULES else 403 if is_about_who_asks(error) else 409)
    told = russian().pgettext(rule, message).format_map(values)
    assert (content["detail"], content["detail_en"]) == (told, message.format_map(values))
    assert (content["rule"], content["clause"], content["where"]) == (rule, "3.3", "new")


@pytest.mark.parametrize(
    ("rule", "where", "status"),
    [
        ("second_person_needed", "actor.id", 403),
        ("second_checker_needed", "actor.id", 403),
        ("own_role", "account", 403),
        ("own_excuse", "teacher", 403),
        ("not_among_duties", "", 403),
        ("role_not_allowed", "actor.role", 403),
        ("not_among_duties", "substitute", 409),
        ("second_person_needed", "requested_by", 409),
        ("another_teachers_lesson", "teacher", 409),
        ("approval_by_another", "approved_by", 409),
        ("backdated_alone", "starts_on", 409),
    ],
)
def test_a_rule_that_refuses_who_asks_is_403_and_one_about_what_is_asked_for_409(
    rule: str, where: str, status: int
) -> None:
    assert of_error(Refused(rule, "no", clause="3.3", where=where)).response().status_code == status
