from __future__ import annotations

import orjson
import pytest
from eventsourcing.persistence import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

from api.problems import Problem, of_error
from api.words import CONTENT_RULES, RULES_RU
from ledger.errors import Conflict, KeyReused, LedgerDamaged, LedgerInUse, NodeReadOnly, OutcomeUnknown, Refused
from projections.errors import NotYetProjected, RebuildRunning, ViewsOutdated

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


@pytest.mark.parametrize("rule", sorted(RULES_RU))
def test_a_rule_is_told_with_its_words_clause_and_place(rule: str) -> None:
    content = orjson.loads(of_error(Refused(rule, "in English", clause="3.3", where="new")).response().body)
    assert content["status"] == (422 if rule in CONTENT_RULES else 409)
    assert (content["detail"], content["detail_en"]) == (RULES_RU[rule], "in English")
    assert (content["rule"], content["clause"], content["where"]) == (rule, "3.3", "new")


def test_a_rule_without_words_is_told_all_the_same() -> None:
    content = orjson.loads(of_error(Refused("brand_new", "in English", clause="log")).response().body)
    assert content["detail"] == "Правило журнала не позволяет"
