"use strict";
// The types of entries (events.md) by the kind of stream that they stand in. What is none of them this page cannot read.
(function (Letopis) {
  const OF_STREAMS = {
    school: "school_opened",
    person:
      "person_registered guardian_linked guardian_unlinked data_change_notice_received personal_data_changed " +
      "personal_data_confirmed delivery_consent_given delivery_consent_withdrawn information_refused guardianship_notified",
    year: "school_year_opened period_listed class_group_listed",
    period:
      "period_defined period_closed period_reopened period_attested period_reopening_requested period_reopening_approved " +
      "period_reopening_refused",
    class:
      "class_group_opened journal_closed journal_reopened journal_reopening_requested journal_reopening_approved " +
      "journal_reopening_refused class_backdating_requested class_backdating_refused sheet_transferred student_enrolled " +
      "student_left subgroup_listed",
    course:
      "course_backdating_requested course_backdating_refused course_opened subgroup_joined subgroup_left teacher_assigned",
    backdating: "setup_backdating_requested setup_backdating_refused",
    plan: "lesson_plan_imported lesson_plan_continued lesson_plan_amended",
    regulation: "regulation_adopted",
    responsible: "responsible_appointed",
    calendar: "days_off_declared school_day_declared calendar_entry_revoked",
    bells: "bell_schedule_set",
    timetable: "timetable_set",
    certificate: "certificate_recorded certificate_annulled",
    cancellation: "lesson_cancelled cancellation_withdrawn",
    schedule: "work_scheduled scheduled_work_moved scheduled_work_cancelled",
    incident: "incident_opened incident_closed",
    excuse: "excuse_accepted excuse_withdrawn",
    substitution: "substitution_planned substitution_plan_withdrawn",
    duty: "duty_assigned duty_ended",
    refresh: "annual_refresh_opened",
    control: "control_check_recorded",
    remark: "remark_raised remark_closed",
    verification: "verification_recorded",
    archive: "archive_recorded",
    timing: "register_timed",
    printout: "printout_registered",
    lesson:
      "lesson_recorded substitution_recorded attendance_taken absence_recorded absence_reason_set lateness_recorded " +
      "early_leave_recorded homework_assigned work_recorded make_up_recorded mark_recorded mark_corrected mark_annulled " +
      "make_up_corrected make_up_annulled absence_corrected absence_annulled lateness_corrected lateness_annulled " +
      "early_leave_corrected early_leave_annulled lesson_corrected lesson_annulled substitution_corrected work_corrected " +
      "work_annulled homework_corrected homework_annulled correction_requested correction_refused",
    homework: "homework_posted homework_post_withdrawn",
    assessment: "assessment_rules_adopted",
    results:
      "result_sheet_opened period_mark_recorded exam_result_recorded final_mark_recorded results_published result_corrected " +
      "result_annulled result_correction_requested result_correction_refused",
    council: "council_decision_recorded",
    freshness: "freshness_measured",
    portal: "portal_listed portal_dropped portal_checked",
    witness: "witness_appointed witness_dismissed checkpoint_cosigned",
    prints: "sheet_issued sheet_certified sheet_voided",
    accounts: "accounts_founded",
    account: "account_opened role_granted role_revoked account_closed confidentiality_acknowledged",
    access: "access_log_opened",
    read: "personal_data_read personal_data_exported",
    refusal: "access_refused",
    backup: "backup_taken backup_verified",
    retention: "retention_schedule_adopted",
    hold: "legal_hold_placed legal_hold_lifted",
    erasure: "erasure_proposed erasure_approved erasure_refused personal_data_erased",
    blocking: "personal_data_blocked personal_data_unblocked",
    anchor: "access_log_anchored",
    paper:
      "paper_stored paper_moved paper_handed_over paper_struck_off paper_destruction_proposed paper_destruction_approved " +
      "paper_destruction_refused paper_destroyed",
  };
  const KINDS = new Map(Object.entries(OF_STREAMS).flatMap(([kind, types]) => types.split(" ").map((type) => [`${type}/1`, kind])));

  // The kind of stream that a type stands in; undefined where the type is unknown.
  Object.assign(Letopis, { streamKindOf: (type) => KINDS.get(type) });
})((globalThis.Letopis = globalThis.Letopis || {}));
