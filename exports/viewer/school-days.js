"use strict";
// A class's days (events.md, "Timetables and the calendar", "Deadlines"): what was planned for each, which of it nobody recorded,
// and when the last lesson of some students ends.
(function (Letopis) {
  const { dayAfter, entriesOf, holds, listOf, stands, weekOf, weekdayOf } = Letopis;

  // What entries say of bells, timetables, calendars and cancellations; all by the id in their streams.
  class Planning {
    constructor() {
      this.bells = new Map(); // bells -> versions {from, rung: number -> end}
      this.timetables = new Map(); // class -> versions {from, bells, lessons}
      this.declared = new Map(); // year -> entry that stands -> {first, last, grades, asWeekday (0: off)}
      this.cancelled = new Map(); // course -> entry that stands -> {heldOn, number, movedTo, isMerged}
      this.substitutes = new Map(); // course -> entry of a plan that holds -> {heldOn, number, substitute}
    }

    bell_schedule_set(id, _index, { effective_from: from, lessons }) {
      listOf(this.bells, id).push({ from, rung: new Map(lessons.map((one) => [one.number, one.ends_at])) });
    }

    timetable_set(id, _index, { effective_from: from, bells, lessons }) {
      listOf(this.timetables, id).push({ from, bells, lessons });
    }

    days_off_declared(id, index, { starts_on: first, ends_on: last, grades }) {
      entriesOf(this.declared, id).set(index, { first, last, grades, asWeekday: 0 });
    }

    school_day_declared(id, index, { on, grades, as_weekday: asWeekday }) {
      entriesOf(this.declared, id).set(index, { first: on, last: on, grades, asWeekday });
    }

    calendar_entry_revoked(id, _index, { revokes }) {
      entriesOf(this.declared, id).delete(revokes);
    }

    lesson_cancelled(id, index, { held_on: heldOn, number, merged_with: mergedWith, moved_to: movedTo }) {
      entriesOf(this.cancelled, id).set(index, { heldOn, number, movedTo: movedTo || null, isMerged: mergedWith !== undefined });
    }

    cancellation_withdrawn(id, _index, { corrects }) {
      entriesOf(this.cancelled, id).delete(corrects);
    }

    substitution_planned(id, index, { held_on: heldOn, number, substitute, replaces }) {
      const plans = entriesOf(this.substitutes, id);
      if (replaces !== undefined) plans.delete(replaces);
      plans.set(index, { heldOn, number, substitute });
    }

    substitution_plan_withdrawn(id, _index, { corrects }) {
      entriesOf(this.substitutes, id).delete(corrects);
    }

    // Who is to give a lesson instead of the teacher by a plan that holds.
    substituteOf(course, heldOn, number) {
      let found = null;
      for (const one of entriesOf(this.substitutes, course.id).values()) {
        if (one.heldOn === heldOn && one.number === number) found = one.substitute;
      }
      return found;
    }
  }

  // The version in force on a day, found by halving: their first days never go back.
  function inForce(versions, day) {
    let [from, to] = [0, versions ? versions.length : 0];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (day < versions[middle].from) to = middle;
      else from = middle + 1;
    }
    return from ? versions[from - 1] : null;
  }

  class SchoolDays {
    // `planning`: what was planned; `rules`: what was recorded, as it stands now.
    constructor(planning, rules) {
      Object.assign(this, { planning, years: rules.setUp.years });
      this.periods = [...rules.streams.values()].filter((one) => one.key.startsWith("period/") && one.grades.length);
      this.kinds = new Map(); // grade -> day -> what kindOf says
      this.recorded = new Map(); // class -> day -> course -> lessons {number, entry, endsAt}
      this.moves = new Map(); // class -> what is cancelled
      this.ends = new Map(); // class and day -> ends {endsAt, course}
    }

    // Whether a day is taught though it might be off ("taught"), a holiday of the grade ("off"), or neither.
    kindOf(grade, day) {
      if (!this.kinds.has(grade)) this.kinds.set(grade, new Map());
      const known = this.kinds.get(grade);
      if (!known.has(day)) known.set(day, this.findKind(grade, day));
      return known.get(day);
    }

    findKind(grade, day) {
      const isWithin = (one) => one.startsOn <= day && day <= one.endsOn;
      if (![...this.years.values()].some(isWithin)) return "";
      const latest = this.latest([...this.planning.declared.values()], grade, day);
      if (latest) return latest.asWeekday ? "taught" : "off";
      return this.periods.some((one) => one.kind !== "year" && one.grades.includes(grade) && isWithin(one)) ? "" : "off";
    }

    // The latest declaration that stands and names grade and day.
    latest(calendars, grade, day) {
      let found = null;
      let by = -1;
      for (const calendar of calendars) {
        for (const [index, one] of calendar) {
          if (index > by && one.first <= day && day <= one.last && one.grades.includes(grade)) [by, found] = [index, one];
        }
      }
      return found;
    }

    // When the last lesson of a course's students ends on a day, `HH:MM`; null where none of theirs is known.
    lastEnd(course, day) {
      const { group } = course;
      if (!group) return null;
      const key = `${group.id} ${day}`;
      if (!this.ends.has(key)) this.ends.set(key, this.endsOf(group, day));
      const theirs = course.subgroup === null ? null : sharing(course, day);
      let last = null;
      for (const { endsAt, course: id } of this.ends.get(key)) {
        if ((theirs === null || theirs.has(id)) && (last === null || endsAt > last)) last = endsAt;
      }
      return last;
    }

    endsOf(group, day) {
      const found = [];
      for (const [course, lessons] of this.lessonsOn(group, day)) for (const { endsAt } of lessons) found.push({ endsAt, course });
      for (const { endsAt, course, gone } of this.lacking(group, day)) {
        if (endsAt !== null && (gone === null || gone.isMerged)) found.push({ endsAt, course });
      }
      return found;
    }

    // What a class was to have, up to a minute of the school's clock, and nobody recorded; what is cancelled, too.
    *unrecorded(group, until) {
      const versions = this.planning.timetables.get(group.id);
      if (!versions) return;
      const [today, now] = [until.slice(0, 10), until.slice(11)];
      for (const day of [...this.daysOf(group, versions[0].from)].sort()) {
        if (day > today) return;
        for (const one of this.lacking(group, day)) {
          if (day < today || (one.endsAt !== null && one.endsAt <= now)) yield { ...one, day };
        }
      }
    }

    // The days of a class's year from one on, and those that its lessons were moved to.
    daysOf(group, from) {
      const days = new Set(this.movesOf(group).to.keys());
      const year = this.years.get(group.year);
      if (!year) return days;
      for (let day = from > year.startsOn ? from : year.startsOn; day <= year.endsOn; day = dayAfter(day)) {
        days.add(day);
        if (day === Letopis.LAST_DAY) break;
      }
      return days;
    }

    // Planned lessons of a day that no recorded one stands for: {number, course, endsAt, gone}, `gone` the cancellation or null.
    *lacking(group, day) {
      const timetable = inForce(this.planning.timetables.get(group.id), day);
      if (timetable === null) return;
      const bells = inForce(this.planning.bells.get(timetable.bells), day);
      const planned = this.planned(group, day, timetable);
      const left = new Map([...this.lessonsOn(group, day)].map(([course, lessons]) => [course, inOrder(lessons)]));
      const open = planned.filter(({ course, number }) => !takeNumber(left.get(course), number));
      for (const { course, number, movedBy } of open) {
        const by = this.movesOf(group).from.get(`${day} ${course} ${number}`);
        // What was moved here by a later entry than the cancellation is another lesson.
        const gone = by && by.index > movedBy ? by : null;
        const others = left.get(course) || [];
        if (gone === null && others.length) others.shift();
        else yield { number, course, endsAt: (bells && bells.rung.get(number)) || null, gone };
      }
    }

    planned(group, day, timetable) {
      const taught = this.taughtAs(group, day);
      const fits = ({ weekday, weeks }) => taught !== null && weekday === taught.weekday && (weeks === "every" || weeks === taught.weeks);
      const found = timetable.lessons.filter(fits).map(({ number, course }) => ({ number, course, movedBy: -1 }));
      found.push(...(this.movesOf(group).to.get(day) || []));
      return found.sort(
        (one, other) => one.number - other.number || compare(one.course, other.course) || one.movedBy - other.movedBy,
      );
    }

    // As which weekday (0: none) a class is taught on a day, and in which weeks; null outside its year and periods.
    taughtAs({ year, grade }, day) {
      const span = this.years.get(year);
      if (!span || day < span.startsOn || day > span.endsOn) return null;
      const isHeld = ({ startsOn, endsOn, grades, year: of }) =>
        of === year && startsOn <= day && day <= endsOn && grades.includes(grade);
      if (!this.periods.some(isHeld)) return null;
      const latest = this.latest([entriesOf(this.planning.declared, year)], grade, day);
      const isEven = (weekOf(day) - weekOf(span.startsOn)) % 2 === 1;
      return { weekday: latest ? latest.asWeekday : weekdayOf(day), weeks: isEven ? "even" : "odd" };
    }

    // What is cancelled of a class's lessons: `from` place -> {index, isMerged}, `to` day -> lessons that were moved there.
    movesOf(group) {
      if (this.moves.has(group.id)) return this.moves.get(group.id);
      const found = { from: new Map(), to: new Map() };
      for (const course of group.courses) {
        for (const [index, { heldOn, number, movedTo, isMerged }] of entriesOf(this.planning.cancelled, course.id)) {
          found.from.set(`${heldOn} ${course.id} ${number}`, { index, isMerged });
          if (movedTo) listOf(found.to, movedTo.held_on).push({ number: movedTo.number, course: course.id, movedBy: index });
        }
      }
      this.moves.set(group.id, found);
      return found;
    }

    // A class's recorded lessons that stand on a day, by course.
    lessonsOn(group, day) {
      if (!this.recorded.has(group.id)) {
        const days = new Map();
        for (const course of group.courses) {
          for (const { fact, heldOn, number } of course.lessons) {
            if (!stands(fact)) continue;
            if (!days.has(heldOn)) days.set(heldOn, new Map());
            listOf(days.get(heldOn), course.id).push({ number, entry: fact.standing, endsAt: JSON.parse(fact.value).ends_at });
          }
        }
        this.recorded.set(group.id, days);
      }
      return this.recorded.get(group.id).get(day) || new Map();
    }
  }

  const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
  const inOrder = (lessons) => [...lessons].sort((one, other) => one.number - other.number || one.entry - other.entry);

  // Takes the lesson of a number out of a list, and says whether there was one.
  function takeNumber(lessons, number) {
    const at = lessons ? lessons.findIndex((one) => one.number === number) : -1;
    if (at >= 0) lessons.splice(at, 1);
    return at >= 0;
  }

  // The courses of a subgroup's students: its own, those of the whole class, and subgroups that one of them is in.
  function sharing(course, day) {
    const isIn = (other, who) => holds(other.members.get(who) || [], day);
    const students = [...course.members.keys()].filter((who) => isIn(course, who));
    const isTheirs = (other) => other === course || other.subgroup === null || students.some((who) => isIn(other, who));
    return new Set(course.group.courses.filter(isTheirs).map((other) => other.id));
  }

  Object.assign(Letopis, { Planning, SchoolDays });
})((globalThis.Letopis = globalThis.Letopis || {}));
