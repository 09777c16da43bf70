"use strict";
// The register of printed forms (events.md, "Printed forms"): numbers, scopes, what is certified or void. Whether paper says
// what its content says, no log can tell.
(function (Letopis) {
  const SCOPES = {
    class_page: ["course", "period"], summary_sheet: ["class_group"], corrections: ["period"], substitutions: ["month"], conformity: [],
    papers: [], student_page: ["period", "class_group", "student"], attendance: ["class_group", "month"], lesson_plan: ["course"],
  };
  // Kinds of paper that the forms of a kind lie in; others lie in `other`, which takes all.
  const PAPER = { class_page: "class_journal", summary_sheet: "summary_sheet", corrections: "corrections", substitutions: "substitutions" };

  class Prints {
    constructor(rules) {
      this.rules = rules;
      this.issued = new Map(); // id -> {kind, period, month, course, group}
      this.certified = new Set();
      this.voided = new Set();
      this.number = 0;
      this.disclosed = new Set(); // numbers of forms whose content is disclosed here
    }

    sheet_issued(stream, entry, data) {
      const { rules } = this;
      const { sheet, number, kind, position, _sd: digests, course, period, class_group: group, month, student } = data;
      rules.checkSchool(stream, `prints/${rules.school}`);
      rules.disclose(entry, digests, ["content"]);
      if (this.issued.has(sheet)) rules.find("recorded-twice", "a sheet once", sheet, "data.sheet");
      if (number !== this.number + 1 && (this.number || !stream.isPartial)) {
        rules.find("print-register", this.number + 1, number, "data.number");
      }
      this.number = number;
      if (rules.disclosures.known(digests).length) this.disclosed.add(number);
      this.issued.set(sheet, { kind, period, month, course, group });
      rules.evidence.checkSize(entry, 1, position, "position");
      const wanted = SCOPES[kind];
      const given = ["course", "period", "class_group", "month", "student"].filter((name) => data[name] !== undefined);
      if (given.join() !== wanted.join()) rules.find("print-register", wanted.join(", ") || "no scope", kind, "data.kind");
      else this.checkScope(course, period, group, student);
    }

    // Looks up what a form is of; a page's period is one of the class's, its student was in the class then.
    checkScope(courseId, periodId, groupId, student) {
      const { rules } = this;
      let group = groupId === undefined ? null : rules.made("class", groupId, "class_group");
      const period = periodId === undefined ? null : rules.made("period", periodId, "period");
      const course = courseId === undefined ? null : rules.made("course", courseId, "course");
      if (course) group = course.group;
      if (!period || !group) return;
      // In a range that begins later they may be known by their ids alone.
      const isKnown = period.grades.length > 0;
      if (isKnown && group.grade && (period.year !== group.year || !period.grades.includes(group.grade))) {
        rules.find("print-register", "a period of the class", period.key, "data.period");
      } else if (student !== undefined && isKnown && !rules.start) {
        const stays = group.roster.get(rules.person(student, "student", "student")) || [];
        const isThere = stays.some((stay) => stay.startsOn <= period.endsOn && (stay.endsOn === null || period.startsOn <= stay.endsOn));
        if (!isThere) rules.find("print-register", "a student of the class in the period", student, "data.student");
      }
    }

    sheet_certified(_stream, _entry, { sheet, certified_by: by }) {
      this.rules.employee(by, "certified_by");
      this.checkStanding(sheet);
      if (this.certified.has(sheet)) this.rules.find("recorded-twice", "a sheet certified once", sheet, "data.sheet");
      this.certified.add(sheet);
    }

    sheet_voided(_stream, _entry, { sheet }) {
      this.checkStanding(sheet);
      this.voided.add(sheet);
    }

    // Judges a form that a printout consists of: issued, not void, of the printout's period or month.
    checkPrinted(sheet, condition, period, month) {
      this.checkStanding(sheet, "sheets");
      const form = this.issued.get(sheet);
      if (!form || condition === "archive" || (form.kind === condition && form.period === period && form.month === month)) return;
      this.rules.find("printout-scope", "a form of what was printed", sheet, "data.sheets");
    }

    // Judges a form that lies in a paper of a kind and class: issued, not void, of these.
    checkFiled(sheet, kind, groupId) {
      const { rules } = this;
      this.checkStanding(sheet, "sheets");
      const form = this.issued.get(sheet);
      if (!form || kind === "other") return;
      let { group } = form;
      if (form.course !== undefined) {
        // In a range that begins later the course may not be known.
        const course = rules.streams.get(`course/${form.course}`);
        group = course && course.group ? course.group.id : groupId;
      }
      if (PAPER[form.kind] !== kind || group !== groupId) {
        rules.find("paper-register", "a form of what the paper is", sheet, "data.sheets");
      }
    }

    // Judges the forms whose keys went with somebody's values: of the register, sorted, none disclosed here; every form up to
    // `last` where that is said instead of their numbers.
    checkErased(numbers, last) {
      const { rules } = this;
      const [highest, count] = last === undefined ? [numbers.at(-1) || 0, numbers.length] : [last, last];
      const isSorted = last !== undefined || Letopis.rises(numbers);
      if (!isSorted || (highest > this.number && !rules.start)) rules.find("erasure", `sorted numbers up to ${this.number}`, count, "data.sheets");
      const isErased = (number) => (last === undefined ? numbers.includes(number) : number <= last);
      const shown = [...this.disclosed].filter(isErased);
      if (shown.length) rules.find("erased-disclosed", "no disclosure of the form", Math.min(...shown), "data.sheets");
    }

    // Reports a sheet that was not issued or is void; in a range that begins later it may have been before.
    checkStanding(sheet, field = "sheet") {
      if (!this.voided.has(sheet) && (this.issued.has(sheet) || this.rules.start)) return;
      this.rules.find("print-register", "a sheet that was issued and not voided", sheet, `data.${field}`);
    }
  }

  Letopis.ROOMS.push(["prints", Prints]);
})((globalThis.Letopis = globalThis.Letopis || {}));
