"use strict";
// The fields of events in lessons and result sheets (events.md, "A lesson", "Corrections", "Results", "The council").
(function (Letopis) {
  const S = Letopis.SHAPES;
  const { declare } = Letopis;
  const { anyOf, array, boolean, day, index, integer, minute, nothing, object, oneOf, orNothing, place, some, text, time, uuid } = S;

  const weight = integer(1, 1000);
  const kinds = [
    "answer", "homework_check", "self_work", "control_work", "test", "dictation", "exposition", "composition", "laboratory",
    "practical", "project", "by_heart", "retelling", "reading", "norms",
  ];
  const kind = oneOf(...kinds);
  const absentFor = oneOf("ill", "business_trip", "training", "leave", "other");
  const planItems = array(integer(1, 999), 1, 20);
  const reason = oneOf("typo", "wrong_student", "wrong_column", "rechecked", "appeal", "made_up", "document", "other");

  const office = "application/vnd.openxmlformats-officedocument.";
  const file = object({
    media_type: oneOf(
      "application/pdf", "application/zip", "application/vnd.oasis.opendocument.presentation",
      "application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.text",
      `${office}presentationml.presentation`, `${office}spreadsheetml.sheet`, `${office}wordprocessingml.document`,
      "audio/mpeg", "image/jpeg", "image/png", "text/plain", "video/mp4",
    ),
    sha256: S.hash,
    size: integer(1, 1000000000),
  });
  const dueLesson = object({ held_on: day, "lesson?": uuid, number: place });
  const said = { "due_lesson?": dueLesson, "due_on?": day, "files?": array(file, 1, 10) };

  // A fact's value as `old` and `new` of its correction carry it.
  const workMembers = { "ends_on?": day, kind, "of_lesson?": uuid, "scheduled?": uuid, "weight?": weight, written: boolean };
  const isWork = object(workMembers);
  const homework = object({ ...said, text });
  const VALUES = {
    mark: S.matches(/^(?:[1-5](?:\/[1-5])?|na|exempt|pass|fail)$/),
    make_up: day,
    absence: oneOf("absent", "ill", "excused", "unexcused"),
    lateness: integer(1, 120),
    early_leave: integer(1, 120),
    lesson: object({ ends_at: time, number: place, "plan_items?": planItems, starts_at: time, topic: text }),
    substitution: object({ basis: text, coefficient: weight, reason: absentFor, same_subject: boolean }),
    work: (value) => isWork(value) && (!Object.hasOwn(value, "of_lesson") || value.kind === "homework_check"),
    homework: (value) => homework(value) && !(Object.hasOwn(value, "due_on") && Object.hasOwn(value, "due_lesson")),
  };
  const anyValue = anyOf(...Object.values(VALUES));
  const grounds = { corrects: index, reason, "_sd?": S.note };

  declare("lesson", {
    lesson_recorded: {
      course: uuid, teacher: uuid, held_on: day, number: place, starts_at: time, ends_at: time, topic: text,
      attendance: oneOf("taken", "not_taken"), "plan_items?": planItems,
    },
    substitution_recorded: { absent_teacher: uuid, reason: absentFor, basis: text, same_subject: boolean, coefficient: weight },
    attendance_taken: { absent: index },
    absence_recorded: { student: uuid, code: VALUES.absence, "certificate?": uuid },
    absence_reason_set: { absence: index, code: VALUES.absence, "basis?": text, "certificate?": uuid },
    lateness_recorded: { student: uuid, minutes: VALUES.lateness },
    early_leave_recorded: { student: uuid, minutes: VALUES.early_leave },
    homework_assigned: { ...said, text, "posted?": index },
    work_recorded: { ...workMembers, work: uuid },
    make_up_recorded: { student: uuid, work: uuid, made_up_on: day },
    mark_recorded: { student: uuid, work: uuid, value: VALUES.mark },
    correction_requested: {
      ...grounds, what: oneOf(...Object.keys(VALUES)), old: orNothing(anyValue), new: orNothing(anyValue), basis: text,
    },
    correction_refused: { request: index, basis: text },
  });

  // A substitution falls with its lesson: it has no annulment of its own, and so no correction of one.
  for (const [fact, value] of Object.entries(VALUES)) {
    const hasAnnulment = fact !== "substitution";
    const more = { ...grounds, "basis?": text, "request?": index };
    declare("lesson", { [`${fact}_corrected`]: { ...more, old: hasAnnulment ? orNothing(value) : value, new: value } });
    if (hasAnnulment) declare("lesson", { [`${fact}_annulled`]: { ...more, old: value, new: nothing } });
  }

  // Streams under a course's or a student's id.

  declare("homework", {
    homework_posted: { ...said, held_on: day, number: place, text: some },
    homework_post_withdrawn: { corrects: index },
  });
  declare("certificate", {
    certificate_recorded: { certificate: uuid, starts_on: day, ends_on: day, code: oneOf("ill", "excused"), basis: some },
    certificate_annulled: { corrects: index, basis: some },
  });
  declare("cancellation", {
    lesson_cancelled: {
      held_on: day, number: place, basis: some, "merged_with?": uuid, "moved_to?": object({ held_on: day, number: place }),
      reason: oneOf("teacher_absent", "quarantine", "weather", "accident", "school_event", "other"),
    },
    cancellation_withdrawn: { corrects: index, basis: some },
  });
  const rescheduledFor = oneOf("teacher_absent", "calendar", "load", "programme", "other");
  declare("schedule", {
    work_scheduled: { scheduled: uuid, planned_on: day, kind, minutes: integer(1, 300), "number?": place },
    scheduled_work_moved: { corrects: index, planned_on: day, "number?": place, reason: rescheduledFor, "basis?": some },
    scheduled_work_cancelled: { corrects: index, reason: rescheduledFor, "basis?": some },
  });
  declare("substitution", {
    substitution_planned: {
      held_on: day, number: place, absent_teacher: uuid, substitute: uuid, reason: absentFor, basis: some, same_subject: boolean,
      coefficient: weight, "replaces?": index,
    },
    substitution_plan_withdrawn: { corrects: index, basis: some },
  });

  // Rules of assessment, results, the council.

  const grade = integer(1, 12);
  const renamed = object({ title: some, was: some });
  const marksOver = S.someOf(["half_year", "quarter", "trimester", "year"], 1);
  const overYears = object({
    first_grade: grade, grades: array(grade, 1), marks: (value) => marksOver(value) && value.includes("year"),
    "renamed?": array(renamed, 1), source: some,
  });
  const weightsByKind = object(Object.fromEntries(kinds.map((name) => [`${name}?`, weight])));
  const rules = object({
    average: oneOf("weighted", "plain"), marks_min: integer(1, 99), five_from: integer(401, 500), four_from: integer(301, 400),
    three_from: integer(201, 300), period_marks_min: integer(1, 9), mean_up_from: integer(1, 99),
    final_from: oneOf("year", "mean_of_year_and_exam"), "final_over_years?": overYears,
    "weights?": (value) => weightsByKind(value) && Object.keys(value).length > 0,
  });
  declare("assessment", { assessment_rules_adopted: { order_number: some, order_date: day, effective_from: day, rules } });

  const result = oneOf("1", "2", "3", "4", "5", "na", "exempt", "pass", "fail");
  const computed = {
    student: uuid, value: result, computed: oneOf("1", "2", "3", "4", "5", "na"), sum: index, weight: index, inputs: array(index, 0),
    rule: index, "_sd?": S.note,
    "reason?": oneOf("key_works", "trend", "absences", "exempt", "no_marks", "transferred", "council", "other"),
  };
  declare("results", {
    result_sheet_opened: { course: uuid, period: uuid },
    period_mark_recorded: computed,
    exam_result_recorded: { student: uuid, value: result, protocol: text, obtained_at: minute },
    final_mark_recorded: { ...computed, "lacks?": S.grades },
    results_published: { what: oneOf("period_mark", "exam_result", "final_mark"), obtained_at: minute, "protocol?": text },
    result_corrected: { ...grounds, old: orNothing(result), new: result, "basis?": text, "request?": index },
    result_annulled: { ...grounds, old: result, new: nothing, "basis?": text, "request?": index },
    result_correction_requested: { ...grounds, old: orNothing(result), new: orNothing(result), basis: text },
    result_correction_refused: { request: index, basis: text },
  });
  declare("council", {
    council_decision_recorded: {
      protocol: text, held_on: day, "basis?": text, "replaces?": index, students: S.ids(Infinity),
      decision: oneOf("admitted", "not_admitted", "promoted", "promoted_conditionally", "retained", "graduated", "other"),
    },
  });

  Object.assign(Letopis, { VALUES });
})((globalThis.Letopis = globalThis.Letopis || {}));
