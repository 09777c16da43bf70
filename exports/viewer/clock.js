"use strict";
// The school's clock: moments, in microseconds of POSIX time (BigInt), and days `YYYY-MM-DD` of a time zone. What zones did when
// the browser knows; a zone that it does not know is a RangeError.
(function (Letopis) {
  const MINUTE = 60000;
  const DAY = 24 * 60 * MINUTE;
  const MILLISECOND = 1000n;
  const SECOND = 1000000n;
  const LAST_DAY = "9999-12-31";
  const NEVER = 253402300799999999n; // the last moment of that day
  const EARLIEST = -62135596800000000n; // the first of 0001-01-01
  const MORNING = "04:00"; // no clock is changed between it and the midnight before by more than this
  const STEPS_MAX = 8 * 60;

  // The moment of an entry's `at`.
  const momentOf = (at) => BigInt(Date.parse(`${at.slice(0, 19)}Z`)) * MILLISECOND + BigInt(at.slice(20, 26));

  // A moment as cells show it, in UTC.
  function momentText(moment) {
    const part = ((moment % SECOND) + SECOND) % SECOND;
    return `${isoOf(Number((moment - part) / MILLISECOND)).slice(0, 19)}.${String(part).padStart(6, "0")}Z`;
  }

  const within = (moment) => (moment < EARLIEST ? EARLIEST : moment > NEVER ? NEVER : moment);
  const isoOf = (ms) => new Date(ms).toISOString();
  const msOf = (day) => Date.parse(`${day}T00:00:00Z`);

  const FIRST_KNOWN = msOf("0001-01-04");
  const LAST_KNOWN = msOf("9999-12-28");

  // The day after one; of the last day that can be written itself.
  const dayAfter = (day) => (day >= LAST_DAY ? LAST_DAY : isoOf(msOf(day) + DAY).slice(0, 10));
  // 1 (Monday) to 7, and the number of a day's week among all from Monday to Sunday.
  const weekdayOf = (day) => ((new Date(msOf(day)).getUTCDay() + 6) % 7) + 1;
  const weekOf = (day) => Math.floor((msOf(day) / DAY + 3) / 7);

  class Clock {
    // Raises RangeError: there is no such zone.
    constructor(zone) {
      if (!/^[A-Za-z]/.test(zone)) throw new RangeError(zone);
      const digits = "2-digit";
      this.format = new Intl.DateTimeFormat("en-US", {
        timeZone: zone, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23",
        year: "numeric", month: digits, day: digits, hour: digits, minute: digits, second: digits,
      });
      this.walls = new Map();
      this.ends = new Map();
    }

    // How far the clock is ahead of UTC at a POSIX time, in milliseconds; at the ends of the calendar as a few days within.
    offsetAt(ms) {
      const whole = Math.floor(Math.min(Math.max(ms, FIRST_KNOWN), LAST_KNOWN) / 1000) * 1000;
      const shown = {};
      for (const { type, value } of this.format.formatToParts(whole)) shown[type] = value;
      const { year, month, day, hour, minute, second } = shown;
      return Date.parse(`${year.padStart(4, "0")}-${month}-${day}T${hour}:${minute}:${second}Z`) - whole;
    }

    // What the clock shows at a POSIX time, as milliseconds of a clock that shows UTC.
    wallOf(ms) {
      return ms + this.offsetAt(ms);
    }

    // `YYYY-MM-DDTHH:MM` of the school's clock at a moment; the first or last minute that can be written, beyond them.
    minuteOf(moment) {
      const wall = BigInt(this.wallOf(Number(moment / MILLISECOND))) * MILLISECOND;
      return momentText(within(wall)).slice(0, 16);
    }

    // When the clock shows a minute of a day: the first time of two; where it is put forward over it, as if it had not been.
    atWall(day, minute) {
      const key = `${day}T${minute}`;
      if (!this.walls.has(key)) this.walls.set(key, within(BigInt(this.msAt(Date.parse(`${key}:00Z`))) * MILLISECOND));
      return this.walls.get(key);
    }

    msAt(wall) {
      const [before, after] = [this.offsetAt(wall - DAY), this.offsetAt(wall + DAY)];
      const isChangedBefore = before !== after && this.offsetAt(wall - before) !== before && this.offsetAt(wall - after) === after;
      return wall - (isChangedBefore ? after : before);
    }

    // The first instant after the last one that the clock calls this day, whatever is done about midnight.
    endOf(day) {
      if (!this.ends.has(day)) this.ends.set(day, this.findEnd(day));
      return this.ends.get(day);
    }

    findEnd(day) {
      if (day >= LAST_DAY) return NEVER;
      let ms = this.msAt(Date.parse(`${dayAfter(day)}T${MORNING}:00Z`));
      const hours = 4 * 60 * MINUTE;
      if (this.offsetAt(ms) === this.offsetAt(ms - hours - DAY)) return BigInt(ms - hours) * MILLISECOND;
      for (let step = 0; step < STEPS_MAX; step += 1) {
        if (isoOf(this.wallOf(ms - MINUTE)).slice(0, 10) <= day) return BigInt(ms) * MILLISECOND;
        ms -= MINUTE;
      }
      return NEVER;
    }
  }

  Object.assign(Letopis, { Clock, LAST_DAY, NEVER, dayAfter, momentOf, momentText, weekdayOf, weekOf });
})((globalThis.Letopis = globalThis.Letopis || {}));
