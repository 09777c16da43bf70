"""A teacher's day through a client that was generated from the served description: run by `.venv/contract`.

Reads what it needs as JSON from standard input, and writes what it saw to standard output. `letopis_client` is the
generated package, on the path of this process alone.
"""

from __future__ import annotations

import json
import sys
from typing import Any
from uuid import uuid4

from letopis_client import AuthenticatedClient
from letopis_client.api.lessons import correct, read_lesson, record_lesson
from letopis_client.api.sign_in import read_me
from letopis_client.api.views import read_class_page, read_teacher_day
from letopis_client.models import NewAbsence, NewCorrection, NewHomework, NewLesson, NewMark, NewWork
from letopis_client.models.new_correction_reason import NewCorrectionReason
from letopis_client.models.new_work_kind import NewWorkKind


def live(given: dict[str, Any]) -> dict[str, Any]:
    """One day: who am I, what is there today, a lesson with everything, one mark corrected, the page."""
    client = AuthenticatedClient(base_url=given["base"], token=given["token"])
    school, day = given["school"], given["day"]
    work, answer = str(uuid4()), str(uuid4())
    lesson = NewLesson(
        course=given["course"],
        held_on=day,
        number=2,
        starts_at="09:25",
        ends_at="10:10",
        topic="Проценты",
        absences=[NewAbsence(student=given["students"][1])],
        works=[
            NewWork(work=work, kind=NewWorkKind.ANSWER, written=False),
            NewWork(work=answer, kind=NewWorkKind.TEST, written=True),
        ],
        marks=[
            NewMark(student=given["students"][0], work=work, value="3"),
            NewMark(student=given["students"][0], work=answer, value="5"),
        ],
        homework=NewHomework(text="§ 14"),
    )
    me = read_me.sync(school, client=client)
    before = read_teacher_day.sync(school, client=client, from_=day)
    made = [record_lesson.sync(school, client=client, body=lesson, idempotency_key="day-1") for _ in range(2)]
    (name,) = {stream for stream in made[0].streams.to_dict() if stream.startswith("lesson/")}
    place = name.removeprefix("lesson/")
    read = read_lesson.sync_detailed(school, place, client=client)
    facts = json.loads(read.content)["facts"]
    mark = next(fact for fact in facts if fact["what"] == "mark" and fact["value"] == "3")
    correction = NewCorrection(corrects=mark["standing"], new="4", reason=NewCorrectionReason.TYPO)
    corrected = [
        correct.sync(school, place, client=client, body=correction, if_match=seen)
        for seen in (read.headers["ETag"], read.headers["ETag"])
    ]
    page = read_class_page.sync(school, given["class_group"], client=client, course=given["course"], from_=day, to=day)
    return {
        "me": me.to_dict(),
        "before": before.to_dict(),
        "made": [one.to_dict() for one in made],
        "corrected": [one.to_dict() for one in corrected],
        "after": read_teacher_day.sync(school, client=client, from_=day).to_dict(),
        "page": page.to_dict(),
    }


json.dump(live(json.load(sys.stdin)), sys.stdout)
