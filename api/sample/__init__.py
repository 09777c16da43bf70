"""The sample school: a deterministic model of a Russian school's year, to try the journal with and to measure it by.

    for planned in SampleSchool(seed=2026, size="S"):
        print(planned.at, planned.command)

From the seed alone follow people with Russian names, classes, a timetable without collisions, and the commands of a
school year 2026/27 in the order of time: lessons at the bells, written works' marks in bursts of about 25 within a
week, 5 % entered late, illness in spells, of which most families tell on the first morning and others by a document
days later, flu weeks, lessons cancelled or merged, pupils who change class, corrections (3 % of marks, 5 % of lessons,
5 % of absences; 4 % of them after the period's close, by request and approval), closes. Behind each close stand the
marks of the period, which the journal computes (3 % of them another one, with the reason), shown within a day or late;
at the end of the year its marks, the council's decisions, examinations and final marks of grades 9 and 11. Grade 1 has
no marks. Who loads a whole year has its classes' journals closed behind that, their summary sheets handed over and put
away on paper.

The demo has an office too (`office`): a subgroup, homework posted the day before, checks that name their homework,
documents of absences, portals with their checks, blocked values, paper, and what two people back-dated.

Sizes: ``S`` is one class-quarter (3,500 to 4,100 entries by the seed), ``demo`` three small classes' quarter (about
5,900), ``M`` the model school of 1,000 students, 35 classes and 60 teachers (about 542,000); `many` gives small schools
of mixed size.

Where M differs from the model's table of volumes: no lesson is split into subgroups, so an M year has 33,100 lessons
instead of 37,570 and 25,800 homework instead of 29,500; the roster, consents and the like are 8,000 entries instead of
12,000. It has what the table does not count: a `work_recorded` for every assessed work (18,000), a sheet and a
publication for every course and period (3,800), a reason for each absence of a spell instead of one for a range. So
that the sums meet within 2 %, in fewer lessons more children are asked, and most reasons are known when the absence is
recorded. Marks (312,000), absences (57,000), lateness, corrections and results (56,000) are as in the table within 5 %.

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
