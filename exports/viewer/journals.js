"use strict";
// A class's journal of the year (events.md, "A class's journal"): closed, opened again, its summary sheet handed over; and the
// checks of a journal and remarks to its teachers ("Control"). What a closing says to lack is counted again, but planned lessons.
(function (Letopis) {
  const { REOPENINGS_MAX, bytesOf, holds, stands } = Letopis;
  const TRANSFERS_MAX = 99;
  const CLASS_MAX = 200; // a closing looks at everything of its class: what a log may ask for is bounded
  const SETTLING = new Set(["promoted", "promoted_conditionally", "retained", "graduated"]);
  // Streams of a course whose entries are made while its class's journal is open; their ids are the course's.
  const OF_COURSES = ["cancellation/", "homework/", "schedule/", "substitution/"];

  class Journals {
    constructor(rules) {
      this.rules = rules;
      this.anyClosed = false;
      this.periods = new Map(); // year and grade -> periods
    }

    periodDefined(period) {
      for (const grade of period.grades) Letopis.listOf(this.periods, `${period.year} ${grade}`).push(period);
    }

    periodsOf(group) {
      return this.periods.get(`${group.year} ${group.grade}`) || [];
    }

    // Reports an entry on a lesson, a result or a plan of a course of a class whose journal is closed.
    checkOpen(stream) {
      if (!this.anyClosed) return;
      const { rules } = this;
      let course = null;
      if (stream.key.startsWith("lesson/") || stream.key.startsWith("results/")) course = stream.course;
      else if (OF_COURSES.some((kind) => stream.key.startsWith(kind))) course = rules.streams.get(`course/${stream.id}`);
      if (course && course.group && course.group.isClosed) rules.find("journal-closed", "an open journal", stream.key);
    }

    journal_closed(group, _entry, { excused }) {
      const { rules } = this;
      const places = excused.map((one) => `${one.what} ${one.course || ""}`.trim());
      if (!Letopis.rises(excused.map((one) => `${one.what} ${one.course || ""}`))) {
        rules.find("data-field", "excuses in order, each once", Letopis.spelt(excused), "data.excused");
      }
      if (group.isClosed) {
        rules.find("journal-closed", "one closing of a journal, or a reopening between two", group.key);
        return;
      }
      group.isClosed = true;
      this.anyClosed = true;
      if (rules.start || !this.isBounded(group)) return;
      this.checkSettled(group);
      const stated = new Map(places.map((place, at) => [place, excused[at].count]));
      for (const { what, course } of excused.filter((one) => one.what === "lesson")) {
        stated.delete(`${what} ${course || ""}`.trim());
        if (!group.courses.some((one) => one.id === course)) {
          rules.find("journal-mismatch", "a course of the class", course || "", "data.excused");
        }
      }
      const derived = this.lacking(group);
      for (const place of [...new Set([...stated.keys(), ...derived.keys()])].sort()) {
        const [wanted, found] = [derived.get(place) || 0, stated.get(place) || 0];
        if (wanted !== found) rules.find("journal-mismatch", `${place}: ${wanted}`, `${place}: ${found}`, "data.excused");
      }
    }

    journal_reopened(group, entry, data) {
      this.rules.reopenings.alone(entry, data);
      if (this.checkClosed(group)) this.openAgain(group);
    }

    openAgain(group) {
      if (group.reopenings >= REOPENINGS_MAX) {
        this.rules.find("journal-closed", `at most ${REOPENINGS_MAX} reopenings`, "one more");
        return;
      }
      group.isClosed = false;
      group.reopenings += 1;
    }

    // Makes the sheet again, and compares its digest.
    sheet_transferred(group, _entry, { sha256: digest }) {
      const { rules } = this;
      if (!this.checkClosed(group)) return;
      if (group.transferred === digest) {
        rules.find("sheet-digest", "another version than the one handed over last", digest, "data.sha256");
      }
      group.transferred = digest;
      group.transfers += 1;
      if (group.transfers > TRANSFERS_MAX) rules.find("journal-closed", `at most ${TRANSFERS_MAX} transfers`, "one more");
      else if (!rules.start && this.isBounded(group)) {
        const derived = Letopis.toHex(Letopis.sha256(bytesOf(this.sheetOf(group))));
        if (derived !== digest) rules.find("sheet-digest", derived, digest, "data.sha256");
      }
    }

    isBounded(group) {
      if (group.roster.size <= CLASS_MAX && group.courses.length <= CLASS_MAX) return true;
      const found = `${group.roster.size} and ${group.courses.length}`;
      this.rules.find("journal-mismatch", `at most ${CLASS_MAX} students and ${CLASS_MAX} courses`, found);
      return false;
    }

    checkClosed(group) {
      if (!group.isClosed && !group.isPartial) this.rules.find("journal-closed", "a closed journal", group.key);
      return group.isClosed;
    }

    // Reports a period that is open, and a request that waits: nothing excuses them.
    checkSettled(group) {
      const { rules } = this;
      const periods = this.periodsOf(group);
      for (const period of periods) if (!period.isClosed) rules.find("journal-mismatch", "closed periods", period.key);
      if (!periods.length) rules.find("journal-mismatch", "closed periods", "none");
      for (const stream of [...lessonsOf(rules, group), ...sheetsOf(group)]) {
        const waits = stream.requests && [...stream.requests.values()].some((request) => !request.isAnswered);
        if (waits) rules.find("journal-mismatch", "answered requests", stream.key);
      }
    }

    // How many lack, by kind and course (none where no course is named), but planned lessons.
    lacking(group) {
      const { rules } = this;
      const found = new Map();
      const lack = (place, count = 1) => count && found.set(place, (found.get(place) || 0) + count);
      for (const lesson of lessonsOf(rules, group)) {
        if (!stands(lesson.fact)) continue;
        if (!lesson.isTaken) lack(`attendance ${lesson.course.id}`);
        lack(`mark ${lesson.course.id}`, unmarked(group, lesson));
      }
      const periods = this.periodsOf(group);
      this.lackResults(group, periods, lack);
      lack("remark", rules.control.waiting.get(group.id) || 0);
      if (periods.length) {
        const last = periods.map((period) => period.endsOn).sort().at(-1);
        const decisions = rules.council.decisionsOf(group.year).filter((one) => SETTLING.has(one.decision));
        const decided = new Set(decisions.flatMap((one) => one.students));
        for (const [person, stays] of group.roster) if (holds(stays, last) && !decided.has(person.id)) lack("council");
      }
      return found;
    }

    lackResults(group, periods, lack) {
      const marked = new Set();
      for (const sheet of sheetsOf(group)) {
        for (const fact of sheet.results.values()) {
          if (fact.what === "period_mark" && stands(fact)) marked.add(`${sheet.course.subject}\n${sheet.period.id} ${fact.who.id}`);
        }
      }
      for (const course of group.courses) {
        for (const { id, endsOn } of periods) {
          for (const [person, stays] of group.roster) {
            const isDue = holds(stays, endsOn) && isTaught(course, person, endsOn);
            if (isDue && !marked.has(`${course.subject}\n${id} ${person.id}`)) lack(`result ${course.id}`);
          }
        }
      }
    }

    // The summary sheet (tables.md, "The summary sheet") as it stands.
    sheetOf(group) {
      const found = new Map(); // student and subject -> column -> [standing entry, word]
      for (const sheet of sheetsOf(group)) {
        for (const fact of sheet.results.values()) {
          if (!stands(fact)) continue;
          const place = `${fact.who.id} ${sheet.course.subject}`;
          if (!found.has(place)) found.set(place, new Map());
          Letopis.listOf(found.get(place), columnOf(fact.what, sheet.period)).push([fact.standing, wordOf(fact.value)]);
        }
      }
      const decided = new Map(); // student -> words of the decisions
      for (const { decision, students } of this.rules.council.decisionsOf(group.year)) {
        for (const student of students) Letopis.listOf(decided, student).push(DECISIONS[decision]);
      }
      const subjects = [...new Set(group.courses.map((course) => course.subject))].sort(Letopis.byCodePoints);
      const rows = [["student (ученик)", "subject (предмет)", ...COLUMNS.map(([name, words]) => `${name} (${words})`)]];
      for (const student of [...group.roster.keys()].map((person) => person.id).sort()) {
        for (const subject of subjects) {
          const cells = found.get(`${student} ${subject}`) || new Map();
          const words = ([name]) => (cells.get(name) || []).sort(([one], [other]) => one - other).map(([, word]) => word).join(", ");
          rows.push([student, spell(subject), ...COLUMNS.slice(0, -1).map(words), (decided.get(student) || []).join(", ")]);
        }
      }
      return `\ufeff${rows.map((row) => `${row.join(";")}\r\n`).join("")}`;
    }
  }

  const COLUMNS = [
    ...[1, 2, 3, 4].map((number) => [`quarter_${number}`, `${number} четверть`]),
    ...[1, 2, 3].map((number) => [`trimester_${number}`, `${number} триместр`]),
    ...[1, 2].map((number) => [`half_year_${number}`, `${number} полугодие`]),
    ["year", "год"], ["exam", "экзамен"], ["final", "итоговая"], ["council", "педагогический совет"],
  ];
  const DECISIONS = {
    admitted: "допущены к итоговой аттестации", not_admitted: "не допущены к итоговой аттестации", promoted: "переведены",
    promoted_conditionally: "переведены условно", retained: "оставлены на повторное обучение", graduated: "выпущены", other: "иное",
  };
  const RESULT_WORDS = { na: "н/а", exempt: "осв", pass: "зачёт", fail: "незачёт" };

  const wordOf = (value) => RESULT_WORDS[JSON.parse(value)] || JSON.parse(value);

  function columnOf(what, period) {
    if (what !== "period_mark") return what === "exam_result" ? "exam" : "final";
    return period.kind === "year" ? "year" : `${period.kind}_${period.number}`;
  }

  // A value as a cell of a table is spelt: never a formula, quoted where it must be.
  function spell(value) {
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[";\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  function lessonsOf(rules, group) {
    return (rules.lessons.byGrade.get(`${group.year} ${group.grade}`) || []).filter((lesson) => lesson.course.group === group);
  }

  const sheetsOf = (group) => group.courses.flatMap((course) => course.taught.sheets.filter((sheet) => sheet.course === course));
  const isTaught = (course, person, day) => course.subgroup === null || holds(course.members.get(person) || [], day);

  // Counts who was there and has no mark, over the written works of a lesson.
  function unmarked(group, lesson) {
    const { course, heldOn } = lesson;
    let count = 0;
    for (const work of lesson.works.values()) {
      if (!stands(work.fact) || !JSON.parse(work.fact.value).written) continue;
      for (const [person, stays] of group.roster) {
        if (stands(work.marks.get(person)) || stands(lesson.absence.get(person))) continue;
        if (holds(stays, heldOn) && isTaught(course, person, heldOn)) count += 1;
      }
    }
    return count;
  }

  class Control {
    constructor(rules) {
      this.rules = rules;
      this.checks = new Set(); // class and entry
      this.open = new Map(); // remark -> class
      this.waiting = new Map(); // class -> how many remarks are open
    }

    control_check_recorded(stream, entry, data) {
      const { rules } = this;
      const { held_on: heldOn, from_date: from, to_date: to } = data;
      rules.made("class", stream.id, "stream");
      if (rules.checkSpan(from, to, "to_date")) rules.checkSpan(to, heldOn, "held_on");
      this.checks.add(`${stream.id} ${entry.index}`);
      rules.note(entry, data);
    }

    remark_raised(stream, entry, data) {
      const { rules } = this;
      if (!rules.makes(stream)) return;
      const { class_group: groupId, to, about, course: courseId, lesson: lessonId, held_on: heldOn, check } = data;
      const group = rules.made("class", groupId, "class_group");
      rules.person(to, "to", "teacher");
      const course = courseId === undefined ? null : rules.made("course", courseId, "course");
      if (course && course.group && course.group !== group) {
        rules.find("remark-mismatch", "a course of the class", courseId, "data.course");
      }
      const lesson = lessonId === undefined ? null : rules.made("lesson", lessonId, "lesson");
      if (lesson && lesson.course && lesson.course !== course) {
        rules.find("remark-mismatch", "a lesson of the course", lessonId, "data.lesson");
      }
      if (heldOn !== undefined && (courseId === undefined || lessonId !== undefined)) {
        rules.find("remark-mismatch", "a day of a course without the lesson", heldOn, "data.held_on");
      }
      if (check !== undefined && !this.checks.has(`${groupId} ${check}`) && !rules.start) {
        rules.find("remark-mismatch", "a check of the class", check, "data.check");
      }
      if (about === "other" && !data._sd) rules.find("correction-note-missing", "a note", "none", "data._sd");
      rules.note(entry, data);
      this.open.set(stream.key, groupId);
      this.waiting.set(groupId, (this.waiting.get(groupId) || 0) + 1);
    }

    remark_closed(stream, entry, data) {
      this.rules.note(entry, data);
      const group = this.open.get(stream.key);
      if (this.open.delete(stream.key)) this.waiting.set(group, this.waiting.get(group) - 1);
      else if (!stream.isPartial) this.rules.find("answers-nothing", "an open remark", stream.key);
    }
  }

  Letopis.ROOMS.push(["journals", Journals], ["control", Control]);
})((globalThis.Letopis = globalThis.Letopis || {}));
