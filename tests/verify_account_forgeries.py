"""Stories of accounts that never may have happened so, signed by a school's key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.verify_accounts import TEXT, acknowledge, ask_help, close, grant, help_in, open_account, refuse_help, revoke
from tests.verify_archive import Sample
from tests.verify_mutations import story

INSPECTION = {"ends_on": "2026-12-31", "purpose": "плановая проверка"}


@contextmanager
def administered(school: Sample) -> Iterator[None]:
    """Act as the administrator of the sample."""
    b = school.builder
    before, b.actor = b.actor, {"id": school.employee, "role": "administrator"}
    b.begin()
    yield
    b.actor = before


@story("stream-kind", "account-role")
def accounts_founded_twice(school: Sample) -> None:
    b = school.builder
    b.add("accounts", b.school_id, "accounts_founded", account=b.actor["id"])


@story("account-role")
def role_granted_by_its_holder(school: Sample) -> None:
    with administered(school):
        grant(school.builder, school.employee, "director")


@story("account-role")
def role_granted_by_somebody_for_its_holder(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        b.actor |= {"on_behalf_of": school.teacher, "basis": "приказ"}
        grant(b, school.teacher, "teacher")


@story("account-role")
def account_opened_by_who_is_no_administrator(school: Sample) -> None:
    open_account(school.builder, school.teacher)


@story("account-role")
def account_opened_by_who_was_administrator(school: Sample) -> None:
    b = school.builder
    first = next(one["data"]["account"] for one in b.entries if one["type"] == "accounts_founded/1")
    b.actor = {"id": first, "role": "administrator"}
    open_account(b, school.teacher)


@story("account-role")
def last_administrator_who_takes_the_own_role(school: Sample) -> None:
    b = school.builder
    with administered(school):
        granted = [one["index"] for one in b.entries if one["data"].get("role") == "administrator"]
        revoke(b, school.employee, granted[-1])


@story("account-role")
def last_administrator_who_closes_the_own_account(school: Sample) -> None:
    with administered(school):
        close(school.builder, school.employee)


@story("account-role")
def administrator_whose_role_ends_takes_that_of_the_last(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        grant(b, school.teacher, "administrator", ends_on="2026-12-31")
        b.actor = {"id": school.teacher, "role": "administrator"}
        close(b, school.employee)


@story("account-role")
def student_who_is_deputy(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.students[2], "student")
        grant(b, school.students[2], "deputy")


@story("account-role")
def role_held_twice_on_one_day(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        grant(b, school.teacher, "teacher", ends_on="2026-12-31")
        grant(b, school.teacher, "teacher", starts_on="2026-12-31")


@story("account-role")
def inspection_without_an_end(school: Sample) -> None:
    b = school.builder
    with administered(school):
        account = b.uuid()
        open_account(b, account, "inspector", "проверяющий")
        grant(b, account, "inspector", purpose="проверка")


@story("account-role")
def inspection_of_classes_and_periods(school: Sample) -> None:
    b = school.builder
    with administered(school):
        account = b.uuid()
        open_account(b, account, "inspector", "проверяющий")
        grant(b, account, "inspector", class_groups=[school.group], periods=[school.period], **INSPECTION)


@story("reference-unknown")
def inspection_of_a_class_that_never_was(school: Sample) -> None:
    b = school.builder
    with administered(school):
        account = b.uuid()
        open_account(b, account, "inspector", "проверяющий")
        grant(b, account, "inspector", class_groups=[b.uuid()], **INSPECTION)


@story("data-field")
def inspection_of_one_class_twice(school: Sample) -> None:
    b = school.builder
    with administered(school):
        account = b.uuid()
        open_account(b, account, "inspector", "проверяющий")
        grant(b, account, "inspector", class_groups=[school.group] * 2, **INSPECTION)


@story("account-role")
def teacher_with_the_purpose_of_an_inspection(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        grant(b, school.teacher, "teacher", purpose="проверка")


@story("ends-before-start")
def role_that_ends_before_it_starts(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        grant(b, school.teacher, "teacher", ends_on="2026-08-31")


@story("guardian-link")
def guardian_of_a_child_of_others(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.guardian, "guardian")
        grant(b, school.guardian, "guardian", student=school.students[3])


@story("account-role")
def guardian_of_nobody(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.guardian, "guardian")
        grant(b, school.guardian, "guardian")


@story("correction-cites-nothing")
def role_revoked_twice(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        granted = grant(b, school.teacher, "teacher")
        revoke(b, school.teacher, granted)
        revoke(b, school.teacher, granted)


@story("account-state")
def account_opened_twice(school: Sample) -> None:
    with administered(school):
        open_account(school.builder, school.employee)


@story("account-state")
def account_opened_again_as_another_kind(school: Sample) -> None:
    b = school.builder
    with administered(school):
        account = b.uuid()
        open_account(b, account, "program", "выгрузка")
        close(b, account, "ended")
        open_account(b, account, "inspector", "проверяющий")


@story("account-state")
def role_granted_to_a_closed_account(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        close(b, school.teacher)
        grant(b, school.teacher, "teacher")


@story("account-state")
def teacher_who_was_dismissed_on_no_day(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        close(b, school.teacher, last_day=None)


@story("account-state")
def account_closed_by_mistake_with_a_last_day_of_work(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        close(b, school.teacher, "mistake", last_day="2026-09-01")


@story("account-state")
def teacher_dismissed_on_a_day_to_come(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        close(b, school.teacher, last_day="2027-05-31")


@contextmanager
def dismissed(school: Sample) -> Iterator[None]:
    """Act as the administration once the substitute was dismissed, whose last day of work was 1 September."""
    b = school.builder
    with administered(school):
        open_account(b, school.substitute)
        close(b, school.substitute, last_day="2026-09-01")
        b.begin()
        yield


@story("account-state")
def duty_of_who_was_dismissed(school: Sample) -> None:
    with dismissed(school):
        school.builder.assign(school.substitute, "2027-05-01", "class_teacher")


@story("account-state")
def course_of_who_was_dismissed(school: Sample) -> None:
    with dismissed(school):
        school.builder.course(school.group, "Химия", school.year, school.substitute, starts_on="2027-05-01")


@story("account-state")
def class_handed_over_to_who_was_dismissed(school: Sample) -> None:
    with dismissed(school):
        school.builder.lead(school.group, school.substitute, "2027-05-01")


@story("account-state")
def class_of_a_later_year_opened_with_who_was_dismissed(school: Sample) -> None:
    b = school.builder
    with dismissed(school):
        year, group = b.uuid(), b.uuid()
        b.add("year", year, "school_year_opened", title="2027/28", starts_on="2027-09-01", ends_on="2028-05-31")
        b.add("class", group, "class_group_opened", year=year, grade=6, letter="А", class_teacher=school.substitute)
        b.add("year", year, "class_group_listed", class_group=group)


@story("account-state", "duty-missing")
def substitution_planned_by_who_was_dismissed(school: Sample) -> None:
    with dismissed(school):
        school.builder.plan_substitute(school.course, school.teacher, school.substitute, "2027-05-20")


@story("account-state")
def journal_answered_for_by_who_was_dismissed(school: Sample) -> None:
    b = school.builder
    gone = b.person("staff", "Лаптев", "Олег")
    with administered(school):
        open_account(b, gone)
        close(b, gone, last_day="2026-09-01")
        b.begin()
        b.appoint(gone, "2027-05-01")


@story("account-state")
def teacher_who_graduated(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        close(b, school.teacher, "graduated")


@story("person-kind")
def student_with_an_account_of_an_employee(school: Sample) -> None:
    with administered(school):
        open_account(school.builder, school.students[2])


@story("reference-unknown")
def employee_whom_nobody_registered_and_nobody_names(school: Sample) -> None:
    b = school.builder
    with administered(school):
        account = b.uuid()
        b.names[account] = ""
        open_account(b, account)


@story("data-field")
def name_for_the_account_of_a_registered_person(school: Sample) -> None:
    with administered(school):
        open_account(school.builder, school.teacher, name="Другой")


@story("account-role")
def confidentiality_acknowledged_by_another(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        b.add("account", school.teacher, "confidentiality_acknowledged", sha256=TEXT)


@story("recorded-twice")
def confidentiality_acknowledged_twice(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        acknowledge(b, school.teacher)
        acknowledge(b, school.teacher)


@story("table-cell")
def another_role_in_the_table_of_accounts(school: Sample) -> None:
    school.builder.shown["accounts", 2] = (6, "директор")


def technician(school: Sample) -> dict[str, str]:
    """The sample's technician, as who acts."""
    entries = school.builder.entries
    granted = next(one["stream"] for one in entries if one["data"].get("role") == "system_administrator")
    return {"id": granted.partition("/")[2], "role": "system_administrator"}


