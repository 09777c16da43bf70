"use strict";
// The register of paper archives (events.md, "Paper"): numbers, contents, terms, and destruction by two people. That paper
// exists, lies where the register says, or is gone, no log can show.
(function (Letopis) {
  const { around, dueDay, haveCommon, moved, peopleOf } = Letopis;
  const RETAINED_AS = { class_journal: "journal", summary_sheet: "sheet" }; // all else: `print`
  const YEARS_AHEAD = 2;

  class Papers {
    constructor(rules) {
      this.rules = rules;
      this.papers = new Map(); // id -> {number, kind, group, countedFrom, place, contents, isHere}
      this.destructions = new Map(); // id -> {people, papers, approvedAt, isOver}
      this.filed = new Set(); // forms and printouts that lie in a paper
      this.number = 0;
    }

    paper_stored(stream, entry, data) {
      const { rules } = this;
      const { paper, number, kind, year, class_group: group, place, counted_from: countedFrom, sheets = [], printout } = data;
      rules.checkSchool(stream);
      if (number !== this.number + 1 && (this.number || !stream.isPartial)) {
        rules.find("paper-register", this.number + 1, number, "data.number");
      }
      this.number = number;
      if (this.papers.has(paper)) rules.find("recorded-twice", "a paper once", paper, "data.paper");
      if (year !== undefined) rules.made("year", year, "year");
      this.checkScope(kind, year, group);
      this.checkContents(data, sheets);
      this.checkTerm(entry.at, data);
      const contents = printout === undefined ? sheets : [...sheets, printout];
      for (const one of contents) this.filed.add(one);
      this.papers.set(paper, { number, kind, group, countedFrom, place, contents, isHere: true });
    }

    paper_moved(stream, _entry, { paper, place }) {
      this.rules.checkSchool(stream);
      for (const one of this.checkHere([paper], "paper", false)) {
        if (one.place === place) this.rules.find("paper-register", "another place", place, "data.place");
        one.place = place;
      }
    }

    paper_handed_over(stream, entry, { papers, handed_on: handedOn }) {
      this.rules.checkSchool(stream);
      this.checkSorted(papers, "papers");
      this.checkCome(handedOn, entry, "handed_on");
      leave(this.checkHere(papers, "papers"));
    }

    // At the request of another than who answers.
    paper_struck_off(stream, entry, { paper, reason, requested_by: by }) {
      const { rules } = this;
      rules.checkSchool(stream);
      rules.employee(by, "requested_by");
      if (peopleOf(entry).includes(by)) rules.find("request-same-person", "a second person", by, "data.requested_by");
      const known = this.checkHere([paper], "paper");
      leave(known);
      if (reason === "entered_wrongly") for (const one of known) for (const each of one.contents) this.filed.delete(each);
    }

    paper_destruction_proposed(stream, entry, { destruction, papers }) {
      const { rules } = this;
      rules.checkSchool(stream);
      this.checkSorted(papers, "papers");
      if (this.destructions.has(destruction)) rules.find("recorded-twice", "a destruction once", destruction, "data.destruction");
      this.checkMayGo(this.checkHere(papers, "papers"), entry);
      this.destructions.set(destruction, { people: peopleOf(entry), papers, approvedAt: "", isOver: false });
    }

    paper_destruction_approved(stream, entry, { destruction }) {
      const one = this.answered(stream, entry, destruction);
      if (!one) return;
      if (one.approvedAt) this.rules.find("paper-destruction", "an answer once", destruction, "data.destruction");
      one.approvedAt = entry.at;
      this.checkMayGo(this.known(one.papers), entry);
    }

    paper_destruction_refused(stream, entry, { destruction }) {
      const one = this.answered(stream, entry, destruction);
      if (one) one.isOver = true;
    }

    // Approved, of what may still go, from the approval's day on.
    paper_destroyed(stream, entry, { destruction, destroyed_on: destroyedOn }) {
      const { rules } = this;
      rules.checkSchool(stream);
      const one = this.waiting(destruction);
      if (!one) return;
      this.checkCome(destroyedOn, entry, "destroyed_on");
      if (!one.approvedAt) {
        rules.find("paper-destruction", "an approved destruction", destruction, "data.destruction");
      } else if (destroyedOn < around(one.approvedAt.slice(0, 10))[0]) {
        rules.find("paper-destruction", "after the approval", destroyedOn, "data.destroyed_on");
      }
      const papers = this.known(one.papers);
      this.checkMayGo(papers, entry);
      leave(papers);
      one.isOver = true;
    }

    // Judges an answer: to what waits, by another than who proposed it.
    answered(stream, entry, destruction) {
      const { rules } = this;
      rules.checkSchool(stream);
      const one = this.waiting(destruction);
      if (one && haveCommon(one.people, peopleOf(entry))) {
        rules.find("approval-same-person", "another than who proposed it", entry.actor, "actor");
      }
      return one;
    }

    // A destruction that is not over; one from before the range may be.
    waiting(destruction) {
      const one = this.destructions.get(destruction);
      if (one && !one.isOver) return one;
      if (one || !this.rules.start) {
        this.rules.find("paper-destruction", "a destruction that waits", destruction, "data.destruction");
      }
      return null;
    }

    // A class is of the year, and there for its journal and its sheet alone.
    checkScope(kind, year, groupId) {
      const { rules } = this;
      const wantsClass = year !== undefined && Object.hasOwn(RETAINED_AS, kind);
      if ((groupId !== undefined) !== wantsClass) {
        rules.find("paper-register", "a class for its journal and sheet alone", kind, "data.class_group");
      }
      const group = groupId === undefined ? null : rules.made("class", groupId, "class_group");
      if (group && group.year && group.year !== year) rules.find("paper-register", "a class of the year", group.key, "data.class_group");
    }

    // Judges what lies in a paper: forms and a printout of its kind, in no other paper.
    checkContents({ kind, year, class_group: group, printout }, sheets) {
      const { rules } = this;
      this.checkSorted(sheets, "sheets");
      for (const sheet of sheets) rules.prints.checkFiled(sheet, kind, group);
      if (printout !== undefined) {
        rules.made("printout", printout, "printout");
        const found = rules.evidence.printouts.get(printout);
        const fits = !found || ((found.condition === "archive" || found.condition === kind) && (!found.year || found.year === year));
        if (!fits) rules.find("paper-register", "a printout of what the paper is", printout, "data.printout");
      }
      const twice = [...sheets, printout].filter((one) => this.filed.has(one)).sort();
      if (twice.length) rules.find("paper-register", "what lies in no other paper", twice[0], "data.sheets");
    }

    // Compares a term with the schedule in force on the day of `at`, the day before or the day after.
    checkTerm(at, { kind, year: yearId, counted_from: countedFrom, keep_until: keepUntil, schedule: index }) {
      const { rules } = this;
      const days = around(at.slice(0, 10));
      if (Number(countedFrom.slice(0, 4)) > Number(days.at(-1).slice(0, 4)) + YEARS_AHEAD) {
        rules.find("paper-term", "a day not years away", countedFrom, "data.counted_from");
        return;
      }
      if (rules.start) return;
      const schedule = days.map((day) => rules.erasures.scheduleOn(day)).find((each) => each && each.index === index);
      if (!schedule) {
        rules.find("paper-term", "the schedule in force", index, "data.schedule");
        return;
      }
      const row = rowFor(schedule, kind);
      if (!row) {
        rules.find("paper-term", "a schedule that speaks of this paper", index, "data.schedule");
        return;
      }
      const last = moved(dueDay(countedFrom, row.years), -1);
      if (keepUntil !== last) rules.find("paper-term", last, keepUntil, "data.keep_until");
      const year = rules.setUp.years.get(yearId);
      if (row.counted_from === "year_end" && year && countedFrom < year.endsOn) {
        rules.find("paper-term", `not before ${year.endsOn}`, countedFrom, "data.counted_from");
      }
    }

    // Reports papers that are not due, or held.
    checkMayGo(papers, entry) {
      const { rules } = this;
      const days = around(entry.at.slice(0, 10));
      for (const one of papers) {
        if (!rules.start && !days.some((day) => this.isDue(one, day))) {
          rules.find("paper-too-early", "paper whose term is over", one.number, "data.papers");
        }
        if ([...rules.erasures.holds.values()].some((hold) => this.isHeld(one, hold))) {
          rules.find("legal-hold", "no hold of this paper", one.number, "data.papers");
        }
      }
    }

    isDue(one, day) {
      const schedule = this.rules.erasures.scheduleOn(day);
      const row = schedule && rowFor(schedule, one.kind);
      return Boolean(row) && dueDay(one.countedFrom, row.years) <= day;
    }

    // Says whether a hold of a person, of a class, or of all (both none) is of a paper.
    isHeld(one, { person, group }) {
      if (one.group === undefined) return true;
      if (person === undefined) return group === undefined || group === one.group;
      const who = this.rules.people.get(person);
      const made = this.rules.streams.get(`class/${one.group}`);
      return !who || who.kind !== "student" || (Boolean(made) && made.roster.has(who));
    }

    // The papers of these ids; those that are not at the school, or wait for their destruction, are reported.
    checkHere(ids, field, isFree = true) {
      const { rules } = this;
      const known = this.known(ids);
      if ((known.length < ids.length && !rules.start) || known.some((one) => !one.isHere)) {
        rules.find("paper-register", "papers at the school", ids.length, `data.${field}`);
      }
      const wanted = new Set(ids);
      const waits = [...this.destructions.values()].some((one) => !one.isOver && one.papers.some((paper) => wanted.has(paper)));
      if (isFree && waits) rules.find("paper-destruction", "papers that wait for nothing", ids.length, `data.${field}`);
      return known;
    }

    checkCome(day, entry, field) {
      if (day > around(entry.at.slice(0, 10)).at(-1)) this.rules.find("paper-register", "a day that has come", day, `data.${field}`);
    }

    checkSorted(ids, field) {
      if (!Letopis.rises(ids)) this.rules.find("data-field", "sorted ids", ids.length, `data.${field}`);
    }

    known(ids) {
      return ids.map((id) => this.papers.get(id)).filter(Boolean);
    }
  }

  // What a schedule says of a kind of paper: the row without a kind of person.
  function rowFor(schedule, kind) {
    const name = RETAINED_AS[kind] || "print";
    return schedule.rows.find((row) => row.retention === name && row.kind === undefined) || null;
  }

  function leave(papers) {
    for (const one of papers) one.isHere = false;
  }

  Letopis.ROOMS.push(["papers", Papers]);
})((globalThis.Letopis = globalThis.Letopis || {}));
