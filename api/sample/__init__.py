"""The sample school: a deterministic model of a Russian school's year, to try the journal with and to measure it by.

    for planned in SampleSchool(seed=2026, size="S"):
        print(planned.at, planned.command)

From the seed alone follow people with Russian names, classes, a timetable without collisions, and the commands of a
school year 2026/27 in the order of time: lessons at the bells, written works' marks in bursts of about 25 within a
week, 5 % entered late, illness in spells with a certificate days later, flu weeks, pupils who change class, corrections
(3 % of marks, 5 % of lessons, 5 % of absences; 4 % of them after the period's close, by request and approval), closes.

Sizes: ``S`` is one class-quarter (about 3,800 entries), ``demo`` three small classes' quarter (about 6,200), ``M`` the
model school of 1,000 students, 35 classes and 60 teachers (about 536,000); `many` gives small schools of mixed size.

Where this differs from the model's table of volumes: the catalogue of events has no subgroups, substitutions, period
and final marks, remarks and administrative events yet, so an M year has 33,300 lessons instead of 37,570 and none of
the others (about 73,000 in the table). It has what the table does not count: a `work_recorded` for every assessed work
(40,000), a reason for each absence of a spell instead of one for a range (37,000 instead of 3,400), requests (540), the
roster. The sums meet within 1 %; marks (315,000), absences (57,000), lateness and corrections are as in the table.

Ids and salts come from the seeded generator. For real people that would be a breach: a salt that can be computed
guards nothing. Here nobody is real, and the same seed has to give the same bytes.
"""

from api.sample.loading import Loaded, OtherLogError, load_in_bulk, load_through_application
from api.sample.planned import Planned, count_events
from api.sample.roster import SIZES, Shape
from api.sample.school import SampleSchool, many

__all__ = [
    "SIZES",
    "Loaded",
    "OtherLogError",
    "Planned",
    "SampleSchool",
    "Shape",
    "count_events",
    "load_in_bulk",
    "load_through_application",
    "many",
]
