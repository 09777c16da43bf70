"use strict";
// What oversees the journal (events.md, "Closing", "Back-dating", "Evidence", "Printed forms", "Control", "Excuses"), as the tables
// show it: a row for each step, with the cells of that step alone.
(function (Letopis) {
  const { handle, tell } = Letopis.rows;
  const { WORDS, listed, number, typed, word, yes } = Letopis.cells;

  const REOPENED_FOR = {
    not_recorded: "внесено не всё", recorded_wrongly: "внесено неверно", closed_by_mistake: "закрыт по ошибке",
    inspection: "по требованию проверки", other: "иное (с пояснением)",
  };
  const LACKING = {
    lesson: "урок не внесён и не отменён", attendance: "посещаемость не отмечена", mark: "нет отметки за письменную работу",
    result: "нет отметки за период", remark: "замечание не закрыто", council: "нет решения педагогического совета",
  };
  const LACK_REASONS = {
    not_required: "не требуется", student_absent: "ученика не было", not_restorable: "не восстановить", order: "по приказу", other: "иное",
  };
  const VERDICTS = { verified: "расхождений нет", finding: "найдены расхождения", incomplete: "проверено не всё" };
  const TOOLS = new Set(["csv", "openssl", "sha256sum", "verify.pyz"]);
  const CONDITIONS = { corrections: "исправления", archive: "архив", substitutions: "замещения" };
  const BACKUPS = {
    keys: "ключи", ledger: "журнал", vault: "личные сведения", audit: "журнал перепроверен", checkpoint: "подписанная точка сверена",
    restore: "восстановлено", values: "сведения открыты ключами",
  };
  const FORMS = {
    class_page: "страница журнала", summary_sheet: "сводная ведомость", corrections: "исправления", substitutions: "замещения",
    conformity: "соответствие регламенту", papers: "реестр бумажного архива", student_page: "табель ученика",
    attendance: "посещаемость класса", lesson_plan: "календарный план",
  };
  const VOIDED_FOR = { spoiled: "испорчена", lost: "утрачена", wrong_scope: "не о том", superseded: "заменена", other: "иное" };
  const ABOUT = { lesson: "запись урока", attendance: "посещаемость", homework: "домашнее задание", marks: "отметки", other: "иное" };
  const HOW = { answered: "отвечено", withdrawn: "снято" };
  const INCIDENTS = { system: "сбой системы", network: "нет связи", power: "нет электричества", maintenance: "плановые работы" };
  const EXCUSED_BY = { outage: "журнал был недоступен", ill: "болезнь", order: "приказ директора", emergency: "чрезвычайная ситуация в школе" };
  const EXCUSED = {
    lesson: "запись урока", attendance: "посещаемость", homework: "домашнее задание", oral_mark: "отметка за устный ответ",
    written_mark: "отметка за письменную работу", written_work: "письменная работа в целом",
  };
  const FOUND = { found: "найден", no_link: "найден без ссылки на дневник", not_found: "не найден", no_answer: "нет ответа" };
  const BACKDATED = {
    student_enrolled: "зачисление", student_left: "выбытие", teacher_assigned: "назначение учителя",
    class_teacher_assigned: "назначение классного руководителя", subgroup_joined: "зачисление в подгруппу",
    subgroup_left: "выбытие из подгруппы", duty_assigned: "обязанность", duty_ended: "конец обязанности", timetable_set: "расписание",
    responsible_appointed: "назначение ответственного", regulation_adopted: "редакция регламента", bell_schedule_set: "звонки",
    days_off_declared: "дни без уроков", school_day_declared: "перенос учебного дня", calendar_entry_revoked: "отзыв записи календаря",
  };

  const first = (entry) => [String(entry.index), entry.at];
  const className = (journal, id) => (journal.classes.has(id) ? typed(journal.classes.get(id).name) : "");
  const words = (all, values) => values.map((value) => word(all, value)).join(", ");
  // The cells that a step has, by their names; the others are empty.
  const among = (names, cells) => names.map((name) => (cells[name] === undefined ? "" : cells[name]));
  const note = (journal, data) => typed(journal.note(data));
  const person = (journal, entry, id) => [id, typed(journal.name(id, entry.index))];

  // Periods and journals: closed, asked to be opened again, opened again.

  const WHY = ["reason", "requested_by", "name", "note", "basis", "request"];
  const NO_STEP = among(WHY, {});
  const asked = (journal, room) => journal.room(`${room} asked`, () => new Map());

  const why = {
    closed: () => NO_STEP,
    // A request waits until it is answered.
    asked(journal, entry, data, room) {
      asked(journal, room).set(entry.id, { index: entry.index, by: entry.actor });
      return among(WHY, { reason: word(REOPENED_FOR, data.reason), note: note(journal, data), basis: typed(data.basis) });
    },
    // An answer to what waits tells who asked.
    answered(journal, entry, data, room) {
      const waiting = asked(journal, room).get(entry.id);
      asked(journal, room).delete(entry.id);
      const isTheirs = waiting && waiting.index === data.request;
      const known = isTheirs && journal.people.has(waiting.by);
      return among(WHY, {
        requested_by: isTheirs ? waiting.by : "", name: known ? typed(journal.name(waiting.by, entry.index)) : isTheirs ? waiting.by : "",
        basis: typed(data.basis), request: number(data.request),
      });
    },
    // In one step, as logs from before do.
    alone(journal, entry, data) {
      const [requested_by, name] = person(journal, entry, data.requested_by);
      return among(WHY, { reason: word(REOPENED_FOR, data.reason), requested_by, name, note: note(journal, data), basis: typed(data.basis || "") });
    },
    attested: (_journal, _entry, data) => among(WHY, { basis: typed(data.basis) }),
  };

  const ofPeriod = (action, step) => (journal, entry, data) => {
    const period = journal.room("periods", () => new Map()).get(entry.id);
    const span = period ? [period.word, number(period.number), period.starts_on, period.ends_on] : ["", "", "", ""];
    const steps = why[step](journal, entry, data, "periods");
    journal.row("closings", entry.index, [...first(entry), entry.id, ...span, action, number(data.streams), number(data.size), ...steps, entry.actor]);
  };

  const ofJournal = (action, step) => (journal, entry, data) => {
    const steps = why[step](journal, entry, data, "journals");
    const handed = action === "ведомость передана" ? [data.sha256, typed(data.number), data.received_on, typed(data.to)] : ["", "", "", ""];
    journal.row("journals", entry.index, [
      ...first(entry), entry.id, className(journal, entry.id), action, ...steps, ...handed, entry.actor,
    ]);
  };

  function closedJournal(journal, entry, data) {
    ofJournal("закрыт", "closed")(journal, entry, data);
    for (const one of data.excused) {
      const course = one.course || "";
      const subject = journal.courses.has(course) ? typed(journal.courses.get(course).subject) : "";
      journal.row("journal_excuses", entry.index, [
        ...first(entry), entry.id, className(journal, entry.id), word(LACKING, one.what), course, subject, number(one.count),
        word(LACK_REASONS, one.reason), typed(one.basis), entry.actor,
      ]);
    }
  }

  handle({
    period_closed: ofPeriod("закрыт", "closed"),
    period_reopening_requested: ofPeriod("просят открыть снова", "asked"),
    period_reopening_approved: ofPeriod("открыт снова", "answered"),
    period_reopening_refused: ofPeriod("открыть снова отказано", "answered"),
    period_reopened: ofPeriod("открыт снова", "alone"),
    period_attested: ofPeriod("заверен", "attested"),
    journal_closed: closedJournal,
    journal_reopening_requested: ofJournal("просят открыть снова", "asked"),
    journal_reopening_approved: ofJournal("открыт снова", "answered"),
    journal_reopening_refused: ofJournal("открыть снова отказано", "answered"),
    journal_reopened: ofJournal("открыт снова", "alone"),
    sheet_transferred: ofJournal("ведомость передана", "closed"),
  });

  // Back-dating: a request, the act that names it, or a refusal. Of an order of the school requests wait in one place.

  const SETUP = "backdating";
  const OF_CLASSES = "timetable_set";
  const OF_BELLS = "bell_schedule_set";
  const OF_YEARS = new Set(["days_off_declared", "school_day_declared", "calendar_entry_revoked"]);
  const requests = (journal) => journal.room("backdatings", () => new Map());

  // `terms`: what, of whom or which class, of which day; null of a refusal, which takes those of its request.
  function backdated(journal, entry, action, terms, place, more) {
    const course = place && place.course ? journal.courses.get(place.course) : null;
    const group = course ? typed(course.group) : place && place.group ? className(journal, place.group) : "";
    const { what, of, day } = terms || { what: "", of: "", day: "" };
    const who = what === OF_CLASSES || what === OF_BELLS || OF_YEARS.has(what) ? "" : of;
    const name = journal.people.has(who) ? typed(journal.name(who, entry.index)) : who;
    journal.row("backdatings", entry.index, [
      ...first(entry), action, terms ? word(BACKDATED, what) : "", course ? course.id : "", group, course ? typed(course.subject) : "", who, name, day,
      more.by || "", typed(more.basis || ""), number(more.request), entry.actor,
    ]);
  }

  function ask(journal, entry, key, terms, place, basis) {
    requests(journal).set(`${key} ${entry.index}`, { terms, place, by: entry.actor });
    backdated(journal, entry, "просят", terms, place, { basis });
  }

  function answer(journal, entry, key, data, terms, place, basis = "") {
    const request = requests(journal).get(`${key} ${data.request}`);
    requests(journal).delete(`${key} ${data.request}`);
    const more = { by: request ? request.by : "", basis, request: data.request };
    backdated(journal, entry, terms ? "внесено" : "отказано", terms || (request && request.terms), place || (request && request.place), more);
  }

  const placed = (kind, id) => (kind === "course" ? { course: id } : { group: id });

  for (const kind of ["class", "course"]) {
    handle({
      [`${kind}_backdating_requested`](journal, entry, data) {
        const of = data.what.endsWith("teacher_assigned") ? data.teacher : data.student;
        if (of === undefined || (data.student !== undefined && data.teacher !== undefined)) return;
        ask(journal, entry, entry.stream, { what: data.what, of, day: data.day }, placed(kind, entry.id), data.basis);
      },
      [`${kind}_backdating_refused`]: (journal, entry, data) =>
        answer(journal, entry, entry.stream, data, null, placed(kind, entry.id), data.basis),
    });
  }

  const OF_PEOPLE = new Set(["duty_assigned", "duty_ended", "responsible_appointed"]);

  handle({
    setup_backdating_requested(journal, entry, data) {
      const { what, day, person, bells, class_group: group, year } = data;
      const wanted = [OF_PEOPLE.has(what), what === OF_CLASSES, what === OF_BELLS, OF_YEARS.has(what)];
      if ([person, group, bells, year].some((id, at) => (id !== undefined) !== wanted[at])) return;
      ask(journal, entry, SETUP, { what, of: group || person || bells || year || "", day }, group === undefined ? null : { group }, data.basis);
    },
    setup_backdating_refused: (journal, entry, data) => answer(journal, entry, SETUP, data, null, null, data.basis),
  });

  // The acts themselves, which have rows of their own too; only those that name a request have one here.
  const act = (key, of, day, place) => (journal, entry, data) => {
    if (data.request === undefined) return;
    const terms = { what: entry.type.slice(0, -2), of: of(entry, data), day: data[day] };
    answer(journal, entry, key || entry.stream, data, terms, place(entry));
  };
  const student = (_entry, data) => data.student;
  const teacher = (_entry, data) => data.teacher;
  const holder = (_entry, data) => data.person;
  const nobody = () => null;
  const inClass = ({ id }) => ({ group: id });
  const inCourse = ({ id }) => ({ course: id });

  handle({
    student_enrolled: act("", student, "starts_on", inClass),
    student_left: act("", student, "ends_on", inClass),
    class_teacher_assigned: act("", teacher, "starts_on", inClass),
    teacher_assigned: act("", teacher, "starts_on", inCourse),
    subgroup_joined: act("", student, "starts_on", inCourse),
    subgroup_left: act("", student, "ends_on", inCourse),
    duty_assigned: act(SETUP, holder, "starts_on", nobody),
    duty_ended: act(SETUP, holder, "ends_on", nobody),
    responsible_appointed: act(SETUP, holder, "starts_on", nobody),
    regulation_adopted: act(SETUP, () => "", "effective_from", nobody),
    timetable_set: act(SETUP, ({ id }) => id, "effective_from", inClass),
    bell_schedule_set: act(SETUP, ({ id }) => id, "effective_from", nobody),
    days_off_declared: act(SETUP, ({ id }) => id, "starts_on", nobody),
    school_day_declared: act(SETUP, ({ id }) => id, "on", nobody),
    calendar_entry_revoked: act(SETUP, ({ id }) => id, "day", nobody),
  });

  // Evidence, printouts, backups, printed forms.

  const EVIDENCE = [
    "what", "size", "root", "verdict", "by", "sha256", "checkpoint", "witnesses", "year", "month", "employees", "requests", "rows", "slowest_ms", "to",
    "number", "received_on",
  ];
  const evidence = (journal, entry, cells) => journal.row("evidence", entry.index, [...first(entry), ...among(EVIDENCE, cells)]);
  const PRINTS = [
    "sheet", "number", "kind", "scope", "position", "pages", "certified_by", "name", "office", "certified_on", "seal", "reason", "basis",
  ];
  const print = (journal, entry, action, cells) =>
    journal.row("prints", entry.index, [...first(entry), action, ...among(PRINTS, cells), entry.actor]);
  const BACKUP = ["what", "size", "root", "bytes", "sha256", "place", "restored_at", "how", "verdict"];
  const backup = (journal, entry, action, cells) =>
    journal.row("backups", entry.index, [...first(entry), action, entry.id, ...among(BACKUP, cells), entry.actor]);

  handle({
    verification_recorded: (journal, entry, data) =>
      evidence(journal, entry, {
        what: "проверка", size: number(data.size), root: data.root, verdict: word(VERDICTS, data.verdict), by: typed(data.program),
        sha256: data.program_sha256, checkpoint: number(data.checkpoint), witnesses: number(data.witnesses),
      }),

    archive_recorded(journal, entry, data) {
      const tools = data.opened_with;
      if (!tools.length || tools.some((tool, at) => !TOOLS.has(tool) || (at && tools[at - 1] >= tool))) throw new TypeError("tools in order");
      evidence(journal, entry, {
        what: "архив", size: number(data.size), root: data.root, verdict: word(VERDICTS, data.verdict), by: tools.join(", "),
        sha256: data.manifest_sha256, year: data.year,
      });
    },

    archive_handed_over: (journal, entry, data) =>
      evidence(journal, entry, {
        what: "передача", sha256: data.manifest_sha256, to: typed(data.to), number: typed(data.number), received_on: data.received_on,
      }),

    register_timed: (journal, entry, data) =>
      evidence(journal, entry, {
        what: "замещения", size: number(data.size), month: data.month, employees: number(data.employees), requests: number(data.requests),
        rows: number(data.rows), slowest_ms: number(data.slowest_ms),
      }),

    printout_registered: (journal, entry, data) =>
      journal.row("printouts", entry.index, [
        ...first(entry), word(CONDITIONS, data.condition), data.period || data.year || data.month || "", typed(data.number), data.printed_on,
        number(data.pages), typed(data.kept), ...person(journal, entry, data.signed_by), listed(data.sheets),
      ]),

    backup_taken: (journal, entry, data) =>
      backup(journal, entry, "снята", {
        what: words(BACKUPS, data.what), size: number(data.size), root: data.root, bytes: number(data.bytes), sha256: data.sha256, place: typed(data.place),
      }),

    backup_verified: (journal, entry, data) =>
      backup(journal, entry, "проверена", {
        size: number(data.size), root: data.root, restored_at: data.restored_at, how: words(BACKUPS, data.how), verdict: word(VERDICTS, data.verdict),
      }),

    sheet_issued: (journal, entry, data) =>
      print(journal, entry, "выдана", {
        sheet: data.sheet, number: number(data.number), kind: word(FORMS, data.kind),
        scope: [data.course, data.period, data.class_group, data.month, data.student].filter((one) => one !== undefined).join(" "),
        position: number(data.position), pages: number(data.pages),
      }),

    sheet_certified(journal, entry, data) {
      const [certified_by, name] = person(journal, entry, data.certified_by);
      const said = { office: typed(data.office), certified_on: data.certified_on, seal: yes(data.seal) };
      print(journal, entry, "заверена", { sheet: data.sheet, certified_by, name, ...said });
    },

    sheet_voided: (journal, entry, data) =>
      print(journal, entry, "снята", { sheet: data.sheet, reason: word(VOIDED_FOR, data.reason), basis: typed(data.basis) }),
  });

  // Checks, remarks, incidents, excuses: rows that a later entry closes.

  const open = (journal, name) => journal.room(`open ${name}`, () => new Map());

  // Fills the last cells of the row that a stream opened, once.
  function close(journal, name, entry, cells) {
    const row = open(journal, name).get(entry.id);
    open(journal, name).delete(entry.id);
    if (row) row.splice(row.length - cells.length, cells.length, ...cells);
  }

  handle({
    control_check_recorded: (journal, entry, data) =>
      journal.row("checks", entry.index, [
        ...first(entry), className(journal, entry.id), data.held_on, data.from_date, data.to_date, entry.actor, note(journal, data),
      ]),

    remark_raised(journal, entry, data) {
      if (!entry.isFirst) return;
      const subject = journal.courses.has(data.course) ? typed(journal.courses.get(data.course).subject) : "";
      const cells = [
        ...first(entry), entry.id, className(journal, data.class_group), subject, data.lesson || "", data.held_on || "", word(ABOUT, data.about),
        ...person(journal, entry, data.to), number(data.check), entry.actor, note(journal, data), "", "", "",
      ];
      open(journal, "remarks").set(entry.id, journal.row("remarks", entry.index, cells));
    },

    remark_closed: (journal, entry, data) => close(journal, "remarks", entry, [String(entry.index), word(HOW, data.how), note(journal, data)]),

    incident_opened(journal, entry, data) {
      if (!entry.isFirst) return;
      const cells = [...first(entry), entry.id, word(INCIDENTS, data.kind), data.began_at, note(journal, data), "", "", ""];
      open(journal, "incidents").set(entry.id, journal.row("incidents", entry.index, cells));
    },

    incident_closed: (journal, entry, data) => close(journal, "incidents", entry, [String(entry.index), data.ended_at, note(journal, data)]),

    excuse_accepted(journal, entry, data) {
      if (!entry.isFirst) return;
      const lesson = data.lesson === undefined ? null : journal.lessons.get(`lesson/${data.lesson}`) || { course: "", heldOn: "" };
      const [course, heldOn] = lesson ? [lesson.course, lesson.heldOn] : [data.course, data.held_on || ""];
      const cells = [
        ...first(entry), ...person(journal, entry, data.teacher), ...journal.courseCells(course), heldOn, data.lesson || "",
        words(EXCUSED, data.rules), word(EXCUSED_BY, data.reason), data.incident || "", typed(data.basis || ""), note(journal, data), entry.actor, "", "",
      ];
      open(journal, "excuses").set(entry.id, journal.row("excuses", entry.index, cells));
    },

    excuse_withdrawn: (journal, entry, data) => close(journal, "excuses", entry, [String(entry.index), typed(data.basis)]),
  });

  // How fresh answers were, the region's portal, who cosigned the log, its access log's anchors.

  const portal = (action, cells) => (journal, entry, data) =>
    journal.row("portals", entry.index, [
      ...first(entry), entry.id, action, ...among(["name", "link", "diary", "outcome", "basis"], cells(data)), entry.actor,
    ]);
  const WITNESS = ["key", "held_by", "link", "size", "root", "cosigned_at", "signature", "basis"];
  const witness = (action, cells) => (journal, entry, data) =>
    journal.row("witnesses", entry.index, [...first(entry), entry.id, action, ...among(WITNESS, cells(data)), entry.actor]);
  const TIME_MAX = 253402300799;
  const momentOf = (seconds) => new Date(1000 * Math.min(seconds, TIME_MAX)).toISOString().replace(".000Z", ".000000Z");

  handle({
    freshness_measured: (journal, entry, data) =>
      journal.row("freshness", entry.index, [
        ...first(entry), number(data.size), number(data.position), typed(number(data.size - data.position)), number(data.minutes_behind),
        number(data.last_entry_minutes), entry.actor,
      ]),
    portal_listed: portal("в списке", (data) => ({ name: typed(data.name), link: typed(data.link) })),
    portal_dropped: portal("снят", (data) => ({ basis: typed(data.basis) })),
    portal_checked: portal("проверен", (data) => ({ link: typed(data.link), diary: typed(data.diary), outcome: word(FOUND, data.outcome) })),
    witness_appointed: witness("назначен", (data) => ({
      key: typed(data.vkey), held_by: typed(data.held_by), link: typed(data.link), basis: typed(data.basis),
    })),
    witness_dismissed: witness("снят", (data) => ({ basis: typed(data.basis) })),
    checkpoint_cosigned: witness("заверил", (data) => ({
      size: number(data.size), root: data.root, cosigned_at: momentOf(data.time), signature: typed(data.signature),
    })),
    access_log_anchored: (journal, entry, data) =>
      journal.row("anchors", entry.index, [...first(entry), number(data.size), data.root, entry.actor]),
  });

  tell(
    ...["closings", "journals", "journal_excuses", "backdatings", "evidence", "printouts", "backups", "prints", "checks", "remarks", "incidents", "excuses"],
    ...["freshness", "portals", "witnesses", "anchors"],
  );
})((globalThis.Letopis = globalThis.Letopis || {}));
