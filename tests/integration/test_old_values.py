"""Older personal values are for those alone who may read them (1.7, R13)."""

from __future__ import annotations

import pytest

from tests.http_class import SmallClass, problem
from tests.http_school import Served, post


@pytest.mark.clause("R13", breaks="api.routes.prints:_check_old_names")
def test_a_name_that_was_replaced_is_for_those_alone_who_may_read_older_values(server: Served) -> None:
    school = SmallClass(server)
    student = school.students[0]
    form = {"kind": "class_page", "course": school.course, "period": school.period}
    server.school.read_views()
    (before,) = server.school.names([student]).values()
    position = server.school.recorder.head().size
    with server.as_("administrator") as administrator:
        index = post(administrator, f"/people/{student}/data", {"family_name": "Другова"})["first_index"]
    server.school.read_views()
    assert server.school.names([student])[student].startswith("Другова")
    assert not before.startswith("Другова")
    with server.as_("deputy") as deputy:
        problem(deputy.post("/prints", json={**form, "position": position}), 403, "forbidden")
        post(deputy, "/prints", form)
        problem(deputy.get(f"/people/{student}/data"), 403, "out_of_reach")
        problem(deputy.get(f"/entries/{index - 1}/disclosures"), 403, "forbidden")
    with server.as_("administrator") as administrator:
        post(administrator, "/prints", {**form, "position": position})
