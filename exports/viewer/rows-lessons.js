"use strict";
// Lessons, and what is recorded in them (events.md, "A lesson" and "Corrections"), as the tables show it: what was recorded first,
// what stands after the last entry.
(function (Letopis) {
  const { Fact, handle, show, tell } = Letopis.rows;
  const { WORDS, number, typed, valueWord, word, yes } = Letopis.cells;
  const { render } = Letopis;
  const OF_STUDENTS = new Set(["mark", "absence", "lateness", "early_leave"]);

  const workKey = (stream, id) => `${stream} ${id}`;
  const works = (journal) => journal.room("works", () => new Map());

  function recorded(what, field) {
    return (journal, entry, data) => {
      valueWord(what, data[field]);
      const work = what === "mark" ? works(journal).get(workKey(entry.stream, data.work)) || null : null;
      if (what === "mark" && !work && !journal.isPart) return;
      const person = journal.people.get(data.student);
      const fact = new Fact(what, entry, entry.stream, data[field], person ? person.id : data.student, work);
      fact.kind = work ? work.kind : "";
      journal.add(fact);
    };
  }

  // The value of a fact without what says where it is.
  const valueOf = (data, names) => Object.fromEntries(names.filter((name) => data[name] !== undefined).map((name) => [name, data[name]]));

  handle({
    lesson_recorded(journal, entry, data) {
      if (!entry.isFirst) return;
      const value = valueOf(data, ["ends_at", "number", "plan_items", "starts_at", "topic"]);
      const lesson = {
        id: entry.id, course: data.course, heldOn: data.held_on, number: data.number, teacher: data.teacher, isTaken: data.attendance === "taken",
        homework: null, fact: new Fact("lesson", entry, entry.stream, value),
      };
      journal.lessons.set(entry.stream, lesson);
      journal.add(lesson.fact);
    },

    attendance_taken(journal, entry) {
      const lesson = journal.lessons.get(entry.stream);
      if (lesson) lesson.isTaken = true;
    },

    mark_recorded: recorded("mark", "value"),
    absence_recorded: recorded("absence", "code"),
    lateness_recorded: recorded("lateness", "minutes"),
    early_leave_recorded: recorded("early_leave", "minutes"),

    work_recorded(journal, entry, data) {
      const value = valueOf(data, ["ends_on", "kind", "of_lesson", "scheduled", "weight", "written"]);
      word(WORDS.WORK_KINDS, data.kind);
      if (works(journal).has(workKey(entry.stream, data.work))) return;
      const fact = journal.add(new Fact("work", entry, entry.stream, value));
      fact.work = { id: data.work, kind: data.kind, said: value };
      works(journal).set(workKey(entry.stream, data.work), fact.work);
    },

    make_up_recorded(journal, entry, data) {
      const work = works(journal).get(workKey(entry.stream, data.work));
      if (work) journal.add(new Fact("make_up", entry, entry.stream, data.made_up_on, data.student, work));
    },

    homework_assigned(journal, entry, data) {
      const value = valueOf(data, ["due_lesson", "due_on", "files", "text"]);
      const fact = journal.add(new Fact("homework", entry, entry.stream, value));
      const lesson = journal.lessons.get(entry.stream);
      if (lesson) lesson.homework = fact;
      filesOf(journal, entry, value);
    },

    substitution_recorded(journal, entry, data) {
      const value = valueOf(data, ["basis", "coefficient", "reason", "same_subject"]);
      word(WORDS.ABSENT_FOR, data.reason);
      journal.add(new Fact("substitution", entry, entry.stream, value, data.absent_teacher));
    },

    absence_reason_set(journal, entry, data) {
      valueWord("absence", data.code);
      correct(journal, entry, "absence", { ...data, corrects: data.absence, old: "absent", new: data.code, reason: "document" });
    },
  });

  const isAnnulled = { corrected: false, annulled: true };
  for (const what of ["lesson", "work", "make_up", "mark", "absence", "lateness", "early_leave", "homework", "substitution"]) {
    for (const how of Object.keys(isAnnulled)) {
      handle({ [`${what}_${how}`]: (journal, entry, data) => correct(journal, entry, what, isAnnulled[how] ? { ...data, new: null } : data) });
    }
  }

  function correct(journal, entry, what, data) {
    const ofStudent = OF_STUDENTS.has(what);
    const [old, now] = [data.old, data.new].map((value) => {
      if (ofStudent) return valueWord(what, value);
      return value === null ? "" : what === "make_up" ? value : typed(render(value));
    });
    const reason = word(WORDS.REASONS, data.reason);
    const fact = journal.change(what, entry, data.corrects, data.old, data.new);
    if (fact) changed(journal, entry, fact);
    if (what === "homework" && data.new !== null) filesOf(journal, entry, data.new);
    journal.row("corrections", entry.index, [
      String(entry.index), entry.at, WORDS.FACTS[what], number(data.corrects), entry.id,
      fact && fact.who && what !== "substitution" ? fact.who : "", old, now, reason, typed(journal.note(data)), typed(data.basis || ""),
      number(data.request), entry.actor,
    ]);
  }

  // Keeps what a lesson and a work show of a fact that was changed.
  function changed(journal, entry, fact) {
    const lesson = journal.lessons.get(fact.lesson);
    if (fact.what === "work" && fact.value !== null) Object.assign(fact.work, { kind: fact.value.kind, said: fact.value });
    if (fact.what === "lesson" && fact.value !== null) lesson.number = fact.value.number;
    // Homework that stands again where another was assigned meanwhile.
    if (fact.what === "homework" && fact.value !== null && lesson) lesson.homework = fact;
  }

  function filesOf(journal, entry, homework) {
    for (const file of homework.files || []) {
      journal.row("files", entry.index, [
        String(entry.index), entry.at, ...journal.lessonCells(entry.stream), file.sha256, number(file.size), file.media_type,
      ]);
    }
  }

  const facts = (journal, ...what) => journal.facts.filter((fact) => what.includes(fact.what));

  function* factRows(journal, ...what) {
    for (const fact of facts(journal, ...what)) {
      const isMark = fact.what === "mark";
      const who = [fact.who, typed(journal.name(fact.who, fact.first))];
      const head = [String(fact.first), fact.at, ...journal.lessonCells(fact.lesson), ...who];
      const said = valueWord(fact.what, fact.recorded);
      const kind = (name) => (isMark ? [name ? word(WORDS.WORK_KINDS, name) : ""] : []);
      const cells = [...head, ...kind(fact.work && fact.work.kind), said, valueWord(fact.what, fact.value), fact.by];
      const first = [...head, ...kind(fact.kind), said, said, ""];
      yield { index: fact.first, cells, first };
    }
  }

  function* lessonRows(journal) {
    for (const lesson of journal.lessons.values()) {
      const { fact } = lesson;
      const homework = lesson.homework ? lesson.homework.value : null;
      const course = journal.courses.get(lesson.course);
      const due = homework && homework.due_lesson;
      yield {
        index: fact.first,
        cells: [
          String(fact.first), fact.at, lesson.id, lesson.heldOn, number(lesson.number), ...journal.courseCells(lesson.course),
          typed(course ? course.subgroup : ""), typed(journal.name(lesson.teacher, fact.first)),
          typed(fact.value === null ? "аннулирован" : fact.value.topic), fact.value === null ? "" : (fact.value.plan_items || []).join(", "),
          yes(lesson.isTaken), homework ? typed(homework.text || "нет задания") : "", due ? due.held_on : (homework && homework.due_on) || "",
          due ? typed(render(due)) : "", fact.by,
        ],
      };
    }
  }

  function* substitutionRows(journal) {
    for (const fact of facts(journal, "substitution")) {
      const lesson = journal.lessons.get(fact.lesson);
      const { value } = fact;
      const held = lesson && lesson.fact.value !== null;
      const substitute = lesson ? lesson.teacher : "";
      yield {
        index: fact.first,
        cells: [
          String(fact.first), fact.at, ...journal.lessonCells(fact.lesson), fact.who, typed(journal.name(fact.who, fact.first)),
          substitute, typed(journal.name(substitute, fact.first)), word(WORDS.ABSENT_FOR, value.reason), typed(value.basis),
          yes(value.same_subject), number(value.coefficient), yes(held), fact.by,
        ],
      };
    }
  }

  function* workRows(journal) {
    for (const fact of facts(journal, "work")) {
      const { said, id } = fact.work;
      yield {
        index: fact.first,
        cells: [
          String(fact.first), fact.at, ...journal.lessonCells(fact.lesson), id, word(WORDS.WORK_KINDS, said.kind), yes(said.written),
          number(said.weight), said.ends_on || "", said.scheduled || "", yes(fact.value !== null), fact.by,
        ],
      };
    }
  }

  function* makeUpRows(journal) {
    for (const fact of facts(journal, "make_up")) {
      yield {
        index: fact.first,
        cells: [
          String(fact.first), fact.at, ...journal.lessonCells(fact.lesson), fact.work.id, fact.who, typed(journal.name(fact.who, fact.first)),
          fact.recorded, fact.value === null ? "" : fact.value, fact.by,
        ],
      };
    }
  }

  tell("corrections", "files");
  show({
    marks: (journal) => factRows(journal, "mark"),
    absences: (journal) => factRows(journal, "absence", "lateness", "early_leave"),
    lessons: lessonRows,
    substitutions: substitutionRows,
    works: workRows,
    make_ups: makeUpRows,
  });
})((globalThis.Letopis = globalThis.Letopis || {}));
