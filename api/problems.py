"""Every error as RFC 9457 ``application/problem+json``, in Russian with English beside it.

    {"type":"https://letopis.example/problems/period_closed","title":"Правило журнала не позволяет",
     "title_en":"Refused by a rule of the journal","status":409,"detail":"отчётный период закрыт …",
     "detail_en":"…","rule":"period_closed","clause":"3.3","where":"held_on"}

`type` ends in a stable name that programs may depend on; the texts are for people and may change. No problem ever
repeats a value of the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.strict_json import BodyError
from api.words import RULES_RU
from ledger.errors import Conflict, KeyReused, NodeReadOnly, OutcomeUnknown, Refused

MEDIA_TYPE: Final = "application/problem+json"
TYPE_BASE: Final = "https://letopis.example/problems/"
RETRY_AFTER_SECONDS: Final = 5

_TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "refused": ("Правило журнала не позволяет", "Refused by a rule of the journal"),
    "conflict": ("Данные изменились, пока вы работали", "The data moved meanwhile"),
    "key_reused": ("Ключ повтора занят другим запросом", "The idempotency key belongs to another request"),
    "stale": ("Урок изменился с тех пор, как вы его открыли", "The lesson moved since you read it"),
    "precondition_required": ("Нужен заголовок If-Match", "If-Match is required"),
    "bad_request": ("Запрос составлен неверно", "Malformed request"),
    "unprocessable": ("Содержание запроса неверно", "The request's content is wrong"),
    "unauthorized": ("Нужен ключ входа", "A bearer token is required"),
    "forbidden": ("Эта роль такого не может", "This role may not do that"),
    "not_found": ("Такого нет", "Not found"),
    "method_not_allowed": ("Так сюда не обращаются", "Method not allowed"),
    "too_large": ("Запрос слишком велик", "The body is too large"),
    "unsupported_media_type": ("Нужен application/json", "application/json is required"),
    "read_only": ("Запись остановлена до полной проверки", "The node is read-only until it is verified"),
    "outcome_unknown": ("Неизвестно, внесена ли запись", "It is not known whether the entry was recorded"),
    "unavailable": ("Сейчас недоступно", "Not available now"),
    "internal": ("Внутренняя ошибка", "Internal error"),
}
_BY_STATUS: Final[Mapping[int, str]] = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    412: "stale",
    413: "too_large",
    415: "unsupported_media_type",
    422: "unprocessable",
    428: "precondition_required",
    500: "internal",
    503: "unavailable",
}


class Problem(Exception):  # noqa: N818 - it is the field's word
    """An answer that is a problem.

    Attributes:
        name: stable name, the last part of `type`.
        status: HTTP status.
        more: members beside the standard ones.
        headers: headers of the answer.
    """

    def __init__(
        self,
        name: str,
        status: int,
        *,
        detail: str = "",
        detail_ru: str = "",
        title: tuple[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(name)
        self.name = name
        self.status = status
        self.detail = detail
        self.detail_ru = detail_ru
        self.title = title or _TITLES.get(name, _TITLES[_BY_STATUS.get(status, "internal")])
        self.more = dict(more or {})
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The problem as an HTTP answer."""
        body: dict[str, Any] = {
            "type": TYPE_BASE + self.name,
            "title": self.title[0],
            "title_en": self.title[1],
            "status": self.status,
        }
        if self.detail or self.detail_ru:
            body["detail"] = self.detail_ru or self.detail
            body["detail_en"] = self.detail
        return Response(orjson.dumps(body | self.more), self.status, self.headers, MEDIA_TYPE)


def unauthorized() -> Problem:
    """No token, or one that is not known: told alike."""
    return Problem("unauthorized", 401, headers={"WWW-Authenticate": 'Bearer realm="letopis"'})


def of_error(error: Exception) -> Problem:
    """The problem that tells an error of the ledger or of a body; any other error is ``internal`` and says nothing."""
    match error:
        case Problem():
            return error
        case Refused():
            return Problem(
                error.rule,
                409,
                detail=str(error),
                detail_ru=RULES_RU.get(error.rule, ""),
                title=_TITLES["refused"],
                more={"rule": error.rule, "clause": error.clause, "where": error.where},
            )
        case KeyReused():
            return Problem("key_reused", 422, detail=str(error))
        case NodeReadOnly():
            return Problem("read_only", 503, detail=str(error), headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        case OutcomeUnknown():
            return Problem(
                "outcome_unknown",
                503,
                detail="the connection to the database was lost: repeat the request with the same Idempotency-Key",
                detail_ru="связь с базой прервалась: повторите запрос с тем же Idempotency-Key",
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
        case Conflict():
            return Problem("conflict", 409, detail="another command came first: read again and repeat")
        case BodyError():
            status = 413 if "longer than" in str(error) else 400
            return Problem("too_large" if status == 413 else "bad_request", status, detail=_at(str(error), error.where))
        case HTTPException():
            name = _BY_STATUS.get(error.status_code, "bad_request")
            return Problem(name, error.status_code, headers=error.headers or {})
        case _:
            return Problem("internal", 500)


def _at(message: str, where: str) -> str:
    return f"{message} (at {where})" if where else message


async def answer_problem(_: Request, error: Exception) -> Response:
    """Exception handler of the application."""
    return of_error(error).response()