@contextmanager
def directed(school: Sample) -> Iterator[str]:
    """Act as the administrator once there is a director, who was invited; gives that account."""
    b = school.builder
    with administered(school):
        director = b.uuid()
        open_account(b, director, "employee", "Директор")
        grant(b, director, "director")
        by, b.actor = b.actor, technician(school)
        request = ask_help(b, director, "first_code", "first_access")
        b.actor = by
        help_in(b, director, "first_code", "first_access", request=request)
        b.begin()
        yield director


@story("help-alone")
def director_given_another_code_by_one_person(school: Sample) -> None:
    with directed(school) as director:
        help_in(school.builder, director, "code")


@story("help-alone")
def second_factor_of_a_role_to_come_taken_away_by_one_person(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        grant(b, school.teacher, "deputy", starts_on="2099-01-01")
        help_in(b, school.teacher, "second_factor", "lost_device")


@story("help-alone")
def director_given_another_code_while_the_role_is_taken_away(school: Sample) -> None:
    b = school.builder
    with directed(school) as director:
        revoke(b, director, b.entries[-1]["index"] - 2)
        help_in(b, director, "code")


@story("help-alone", "account-state")
def director_given_a_first_code_again_once_the_account_was_closed(school: Sample) -> None:
    b = school.builder
    with directed(school) as director:
        close(b, director)
        open_account(b, director, "employee", "Директор")
        help_in(b, director, "code")
        help_in(b, director, "first_code", "first_access")


@story("help-alone")
def help_by_one_person_while_another_directs(school: Sample) -> None:
    with directed(school):
        help_in(school.builder, school.employee, "second_factor", "lost_device", basis="акт № 7")


@story("help-alone")
def help_by_one_person_for_the_other_who_directs(school: Sample) -> None:
    b = school.builder
    with directed(school) as director:
        by, b.actor = b.actor, {**b.actor, "on_behalf_of": director, "basis": "приказ"}
        help_in(b, school.employee, "second_factor", "lost_device", basis="акт № 7")
        b.actor = by


@story("help-alone")
def help_by_one_person_once_the_account_of_who_directs_was_closed(school: Sample) -> None:
    b = school.builder
    with directed(school) as director:
        close(b, director, "mistake")
        help_in(b, school.employee, "code", basis="акт № 7")


@story("help-alone")
def help_by_one_person_once_the_dismissed_director_is_back(school: Sample) -> None:
    b = school.builder
    with directed(school) as director:
        close(b, director)
        help_in(b, school.employee, "code", basis="акт № 6")
        open_account(b, director, "employee", "Директор")
        help_in(b, school.employee, "code", basis="акт № 7")


@story("help-alone")
def help_by_one_person_once_the_role_of_who_directs_was_taken_away(school: Sample) -> None:
    b = school.builder
    with directed(school) as director:
        revoke(b, director, b.entries[-1]["index"] - 2)
        help_in(b, school.employee, "code", basis="акт № 7")


@story("account-state", "help-alone")
def first_code_given_twice(school: Sample) -> None:
    with directed(school) as director:
        help_in(school.builder, director, "first_code", "first_access")


@story("account-role")
def code_given_by_who_may_not(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
    help_in(b, school.teacher, "first_code", "first_access")


@story("account-role")
def code_given_without_being_asked_by_the_director(school: Sample) -> None:
    b = school.builder
    with directed(school) as director:
        open_account(b, school.teacher)
        b.actor = {"id": director, "role": "director"}
        help_in(b, school.teacher, "first_code", "first_access")


@story("account-role")
def director_given_a_first_code_by_a_technician(school: Sample) -> None:
    b = school.builder
    with directed(school):
        later = b.uuid()
        open_account(b, later, "employee", "Директор завтра")
        grant(b, later, "director", starts_on="2099-01-01")
        b.actor = technician(school)
        help_in(b, later, "first_code", "first_access")


@story("account-state")
def first_code_once_a_link_was_taken_away(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        grant(b, school.teacher, "teacher")
        help_in(b, school.teacher, "link", "provider")
        help_in(b, school.teacher, "first_code", "first_access")


@story("account-state", "help-alone")
def first_code_of_a_strong_account_that_was_closed(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        grant(b, school.teacher, "deputy")
        close(b, school.teacher)
        open_account(b, school.teacher)
        help_in(b, school.teacher, "first_code", "first_access")


@story("help-alone")
def first_code_given_by_who_granted_the_role(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        grant(b, school.teacher, "deputy")
        help_in(b, school.teacher, "first_code", "first_access")


@story("help-alone")
def strong_role_granted_by_who_gave_the_code(school: Sample) -> None:
    b = school.builder
    with administered(school):
        open_account(b, school.teacher)
        grant(b, school.teacher, "teacher")
        help_in(b, school.teacher, "first_code", "first_access")
        close(b, school.teacher)
        open_account(b, school.teacher)
        grant(b, school.teacher, "deputy")


@story("request-same-person")
def help_given_by_who_asked_for_it(school: Sample) -> None:
    with directed(school) as director:
        request = ask_help(school.builder, director, "code")
        help_in(school.builder, director, "code", "lost_device", request=request)


@story("request-same-person")
def help_given_by_the_holder(school: Sample) -> None:
    b = school.builder
    with directed(school) as director:
        request = ask_help(b, director, "second_factor")
        b.actor = {"id": director, "role": "director"}
        help_in(b, director, "second_factor", "lost_device", request=request)


@story("request-mismatch")
def help_other_than_was_asked_for(school: Sample) -> None:
    b = school.builder
    with directed(school) as director:
        request = ask_help(b, school.employee, "second_factor")
        b.actor = {"id": director, "role": "director"}
        help_in(b, school.employee, "code", "lost_device", request=request)


@story("request-mismatch")
def help_refused_twice(school: Sample) -> None:
    b = school.builder
    with directed(school) as director:
        request = ask_help(b, school.employee, "code")
        b.actor = {"id": director, "role": "director"}
        refuse_help(b, school.employee, request)
        refuse_help(b, school.employee, request)


@story("request-mismatch")
def help_asked_for_beside_a_request_that_waits(school: Sample) -> None:
    with directed(school) as director:
        ask_help(school.builder, director, "code")
        ask_help(school.builder, director, "second_factor")


@story("account-state")
def first_code_asked_for_again(school: Sample) -> None:
    with directed(school) as director:
        ask_help(school.builder, director, "first_code", "first_access")


@story("account-state")
def help_given_to_a_closed_account(school: Sample) -> None:
    b = school.builder
    with directed(school) as director:
        close(b, director)
        help_in(b, director, "link", "provider")


@story("table-cell")
def another_help_in_the_table_of_accounts(school: Sample) -> None:
    rows = [one["type"] for one in school.builder.entries if one["stream"].startswith("account")]
    school.builder.shown["accounts", rows.index("sign_in_helped/1")] = (15, "новый код приглашения")
