"""The page at ``/``: what this server offers, made from its own OpenAPI description.

It loads nothing from elsewhere and runs no script: a school's server may have no way out, and should need none.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from typing import Any, Final

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse

from api.headers import POLICY as POLICY_OF_DATA

STYLE: Final = """
body{font:16px/1.5 system-ui,"PT Sans","DejaVu Sans",sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
body{color:#1b1b1b;background:#fff}
h1{font-size:1.6rem;margin:0} h2{font-size:1.1rem;margin:2rem 0 .5rem;border-bottom:1px solid #c9c9c9}
table{border-collapse:collapse;width:100%}
td{padding:.3rem .8rem .3rem 0;vertical-align:top;border-bottom:1px solid #ececec}
td:first-child{width:4rem;font-weight:600}
code{font-family:"PT Mono","DejaVu Sans Mono",monospace;font-size:.88rem;overflow-wrap:anywhere}
.quiet{color:#555} a{color:#0b4f8a}
@media (prefers-color-scheme:dark){
body{background:#16181b;color:#e8e8e8} td,h2{border-color:#3a3d42} .quiet{color:#b0b0b0} a{color:#8ab8ff}}
"""
_STYLE_DIGEST: Final = b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY: Final = f"{POLICY_OF_DATA}; style-src 'sha256-{_STYLE_DIGEST}'"

_TAGS: Final = {
    "set-up": "Школа, люди, классы / set-up",
    "people": "Сведения о людях / people's data",
    "lessons": "Уроки и исправления / lessons",
    "plans": "Планы уроков / lesson plans",
    "results": "Результаты и как они вычислены / results",
    "control": "Контроль ведения / control",
    "journals": "Закрытие журналов и сводные ведомости / closing journals, summary sheets",
    "archives": "Архивы и их передача / archives and their hand-over",
    "backups": "Резервные копии / backups",
    "prints": "Печатные формы и проверка бумаги / printed forms, checking paper",
    "paper": "Бумажный архив / the paper archive",
    "excuses": "Сбои и причины опозданий / incidents and excuses",
    "service": "Свежесть, порталы и свидетели / freshness, portals, witnesses",
    "accounts": "Учётные записи и роли / accounts and roles",
    "sign-in": "Вход / sign-in",
    "reads": "Кто смотрел / who looked",
    "erasing": "Сроки хранения и уничтожение сведений / retention and erasing",
    "views": "Представления / views",
    "questions": "Вопросы проверяющего / an inspector's questions",
    "log": "Журнал и доказательства / log and proofs",
    "feed": "Лента записей / feed",
    "health": "Состояние / health",
}


def add_reference(app: FastAPI) -> None:
    """Serve the page at ``/`` and ``/docs``."""

    async def reference(_: Request) -> HTMLResponse:
        """Show what is offered here."""
        return HTMLResponse(format_reference(app.openapi()), headers={"Content-Security-Policy": POLICY})

    for path in ("/", "/docs"):
        app.add_api_route(path, reference, include_in_schema=False)


def format_reference(document: dict[str, Any]) -> str:
    """An OpenAPI document as a page for people."""
    sections = "".join(_section(tag, title, document) for tag, title in _TAGS.items())
    return (
        '<!doctype html><html lang="ru"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Летопись</title><style>{STYLE}</style>"
        "<h1>Летопись</h1>"
        '<p>Классный журнал, в котором нельзя незаметно исправить ни одной записи.<br><span class="quiet" lang="en">'
        "A class journal that cannot be changed without being noticed.</span></p>"
        "<p>Вход: заголовок <code>Authorization: Bearer …</code> с ключом своей роли. Описание для программ: "
        '<a href="/openapi.json"><code>/openapi.json</code></a>.<br><span class="quiet" lang="en">Sign in with your '
        "role's token in the Authorization header; programs read /openapi.json.</span></p>"
        f"{sections}</html>"
    )


def _section(tag: str, title: str, document: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(method.upper())}</td><td><code>{escape(path)}</code><br>"
        f'<span class="quiet" lang="en">{escape(_first_line(operation))}</span></td></tr>'
        for path, method, operation in _operations(document)
        if tag in operation.get("tags", ())
    )
    return f"<h2>{escape(title)}</h2><table>{rows}</table>" if rows else ""


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _first_line(operation: dict[str, Any]) -> str:
    return str(operation.get("description") or operation.get("summary", "")).split("\n", 1)[0]
