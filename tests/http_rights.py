"""Which role may ask for what over HTTP: every route of a school, with an example of its path."""

from __future__ import annotations

from uuid import uuid4

PUBLIC = {"/log/checkpoint", "/log/tile/0/000"}
WRITES = {
    "/people": {"administrator"},
    "/years": {"administrator"},
    "/periods": {"administrator"},
    f"/periods/{uuid4()}/close": {"administrator", "deputy"},
    "/classes": {"administrator"},
    f"/classes/{uuid4()}/enrollments": {"administrator"},
    f"/classes/{uuid4()}/withdrawals": {"administrator"},
    "/courses": {"administrator"},
    f"/courses/{uuid4()}/teachers": {"administrator"},
    "/regulations": {"administrator"},
    "/responsible": {"administrator"},
    f"/classes/{uuid4()}/certificates": {"administrator", "deputy", "teacher"},
    f"/classes/{uuid4()}/certificate-annulments": {"administrator", "deputy", "teacher"},
    f"/courses/{uuid4()}/cancellations": {"administrator", "deputy"},
    f"/courses/{uuid4()}/cancellation-withdrawals": {"administrator", "deputy"},
    "/lessons": {"teacher"},
    f"/lessons/{uuid4()}/entries": {"teacher"},
    f"/lessons/{uuid4()}/absence-reasons": {"teacher"},
    f"/lessons/{uuid4()}/corrections": {"teacher"},
    f"/lessons/{uuid4()}/correction-requests": {"teacher", "deputy"},
    f"/lessons/{uuid4()}/correction-requests/1/approval": {"administrator", "deputy"},
    f"/lessons/{uuid4()}/correction-requests/1/refusal": {"administrator", "deputy"},
    "/checkpoints": {"administrator", "inspector"},
}
EVERYBODY = {"administrator", "deputy", "teacher", "inspector"}
AUDITORS = {"administrator", "inspector"}
READS = {
    "/classes": EVERYBODY,
    "/courses": EVERYBODY,
    "/periods": EVERYBODY,
    "/corrections": EVERYBODY,
    "/cancellations": EVERYBODY,
    "/certificates": EVERYBODY,
    "/flagged-marks": EVERYBODY,
    "/substitutions": EVERYBODY,
    "/substitutions.csv": EVERYBODY,
    f"/classes/{uuid4()}/page": EVERYBODY,
    f"/students/{uuid4()}/page": EVERYBODY,
    f"/lessons/{uuid4()}": EVERYBODY,
    f"/people/{uuid4()}": EVERYBODY,
    f"/years/{uuid4()}": EVERYBODY,
    f"/periods/{uuid4()}": EVERYBODY,
    f"/classes/{uuid4()}": EVERYBODY,
    f"/courses/{uuid4()}": EVERYBODY,
    f"/lessons/{uuid4()}/cells/{uuid4()}/history": EVERYBODY,
    "/views/regulation": AUDITORS,
    "/feed.jsonl": AUDITORS,
    "/feed?limit=1": AUDITORS,
    "/entries/0": AUDITORS,
    "/entries/0/proof": AUDITORS,
    "/entries/0/disclosures": AUDITORS,
    "/log/tile/entries/000.p/1": AUDITORS,
}
