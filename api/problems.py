"""Every error as RFC 9457 ``application/problem+json``, in Russian with English beside it.

    {"type":"https://letopis.example/problems/period_closed","title":"Правило журнала не позволяет",
     "title_en":"Refused by a rule of the journal","status":409,"detail":"отчётный период закрыт …",
     "detail_en":"…","rule":"period_closed","clause":"3.3","where":"held_on",
     "instance":"urn:uuid:6f00be70-fbe3-44f7-af73-0c1b8c73cdca"}

`type` ends in a stable name that programs may depend on; the texts are for people and may change. `instance` is the
request's id. No problem ever repeats a value of the request, nor a name in it that is not one of ours.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson
from eventsourcing.persistence import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

from api.identity.kept import IdentityError, NotTheHolder, PasskeyRefused, ProviderRefused, ProviderUnavailable
from api.identity.limits import TooManyTries
from api.identity.links import NotLinked
from api.identity.passwords import WeakPassword
from api.request_ids import CURRENT
from api.translation import in_russian
from api.words import CONTENT_RULES, is_about_who_asks
from ledger.access.log import AccessLogUnavailable
from ledger.errors import Conflict, KeyReused, LedgerDamaged, LetopisError, NodeReadOnly, OutcomeUnknown, Refused
from projections.errors import NotYetProjected, ViewsError

if TYPE_CHECKING:
    from starlette.responses import Response

Detail = tuple[str, str]
"""What is wrong, in Russian and in English."""

MEDIA_TYPE: Final = "application/problem+json"
TYPE_BASE: Final = "https://letopis.example/problems/"
_CHALLENGE: Final[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer realm="letopis"'}
RETRY_AFTER: Final[Mapping[str, str]] = {"Retry-After": "5"}

_logger = logging.getLogger(__name__)

_TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "refused": ("Правило журнала не позволяет", "Refused by a rule of the journal"),
    "conflict": ("Данные изменились, пока вы работали", "The data moved meanwhile"),
    "key_reused": ("Ключ повтора занят другим запросом", "The idempotency key belongs to another request"),
    "stale": ("Урок изменился с тех пор, как вы его открыли", "The lesson moved since you read it"),
    "precondition_required": ("Нужен заголовок If-Match", "If-Match is required"),
    "bad_request": ("Запрос составлен неверно", "Malformed request"),
    "unprocessable": ("Содержание запроса неверно", "The request's content is wrong"),
    "unauthorized": ("Нужно войти", "A sign-in is required"),
    "forbidden": ("Эта роль такого не может", "This role may not do that"),
    "other_site": ("Запрос с чужого сайта", "The request comes from another site"),
    "not_the_holder": ("Имя входа, пароль или код неверны", "Login, password or code is not right"),
    "weak_password": ("Такой пароль не подходит", "This password is not taken"),
    "identity": ("Так войти нельзя настроить", "Signing in cannot be set up so"),
    "not_linked": ("Этот вход ни с кем здесь не связан", "This sign-in is nobody's here"),
    "passkey_refused": ("Ключ входа не подошёл", "The passkey is not taken"),
    "provider_refused": ("Поставщик не подтвердил вход", "The provider did not confirm the sign-in"),
    "too_many_tries": ("Слишком много попыток входа", "Too many tries to sign in"),
    "not_found": ("Такого нет", "Not found"),
    "method_not_allowed": ("Так сюда не обращаются", "Method not allowed"),
    "request_timeout": ("Запрос не пришёл до конца", "The request did not arrive in time"),
    "too_large": ("Запрос слишком велик", "The body is too large"),
    "unsupported_media_type": ("Нужен application/json", "application/json is required"),
    "read_only": ("Запись остановлена до полной проверки", "The node is read-only until it is verified"),
    "outcome_unknown": ("Неизвестно, внесена ли запись", "It is not known whether the entry was recorded"),
    "not_yet": ("До этого места журнал ещё не дошёл", "The journal has not come that far"),
    "damaged": ("Хранилище не сходится со своими отпечатками", "Stored bytes do not say what their hashes say"),
    "unavailable": ("Сейчас недоступно", "Not available now"),
    "access_log_unavailable": (
        "Сведения не выданы: журнал доступа не пишется",
        "Nothing is shown: the access log cannot be written",
    ),
    "access_log_not_continued": (
        "Журнал доступа не продолжает прежнего: он урезан или переписан",
        "The access log does not continue what it was: it was cut or rewritten",
    ),
    "internal": ("Внутренняя ошибка", "Internal error"),
}
_BY_STATUS: Final[Mapping[int, str]] = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    412: "stale",
    413: "too_large",
    415: "unsupported_media_type",
    422: "unprocessable",
    428: "precondition_required",
    429: "too_many_tries",
    500: "internal",
    503: "unavailable",
}


class Problem(Exception):  # noqa: N818 - it is the field's word
    """An answer that is a problem.

    Attributes:
        name: stable name, the last part of `type`.
        status: HTTP status.
        detail: what is wrong, where the title does not say it all.
        more: members beside the standard ones.
        headers: headers of the answer.
    """

    def __init__(
        self,
        name: str,
        status: int,
        detail: Detail | None = None,
        *,
        title: Detail | None = None,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(name)
        self.name = name
        self.status = status
        self.detail = detail
        self.title = title or _TITLES.get(name, _TITLES[_BY_STATUS.get(status, "internal")])
        self.more = dict(more or {})
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The problem as an HTTP answer."""
        from starlette.responses import Response  # here: a command that is refused does not wait for it

        body: dict[str, Any] = {
            "type": TYPE_BASE + self.name,
            "title": self.title[0],
            "title_en": self.title[1],
            "status": self.status,
        }
        request = CURRENT.get()
        if request is not None:
            body["instance"] = f"urn:uuid:{request}"
        if self.detail is not None:
            body["detail"], body["detail_en"] = self.detail
        return Response(orjson.dumps(body | self.more), self.status, self.headers, MEDIA_TYPE)


