"use strict";
// Deadlines counted again (events.md, "Deadlines"): a verdict on each thing that has a term, from what the rules' rooms have at
// the end of the log, and from moments, which entries say as they pass.
(function (Letopis) {
  const { NEVER, RULES_OF_DEADLINES: RULES, STATUSES, SchoolDays, Terms, dayAfter, holds, stands } = Letopis;
  const YEAR_DAYS_MAX = 401; // each day of a year is asked for what was planned: what a log may ask for is bounded
  const LISTED = new Set(["late", "missing", "exempt"]);
  const OF_DATA = new Set(["notice", "refresh"]);

  // What is not in the rules' rooms at the end, as entries say it; a follower of the walk.
  class Seen {
    constructor() {
      this.first = new Letopis.Growing(Int32Array); // entries with which the clock goes on
      this.moments = new Letopis.Growing(BigInt64Array); // and their moments
      this.at = "";
      this.zone = "";
      this.versions = []; // of the regulation
      this.names = new Map(); // class -> name
      this.taken = new Map(); // lesson -> the entry that took its attendance later
      this.posted = new Map(); // homework -> the entry that posted it
      this.obtained = new Map(); // examination or publication -> minute
      this.notices = new Map(); // notice -> {receivedOn, person}
      this.answers = new Map(); // notice -> its answer
      this.refreshes = new Map(); // year -> {opensOn, until}
      this.refreshed = new Map(); // year and person -> the answer
      this.planning = new Letopis.Planning();
    }

    apply(entry) {
      if (entry.at !== this.at) {
        this.at = entry.at;
        this.first.push(entry.index);
        this.moments.push(Letopis.momentOf(entry.at));
      }
      const name = entry.type.endsWith("/1") ? entry.type.slice(0, -2) : "";
      const id = () => entry.stream.slice(entry.stream.indexOf("/") + 1);
      if (Object.hasOwn(HEARD, name)) HEARD[name](this, entry, entry.data(), id());
      else if (PLANNED.has(name)) this.planning[name](id(), entry.index, entry.data());
    }

    finish() {}

    // When an entry was recorded.
    momentOf(index) {
      let [from, to] = [0, this.first.length];
      while (to - from > 1) {
        const middle = (from + to) >> 1;
        if (this.first.values[middle] <= index) from = middle;
        else to = middle;
      }
      return this.moments.values[from];
    }

    get now() {
      return this.moments.values[this.moments.length - 1];
    }
  }

  const PLANNED = new Set(Object.getOwnPropertyNames(Letopis.Planning.prototype).filter((name) => Letopis.EVENTS.has(`${name}/1`)));

  function setOnce(map, key, value) {
    if (!map.has(key)) map.set(key, value);
  }

  function answered(seen, { index }, { notice, refresh }, person) {
    if (notice !== undefined) setOnce(seen.answers, notice, index);
    if (refresh !== undefined) setOnce(seen.refreshed, `${refresh} ${person}`, index);
  }

  function obtained(seen, { index }, { obtained_at: minute }) {
    if (minute !== undefined) seen.obtained.set(index, minute);
  }

  const HEARD = {
    school_opened: (seen, _entry, { time_zone: zone }) => {
      seen.zone = zone;
    },
    regulation_adopted: (seen, _entry, { effective_from: from, parameters }) => seen.versions.push({ from, parameters }),
    class_group_opened: (seen, _entry, { grade, letter }, id) => setOnce(seen.names, id, `${grade}${letter}`),
    attendance_taken: (seen, { stream, index }) => setOnce(seen.taken, stream, index),
    homework_assigned: (seen, { index }, { posted }) => {
      if (posted !== undefined) seen.posted.set(index, posted);
    },
    exam_result_recorded: obtained,
    results_published: obtained,
    data_change_notice_received: (seen, { index }, { received_on: receivedOn }, person) => seen.notices.set(index, { receivedOn, person }),
    personal_data_changed: answered,
    personal_data_confirmed: answered,
    annual_refresh_opened: (seen, _entry, { opens_on: opensOn, until }, year) => seen.refreshes.set(year, { opensOn, until }),
  };

  const presentOn = (stays, day) => [...stays.keys()].filter((who) => holds(stays.get(who), day));

  // A student's own day for a work, where one stands; null else.
  function ownDay(work, who) {
    const found = work.makeUps.get(who);
    return stands(found) ? JSON.parse(found.value) : null;
  }

  class Deadlines {
    // `seen` and `rules` at the end of a log that begins with entry 0. Raises RangeError: a zone that the browser does not know.
    constructor(seen, rules) {
      Object.assign(this, { seen, rules, clock: new Letopis.Clock(seen.zone) });
      this.days = new SchoolDays(seen.planning, rules);
      this.counts = new Map(); // class -> rule -> numbers by status
      this.terms = new Map(); // grade -> Terms
      this.judged = 0;
      this.listed = [];
    }

    static isTooLong({ startsOn, endsOn }) {
      return (Date.parse(endsOn) - Date.parse(startsOn)) / 86400000 >= YEAR_DAYS_MAX;
    }

    // Yields what was late, lacks or was exempt, in the order of the table; at its end `counts` are whole.
    *verdicts() {
      const all = [...this.rules.streams.values()];
      // Of a class that nothing opened the rules have said so.
      this.groups = all.filter((one) => one.key.startsWith("class/") && one.year);
      for (const group of this.groups) yield* this.section(() => this.ofClass(group));
      const sheets = all.filter((one) => one.key.startsWith("results/"));
      yield* this.section(() => sheets.forEach((sheet) => this.ofSheet(sheet)));
      const office = this.termsOf(this.officeCalendar());
      yield* this.section(() => this.ofNotices(office));
      yield* this.section(() => this.ofRefreshes(office));
    }

    *section(judge) {
      this.listed = [];
      judge();
      for (const one of this.listed) one.key = keyOf(one);
      yield* this.listed.sort((one, other) => inOrder(one.key, other.key));
    }

    // Counts a verdict; `about` has what it is about: `of` (the id of a lesson, course, sheet or person), `since`, the class's `name`;
    // `done`: the entry that did it; `student` and `work`: their ids, of a mark.
    tell(rule, verdict, about, done = null, student = "", work = "") {
      const { name } = about;
      if (!this.counts.has(name)) this.counts.set(name, new Map());
      const rules = this.counts.get(name);
      if (!rules.has(rule)) rules.set(rule, Object.fromEntries(STATUSES.map((status) => [status, 0])));
      rules.get(rule)[verdict.status] += 1;
      this.judged += 1;
      if (!LISTED.has(verdict.status)) return;
      const doneAt = done === null ? null : this.seen.momentOf(done);
      this.listed.push({ teacher: "", planned: null, student, work, ...about, rule, verdict, done, doneAt });
    }

    momentOf(index) {
      return index === null ? null : this.seen.momentOf(index);
    }

    // Calendars.

    termsOf(calendar) {
      return new Terms(this.clock, this.seen.versions, this.seen.now, calendar);
    }

    ofGrade(grade) {
      const is = (kind) => (day) => this.days.kindOf(grade, day) === kind;
      if (!this.terms.has(grade)) this.terms.set(grade, this.termsOf({ isOff: is("off"), isTaught: is("taught") }));
      return this.terms.get(grade);
    }

    // The office has a holiday where every grade has one that a class of the year is of.
    officeCalendar() {
      const kindsOn = (day) => {
        const isThere = ({ year }) => {
          const span = this.days.years.get(year);
          return span && span.startsOn <= day && day <= span.endsOn;
        };
        return this.groups.filter(isThere).map(({ grade }) => this.days.kindOf(grade, day));
      };
      const isOff = (day) => {
        const kinds = kindsOn(day);
        return kinds.length > 0 && kinds.every((kind) => kind === "off");
      };
      return { isOff, isTaught: (day) => kindsOn(day).includes("taught") };
    }

    // A class.

    ofClass(group) {
      const terms = this.ofGrade(group.grade);
      const name = this.seen.names.get(group.id) || "";
      for (const course of group.courses) {
        for (const lesson of course.lessons) if (stands(lesson.fact)) this.ofLesson(lesson, terms, name);
      }
      this.ofPlanned(group, terms, name);
    }

    ofLesson(lesson, terms, name) {
      const { fact, heldOn, works } = lesson;
      const about = { of: lesson.id, since: heldOn, name, teacher: lesson.by };
      this.tell("lesson", terms.ofDays(heldOn, "lesson_days", this.momentOf(fact.first)), about, fact.first);
      const taken = this.takenBy(lesson);
      this.tell("attendance", terms.ofDays(heldOn, "attendance_days", this.momentOf(taken)), about, taken);
      this.ofHomework(lesson, terms, about);
      for (const work of works.values()) if (stands(work.fact)) this.ofWork(lesson, work, terms, about);
    }

    // The entry with which attendance was whole: taken, and every absence that stands; null where it was not taken.
    takenBy(lesson) {
      if (!lesson.isTaken) return null;
      const later = this.seen.taken.get(lesson.key);
      let found = later === undefined ? lesson.fact.first : later;
      for (const absence of lesson.absence.values()) if (stands(absence) && absence.first > found) found = absence.first;
      return found;
    }

    ofHomework(lesson, terms, about) {
      const { course, fact, heldOn, homework } = lesson;
      const header = JSON.parse(fact.value);
      let done = null;
      let lastEnd = null;
      if (stands(homework)) {
        const posted = this.seen.posted.get(homework.first);
        done = posted === undefined ? homework.first : posted;
        const said = JSON.parse(homework.value);
        const forDay = said.due_lesson ? said.due_lesson.held_on : said.due_on;
        const minute = forDay > heldOn && forDay === dayAfter(heldOn) ? this.days.lastEnd(course, heldOn) : null;
        if (minute !== null) lastEnd = this.clock.atWall(heldOn, minute);
      }
      const plannedAt = this.momentOf(this.plannedBy(lesson, header.plan_items || []));
      const startsAt = plannedAt === null ? null : this.clock.atWall(heldOn, header.starts_at);
      this.tell("homework", terms.homework(heldOn, this.momentOf(done), { plannedAt, startsAt, lastEnd }), about, done);
    }

    // The entry since which the plan has had the homework of a lesson's items, the first of several; null where it has none.
    plannedBy({ course, fact }, numbers) {
      const plan = numbers.length ? this.rules.streams.get(`plan/${course.id}`) : null;
      let found = null;
      for (const number of plan ? numbers : []) {
        let last = null;
        for (const one of plan.stated.get(number) || []) if (one.index < fact.first) last = one;
        if (last && last.hasHomework && (found === null || last.index < found)) found = last.index;
      }
      return found;
    }

    ofWork(lesson, work, terms, about) {
      const { heldOn } = lesson;
      const { written, ends_on: endsOn } = JSON.parse(work.fact.value);
      if (!written) {
        for (const [who, mark] of work.marks) {
          if (!stands(mark)) continue;
          const verdict = terms.oralMark(heldOn, this.momentOf(mark.first), ownDay(work, who));
          this.tell("oral_mark", verdict, about, mark.first, who.id, work.id);
        }
        return;
      }
      for (const who of writersOf(lesson, work)) {
        const mark = work.marks.get(who);
        const done = stands(mark) ? mark.first : null;
        const isAbsent = stands(lesson.absence.get(who));
        const verdict = terms.writtenMark(endsOn || heldOn, this.momentOf(done), ownDay(work, who), isAbsent);
        this.tell("written_mark", verdict, about, done, who.id, work.id);
      }
    }

    // Planned lessons that are over and nobody recorded.
    ofPlanned(group, terms, name) {
      const courses = new Map(group.courses.map((course) => [course.id, course]));
      for (const { day, course: id, number, gone } of this.days.unrecorded(group, this.clock.minuteOf(this.seen.now))) {
        const course = courses.get(id);
        if (!course) continue;
        const teacher = this.seen.planning.substituteOf(course, day, number) || Letopis.responsible(course, day) || "";
        const about = { of: id, since: day, name, teacher, planned: number };
        for (const rule of ["lesson", "attendance"]) this.tell(rule, terms.unrecorded(day, `${rule}_days`, gone !== null), about);
      }
    }

    // The office.

    // Results that stand; those of a kind that were obtained at one moment and shown by one entry are one.
    ofSheet(sheet) {
      const { course, period } = sheet;
      if (!period || !period.endsOn || !course || !course.group) return;
      const found = new Map();
      for (const fact of sheet.standing.values()) {
        if (!stands(fact)) continue;
        const by = (sheet.published.get(fact.what) || []).find((index) => index > fact.first);
        const one = { what: fact.what, obtained: this.obtainedAt(fact, by, period), shown: by === undefined ? null : by };
        found.set(`${one.what} ${one.obtained} ${one.shown}`, one);
      }
      const terms = this.termsOf(null);
      for (const { what, obtained: at, shown } of found.values()) {
        const about = { of: sheet.id, since: this.clock.minuteOf(at), name: this.seen.names.get(course.group.id) || "", work: what };
        this.tell("result", terms.result(at, this.momentOf(shown)), about, shown);
      }
    }

    obtainedAt(fact, shown, period) {
      const minute = this.seen.obtained.get(fact.first) || this.seen.obtained.get(shown);
      if (minute) return this.clock.atWall(minute.slice(0, 10), minute.slice(11));
      const [recorded, end] = [this.momentOf(fact.first), this.clock.endOf(period.endsOn)];
      return recorded > end ? recorded : end;
    }

    ofNotices(terms) {
      for (const [index, { receivedOn, person }] of this.seen.notices) {
        const done = this.seen.answers.has(index) ? this.seen.answers.get(index) : null;
        const verdict = terms.ofDays(receivedOn, "notice_days", this.momentOf(done));
        this.tell("notice", verdict, { of: person, since: receivedOn, name: "" }, done);
      }
    }

    ofRefreshes(terms) {
      for (const [year, { opensOn, until }] of this.seen.refreshes) {
        const rosters = this.groups.filter((group) => group.year === year).map((group) => presentOn(group.roster, until));
        for (const student of new Set(rosters.flat().map((who) => who.id))) {
          const key = `${year} ${student}`;
          const done = this.seen.refreshed.has(key) ? this.seen.refreshed.get(key) : null;
          this.tell("refresh", terms.refresh(opensOn, this.momentOf(done)), { of: student, since: opensOn, name: "" }, done);
        }
      }
    }
  }

  // Of whom a mark is asked: who was in the class, and in the subgroup, on the day; and who has one.
  function writersOf({ course, heldOn }, work) {
    if (!course || !course.group) return [];
    const isMember = (who) => course.subgroup === null || holds(course.members.get(who) || [], heldOn);
    const found = new Set(presentOn(course.group.roster, heldOn).filter(isMember));
    for (const [who, mark] of work.marks) if (stands(mark)) found.add(who);
    return found;
  }

  // The place of a verdict among those that are judged with it: day by day in a class, or sheet by sheet.
  function keyOf({ rule, verdict, done, of, since, student, work, planned }) {
    const by = done === null ? -1 : done;
    if (rule === "result") return [of, work, since, by, verdict.due === null ? NEVER : verdict.due];
    if (OF_DATA.has(rule)) return [since, of, by];
    return [since, of, planned === null ? -1 : planned, RULES.indexOf(rule), work, student, STATUSES.indexOf(verdict.status)];
  }

  function inOrder(one, other) {
    const at = one.findIndex((value, place) => value !== other[place]);
    return at < 0 ? 0 : one[at] < other[at] ? -1 : 1;
  }

  Object.assign(Letopis, { Deadlines, SeenOfDeadlines: Seen });
})((globalThis.Letopis = globalThis.Letopis || {}));
