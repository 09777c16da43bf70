"""PREMIS 3.0 (https://www.loc.gov/standards/premis/): the archive's objects, events, agents and rights, as XML.

Objects are the log as a whole and every file of the payload; events are the log's own (`exports.life`) and the two of
this archive, its signature and its making; agents are who recorded them, and the school with the log's key; rights are
the two terms for which the school keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from exports.description import Described, Payload, Term, said_by
from exports.life import LifeEvent
from exports.markup import Markup

NAMESPACE: Final = "http://www.loc.gov/premis/v3"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_PATH, _LOG, _ENTRY, _PERSON, _KEY, _RIGHT = (
    *("path in the bag", "letopis log", "entry of the log", "letopis actor"),
    *("letopis key", "letopis retention"),
)
_FORMATS: Final = {
    "csv": ("CSV", "text/csv"),
    "jsonl": ("JSON Lines", "application/jsonl"),
    "json": ("JSON", "application/json"),
    "sqlite": ("SQLite 3", "application/vnd.sqlite3"),
    "xlsx": ("Office Open XML Workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": ("PDF", "application/pdf"),
    "html": ("HTML", "text/html"),
    "xml": ("XML", "application/xml"),
    "checkpoint": ("C2SP signed note", "text/plain"),
}
_OTHER: Final = ("binary", "application/octet-stream")
_TERMS: Final = (("journal", "Классные журналы / class journals"), ("sheet", "Сводные ведомости / summary sheets"))


def format_premis(of: Described, payload: Payload) -> Iterator[bytes]:
    """``premis.xml`` in pieces; `payload`: the files to describe."""
    xml = Markup('<?xml version="1.0" encoding="UTF-8"?>')
    with xml.inside("premis", xmlns=NAMESPACE, xmlns_xsi=_XSI, version="3.0"):
        _log(xml, of)
        for name in sorted(payload):
            _file(xml, of, name, *payload[name])
            yield xml.taken()
        for event in of.about.life:
            _event(xml, of, (_ENTRY, str(event.entry)), event, (_PERSON, event.actor))
        _own_events(xml, of)
        _agents(xml, of)
        _rights(xml, of)
    yield xml.taken() + b"\n"


def _identifier(xml: Markup, of: str, kind: str, value: str, role: str = "") -> None:
    """``<…Identifier>`` with type and value: `of` is ``object``, ``linkingEvent`` and so on."""
    with xml.inside(f"{of}Identifier"):
        xml.element(f"{of}IdentifierType", kind)
        xml.element(f"{of}IdentifierValue", value)
        if role:
            xml.element(f"{of}Role", role)


def _log(xml: Markup, of: Described) -> None:
    properties = (
        ("entries", str(of.size - of.first)),
        *([("continues the archive of entries", f"0-{of.first - 1}")] if of.first else ()),
        ("first entry", of.first_at),
        ("last entry", of.last_at),
        *(("school year", f"{title}: {starts_on}/{ends_on}") for title, starts_on, ends_on in of.about.years),
        *((f"rows of {table.name}.csv", str(table.rows)) for table in of.tables),
    )
    with xml.inside("object", xsi_type="intellectualEntity"):
        _identifier(xml, "object", _LOG, of.origin)
        for name, value in properties:
            with xml.inside("significantProperties"):
                xml.element("significantPropertiesType", name)
                xml.element("significantPropertiesValue", value)
        xml.element("originalName", f"Электронный журнал: {of.school}")
        for term, _ in _TERMS:
            _identifier(xml, "linkingRightsStatement", _RIGHT, term)


def _file(xml: Markup, of: Described, name: str, size_bytes: int, sha256: str) -> None:
    format_name, media_type = _FORMATS.get(name.rpartition("/")[2].rpartition(".")[2], _OTHER)
    with xml.inside("object", xsi_type="file"):
        _identifier(xml, "object", _PATH, name)
        with xml.inside("objectCharacteristics"):
            with xml.inside("fixity"):
                xml.element("messageDigestAlgorithm", "SHA-256")
                xml.element("messageDigest", sha256)
            xml.element("size", str(size_bytes))
            with xml.inside("format"):
                with xml.inside("formatDesignation"):
                    xml.element("formatName", media_type)
                xml.element("formatNote", format_name)
        with xml.inside("relationship"):
            xml.element("relationshipType", "structural")
            xml.element("relationshipSubType", "is part of")
            _identifier(xml, "relatedObject", _LOG, of.origin)


def _event(xml: Markup, of: Described, identifier: tuple[str, str], event: LifeEvent, agent: tuple[str, str]) -> None:
    with xml.inside("event"):
        _identifier(xml, "event", *identifier)
        xml.element("eventType", event.type)
        xml.element("eventDateTime", event.at)
        with xml.inside("eventDetailInformation"):
            xml.element("eventDetail", event.detail)
        if event.outcome:
            with xml.inside("eventOutcomeInformation"):
                xml.element("eventOutcome", event.outcome)
        _identifier(xml, "linkingAgent", *agent)
        _identifier(xml, "linkingObject", _LOG, of.origin)


def _own_events(xml: Markup, of: Described) -> None:
    """This archive's two, dated as all of it is: not when somebody ran the program, but as the log stood."""
    signed = f"Подписана контрольная точка, записей: {of.size}"
    made = f"Архив записей: {of.size - of.first}; передал: {of.about.handed_over_by}"
    for identifier, type_, detail in (
        ("checkpoint", "digital signature generation", signed),
        ("archive", "information package creation", made),
    ):
        event = LifeEvent(of.size - 1, type_, of.last_at, detail, "", "")
        _event(xml, of, ("letopis archive", f"{identifier}/{of.size}"), event, (_KEY, of.origin))


def _agents(xml: Markup, of: Described) -> None:
    for actor in sorted({event.actor for event in of.about.life}):
        with xml.inside("agent"):
            _identifier(xml, "agent", _PERSON, actor)
            xml.element("agentType", "person")
    with xml.inside("agent"):
        _identifier(xml, "agent", _KEY, of.origin)
        xml.element("agentName", of.school)
        xml.element("agentType", "organization")


def _kept_for(term: Term | None) -> str:
    if term is None:
        return "срок школой не назван / no term is stated"
    return f"срок хранения, лет / kept for years: {term.years}{said_by(term)}"


def _rights(xml: Markup, of: Described) -> None:
    access = "Личные сведения, 152-ФЗ / personal data" if of.with_names else "Без ограничений / unrestricted"
    for (name, words), term in zip(_TERMS, (of.about.retention.journal, of.about.retention.sheet), strict=True):
        with xml.inside("rights"), xml.inside("rightsStatement"):
            _identifier(xml, "rightsStatement", _RIGHT, name)
            xml.element("rightsBasis", "other")
            with xml.inside("otherRightsInformation"):
                xml.element("otherRightsBasis", "institutional policy")
                xml.element("otherRightsNote", f"{words}: {_kept_for(term)}")
            with xml.inside("rightsGranted"):
                xml.element("act", "retain")
                xml.element("restriction", access)
                days = None if term is None else of.kept(term)
                if days is not None:
                    with xml.inside("termOfGrant"):
                        xml.element("startDate", days[0])
                        xml.element("endDate", days[1])
                xml.element("rightsGrantedNote", "Срок устанавливает школа / the school sets the term")
            _identifier(xml, "linkingObject", _LOG, of.origin)
