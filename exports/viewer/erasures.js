"use strict";
// Keeping, erasing and blocking personal values (events.md, "Keeping and erasing", "Blocking"). That a key was destroyed no
// log can show; that this archive does not disclose what is gone or blocked is judged here.
(function (Letopis) {
  const { around, haveCommon, peopleOf, spelt } = Letopis;
  const YEAR_MAX = 9998; // the last year behind which there are days still: what is due later is not

  // The first day after so many whole years; of 29 February, from 1 March on.
  function dueDay(countedFrom, years) {
    const year = Number(countedFrom.slice(0, 4)) + years;
    if (year > YEAR_MAX) return "9999-12-31";
    const same = `${String(year).padStart(4, "0")}${countedFrom.slice(4)}`;
    return around(Letopis.isDay(same) ? same : `${same.slice(0, 8)}28`).at(-1);
  }

  class Erasures {
    constructor(rules) {
      this.rules = rules;
      this.schedules = []; // {from, index, rows}
      this.placed = new Set(); // ids of all holds
      this.holds = new Map(); // those that stand: id -> {person, group}, of all: neither
      this.proposals = new Map(); // id -> what was proposed, by whom, and what became of it
      this.erased = new Set(); // person and class of values
    }

    retention_schedule_adopted(stream, entry, { effective_from: from, rows }) {
      const { rules } = this;
      rules.checkSchool(stream);
      if (!Letopis.rises(rows.map((row) => `${row.retention} ${row.kind || ""}`))) {
        rules.find("retention-schedule", "sorted rows, each once", spelt(rows), "data.rows");
      }
      const before = this.schedules.at(-1);
      if (before && from < before.from) {
        rules.find("retention-schedule", `not before ${before.from}`, from, "data.effective_from");
      }
      this.schedules.push({ from, index: entry.index, rows });
    }

    legal_hold_placed(stream, _entry, { hold, whose, person, class_group: group }) {
      const { rules } = this;
      rules.checkSchool(stream);
      if ((person !== undefined) !== (whose === "person") || (group !== undefined) !== (whose === "class")) {
        rules.find("legal-hold", "whom the hold is of", whose, "data.whose");
      }
      if (person !== undefined) rules.made("person", person, "person");
      if (group !== undefined) rules.made("class", group, "class_group");
      if (this.placed.has(hold)) rules.find("recorded-twice", "a hold once", hold, "data.hold");
      this.placed.add(hold);
      this.holds.set(hold, { person, group });
    }

    legal_hold_lifted(stream, _entry, { hold }) {
      this.rules.checkSchool(stream);
      if (!this.holds.delete(hold) && !this.rules.start) this.rules.find("legal-hold", "a hold that stands", hold, "data.hold");
    }

    erasure_proposed(stream, entry, data) {
      const { rules } = this;
      const { erasure, person, retention, ground, counted_from: countedFrom } = data;
      rules.checkSchool(stream);
      rules.made("person", person, "person");
      if (this.proposals.has(erasure)) rules.find("recorded-twice", "an erasure once", erasure, "data.erasure");
      if (retention.some((name) => this.erased.has(`${person} ${name}`))) {
        rules.find("erasure", "values that are not erased", person, "data.retention");
      }
      for (const other of this.proposals.values()) {
        const waits = !other.isRefused && !other.isErased;
        if (waits && other.person === person && haveCommon(retention, other.retention)) {
          rules.find("erasure", "one erasure of these values at a time", person, "data.retention");
        }
      }
      const one = { people: peopleOf(entry), person, retention, ground, countedFrom, approvedAt: "", isRefused: false, isErased: false };
      this.proposals.set(erasure, one);
      this.checkNoHold(person);
      this.checkGround(one, entry.at);
    }

    erasure_approved(stream, entry, { erasure }) {
      const one = this.answered(stream, entry, erasure);
      if (!one) return;
      one.approvedAt = entry.at;
      this.checkNoHold(one.person);
      this.checkGround(one, entry.at);
    }

    erasure_refused(stream, entry, { erasure }) {
      const one = this.answered(stream, entry, erasure);
      if (one) one.isRefused = true;
    }

    // Approved, of what was proposed; nothing of it is disclosed here.
    personal_data_erased(stream, entry, { erasure, person, retention, destroyed_at: destroyedAt, sheets, sheets_to: last }) {
      const { rules } = this;
      rules.checkSchool(stream);
      const one = this.proposals.get(erasure);
      if (!one) {
        if (!rules.start) rules.find("erasure", "an approved erasure", erasure, "data.erasure");
      } else if (!one.approvedAt || one.isErased) {
        rules.find("erasure", "an approved erasure, carried out once", erasure, "data.erasure");
      } else if (one.person !== person || one.retention.join() !== retention.join()) {
        rules.find("erasure", "what was proposed", person, "data.person");
      } else if (destroyedAt < one.approvedAt || destroyedAt > entry.at) {
        rules.find("erasure", "after the approval", destroyedAt, "data.destroyed_at");
      }
      if (one) one.isErased = true;
      this.checkNoHold(person);
      if (last !== undefined && (sheets !== undefined || last === 0)) {
        rules.find("erasure", "numbers of forms, or the last of all", last, "data.sheets_to");
      }
      rules.prints.checkErased(sheets || [], last);
      for (const name of retention) this.erased.add(`${person} ${name}`);
      const who = rules.people.get(person);
      if (retention.includes("person") && who && who.disclosed.length) {
        rules.find("erased-disclosed", "no disclosure of the person", who.disclosed.length, "data.person");
      }
    }

    // In force on a day is the last schedule that takes effect by then.
    scheduleOn(day) {
      return this.schedules.findLast((each) => each.from <= day) || null;
    }

    // Reports new values of a person whose values were erased.
    checkNew(person, digests) {
      if (digests.length && this.erased.has(`${person.id} person`)) {
        this.rules.find("erasure", "no values of whom was erased", person.id, "data._sd");
      }
    }

    // Judges an answer: to a proposal that waits, by another than who proposed it.
    answered(stream, entry, erasure) {
      const { rules } = this;
      rules.checkSchool(stream);
      const one = this.proposals.get(erasure);
      if (!one || one.approvedAt || one.isRefused) {
        if (one || !rules.start) rules.find("erasure", "an erasure that waits for an answer", erasure, "data.erasure");
        return null;
      }
      if (haveCommon(one.people, peopleOf(entry))) {
        rules.find("approval-same-person", "another than who proposed it", entry.actor, "actor");
      }
      return one;
    }

    checkNoHold(person) {
      const { rules } = this;
      const who = rules.people.get(person);
      const wasIn = (group) => {
        const made = rules.streams.get(`class/${group}`);
        return Boolean(made) && made.roster.has(who);
      };
      for (const hold of this.holds.values()) {
        const isHeld = hold.group !== undefined ? wasIn(hold.group) : hold.person === undefined || hold.person === person;
        if (isHeld) rules.find("legal-hold", "no hold of this person", person, "data.erasure");
      }
    }

    // Compares with the schedule, by the school's day: that of `at`, the day before or the day after.
    checkGround(one, at) {
      const { rules } = this;
      if (one.ground === "unlawful") {
        if (one.countedFrom !== undefined) rules.find("erasure", "a ground that counts from no day", one.ground, "data.counted_from");
        return;
      }
      const who = rules.people.get(one.person);
      if (!who || rules.start) return;
      const days = around(at.slice(0, 10));
      if (one.countedFrom !== undefined && one.countedFrom > days.at(-1)) {
        rules.find("erasure", "a day that has come", one.countedFrom, "data.counted_from");
      }
      for (const name of one.retention) {
        if (!days.some((day) => this.isDue(one, name, who, day))) {
          rules.find("erasure-too-early", "values that may go", name, "data.retention");
        }
      }
    }

    // Says whether the schedule in force on a day lets a class of values go.
    isDue(one, name, who, day) {
      const schedule = this.scheduleOn(day);
      const rows = schedule ? schedule.rows.filter((row) => row.retention === name) : [];
      const row = rows.findLast((each) => each.kind === who.kind) || rows.findLast((each) => each.kind === undefined);
      if (!row) return false;
      if (one.ground !== "expiry" && row.kept_by === "consent") return true;
      if (one.countedFrom === undefined || day < dueDay(one.countedFrom, row.years)) return false;
      return row.counted_from === "document" || this.hasLeft(who, one.countedFrom, day, row.counted_from === "year_end");
    }

    // Says whether nothing the log knows puts a person at the school behind the day that is counted from.
    hasLeft(who, countedFrom, day, isByYear) {
      const { rules } = this;
      if (who.kind !== "student") return rules.duties.spansOf(who.id).every((span) => span.endsOn !== null && span.endsOn <= countedFrom);
      for (const [yearId, stay] of who.stays) {
        const year = rules.setUp.years.get(yearId);
        const end = year ? year.endsOn : "";
        if (stay.endsOn === null && end >= day) return false;
        if ((isByYear ? end : stay.endsOn || end) > countedFrom) return false;
      }
      return true;
    }
  }

  // A value of this name is blocked: a contact goes with telephone and e-mail.
  const blocks = ({ names }, name) =>
    !names.length || names.includes(name) || (name === "contact" && (names.includes("phone") || names.includes("email")));

  class Blocking {
    constructor(rules) {
      this.rules = rules;
      this.made = new Map(); // id -> {people, index, person, names, place, isEnded}
      this.blocked = new Set(); // people of whom a block was ever made
      this.partly = []; // people of whom an entry is disclosed in part
      this.changed = new Map(); // person and entry -> names, of who was blocked before
    }

    noteChange(person, index, names) {
      if (this.blocked.has(person)) this.changed.set(`${person} ${index}`, names);
    }

    personal_data_blocked(stream, entry, { block, person, fields = [], requested_by: by, applicant }) {
      const { rules } = this;
      rules.checkSchool(stream);
      rules.made("person", person, "person");
      if (!Letopis.rises(fields)) rules.find("data-field", "sorted names", spelt(fields), "data.fields");
      if (this.made.has(block)) rules.find("recorded-twice", "a block once", block, "data.block");
      if ((applicant !== undefined) !== (by === "representative")) {
        rules.find("blocking", "a representative, who is named", by, "data.applicant");
      }
      if (applicant !== undefined) {
        rules.person(applicant, "applicant", "guardian");
        rules.personal.checkLinked(applicant, person);
      }
      this.checkNotErased(person, "data.person");
      this.blocked.add(person);
      this.made.set(block, { people: peopleOf(entry), index: entry.index, person, names: fields, place: rules.place(), isEnded: false });
    }

    personal_data_unblocked(stream, entry, { block, change, outcome }) {
      const { rules } = this;
      rules.checkSchool(stream);
      if ((change !== undefined) !== (outcome === "corrected")) {
        rules.find("blocking", "a change, where values were corrected", outcome, "data.change");
      }
      const one = this.made.get(block);
      if (!one || one.isEnded) {
        if (one || !rules.start) rules.find("blocking", "a block that stands", block, "data.block");
        return;
      }
      if (haveCommon(one.people, peopleOf(entry))) rules.find("approval-same-person", "another than who blocked", entry.actor, "actor");
      this.checkNotErased(one.person, "data.block");
      if (change !== undefined) {
        const names = this.changed.get(`${one.person} ${change}`) || [];
        if (change < one.index || !names.some((name) => blocks(one, name))) {
          rules.find("blocking", "a change of a blocked value behind the block", change, "data.change");
        }
      }
      one.isEnded = true;
    }

    checkNotErased(person, field) {
      if (this.isErased(person)) this.rules.find("erasure", "no values of whom was erased", person, field);
    }

    isErased(person) {
      return this.rules.erasures.erased.has(`${person} person`);
    }

    // Reports what the archive discloses although it is blocked at its end. Of whom a part is held back and nothing is
    // blocked, whether a second name is among it cannot be seen.
    finish() {
      const { report, people } = this.rules;
      const standing = [...this.made.values()].filter((one) => !one.isEnded);
      const blocked = new Set(standing.map((one) => one.person));
      for (const person of this.partly) if (!blocked.has(person)) report.skip("partly-disclosed", person);
      for (const one of standing) {
        const who = people.get(one.person);
        if (!who || this.isErased(one.person)) continue;
        const shown = [...new Set(who.disclosed)].filter((name) => blocks(one, name)).sort();
        if (shown.length) report.add("blocked-disclosed", one.place, "no disclosure of it", shown.join(", "));
      }
    }
  }

  Object.assign(Letopis, { dueDay });
  Letopis.ROOMS.push(["erasures", Erasures], ["blocking", Blocking]);
})((globalThis.Letopis = globalThis.Letopis || {}));
