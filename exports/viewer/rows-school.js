"use strict";
// How the school is set up and what is planned (events.md, "Set-up", "Timetables and the calendar", "Subgroups", "Duties"), as the tables
// show it: people and classes, orders, plans, the calendar, what was cancelled and what was planned for a day.
(function (Letopis) {
  const { handle, show, tell } = Letopis.rows;
  const { WORDS, listed, number, typed, word, yes } = Letopis.cells;
  const { render } = Letopis;

  const head = (entry) => String(entry.index);
  // Rows that a later entry may end, by the index of their own.
  const kept = (journal, name) => journal.room(name, () => new Map());

  // Lets an entry end the row of another, once: its index goes into the cell at `at`.
  function ends(journal, name, ended, entry, at) {
    const rows = kept(journal, name);
    const cells = rows.get(ended);
    if (cells) cells[at] = head(entry);
    rows.delete(ended);
    return cells;
  }

  // A course's id, class and subject; of what no course was opened for there is no row.
  const placeOf = (journal, id) => (journal.courses.has(id) ? [id, ...journal.courseCells(id)] : null);

  // People, classes, courses.

  handle({
    student_enrolled(journal, entry, data) {
      const group = journal.classes.get(entry.id);
      const cells = journal.row("enrollments", entry.index, [
        head(entry), typed(group ? group.name : ""), data.student, typed(journal.name(data.student, entry.index)), data.starts_on, "",
      ]);
      const stays = journal.room("stays", () => new Map());
      const key = `${entry.id} ${data.student}`;
      stays.set(key, [...(stays.get(key) || []), cells]);
    },

    student_left(journal, entry, data) {
      const stays = journal.room("stays", () => new Map());
      const key = `${entry.id} ${data.student}`;
      for (const cells of stays.get(key) || []) cells[5] = data.ends_on;
      stays.delete(key);
    },

    subgroup_joined(journal, entry, data) {
      const course = journal.courses.get(entry.id);
      if (!course) return;
      const cells = journal.row("subgroups", entry.index, [
        head(entry), entry.id, ...journal.courseCells(entry.id), typed(course.subgroup), data.student,
        typed(journal.name(data.student, entry.index)), data.starts_on, "",
      ]);
      kept(journal, "subgroups").set(`${entry.id} ${data.student}`, cells);
    },

    subgroup_left(journal, entry, data) {
      const key = `${entry.id} ${data.student}`;
      const cells = kept(journal, "subgroups").get(key);
      if (cells) cells[8] = data.ends_on;
      kept(journal, "subgroups").delete(key);
    },
  });

  show({
    *people(journal) {
      for (const person of journal.people.values()) {
        if (person.registered === undefined) continue;
        const name = typed(person.nameAt(person.registered));
        yield { index: person.registered, cells: [String(person.registered), person.id, word(WORDS.PERSON_KINDS, person.kind), name] };
      }
    },
    *courses(journal) {
      for (const course of journal.courses.values()) {
        const cells = [String(course.opened), course.id, typed(course.group), typed(course.subject), typed(course.subgroup)];
        yield { index: course.opened, cells };
      }
    },
  });

  // Orders.

  const order = (data) => [typed(data.order_number), data.order_date];

  handle({
    regulation_adopted(journal, entry, data) {
      journal.row("regulations", entry.index, [head(entry), ...order(data), data.effective_from, typed(render(data.parameters))]);
    },

    assessment_rules_adopted(journal, entry, data) {
      journal.row("assessment", entry.index, [head(entry), ...order(data), data.effective_from, typed(render(data.rules))]);
    },

    responsible_appointed(journal, entry, data) {
      const name = typed(journal.name(data.person, entry.index));
      journal.row("responsible", entry.index, [head(entry), data.person, name, ...order(data), data.starts_on]);
    },

    duty_assigned(journal, entry, data) {
      const name = typed(journal.name(data.person, entry.index));
      const duty = word(WORDS.DUTIES, data.duty);
      const cells = journal.row("duties", entry.index, [head(entry), data.person, name, duty, ...order(data), data.starts_on, ""]);
      kept(journal, "duties").set(`${data.person} ${data.duty}`, cells);
    },

    duty_ended(journal, entry, data) {
      const key = `${data.person} ${data.duty}`;
      const cells = kept(journal, "duties").get(key);
      if (cells) cells[7] = data.ends_on;
      kept(journal, "duties").delete(key);
    },
  });

  // Plans.

  function planned(journal, entry, item, topic, reason = "", basis = "") {
    const course = journal.courses.get(entry.id);
    const shown = ["topic", "hours", "homework", "planned_on"].map((name) => (topic && topic[name] !== undefined ? typed(String(topic[name])) : ""));
    journal.row("plans", entry.index, [
      head(entry), course ? entry.id : "", ...journal.courseCells(entry.id), typed(course ? course.subgroup : ""), number(item), ...shown,
      reason, typed(basis),
    ]);
  }

  function plannedItems(journal, entry, data) {
    for (const item of data.items) planned(journal, entry, item.number, item);
  }

  handle({
    lesson_plan_imported: (journal, entry, data) => (entry.isFirst ? plannedItems(journal, entry, data) : null),
    lesson_plan_continued: plannedItems,
    lesson_plan_amended: (journal, entry, data) =>
      planned(journal, entry, data.number, data.new, word(WORDS.PLAN_REASONS, data.reason), data.basis || ""),
  });

  // The calendar, bells, timetables.

  handle({
    days_off_declared(journal, entry, data) {
      const cells = [head(entry), data.starts_on, data.ends_on, listed(data.grades, ", "), "", typed(data.title), ""];
      kept(journal, "calendar").set(`${entry.stream} ${entry.index}`, journal.row("calendar", entry.index, cells));
    },

    school_day_declared(journal, entry, data) {
      if (!(data.as_weekday >= 1 && data.as_weekday <= 7)) throw new TypeError("a weekday");
      const cells = [head(entry), data.on, data.on, listed(data.grades, ", "), number(data.as_weekday), "", ""];
      kept(journal, "calendar").set(`${entry.stream} ${entry.index}`, journal.row("calendar", entry.index, cells));
    },

    calendar_entry_revoked: (journal, entry, data) => ends(journal, "calendar", `${entry.stream} ${data.revokes}`, entry, 6),

    bell_schedule_set(journal, entry, data) {
      for (const lesson of data.lessons) {
        journal.row("bells", entry.index, [
          head(entry), entry.id, typed(data.title), data.effective_from, number(lesson.number), lesson.starts_at, lesson.ends_at,
        ]);
      }
    },

    timetable_set(journal, entry, data) {
      const group = journal.classes.get(entry.id);
      const first = [head(entry), typed(group ? group.name : ""), data.effective_from, data.bells];
      const rows = data.lessons.map((lesson) => {
        const course = journal.courses.get(lesson.course);
        const place = [number(lesson.weekday), number(lesson.number), word(WORDS.WEEKS, lesson.weeks)];
        return [...first, ...place, lesson.course, typed(course ? course.subject : "")];
      });
      for (const cells of rows.length ? rows : [[...first, "", "", "", "", ""]]) journal.row("timetables", entry.index, cells);
    },
  });

  // What takes lessons and students away, and what is to come.

  handle({
    certificate_recorded(journal, entry, data) {
      const name = typed(journal.name(entry.id, entry.index));
      const code = Letopis.cells.valueWord("absence", data.code);
      const cells = [head(entry), entry.at, entry.id, name, data.starts_on, data.ends_on, code, typed(data.basis), ""];
      kept(journal, "certificates").set(`${entry.id} ${entry.index}`, journal.row("certificates", entry.index, cells));
    },

    certificate_annulled: (journal, entry, data) => ends(journal, "certificates", `${entry.id} ${data.corrects}`, entry, 8),

    lesson_cancelled(journal, entry, data) {
      const place = placeOf(journal, entry.id);
      const reason = word(WORDS.CANCELLED_FOR, data.reason);
      if (!place) return;
      const moved = data.moved_to === undefined ? "" : typed(render(data.moved_to));
      const cells = [
        head(entry), entry.at, ...place, data.held_on, number(data.number), reason, typed(data.basis), moved, data.merged_with || "", "",
      ];
      kept(journal, "cancellations").set(`${entry.id} ${entry.index}`, journal.row("cancellations", entry.index, cells));
    },

    cancellation_withdrawn: (journal, entry, data) => ends(journal, "cancellations", `${entry.id} ${data.corrects}`, entry, 11),

    substitution_planned(journal, entry, data) {
      if (data.replaces !== undefined) ends(journal, "substitution_plans", `${entry.id} ${data.replaces}`, entry, 15);
      const place = placeOf(journal, entry.id);
      const reason = word(WORDS.ABSENT_FOR, data.reason);
      if (!place) return;
      const person = (id) => [id, typed(journal.name(id, entry.index))];
      const cells = [
        head(entry), entry.at, ...place, data.held_on, number(data.number), ...person(data.absent_teacher), ...person(data.substitute), reason,
        typed(data.basis), yes(data.same_subject), number(data.coefficient), "",
      ];
      kept(journal, "substitution_plans").set(`${entry.id} ${entry.index}`, journal.row("substitution_plans", entry.index, cells));
    },

    substitution_plan_withdrawn: (journal, entry, data) => ends(journal, "substitution_plans", `${entry.id} ${data.corrects}`, entry, 15),

    homework_posted(journal, entry, data) {
      const place = placeOf(journal, entry.id);
      if (!place) return;
      const names = ["due_lesson", "due_on", "files", "text"].filter((name) => data[name] !== undefined);
      const said = render(Object.fromEntries(names.map((name) => [name, data[name]])));
      const cells = [head(entry), entry.at, ...place, data.held_on, number(data.number), typed(data.text), typed(said), ""];
      kept(journal, "posted").set(`${entry.id} ${entry.index}`, journal.row("posted", entry.index, cells));
    },

    homework_post_withdrawn: (journal, entry, data) => ends(journal, "posted", `${entry.id} ${data.corrects}`, entry, 9),
  });

  // The schedule of works: what stands under an entry, and what each work is.

  function scheduledRow(journal, entry, work, action, when, said) {
    const place = placeOf(journal, entry.id);
    if (!place) return;
    const kind = word(WORDS.WORK_KINDS, work.kind);
    journal.row("schedule", entry.index, [head(entry), entry.at, ...place, work.scheduled, kind, number(work.minutes), action, ...when, ...said]);
  }

  function rescheduled(journal, entry, data, action) {
    const standing = kept(journal, "schedule");
    const key = `${entry.id} ${data.corrects}`;
    const work = standing.get(key);
    standing.delete(key);
    if (!work) return;
    const when = action === "перенесена" ? [data.planned_on, number(data.number)] : work.when;
    const said = [word(WORDS.RESCHEDULED_FOR, data.reason), typed(data.basis || "")];
    if (action === "перенесена") standing.set(`${entry.id} ${entry.index}`, { ...work, when });
    scheduledRow(journal, entry, work, action, when, said);
  }

  handle({
    work_scheduled(journal, entry, data) {
      const names = journal.room("scheduled", () => new Set());
      if (names.has(`${entry.id} ${data.scheduled}`)) return;
      names.add(`${entry.id} ${data.scheduled}`);
      const work = { scheduled: data.scheduled, kind: data.kind, minutes: data.minutes, when: [data.planned_on, number(data.number)] };
      kept(journal, "schedule").set(`${entry.id} ${entry.index}`, work);
      scheduledRow(journal, entry, work, "назначена", work.when, ["", ""]);
    },

    scheduled_work_moved: (journal, entry, data) => rescheduled(journal, entry, data, "перенесена"),
    scheduled_work_cancelled: (journal, entry, data) => rescheduled(journal, entry, data, "отменена"),
  });

  tell(
    ...["enrollments", "subgroups", "regulations", "assessment", "responsible", "duties", "plans", "calendar", "bells", "timetables"],
    ...["certificates", "cancellations", "substitution_plans", "posted", "schedule"],
  );
})((globalThis.Letopis = globalThis.Letopis || {}));
