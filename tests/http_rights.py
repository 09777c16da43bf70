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
    "/lessons": {"teacher"},
    f"/lessons/{uuid4()}/entries": {"teacher"},
    f"/lessons/{uuid4()}/absence-reasons": {"teacher"},
    f"/lessons/{uuid4()}/corrections": {"teacher"},
    f"/lessons/{uuid4()}/correction-requests": {"teacher", "deputy"},
    f"/lessons/{uuid4()}/correction-requests/1/approval": {"administrator", "deputy"},
    f"/lessons/{uuid4()}/correction-requests/1/refusal": {"administrator", "deputy"},
    "/assessment-rules": {"administrator"},
    "/results": {"teacher"},
    f"/results/{uuid4()}/exam-results": {"administrator", "deputy"},
    f"/results/{uuid4()}/final-marks": {"teacher"},
    f"/results/{uuid4()}/publications": {"administrator", "deputy", "teacher"},
    f"/results/{uuid4()}/corrections": {"administrator", "deputy", "teacher"},
    f"/results/{uuid4()}/correction-requests": {"teacher", "deputy"},
    f"/results/{uuid4()}/correction-requests/1/approval": {"administrator", "deputy"},
    f"/results/{uuid4()}/correction-requests/1/refusal": {"administrator", "deputy"},
    "/council-decisions": {"administrator", "deputy"},
    "/checkpoints": {"administrator", "inspector"},
}
EVERYBODY = {"administrator", "deputy", "teacher", "inspector"}
AUDITORS = {"administrator", "inspector"}
READS = {
    "/classes": EVERYBODY,
    "/courses": EVERYBODY,
    "/periods": EVERYBODY,
    "/corrections": EVERYBODY,
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
    "/assessment-rules": EVERYBODY,
    "/results": EVERYBODY,
    "/results/deviations": {"administrator", "deputy", "inspector"},
    "/results/unpublished": {"administrator", "deputy", "inspector"},
    "/council-decisions": EVERYBODY,
    "/views/regulation": AUDITORS,
    "/feed.jsonl": AUDITORS,
    "/feed?limit=1": AUDITORS,
    "/entries/0": AUDITORS,
    "/entries/0/proof": AUDITORS,
    "/entries/0/disclosures": AUDITORS,
    "/log/tile/entries/000.p/1": AUDITORS,
}
