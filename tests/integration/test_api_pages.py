"""Long answers in pages over real HTTP: together they are one answer, however many entries come meanwhile."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.routes import results, views
from tests.contract_school import contract_school, ids_of
from tests.http_class import problem
from tests.http_school import NO_TLS, Served, grow


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with contract_school(tmp_path_factory.mktemp("pages") / "school") as server:
        yield server


def client_of(school: Served, role: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {school.tokens[role]}"}
    return httpx.Client(base_url=school.base, headers=headers, timeout=30, verify=NO_TLS)


PATHS = (
    "/corrections",
    "/deadlines?class_group={class_group}&status=all",
    "/questions/absences?days=1",
    "/questions/late-entries",
    "/reads?person={student}",
    "/results",
)


def fetched(school: Served, client: httpx.Client, path: str, limit: int) -> list[dict[str, Any]]:
    """All pages of an answer; between two of them entries are recorded, and others look."""
    joined, pages = "&" if "?" in path else "?", []
    following: str | None = f"{path}{joined}limit={limit}"
    while following is not None:
        answer = client.get(following)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["rows"]) <= limit
        pages.append(answer.json())
        link = answer.links.get("next")
        following = link["url"] if link else None
        grow(school, 2)
    return pages


@pytest.mark.parametrize("path", PATHS)
def test_pages_together_are_the_answer_that_stood_when_the_first_was_given(school: Served, path: str) -> None:
    ids = ids_of(school)
    place = "/v1/schools/sample" + path.format(class_group=ids["class_group"][0], student=ids["student"][0])
    with client_of(school, "administrator") as client:
        for _ in range(12):
            client.get(f"/v1/schools/sample/students/{ids['student'][0]}/page")
        whole = client.get(place).json()
        count = len(whole["rows"])
        assert count > 10, "else nothing is shown here"
        at = whole.get("position", whole.get("access_position"))
        pages = fetched(school, client, f"{place}{'&' if '?' in place else '?'}at={at}", -(-count // 4))
        assert len(pages) == 4
        assert [row for page in pages for row in page["rows"]] == whole["rows"]
        assert {page.get("position", page.get("access_position")) for page in pages} == {at}
        named = {person: name for page in pages for person, name in page["people"].items()}
        assert named == whole["people"]
        fresh = fetched(school, client, place, count)
        assert len({page.get("position", page.get("access_position")) for page in fresh}) == 1, "not torn"


@pytest.mark.parametrize("path", ["/corrections", "/results", "/results/deviations"])
def test_a_list_of_tens_of_thousands_is_in_pages_where_nobody_asks_for_them(
    school: Served, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client_of(school, "administrator") as client:
        whole = client.get(f"/v1/schools/sample{path}?limit=10000").json()["rows"]
        for routes in (views, results):
            monkeypatch.setattr(routes, "ROWS_AT_ONCE", 3)
        answer = client.get(f"/v1/schools/sample{path}")
        following = client.get(answer.links["next"]["url"])
    assert len(whole) > 6
    assert [*answer.json()["rows"], *following.json()["rows"]] == whole[:6]


def test_a_cursor_is_of_one_question_and_one_person_and_cannot_be_changed(school: Served) -> None:
    place = "/v1/schools/sample/corrections"
    with client_of(school, "administrator") as client, client_of(school, "inspector") as other:
        link = (
            client.get(place, params={"limit": 2, "timing": "same_day"}).links.get("next")
            or client.get(place, params={"limit": 2}).links["next"]
        )
        url = httpx.URL(link["url"])
        asked = dict(url.params)
        cursor = asked["cursor"]
        assert client.get(place, params={**asked, "limit": "1"}).status_code == 200, "pages may get smaller"
        raw = bytearray(base64.urlsafe_b64decode(cursor + "=="))
        for at in (0, 7, 20, 23, 24, 39):
            raw[at] ^= 1
            changed = base64.urlsafe_b64encode(raw).decode().rstrip("=")
            raw[at] ^= 1
            told = problem(client.get(place, params={**asked, "cursor": changed}), 400, "bad_request")
            assert told["where"] == "cursor"
        spare = cursor[:-1] + chr(ord(cursor[-1]) + 1)
        for wrong in (spare, cursor[:-1], cursor + "A", "=" * 54, ""):
            problem(client.get(place, params={**asked, "cursor": wrong}), 400, "bad_request")
        problem(client.get(place, params={**asked, "from": "2026-09-01"}), 400, "bad_request")
        problem(client.get("/v1/schools/sample/questions/corrections", params=asked), 400, "bad_request")
        problem(other.get(place, params=asked), 400, "bad_request")
        for limit in ("0", "-1", "+1", "01", "1.0", "٣", "10001", "x"):
            problem(client.get(place, params={"limit": limit}), 400, "bad_request")
