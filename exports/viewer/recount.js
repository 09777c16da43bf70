"use strict";
// Results of an extract, computed again from the marks in it (log-format.md section 7a; events.md, "Results"). A result names the
// entries that it was computed from: where all of them are here, its sum, weight and mark follow from them; where one is not, or
// what tells how it counts is not, the verdict tells the result and what lacks, as a limit.
(function (Letopis) {
  const LISTED_MAX = 50;
  const WEIGHT = 100;
  const HALVES_UP = 50;
  const NOTHING = "na";
  const RESULTS = { "period_mark_recorded/1": "period_mark", "exam_result_recorded/1": "exam_result", "final_mark_recorded/1": "final_mark" };

  class LackingError extends Error {}

  // A mark's digits: two where there are two criteria, none where there are words or nothing stands.
  const digitsOf = (value) => (typeof value === "string" ? value.split("/").filter((part) => /^[0-9]+$/.test(part)).map(Number) : []);

  // What a mark of a work counts, by the work's standing value; without `weights` all count alike.
  function shareOf(work, weights) {
    if (weights === null) return 1;
    if (work === null) return 0;
    return work.weight !== undefined ? work.weight : Object.hasOwn(weights, work.kind) ? weights[work.kind] : WEIGHT;
  }

  // Sum and weight of marks, each {entry, digits, share}.
  function summed(marks) {
    let [total, weight] = [0, 0];
    for (const { digits, share } of marks) {
      for (const digit of digits) total += digit * share;
      weight += digits.length * share;
    }
    return [total, weight];
  }

  const isEnough = (marks, least) => marks.reduce((count, { digits }) => count + digits.length, 0) >= least;

  // The mark of a mean: each threshold in hundredths, compared exactly.
  const gradeOf = (total, weight, rules) =>
    String(2 + ["three_from", "four_from", "five_from"].filter((name) => 100 * total >= rules[name] * weight).length);

  // A mean, rounded up where what is beyond the whole mark reaches so many hundredths.
  function rounded(total, weight, upFrom) {
    const whole = Math.floor(total / weight);
    return String(100 * (total - whole * weight) >= upFrom * weight ? whole + 1 : whole);
  }

  const ofThreshold = (rules) => (marks, total, weight) => (isEnough(marks, rules.marks_min) ? gradeOf(total, weight, rules) : NOTHING);
  const ofMean = (least, upFrom, isWhole = true) => (marks, total, weight) =>
    isWhole && isEnough(marks, least) ? rounded(total, weight, upFrom) : NOTHING;

  // What of these counts, each alike.
  const ofResults = (facts) =>
    facts.map((fact) => ({ entry: fact.standing, digits: digitsOf(fact.value), share: 1 })).filter(({ digits }) => digits.length);

  function append(map, key, value) {
    if (!map.has(key)) map.set(key, []);
    map.get(key).push(value);
  }

  class Recount {
    // `isHere` says whether an entry, of before the one that is taken, is in the extract.
    constructor(report, scope, isHere) {
      Object.assign(this, { report, scope, isHere });
      for (const name of ["grades", "courses", "periods", "lessons", "works", "workAt", "facts", "marks", "sheets", "results", "graded"]) {
        this[name] = new Map();
      }
      this.rules = [];
      this.lacking = [];
      this.count = 0;
      this.overYears = 0;
    }

    apply(entry) {
      const data = entry.data();
      const id = entry.stream.slice(entry.stream.indexOf("/") + 1);
      const handler = TAKEN[entry.type];
      if (handler) handler(this, entry, data, id);
      else if (Object.hasOwn(RESULTS, entry.type)) this.result(RESULTS[entry.type], entry, data);
    }

    finish() {}

    // Lets another value of a mark or a result stand; of what is not here, nobody knows whose it was.
    changed(entry, data, value) {
      const fact = this.facts.get(data.corrects) || { who: "", stream: entry.stream, what: "" };
      Object.assign(fact, { value, standing: entry.index });
      this.facts.set(entry.index, fact);
    }

    result(what, { index, stream }, data) {
      if (what !== "exam_result") this.judge(what, index, stream, data);
      const fact = { who: data.student, stream, what, value: data.value, standing: index };
      this.facts.set(index, fact);
      this.results.set(`${stream} ${what} ${data.student}`, fact);
      const place = this.sheets.get(stream);
      if (what !== "period_mark" || !place) return;
      const key = `${data.student} ${place.course.subject}`;
      if (!(this.graded.get(key) || []).includes(stream)) append(this.graded, key, stream);
    }

    // Computes a result again, or takes note of what lacks for it.
    judge(what, index, stream, data) {
      this.count += 1;
      if (!this.areTheirs(index, data)) return;
      const away = data.inputs.filter((entry) => !this.isHere(entry));
      let counted;
      try {
        counted = this.computed(what, index, stream, data);
      } catch (error) {
        if (!(error instanceof LackingError)) throw error;
        this.lacking.push(["extract-basis", `entry ${index}: ${error.message}`]);
        return;
      }
      const found = counted.marks.map(({ entry }) => entry).sort((one, two) => one - two);
      const here = data.inputs.filter((entry) => !away.includes(entry));
      if (found.join() !== here.join()) {
        this.differs("result-inputs", index, "inputs", `the marks that stood: ${found.join(", ") || "none"}`, Letopis.render(data.inputs));
      } else if (away.length) {
        this.lacking.push(["extract-inputs", `entry ${index}: ${away.join(", ")}`]);
      } else {
        this.compare(index, data, counted);
      }
    }

    compare(index, data, { marks, grade, isOverYears = false }) {
      this.overYears += isOverYears;
      const [sum, weight] = summed(marks);
      for (const [name, wanted] of Object.entries({ sum, weight, computed: grade(marks, sum, weight) })) {
        if (data[name] !== wanted) this.differs("result-computed", index, name, wanted, data[name]);
      }
      if (data.lacks !== undefined && !isOverYears) this.differs("result-computed", index, "lacks", "none", Letopis.render(data.lacks));
    }

    // Whether marks and results of the student stand by the entries that a result names and that are here. Of a student all are.
    areTheirs(index, data) {
      for (const entry of data.inputs) {
        const fact = this.facts.get(entry);
        const isTheirs = fact && fact.standing === entry && (fact.who === "" || fact.who === data.student);
        if (isTheirs || !(this.scope === "student" || this.isHere(entry))) continue;
        this.differs("result-inputs", index, "inputs", `marks of ${data.student}`, entry);
        return false;
      }
      return true;
    }

    // What of the extract counts for a result, and what makes a mark of it. Raises LackingError.
    computed(what, index, stream, data) {
      const place = this.sheets.get(stream);
      if (!place) throw new LackingError("its course or period");
      const { course, period } = place;
      const rules = this.rulesOf(index, period, data.rule);
      const named = data.inputs.map((entry) => this.facts.get(entry)).filter(Boolean);
      const isPart = this.scope === "entries";
      if (what === "period_mark" && period.kind !== "year") {
        return { marks: this.ofLessons(course.subject, period, data.student, named, rules), grade: ofThreshold(rules) };
      }
      if (what === "period_mark") {
        const sheets = (this.graded.get(`${data.student} ${course.subject}`) || []).filter((each) => this.sheets.get(each).period.kind !== "year");
        const facts = sheets.map((each) => this.results.get(`${each} ${what} ${data.student}`));
        return { marks: ofResults(isPart ? named : facts), grade: ofMean(rules.period_marks_min, rules.mean_up_from) };
      }
      const over = rules.final_over_years;
      if (over && course.grade === undefined) throw new LackingError("its class");
      if (over && over.grades.includes(course.grade)) {
        // Which marks of the years take part, and what lacks, only an archive tells.
        const marks = ofResults(named.filter((fact) => fact.what === "period_mark"));
        return { marks, grade: ofMean(1, HALVES_UP, data.lacks === undefined), isOverYears: true };
      }
      return { marks: ofResults(isPart ? named : this.finals(stream, data.student, rules)), grade: ofMean(1, rules.mean_up_from) };
    }

    // The rules that a result cites; others that were in force are reported. Raises LackingError.
    rulesOf(index, period, named) {
      const found = this.rules.find((one) => one.entry === named);
      const inForce = this.rules.findLast((one) => one.effectiveFrom <= period.ends_on);
      if (this.scope !== "entries" && (!inForce || inForce !== found)) {
        this.differs("result-rule", index, "rule", inForce ? `entry ${inForce.entry}` : "rules in force", named);
      }
      if (!found) throw new LackingError(`rules of entry ${named}`);
      return found.rules;
    }

    // The student's marks that count in the subject's lessons of a period. Raises LackingError.
    ofLessons(subject, period, who, named, rules) {
      const weights = rules.average === "weighted" ? rules.weights || {} : null;
      if (this.scope === "entries") {
        if (weights !== null) throw new LackingError("corrections of its works");
        return ofResults(named);
      }
      for (const fact of named) {
        const lesson = this.lessons.get(fact.stream);
        if (!lesson || lesson.subject === null) throw new LackingError(`the course of entry ${fact.standing}`);
      }
      const found = [];
      for (const fact of this.marks.get(`${who} ${subject}`) || []) {
        const { heldOn } = this.lessons.get(fact.stream);
        const digits = digitsOf(fact.value);
        if (heldOn < period.starts_on || heldOn > period.ends_on || !digits.length) continue;
        const work = this.works.get(`${fact.stream} ${fact.what}`);
        if (work === undefined) throw new LackingError(`the work of entry ${fact.standing}`);
        found.push({ entry: fact.standing, digits, share: shareOf(work, weights) });
      }
      return found;
    }

    // What a final mark is the mean of: nothing without a year's mark that counts.
    finals(stream, who, rules) {
      const year = this.results.get(`${stream} period_mark ${who}`);
      if (!year || !digitsOf(year.value).length) return [];
      const exam = this.results.get(`${stream} exam_result ${who}`);
      return exam && rules.final_from === "mean_of_year_and_exam" ? [year, exam] : [year];
    }

    differs(code, index, name, expected, found) {
      this.report.add(code, { file: Letopis.extracts.ENTRIES, entry: index, field: `data.${name}` }, expected, found);
    }

    // Says which results were not computed again, and what lacks for each.
    tell() {
      for (const [code, detail] of this.lacking.slice(0, LISTED_MAX)) this.report.limit(code, detail);
      if (this.lacking.length) this.report.limit("extract-results", `${this.lacking.length} of ${this.count} results`);
      if (this.overYears) this.report.limit("extract-years", `${this.overYears} of ${this.count} results`);
    }
  }

  // What marks and results rest on, by type.
  const TAKEN = {
    "class_group_opened/1": (all, _entry, data, id) => all.grades.set(id, data.grade),
    "course_opened/1": (all, _entry, data, id) =>
      all.courses.set(id, { subject: `${data.year} ${data.subject}`, grade: all.grades.get(data.class_group) }),
    "period_defined/1": (all, _entry, data, id) => all.periods.set(id, data),
    "assessment_rules_adopted/1": (all, { index }, data) =>
      all.rules.push({ entry: index, effectiveFrom: data.effective_from, rules: data.rules }),
    "lesson_recorded/1": (all, { stream }, data) => {
      const course = all.courses.get(data.course);
      all.lessons.set(stream, { heldOn: data.held_on, subject: course ? course.subject : null });
    },
    "work_recorded/1": (all, { index, stream }, data) => {
      all.works.set(`${stream} ${data.work}`, data);
      all.workAt.set(index, `${stream} ${data.work}`);
    },
    "work_corrected/1": (all, entry, data) => changedWork(all, entry, data, data.new),
    "work_annulled/1": (all, entry, data) => changedWork(all, entry, data, null),
    "mark_recorded/1": (all, { index, stream }, data) => {
      const fact = { who: data.student, stream, what: data.work, value: data.value, standing: index };
      const lesson = all.lessons.get(stream);
      all.facts.set(index, fact);
      append(all.marks, `${data.student} ${lesson ? lesson.subject : null}`, fact);
    },
    "mark_corrected/1": (all, entry, data) => all.changed(entry, data, data.new),
    "mark_annulled/1": (all, entry, data) => all.changed(entry, data, null),
    "result_sheet_opened/1": (all, { stream }, data) => {
      const [course, period] = [all.courses.get(data.course), all.periods.get(data.period)];
      all.sheets.set(stream, course && period ? { course, period } : null);
    },
    "result_corrected/1": (all, entry, data) => all.changed(entry, data, data.new),
    "result_annulled/1": (all, entry, data) => all.changed(entry, data, null),
  };

  function changedWork(all, { index }, data, value) {
    const place = all.workAt.get(data.corrects);
    if (place === undefined) return;
    all.works.set(place, value);
    all.workAt.set(index, place);
  }

  Object.assign(Letopis, { Recount });
})((globalThis.Letopis = globalThis.Letopis || {}));
