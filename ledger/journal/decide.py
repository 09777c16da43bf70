"""From a command to the events that it causes: the one door to all decisions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from ledger.errors import LOG, Refused
from ledger.journal import commands as cmd
from ledger.journal.accounts import (
    acknowledge_confidentiality,
    close_account,
    found_accounts,
    grant_role,
    open_account,
    revoke_role,
)
from ledger.journal.anchors import anchor_access_log
from ledger.journal.assessment import adopt_assessment_rules
from ledger.journal.backdating import (
    approve_class_backdating,
    approve_course_backdating,
    refuse_class_backdating,
    refuse_course_backdating,
    request_class_backdating,
    request_course_backdating,
)
from ledger.journal.backups import record_backup, record_backup_check
from ledger.journal.behalf import check_on_behalf
from ledger.journal.bells import set_bell_schedule
from ledger.journal.blocking import block_personal_data, unblock_personal_data
from ledger.journal.calendar import declare_days_off, declare_school_day, revoke_calendar_entry
from ledger.journal.cancellations import cancel_lesson, withdraw_cancellation
from ledger.journal.certifying import annul_certificate, record_certificate
from ledger.journal.closing import attest_period, close_period
from ledger.journal.context import Books, Context
from ledger.journal.control import close_remark, raise_remark, record_check
from ledger.journal.corrections import approve_correction, correct, refuse_correction, request_correction
from ledger.journal.council import record_council_decision
from ledger.journal.course import assign_teacher, join_subgroup, leave_subgroup, open_course
from ledger.journal.delivery import give_consent, notify_guardianship, refuse_information, withdraw_consent
from ledger.journal.duties import assign_duty, end_duty
from ledger.journal.erasures import approve_erasure, propose_erasure, record_erasure, refuse_erasure
from ledger.journal.evidence import (
    hand_over_archive,
    record_archive,
    record_timing,
    record_verification,
    register_printout,
)
from ledger.journal.excuses import accept_excuse, withdraw_excuse
from ledger.journal.freshness import measure_freshness
from ledger.journal.guardians import link_guardian, unlink_guardian
from ledger.journal.incidents import close_incident, open_incident
from ledger.journal.journals import close_journal, transfer_sheet
from ledger.journal.papers import (
    approve_paper_destruction,
    hand_over_paper,
    move_paper,
    propose_paper_destruction,
    record_paper_destruction,
    refuse_paper_destruction,
    store_paper,
    strike_off_paper,
)
from ledger.journal.people import register_person
from ledger.journal.personal_data import (
    change_personal_data,
    confirm_personal_data,
    open_annual_refresh,
    receive_data_notice,
)
from ledger.journal.plans import amend_plan, import_plan
from ledger.journal.portals import drop_portal, list_portal, record_portal_check
from ledger.journal.posting import post_homework, withdraw_homework
from ledger.journal.prints import certify_sheet, issue_sheet, void_sheet
from ledger.journal.recorded import Decision, Planned
from ledger.journal.regulation import adopt_regulation
from ledger.journal.reopening import (
    approve_journal_reopening,
    approve_period_reopening,
    refuse_journal_reopening,
    refuse_period_reopening,
    request_journal_reopening,
    request_period_reopening,
)
from ledger.journal.responsible import appoint_responsible
from ledger.journal.result_corrections import (
    approve_result_correction,
    correct_result,
    refuse_result_correction,
    request_result_correction,
)
from ledger.journal.results import publish_results, record_exam_results, record_final_marks, record_period_marks
from ledger.journal.retention import adopt_retention_schedule, lift_legal_hold, place_legal_hold
from ledger.journal.roster import assign_class_teacher, enroll_student, open_class_group, withdraw_student
from ledger.journal.schedule import cancel_scheduled_work, move_scheduled_work, schedule_work
from ledger.journal.school import open_school
from ledger.journal.setup_backdating import refuse_setup_backdating, request_setup_backdating
from ledger.journal.sign_in_help import help_sign_in, refuse_sign_in_help, request_sign_in_help
from ledger.journal.substitution_plans import plan_substitute, withdraw_substitution_plan
from ledger.journal.teaching import add_to_lesson, record_lesson, set_absence_reason
from ledger.journal.timetable import set_timetable
from ledger.journal.witnesses import appoint_witness, dismiss_witness, record_cosignature
from ledger.journal.year import define_period, open_year
from ledger.wire.entry import Actor

_DECISIONS: Final[dict[type[cmd.JournalCommand], Callable[[Any, Context], list[Planned]]]] = {
    cmd.OpenSchool: open_school,
    cmd.RegisterPerson: register_person,
    cmd.OpenSchoolYear: open_year,
    cmd.DefinePeriod: define_period,
    cmd.ClosePeriod: close_period,
    cmd.RequestPeriodReopening: request_period_reopening,
    cmd.ApprovePeriodReopening: approve_period_reopening,
    cmd.RefusePeriodReopening: refuse_period_reopening,
    cmd.AttestPeriod: attest_period,
    cmd.CloseJournal: close_journal,
    cmd.RequestJournalReopening: request_journal_reopening,
    cmd.ApproveJournalReopening: approve_journal_reopening,
    cmd.RefuseJournalReopening: refuse_journal_reopening,
    cmd.RequestClassBackdating: request_class_backdating,
    cmd.ApproveClassBackdating: approve_class_backdating,
    cmd.RefuseClassBackdating: refuse_class_backdating,
    cmd.RequestCourseBackdating: request_course_backdating,
    cmd.ApproveCourseBackdating: approve_course_backdating,
    cmd.RefuseCourseBackdating: refuse_course_backdating,
    cmd.RequestSetupBackdating: request_setup_backdating,
    cmd.RefuseSetupBackdating: refuse_setup_backdating,
    cmd.TransferSheet: transfer_sheet,
    cmd.OpenClassGroup: open_class_group,
    cmd.AssignClassTeacher: assign_class_teacher,
    cmd.EnrollStudent: enroll_student,
    cmd.WithdrawStudent: withdraw_student,
    cmd.OpenCourse: open_course,
    cmd.AssignTeacher: assign_teacher,
    cmd.JoinSubgroup: join_subgroup,
    cmd.LeaveSubgroup: leave_subgroup,
    cmd.ImportPlan: import_plan,
    cmd.AmendPlan: amend_plan,
    cmd.AdoptRegulation: adopt_regulation,
    cmd.AppointResponsible: appoint_responsible,
    cmd.RecordVerification: record_verification,
    cmd.RecordArchive: record_archive,
    cmd.HandOverArchive: hand_over_archive,
    cmd.RecordTiming: record_timing,
    cmd.RegisterPrintout: register_printout,
    cmd.RecordBackup: record_backup,
    cmd.RecordBackupCheck: record_backup_check,
    cmd.IssueSheet: issue_sheet,
    cmd.CertifySheet: certify_sheet,
    cmd.VoidSheet: void_sheet,
    cmd.StorePaper: store_paper,
    cmd.MovePaper: move_paper,
    cmd.HandOverPaper: hand_over_paper,
    cmd.StrikeOffPaper: strike_off_paper,
    cmd.ProposePaperDestruction: propose_paper_destruction,
    cmd.ApprovePaperDestruction: approve_paper_destruction,
    cmd.RefusePaperDestruction: refuse_paper_destruction,
    cmd.RecordPaperDestruction: record_paper_destruction,
    cmd.AdoptRetentionSchedule: adopt_retention_schedule,
    cmd.PlaceLegalHold: place_legal_hold,
    cmd.LiftLegalHold: lift_legal_hold,
    cmd.ProposeErasure: propose_erasure,
    cmd.ApproveErasure: approve_erasure,
    cmd.RefuseErasure: refuse_erasure,
    cmd.RecordErasure: record_erasure,
    cmd.AnchorAccessLog: anchor_access_log,
    cmd.BlockPersonalData: block_personal_data,
    cmd.UnblockPersonalData: unblock_personal_data,
    cmd.FoundAccounts: found_accounts,
    cmd.OpenAccount: open_account,
    cmd.GrantRole: grant_role,
    cmd.RevokeRole: revoke_role,
    cmd.CloseAccount: close_account,
    cmd.AcknowledgeConfidentiality: acknowledge_confidentiality,
    cmd.HelpSignIn: help_sign_in,
    cmd.RequestSignInHelp: request_sign_in_help,
    cmd.RefuseSignInHelp: refuse_sign_in_help,
    cmd.LinkGuardian: link_guardian,
    cmd.UnlinkGuardian: unlink_guardian,
    cmd.ReceiveDataNotice: receive_data_notice,
    cmd.ChangePersonalData: change_personal_data,
    cmd.ConfirmPersonalData: confirm_personal_data,
    cmd.OpenAnnualRefresh: open_annual_refresh,
    cmd.GiveDeliveryConsent: give_consent,
    cmd.WithdrawDeliveryConsent: withdraw_consent,
    cmd.RefuseInformation: refuse_information,
    cmd.NotifyGuardianship: notify_guardianship,
    cmd.RecordControlCheck: record_check,
    cmd.RaiseRemark: raise_remark,
    cmd.CloseRemark: close_remark,
    cmd.AssignDuty: assign_duty,
    cmd.EndDuty: end_duty,
    cmd.DeclareDaysOff: declare_days_off,
    cmd.DeclareSchoolDay: declare_school_day,
    cmd.RevokeCalendarEntry: revoke_calendar_entry,
    cmd.SetBellSchedule: set_bell_schedule,
    cmd.SetTimetable: set_timetable,
    cmd.RecordCertificate: record_certificate,
    cmd.AnnulCertificate: annul_certificate,
    cmd.CancelLesson: cancel_lesson,
    cmd.WithdrawCancellation: withdraw_cancellation,
    cmd.OpenIncident: open_incident,
    cmd.CloseIncident: close_incident,
    cmd.AcceptExcuse: accept_excuse,
    cmd.WithdrawExcuse: withdraw_excuse,
    cmd.MeasureFreshness: measure_freshness,
    cmd.ListPortal: list_portal,
    cmd.DropPortal: drop_portal,
    cmd.RecordPortalCheck: record_portal_check,
    cmd.AppointWitness: appoint_witness,
    cmd.DismissWitness: dismiss_witness,
    cmd.RecordCosignature: record_cosignature,
    cmd.PlanSubstitution: plan_substitute,
    cmd.WithdrawSubstitutionPlan: withdraw_substitution_plan,
    cmd.PostHomework: post_homework,
    cmd.WithdrawHomework: withdraw_homework,
    cmd.ScheduleWork: schedule_work,
    cmd.MoveScheduledWork: move_scheduled_work,
    cmd.CancelScheduledWork: cancel_scheduled_work,
    cmd.RecordLesson: record_lesson,
    cmd.AddToLesson: add_to_lesson,
    cmd.SetAbsenceReason: set_absence_reason,
    cmd.Correct: correct,
    cmd.RequestCorrection: request_correction,
    cmd.ApproveCorrection: approve_correction,
    cmd.RefuseCorrection: refuse_correction,
    cmd.AdoptAssessmentRules: adopt_assessment_rules,
    cmd.RecordPeriodMarks: record_period_marks,
    cmd.RecordExamResults: record_exam_results,
    cmd.RecordFinalMarks: record_final_marks,
    cmd.PublishResults: publish_results,
    cmd.CorrectResult: correct_result,
    cmd.RequestResultCorrection: request_result_correction,
    cmd.ApproveResultCorrection: approve_result_correction,
    cmd.RefuseResultCorrection: refuse_result_correction,
    cmd.RecordCouncilDecision: record_council_decision,
}


def decide(command: cmd.JournalCommand, books: Books, actor: Actor, now: datetime) -> Decision:
    """Decide what a command leads to: events that continue their streams gaplessly, and what the decision rests on.

    Raises:
        Refused: a rule of the journal forbids it.
        Conflict: the client expected another version of the lesson.
    """
    context = Context(books, actor, now)
    if books.zone is None and type(command) is not cmd.OpenSchool:
        raise Refused("no_school", "this log has no school yet", clause=LOG)
    check_on_behalf(context)
    events = _DECISIONS[type(command)](command, context)
    # The versions of written streams are checked by the append itself.
    for event in events:
        context.reads.pop(event.originator_id, None)
    return Decision(events=tuple(events), reads=context.reads, expected_size=context.expected_size, claim=context.claim)
