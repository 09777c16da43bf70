"use strict";
// Timetables and the calendar (events.md): a year's calendar, bell schedules, a class's week.
(function (Letopis) {
  const { entriesOf, listOf, spelt } = Letopis;

  class Timetables {
    constructor(rules) {
      this.rules = rules;
      this.declared = new Map(); // calendar -> entry that stands -> its first day
      this.bells = new Map(); // id -> versions {from, numbers}
      this.days = new Map(); // stream -> its latest day
    }

    days_off_declared(stream, entry, { starts_on: startsOn, ends_on: endsOn, grades, request }) {
      this.rules.backdatings.setUp(["days_off_declared", stream.id, startsOn], entry, request);
      this.declare(stream, entry, grades, startsOn);
      if (this.rules.checkSpan(startsOn, endsOn, "ends_on")) this.checkYear(stream, startsOn, endsOn);
    }

    school_day_declared(stream, entry, { on, grades, request }) {
      this.rules.backdatings.setUp(["school_day_declared", stream.id, on], entry, request);
      this.declare(stream, entry, grades, on);
      this.checkYear(stream, on, on);
    }

    // An answer to a request names the first day of what it revokes.
    calendar_entry_revoked(stream, entry, { revokes, day, request }) {
      const declared = entriesOf(this.declared, stream.key);
      const first = declared.has(revokes) ? declared.get(revokes) : day;
      if ((day !== undefined || request !== undefined) && (day === undefined || request === undefined || day !== first)) {
        this.rules.find("data-field", first || "a day and a request", day, "data.day");
      }
      const said = day === undefined ? first : day;
      if (said !== undefined) this.rules.backdatings.setUp(["calendar_entry_revoked", stream.id, said], entry, request);
      if (declared.delete(revokes) || stream.isPartial) return;
      this.rules.find("calendar-entry", "a declaration of this calendar that stands", revokes, "data.revokes");
    }

    declare(stream, entry, grades, first) {
      this.own(stream, "year");
      entriesOf(this.declared, stream.key).set(entry.index, first);
      if (!Letopis.rises(grades)) this.rules.find("data-field", "sorted grades", spelt(grades), "data.grades");
    }

    checkYear(stream, startsOn, endsOn) {
      const year = this.rules.setUp.years.get(stream.id);
      if (!year || (year.startsOn <= startsOn && startsOn <= endsOn && endsOn <= year.endsOn)) return;
      this.rules.find("calendar-entry", `days of the year, ${year.startsOn} to ${year.endsOn}`, `${startsOn}, ${endsOn}`);
    }

    bell_schedule_set(stream, entry, { effective_from: from, lessons, request }) {
      // The first version of a schedule changes no day: a timetable has to name it first.
      if (request !== undefined || stream.isPartial || this.bells.has(stream.id)) {
        this.rules.backdatings.setUp(["bell_schedule_set", stream.id, from], entry, request);
      }
      let before = { number: -1, ends_at: "" };
      for (const lesson of lessons) {
        if (lesson.number <= before.number || lesson.starts_at < before.ends_at) this.outOfOrder(spelt(lesson));
        if (lesson.ends_at <= lesson.starts_at) this.rules.find("ends-before-start", lesson.starts_at, lesson.ends_at, "data.lessons");
        before = lesson;
      }
      listOf(this.bells, stream.id).push({ from, numbers: new Set(lessons.map((lesson) => lesson.number)) });
      this.follows(stream, from);
    }

    timetable_set(stream, entry, { bells, effective_from: from, lessons, request }) {
      const { rules } = this;
      const group = this.own(stream, "class");
      rules.backdatings.setUp(["timetable_set", stream.id, from], entry, request, group);
      for (const [at, lesson] of lessons.entries()) {
        if (at > 0 && comparePlaces(lessons[at - 1], lesson) >= 0) this.outOfOrder(spelt(lesson));
      }
      for (const id of new Set(lessons.map((lesson) => lesson.course))) {
        const course = rules.made("course", id, "lessons");
        const isOther = course && group && course.group && course.group !== group;
        if (isOther) rules.find("timetable-lesson", "a course of this class", id, "data.lessons");
      }
      const made = rules.made("bells", bells, "bells");
      if (made && !made.isPartial) this.checkRung(bells, from, lessons);
      this.follows(stream, from);
    }

    // Reports a number that no bell rings for on the first day.
    checkRung(bells, day, lessons) {
      const { rules } = this;
      const version = (this.bells.get(bells) || []).findLast((each) => each.from <= day);
      if (!version) {
        rules.find("timetable-lesson", `bells in force on ${day}`, "none", "data.bells");
        return;
      }
      const numbers = [...new Set(lessons.map((lesson) => lesson.number))].sort((one, other) => one - other);
      for (const number of numbers) {
        if (!version.numbers.has(number)) rules.find("timetable-lesson", `bells in force on ${day} with number ${number}`, "none", "data.lessons");
      }
    }

    // The year or class whose id the stream bears, or a finding where nothing made it.
    own(stream, kind) {
      const { rules } = this;
      const found = rules.streams.get(`${kind}/${stream.id}`);
      if (!found && !rules.start) rules.find("stream-kind", "a stream of this year's or class's own id", stream.key);
      return found || null;
    }

    // Compares with the entry before in the stream: days never go back.
    follows(stream, day) {
      const last = this.days.get(stream.key) || "";
      if (day < last) this.rules.find("in-force-order", `not before ${last}`, day, "data.effective_from");
      if (day > last) this.days.set(stream.key, day);
    }

    outOfOrder(found) {
      this.rules.find("data-field", "lessons in order, each after the one before", found, "data.lessons");
    }
  }

  function comparePlaces(one, other) {
    return one.weekday - other.weekday || one.number - other.number || (one.course === other.course ? 0 : one.course < other.course ? -1 : 1);
  }

  Letopis.ROOMS.push(["timetables", Timetables]);
})((globalThis.Letopis = globalThis.Letopis || {}));