class NotOwn(Problem):
    """What is asked for is somebody else's: whoever answers with it leaves a trace of who asked.

    A 403 with a `detail`; without one the 404 of what is not there, where a 403 would tell that it is.
    """

    def __init__(self, detail: Detail | None = None) -> None:
        name, status = ("not_found", 404) if detail is None else ("forbidden", 403)
        super().__init__(name, status, detail)


def unauthorized() -> Problem:
    """No token, or one that is not known: told alike."""
    return Problem("unauthorized", 401, headers=_CHALLENGE)


def refused(error: Refused, status: int | None = None) -> Problem:
    """What a rule of the journal says; `status` where it is none of 403, 409 and 422."""
    usual = 422 if error.rule in CONTENT_RULES else 403 if is_about_who_asks(error) else 409
    return Problem(
        error.rule,
        status or usual,
        (in_russian(error), str(error)),
        title=_TITLES["refused"],
        more={"rule": error.rule, "clause": error.clause, "where": error.where},
    )


def of_error(error: Exception) -> Problem:
    """The problem that tells an error of ours; any other is ``internal``, which says nothing."""
    match error:
        case Problem():
            return error
        case Refused():
            return refused(error)
        case AccessLogUnavailable():
            detail = (
                "каждый просмотр личных сведений сначала записывается; повторите позже",
                "each look at personal data is recorded first; try again later",
            )
            return Problem("access_log_unavailable", 503, detail, headers=RETRY_AFTER)
        case KeyReused():
            return Problem(
                "key_reused",
                422,
                ("с этим Idempotency-Key уже был другой запрос", "this Idempotency-Key came with another request"),
            )
        case NodeReadOnly():
            return Problem(
                "read_only",
                503,
                (
                    "нужна полная проверка: letopis audit --unlatch",
                    "a full verification is due: letopis audit --unlatch",
                ),
                headers=RETRY_AFTER,
            )
        case OutcomeUnknown():
            return Problem(
                "outcome_unknown",
                503,
                (
                    "связь с базой прервалась: повторите запрос с тем же Idempotency-Key",
                    "the connection to the database was lost: repeat the request with the same Idempotency-Key",
                ),
                headers=RETRY_AFTER,
            )
        case Conflict():
            return Problem(
                "conflict",
                409,
                ("другой запрос был раньше: прочитайте заново и повторите", "another command came first: read, repeat"),
            )
        case (
            TooManyTries()
            | NotTheHolder()
            | WeakPassword()
            | IdentityError()
            | PasskeyRefused()
            | ProviderRefused()
            | ProviderUnavailable()
        ):
            return _of_signing_in(error)
        case HTTPException():
            name = _BY_STATUS.get(error.status_code, "bad_request")
            return Problem(name, error.status_code, headers=error.headers or {})
        case _:
            return _of_machine(error)


def _of_signing_in(error: LetopisError) -> Problem:
    """What speaks against a sign-in: never more than a stranger may learn."""
    russian, _, english = str(error).partition(" / ")
    match error:
        case TooManyTries():
            detail = (f"подождите {error.seconds} с", f"wait {error.seconds} s")
            return Problem("too_many_tries", 429, detail, headers={"Retry-After": str(error.seconds)})
        case NotTheHolder():
            return Problem("not_the_holder", 401, headers=_CHALLENGE)
        case PasskeyRefused():
            detail = ("начните заново или войдите иначе", "begin again, or sign in otherwise")
            return Problem("passkey_refused", 401, detail, headers=_CHALLENGE)
        case ProviderRefused():
            detail = ("начните вход заново", "begin the sign-in again")
            return Problem("provider_refused", 401, detail, headers=_CHALLENGE)
        case ProviderUnavailable():
            detail = (
                "поставщик входа не отвечает; войти можно именем и паролем",
                "the provider of sign-ins does not answer; sign in with login and password",
            )
            return Problem("unavailable", 503, detail, headers=RETRY_AFTER)
        case NotLinked():
            return Problem("not_linked", 403, (russian, english))
        case WeakPassword():
            return Problem("weak_password", 422, (russian, english), more={"where": "password"})
        case _:
            return Problem("identity", 409, (russian, english))


def _of_machine(error: Exception) -> Problem:
    """The problems that nobody who asks can mend: the log says more than the answer, and neither says a value."""
    match error:
        case NotYetProjected():
            return Problem("not_yet", 404, (f"есть {error.position} записей", f"there are {error.position} entries"))
        case LedgerDamaged():
            _logger.critical("the ledger is damaged: %s: %s", error.code, error)
            return Problem("damaged", 500, ("нужна проверка: letopis audit", "verify it: letopis audit"))
        case ViewsError():
            _logger.error("views: %s", error)
            return Problem("unavailable", 503, ("представления строятся", "views are being made"), headers=RETRY_AFTER)
        case OperationalError() | InterfaceError():
            # A driver's text may quote a row.
            _logger.error("the database is not available: %s", type(error).__name__)
            return Problem(
                "unavailable", 503, ("база не отвечает", "the database does not answer"), headers=RETRY_AFTER
            )
        case _:
            _logger.error("unexpected %s", type(error).__name__)
            return Problem("internal", 500)
