"""Stories of freshness and portals that never may have happened so, signed by a school's key."""

from tests.verify_archive import Sample
from tests.verify_mutations import story

LINK = "https://gu.example/school"


@story("evidence-size")
def freshness_of_a_log_that_is_not_there_yet(school: Sample) -> None:
    b = school.builder
    b.measure(size=len(b.entries) + 1)


@story("evidence-size")
def views_that_are_ahead_of_the_log(school: Sample) -> None:
    school.builder.measure(behind=-1)


@story("freshness-mismatch")
def views_that_are_behind_and_lack_nothing(school: Sample) -> None:
    school.builder.measure(0, 90)


@story("freshness-mismatch")
def views_that_lack_less_than_the_last_entry_is_old(school: Sample) -> None:
    school.builder.measure(2, 9, 10)


@story("stream-kind")
def freshness_measured_twice_in_one_stream(school: Sample) -> None:
    b = school.builder
    b.measure()
    stream = b.entries[-1]["stream"]
    b.measure()
    b.entries[-1] |= {"stream": stream, "version": 2}


@story("portal")
def portal_listed_anew_as_it_was(school: Sample) -> None:
    b = school.builder
    b.portal("ГУ", LINK, b.portal("ГУ", LINK))


@story("portal")
def check_of_a_link_that_is_not_listed_any_more(school: Sample) -> None:
    b = school.builder
    portal = b.portal("ГУ", LINK)
    b.portal("ГУ", LINK + "/new", portal)
    b.check_portal(portal, LINK, "found")


@story("portal")
def check_of_a_portal_that_was_dropped(school: Sample) -> None:
    b = school.builder
    portal = b.portal("ГУ", LINK)
    b.drop_portal(portal, "закрыт")
    b.check_portal(portal, LINK, "not_found")


@story("portal")
def portal_dropped_twice(school: Sample) -> None:
    b = school.builder
    portal = b.portal("ГУ", LINK)
    b.drop_portal(portal, "закрыт")
    b.drop_portal(portal, "закрыт")


@story("data-field")
def portal_with_a_password_in_its_link(school: Sample) -> None:
    b = school.builder
    b.portal("ГУ", "https://user:secret@gu.example/")
    b.tables["portals"].pop()


@story("data-field")
def portal_with_an_outcome_of_its_own(school: Sample) -> None:
    b = school.builder
    b.check_portal(b.portal("ГУ", LINK), LINK, "found")
    b.entries[-1]["data"]["outcome"] = "seen"
    b.tables["portals"].pop()


@story("table-cell")
def freshness_that_a_table_calls_level(school: Sample) -> None:
    school.builder.tables["freshness"][1][5] = 0


@story("table-cell")
def portal_that_a_table_says_was_found(school: Sample) -> None:
    table = school.builder.tables["portals"]
    next(row for row in table if row[7] == "нет ответа")[7] = "найден"


@story("table-row-missing")
def check_left_out_of_its_table(school: Sample) -> None:
    school.builder.tables["portals"].pop()
