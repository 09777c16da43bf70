"use strict";
// Terms of the regulation, and whether something came in them (events.md, "Deadlines").
(function (Letopis) {
  const { LAST_DAY, NEVER, dayAfter } = Letopis;
  const STATUSES = ["on_time", "late", "missing", "pending", "exempt", "no_regulation"];
  const MINUTE = 60000000n;
  const HOUR = 60n * MINUTE;
  const NO_REGULATION = { status: "no_regulation", due: null, late: null };
  const EXEMPT = { status: "exempt", due: null, late: null };

  // What was recorded at a moment, or (null) is not yet, beside a term; one of hours has its last instant in it.
  function verdictOf(due, at, now, hasLast = false) {
    const isBy = (moment) => moment < due || (hasLast && moment === due);
    if (at === null) return { status: isBy(now) ? "pending" : "missing", due, late: null };
    return isBy(at) ? { status: "on_time", due, late: null } : { status: "late", due, late: at - due };
  }

  const later = (one, other) => (other !== null && other > one ? other : one);

  class Terms {
    // `versions`: {from, parameters} in order of their entries; `now`: the last entry's moment; `calendar`: of a grade or of
    // the office, which says of a day whether it `isOff` and whether it `isTaught`.
    constructor(clock, versions, now, calendar) {
      Object.assign(this, { clock, versions, now, calendar });
      this.ends = new Map(); // name of a term -> day -> its end, or null
    }

    parametersOn(day) {
      let found = null;
      for (const one of this.versions) if (one.from <= day) found = one.parameters;
      return found;
    }

    isWeekend(day) {
      return Letopis.weekdayOf(day) > 5 && !this.calendar.isTaught(day);
    }

    // A term's last day, moved on from a weekend where the regulation moves it.
    movedOn(day, parameters) {
      if (!parameters.weekends_extend || !this.isWeekend(day)) return day;
      while (day < LAST_DAY && (this.isWeekend(day) || this.calendar.isOff(day))) day = dayAfter(day);
      return day;
    }

    lastDay(day, days, parameters) {
      if (!days) return day;
      let last = day;
      for (let passed = 0; passed < days; passed += 1) {
        last = dayAfter(last);
        while (parameters.holidays_extend && last < LAST_DAY && this.calendar.isOff(last)) last = dayAfter(last);
      }
      return this.movedOn(last, parameters);
    }

    // The end of the term of days that has this name and counts from a day; null before any version.
    endFrom(day, name) {
      if (!this.ends.has(name)) this.ends.set(name, new Map());
      const known = this.ends.get(name);
      if (!known.has(day)) {
        const parameters = this.parametersOn(day);
        known.set(day, parameters && this.clock.endOf(this.lastDay(day, parameters[name], parameters)));
      }
      return known.get(day);
    }

    ofDays(day, name, at) {
      const due = this.endFrom(day, name);
      return due === null ? NO_REGULATION : verdictOf(due, at, this.now);
    }

    // A planned lesson that nobody recorded.
    unrecorded(heldOn, name, isCancelled) {
      return isCancelled && this.parametersOn(heldOn) ? EXEMPT : this.ofDays(heldOn, name, null);
    }

    oralMark(heldOn, at, madeUpOn) {
      return this.ofDays(later(heldOn, madeUpOn), "oral_mark_days", at);
    }

    writtenMark(writtenOn, at, madeUpOn, isAbsent) {
      const day = later(writtenOn, madeUpOn);
      return isAbsent && madeUpOn === null && this.parametersOn(day) ? EXEMPT : this.ofDays(day, "written_mark_days", at);
    }

    // `plannedAt`: since when the plan has had it; `startsAt`: the lesson's beginning; `lastEnd`: when these students' last
    // lesson ended, of what is for the next day; each null where there is none.
    homework(heldOn, at, { plannedAt, startsAt, lastEnd }) {
      const parameters = this.parametersOn(heldOn);
      if (!parameters) return NO_REGULATION;
      if (plannedAt !== null && parameters.planned_homework_is_exempt && plannedAt < startsAt) return EXEMPT;
      const due = this.endFrom(heldOn, "homework_days");
      const eve = at === null || lastEnd === null ? null : lastEnd + BigInt(parameters.homework_after_last_lesson_minutes) * MINUTE;
      return eve !== null && eve < due ? verdictOf(eve, at, this.now, true) : verdictOf(due, at, this.now);
    }

    refresh(opensOn, at) {
      const parameters = this.parametersOn(opensOn);
      if (!parameters) return NO_REGULATION;
      const until = `${opensOn.slice(0, 4)}-${parameters.annual_refresh_until}`;
      return verdictOf(this.clock.endOf(this.movedOn(until, parameters)), at, this.now);
    }

    result(obtained, at) {
      const parameters = this.parametersOn(this.clock.minuteOf(obtained).slice(0, 10));
      if (!parameters) return NO_REGULATION;
      const due = obtained + BigInt(parameters.result_hours) * HOUR;
      return verdictOf(due > NEVER ? NEVER : due, at, this.now, true);
    }
  }

  Object.assign(Letopis, { STATUSES, Terms });
})((globalThis.Letopis = globalThis.Letopis || {}));
