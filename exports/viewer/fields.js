"use strict";
// The fields of events (events.md), by the kind of stream that they are in: of lessons and results in lesson-fields.js.
(function (Letopis) {
  const S = Letopis.SHAPES;
  const { anyOf, array, boolean, day, grades, hash, index, integer, instant, link, minute, month, note, object, oneOf, some, someOf, text, uuid } = S;
  const EVENTS = new Map(); // type -> {kind, fields}

  function declare(kind, types) {
    for (const [name, members] of Object.entries(types)) EVENTS.set(`${name}/1`, { kind, fields: Letopis.fieldsOf(members) });
  }

  const personalNames = array(oneOf("family_name", "given_name", "patronymic", "birth_date", "address", "phone", "email"), 1);
  const verdict = oneOf("verified", "finding", "incomplete");
  const reopenedFor = oneOf("not_recorded", "recorded_wrongly", "closed_by_mistake", "inspection", "other");
  const stay = (dayName) => ({ student: uuid, [dayName]: day, "request?": index });
  const answer = { request: index, basis: some };
  const requestToReopen = { reason: reopenedFor, basis: some, "_sd?": note };
  const reopened = { ...requestToReopen, requested_by: uuid };

  // Set-up, closing and reopening.

  declare("school", { school_opened: { clock: oneOf("server", "sample"), name: text, origin: text, time_zone: text } });
  declare("year", {
    school_year_opened: { title: text, starts_on: day, ends_on: day },
    period_listed: { period: uuid },
    class_group_listed: { class_group: uuid },
  });
  declare("period", {
    period_defined: { year: uuid, kind: oneOf("quarter", "trimester", "half_year", "year"), number: index, grades, starts_on: day, ends_on: day },
    period_closed: { streams: index, root: hash },
    period_reopened: reopened,
    period_attested: { size: index, basis: some },
    period_reopening_requested: requestToReopen,
    period_reopening_approved: answer,
    period_reopening_refused: answer,
  });
  const excuse = object({
    basis: some, count: integer(1, 99999), "course?": uuid,
    reason: oneOf("not_required", "student_absent", "not_restorable", "order", "other"),
    what: oneOf("lesson", "attendance", "mark", "result", "remark", "council"),
  });
  declare("class", {
    class_group_opened: { year: uuid, grade: index, letter: text, "class_teacher?": uuid },
    subgroup_listed: { course: uuid },
    class_teacher_assigned: { teacher: uuid, starts_on: day, "request?": index },
    student_enrolled: stay("starts_on"),
    student_left: stay("ends_on"),
    class_backdating_requested: {
      what: oneOf("class_teacher_assigned", "student_enrolled", "student_left"), "student?": uuid, "teacher?": uuid, day, basis: some,
    },
    class_backdating_refused: answer,
    journal_closed: { excused: array(excuse, 0, 100) },
    journal_reopened: reopened,
    journal_reopening_requested: requestToReopen,
    journal_reopening_approved: answer,
    journal_reopening_refused: answer,
    sheet_transferred: { sha256: hash, number: some, received_on: day, to: some },
  });
  declare("course", {
    course_opened: { class_group: uuid, subject: text, year: uuid, "subgroup?": text },
    subgroup_joined: stay("starts_on"),
    subgroup_left: stay("ends_on"),
    teacher_assigned: { teacher: uuid, starts_on: day, "request?": index },
    course_backdating_requested: {
      what: oneOf("teacher_assigned", "subgroup_joined", "subgroup_left"), "student?": uuid, "teacher?": uuid, day, basis: some,
    },
    course_backdating_refused: answer,
  });
  const planItem = { "homework?": some, hours: integer(1, 99), "planned_on?": day, topic: text };
  const planItems = array(object({ ...planItem, number: integer(1, 999) }), 1);
  const planTopic = S.orNothing(object(planItem));
  declare("plan", {
    lesson_plan_imported: { title: text, items: planItems },
    lesson_plan_continued: { items: planItems },
    lesson_plan_amended: {
      number: integer(1, 999), old: planTopic, new: planTopic, "basis?": text,
      reason: oneOf("calendar", "merged", "programme", "order", "typo", "other"),
    },
  });

  // What the school orders.

  const days = integer(0, 99);
  const upTo999 = integer(0, 999);
  const handling = oneOf("refuse", "flag");
  const parameters = object({
    lesson_days: days, attendance_days: days, oral_mark_days: days, written_mark_days: days, homework_days: days,
    homework_after_last_lesson_minutes: upTo999, planned_homework_is_exempt: boolean, unposted_homework_is_not_assigned: boolean,
    mark_for_unassigned_homework: handling, mark_for_absent: handling, weekends_extend: boolean, holidays_extend: boolean,
    result_hours: upTo999, notice_days: days,
    // A day that every year has.
    annual_refresh_until: (value) => typeof value === "string" && Letopis.isDay(`2001-${value}`),
  });
  const order = { order_number: some, order_date: day, "request?": index };
  const duty = oneOf("journal", "substitute", "class_teacher");
  declare("regulation", { regulation_adopted: { ...order, effective_from: day, parameters } });
  declare("responsible", { responsible_appointed: { ...order, person: uuid, starts_on: day } });
  declare("duty", {
    duty_assigned: { ...order, person: uuid, duty, starts_on: day },
    duty_ended: { person: uuid, duty, ends_on: day, "request?": index },
  });
  declare("backdating", {
    setup_backdating_requested: {
      what: oneOf(
        "bell_schedule_set", "calendar_entry_revoked", "days_off_declared", "duty_assigned", "duty_ended", "regulation_adopted",
        "responsible_appointed", "school_day_declared", "timetable_set",
      ),
      "bells?": uuid, "class_group?": uuid, "person?": uuid, "year?": uuid, day, basis: some,
    },
    setup_backdating_refused: answer,
  });

  // Timetables and the calendar.

  declare("calendar", {
    days_off_declared: { starts_on: day, ends_on: day, title: text, grades, "request?": index },
    school_day_declared: { on: day, as_weekday: integer(1, 7), grades, "request?": index },
    calendar_entry_revoked: { revokes: index, basis: text, "day?": day, "request?": index },
  });
  const bell = object({ ends_at: S.time, number: S.place, starts_at: S.time });
  declare("bells", { bell_schedule_set: { title: text, effective_from: day, "request?": index, lessons: array(bell, 1, 13) } });
  const planned = object({ course: uuid, number: S.place, weekday: integer(1, 7), weeks: oneOf("every", "odd", "even") });
  declare("timetable", { timetable_set: { effective_from: day, bells: uuid, "request?": index, lessons: array(planned, 0, 300) } });

  // People's data, control, incidents and excuses.

  const application = { method: oneOf("written", "self_service"), "application_number?": some, "application_date?": day };
  declare("person", {
    person_registered: { kind: oneOf("student", "teacher", "staff", "guardian"), _sd: S.digests },
    guardian_linked: { guardian: uuid, relation: oneOf("mother", "father", "guardian", "other"), "basis?": text },
    guardian_unlinked: { guardian: uuid, "basis?": text },
    data_change_notice_received: { received_on: day, how: oneOf("written", "electronic", "oral"), "given_by?": uuid, "about?": personalNames },
    personal_data_changed: { fields: personalNames, _sd: S.digests, "notice?": index, "refresh?": uuid },
    personal_data_confirmed: { confirmed_on: day, "notice?": index, "refresh?": uuid },
    delivery_consent_given: { ...application, student: uuid, channel: oneOf("in_system", "email", "sms"), "_sd?": note },
    delivery_consent_withdrawn: { ...application, consent: index },
    information_refused: { student: uuid, refused_on: day, basis: some },
    guardianship_notified: { refusal: index, out_number: some, sent_on: day, approved_by: uuid },
  });
  declare("refresh", { annual_refresh_opened: { opens_on: day, until: day } });
  declare("control", { control_check_recorded: { held_on: day, from_date: day, to_date: day, "_sd?": note } });
  declare("remark", {
    remark_raised: {
      class_group: uuid, to: uuid, about: oneOf("lesson", "attendance", "homework", "marks", "other"), "course?": uuid, "lesson?": uuid,
      "held_on?": day, "check?": index, "_sd?": note,
    },
    remark_closed: { how: oneOf("answered", "withdrawn"), "_sd?": note },
  });
  declare("incident", {
    incident_opened: { kind: oneOf("system", "network", "power", "maintenance"), began_at: minute, "_sd?": note },
    incident_closed: { ended_at: minute, "_sd?": note },
  });
  declare("excuse", {
    excuse_accepted: {
      teacher: uuid, rules: someOf(["attendance", "homework", "lesson", "oral_mark", "written_mark", "written_work"], 1),
      reason: oneOf("outage", "ill", "order", "emergency"), "lesson?": uuid, "course?": uuid, "held_on?": day, "incident?": uuid,
      "basis?": some, "_sd?": note,
    },
    excuse_withdrawn: { basis: some },
  });

  // Freshness, portals, witnesses, evidence, backups, the access log's head, printed forms.

  declare("freshness", { freshness_measured: { size: index, position: index, minutes_behind: index, last_entry_minutes: index } });
  declare("portal", {
    portal_listed: { name: some, link },
    portal_dropped: { basis: some },
    portal_checked: { link, diary: link, outcome: oneOf("found", "no_link", "not_found", "no_answer") },
  });
  declare("witness", {
    witness_appointed: { basis: some, held_by: some, link, vkey: some },
    witness_dismissed: { basis: some },
    checkpoint_cosigned: { root: hash, signature: S.matches(/^[A-Za-z0-9+/]{85}[AQgw]==$/), size: index, time: integer(1, 999999999999) },
  });
  declare("verification", {
    verification_recorded: { size: index, root: hash, verdict, program: some, program_sha256: hash, "checkpoint?": index, witnesses: index },
  });
  declare("archive", {
    archive_recorded: {
      size: index, root: hash, manifest_sha256: hash, year: uuid, verdict,
      opened_with: someOf(["csv", "openssl", "sha256sum", "verify.pyz"], 0),
    },
  });
  declare("handover", { archive_handed_over: { archive: uuid, manifest_sha256: hash, to: some, number: some, received_on: day } });
  declare("timing", {
    register_timed: { register: oneOf("substitutions"), size: index, month, employees: index, requests: index, rows: index, slowest_ms: index },
  });
  declare("printout", {
    printout_registered: {
      condition: oneOf("corrections", "archive", "substitutions"), number: some, printed_on: day, pages: S.pages, kept: some,
      signed_by: uuid, "period?": uuid, "year?": uuid, "month?": month, "sheets?": S.ids(100),
    },
  });
  declare("backup", {
    backup_taken: {
      what: anyOf(someOf(["ledger", "vault"], 1), someOf(["keys"], 1)), size: index, root: hash, bytes: S.countFrom1, sha256: hash, place: some,
    },
    backup_verified: {
      taken: index, restored_at: minute, verdict, how: array(oneOf("audit", "checkpoint", "restore", "values"), 1, 4),
      "size?": index, "root?": hash,
    },
  });
  declare("anchor", { access_log_anchored: { size: S.countFrom1, root: hash } });
  const printed = oneOf(
    "class_page", "summary_sheet", "corrections", "substitutions", "conformity", "papers", "student_page", "attendance", "lesson_plan",
  );
  declare("prints", {
    sheet_issued: {
      sheet: uuid, number: index, kind: printed, position: index, pages: S.pages, _sd: note,
      "course?": uuid, "period?": uuid, "class_group?": uuid, "month?": month, "student?": uuid,
    },
    sheet_certified: { sheet: uuid, certified_by: uuid, office: some, certified_on: day, seal: boolean },
    sheet_voided: { sheet: uuid, basis: some, reason: oneOf("spoiled", "lost", "wrong_scope", "superseded", "other") },
  });

  // Keeping and erasing, blocking, accounts, paper.

  const retained = object({
    citation: some, counted_from: oneOf("left", "year_end", "document"), kept_by: oneOf("law", "consent"),
    "kind?": oneOf("student", "teacher", "staff", "guardian"), retention: oneOf("person", "journal", "print", "sheet"), years: days,
  });
  const retention = someOf(["journal", "person"], 1);
  declare("retention", { retention_schedule_adopted: { effective_from: day, basis: some, rows: array(retained, 1, 50) } });
  declare("hold", {
    legal_hold_placed: { hold: uuid, whose: oneOf("all", "person", "class"), basis: some, "person?": uuid, "class_group?": uuid },
    legal_hold_lifted: { hold: uuid, basis: some },
  });
  declare("erasure", {
    erasure_proposed: {
      erasure: uuid, person: uuid, retention, ground: oneOf("expiry", "withdrawal", "request", "unlawful"), basis: some, "counted_from?": day,
    },
    erasure_approved: { erasure: uuid, basis: some },
    erasure_refused: { erasure: uuid, basis: some },
    personal_data_erased: {
      erasure: uuid, person: uuid, retention, disclosures: index, destroyed_at: instant, "sheets?": array(S.countFrom1, 1),
      "sheets_to?": index,
    },
  });
  declare("blocking", {
    personal_data_blocked: {
      block: uuid, person: uuid, ground: oneOf("inaccurate", "unlawful"), requested_by: oneOf("person", "representative", "authority"),
      received_on: day, basis: some, "applicant?": uuid, "fields?": (value) => personalNames(value) && value.length <= 7,
    },
    personal_data_unblocked: { block: uuid, outcome: oneOf("confirmed", "corrected"), basis: some, "change?": index },
  });
  const helpedFor = oneOf(
    "first_access", "code_unused", "forgotten_password", "lost_device", "in_wrong_hands", "provider", "program", "other",
  );
  declare("accounts", { accounts_founded: { account: uuid } });
  declare("account", {
    account_opened: { kind: oneOf("employee", "student", "guardian", "inspector", "program"), "_sd?": note },
    role_granted: {
      role: oneOf(
        "teacher", "class_teacher", "deputy", "director", "administrator", "system_administrator", "inspector", "archivist", "student",
        "guardian", "export_job",
      ),
      starts_on: day, "ends_on?": day, basis: some, "purpose?": some, "class_groups?": S.ids(100), "periods?": S.ids(100), "student?": uuid,
    },
    role_revoked: { grant: index, basis: some },
    account_closed: { basis: some, "last_day?": day, reason: oneOf("dismissed", "left", "graduated", "ended", "mistake") },
    confidentiality_acknowledged: { sha256: hash },
    sign_in_helped: {
      help: oneOf("first_code", "code", "second_factor", "passkey", "link", "token"), reason: helpedFor, "request?": index, "basis?": some,
    },
    sign_in_help_requested: { help: oneOf("first_code", "code", "second_factor"), reason: helpedFor },
    sign_in_help_refused: { request: index, basis: some },
  });
  declare("paper", {
    paper_stored: {
      paper: uuid, number: S.countFrom1, kind: oneOf("class_journal", "summary_sheet", "corrections", "substitutions", "other"),
      title: some, "year?": uuid, "class_group?": uuid, pages: S.pages, place: some, basis: some, counted_from: day, keep_until: day,
      schedule: index, "sheets?": S.ids(200), "printout?": uuid,
    },
    paper_moved: { paper: uuid, place: some, basis: some },
    paper_handed_over: { papers: S.ids(100), to: some, act: some, handed_on: day },
    paper_struck_off: { paper: uuid, reason: oneOf("entered_wrongly", "lost", "damaged"), basis: some, requested_by: uuid },
    paper_destruction_proposed: { destruction: uuid, papers: S.ids(100), basis: some },
    paper_destruction_approved: { destruction: uuid, basis: some },
    paper_destruction_refused: { destruction: uuid, basis: some },
    paper_destroyed: { destruction: uuid, act: some, destroyed_on: day },
  });

  // Says whether an entry's data has the fields of its type; reports each that lacks, is too much or does not fit.
  function dataFits(type, data, find) {
    const { fields } = EVENTS.get(type);
    if (Letopis.fitsFields(fields, data)) return true;
    const known = new Map(fields.map((field) => [field.name, field]));
    for (const name of [...new Set([...known.keys(), ...Object.keys(data)])].sort()) {
      const field = known.get(name);
      if (!Object.hasOwn(data, name)) {
        if (!field.isOptional) find("data-field", "a value", "missing", `data.${name}`);
      } else if (!field) {
        find("data-field", "no such field", "a value", `data.${name}`);
      } else if (!field.shape(data[name])) {
        find("data-field", "a well-formed value", Letopis.render(data[name]), `data.${name}`);
      }
    }
    return false;
  }

  Object.assign(Letopis, { EVENTS, declare, dataFits });
})((globalThis.Letopis = globalThis.Letopis || {}));
