"""What changed between two moments over HTTP, on both databases: lessons and registers in one list, with who and why."""

from __future__ import annotations

from tests.http_class import DAY, SmallClass, problem
from tests.http_school import Served, post


def test_facts_of_lessons_and_the_setup_are_in_one_list_with_their_authors(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher, server.as_("director") as director, server.as_("administrator") as admin:
        whole = director.get("/views/changes").json()
        assert {row["of"] for row in whole["rows"]} == {"register"}
        assert {"class", "course", "assignment", "enrollment"} <= {row["what"] for row in whole["rows"]}
        path, _ = school.recorded(teacher)
        left = {"student": school.students[1], "ends_on": DAY}
        post(admin, f"/classes/{school.group}/withdrawals", left)
        found = director.get("/views/changes", params={"since": str(whole["position"])}).json()
        assert [row["entry"] for row in found["rows"]] == sorted(row["entry"] for row in found["rows"])
        assert found["since"] == whole["position"]
        told = [(row["of"], row["what"], row["action"], row["actor"]) for row in found["rows"]]
        assert told[0] == ("lesson", "lesson", "recorded", server.actors["teacher"])
        assert told[-1] == ("register", "leaving", "recorded", server.actors["administrator"])
        assert (found["rows"][0]["lesson"], found["rows"][-1]["people"]) == (
            path.rpartition("/")[2],
            [school.students[1]],
        )
        assert found["people"][school.students[1]] == "Сидоров Имя"
        only = {"since": str(whole["position"]), "student": school.students[0]}
        assert {row.get("student") for row in director.get("/views/changes", params=only).json()["rows"]} == {
            school.students[0]
        }
        first = director.get("/views/changes", params={"limit": "3", "at": str(found["position"])})
        assert len(first.json()["rows"]) == 3
        second = director.get(first.links["next"]["url"].split("/v1/schools/1534")[-1])
        assert second.json()["rows"][0]["entry"] > first.json()["rows"][-1]["entry"]
        every = director.get("/views/changes", params={"at": str(found["position"])}).json()["rows"]
        paged, answer = first.json()["rows"], first
        while "next" in answer.links:
            answer = director.get(answer.links["next"]["url"].split("/v1/schools/1534")[-1])
            assert 0 < len(answer.json()["rows"]) <= 3
            paged += answer.json()["rows"]
        assert paged == every
        assert len({row["entry"] for row in every}) == len(every), "what pages rest on: an entry changes one thing"
        before = director.get("/views/changes", params={"at": str(whole["position"])}).json()
        assert before["rows"] == whole["rows"]
        late = {"since": str(found["position"]), "at": "1"}
        assert problem(director.get("/views/changes", params=late), 400, "bad_request")["where"] == "since"
        assert teacher.get("/views/changes").status_code == 403
