"use strict";
// Result sheets (events.md, "Results", "Over years of study", "The council"): what a result says of itself is derived again
// from the entries before it. A range that does not begin at 0 lacks some of them; there it is not derived.
(function (Letopis) {
  const { isBeyond, kept, listOf, spelt, stands } = Letopis;
  const WEIGHT = 100;
  const HALVES_UP = 50;

  class Results {
    constructor(rules) {
      this.rules = rules;
      this.sheets = new Set(); // course and period of each
    }

    result_sheet_opened(sheet, _entry, { course: courseId, period: periodId }) {
      const { rules } = this;
      if (!rules.makes(sheet)) return;
      const course = rules.made("course", courseId, "course");
      const period = rules.made("period", periodId, "period");
      const place = `${courseId} ${periodId}`;
      if (this.sheets.has(place)) rules.find("result-sheet", "a sheet of this course and period once", sheet.key);
      this.sheets.add(place);
      if (!course || !period) return;
      Object.assign(sheet, { course, period });
      if (course.taught) course.taught.sheets.push(sheet);
      const { group } = course;
      const fits = !group || !group.grade || !period.grades.length || (period.grades.includes(group.grade) && course.year === period.year);
      if (!fits) rules.find("result-sheet", "a period of the course's class", period.key, "data.period");
    }

    period_mark_recorded(sheet, entry, data) {
      this.computed("period_mark", sheet, entry, data);
    }

    final_mark_recorded(sheet, entry, data) {
      this.checkYear(sheet);
      this.computed("final_mark", sheet, entry, data);
    }

    exam_result_recorded(sheet, entry, { student, value }) {
      this.checkYear(sheet);
      this.stand(sheet, factOf("exam_result", entry, value, this.rules.person(student, "student", "student")));
    }

    results_published(sheet, entry, { what }) {
      listOf(sheet.published, what).push(entry.index);
    }

    // What is computed.

    computed(what, sheet, entry, data) {
      const { rules } = this;
      const person = rules.person(data.student, "student", "student");
      this.checkReason(entry, data, data.lacks !== undefined || data.value !== data.computed);
      const inForce = this.rulesOf(sheet, data.rule);
      if (inForce && !rules.start && sheet.course && sheet.period) this.checkComputed(this.derive(what, sheet, person, inForce), data);
      this.stand(sheet, factOf(what, entry, data.value, person));
    }

    checkComputed(derived, data) {
      const { rules } = this;
      if (derived.inputs.join() !== data.inputs.join()) {
        rules.find("result-inputs", `the marks that stood: ${derived.inputs.join(", ") || "none"}`, spelt(data.inputs), "data.inputs");
        return;
      }
      for (const name of ["sum", "weight", "computed", "lacks"]) {
        const [wanted, found] = [textOf(derived[name]), textOf(data[name])];
        if (wanted !== found) rules.find("result-computed", wanted, found, `data.${name}`);
      }
    }

    // What a result must say: its inputs, their sum and weight, what is computed, and which grades lack.
    derive(what, sheet, person, inForce) {
      const over = what === "final_mark" ? overYearsOf(inForce, sheet) : null;
      const ofLessons = what === "period_mark" && sheet.period.kind !== "year";
      let upFrom = inForce.mean_up_from;
      let least = 1;
      let lacks;
      let marks;
      if (ofLessons) {
        marks = lessonMarks(sheet, person, inForce.average === "weighted" ? inForce.weights || {} : null);
        least = inForce.marks_min;
      } else if (what === "period_mark") {
        marks = periodMarks(sheet, person);
        least = inForce.period_marks_min;
      } else if (over) {
        const found = this.overYears(sheet, person, over);
        marks = found.marks.map((fact) => inputOf(fact, 1)).filter((each) => each.digits.length);
        upFrom = HALVES_UP;
        if (found.lacks.length) lacks = found.lacks;
      } else {
        marks = finalMarks(sheet, person, inForce.final_from === "mean_of_year_and_exam");
      }
      const sum = add(marks.flatMap(({ digits, share }) => digits.map((digit) => digit * share)));
      const weight = add(marks.map(({ digits, share }) => digits.length * share));
      const isEnough = !lacks && add(marks.map(({ digits }) => digits.length)) >= least;
      const computed = !isEnough ? "na" : ofLessons ? gradeOf(sum, weight, inForce) : rounded(sum, weight, upFrom);
      return { inputs: marks.map((each) => each.entry).sort((one, other) => one - other), sum, weight, computed, lacks };
    }

    // The rules that a result cites, which were in force on the period's last day; null where they were not.
    rulesOf(sheet, index) {
      const { rules } = this;
      if (!sheet.period || !sheet.period.endsOn || index < rules.start) return null;
      const found = rules.orders.rulesOn(sheet.period.endsOn);
      if (found && found.index === index) return found.rules;
      rules.find("result-rule", found ? `entry ${found.index}` : `no rules in force on ${sheet.period.endsOn}`, index, "data.rule");
      return null;
    }

    checkReason(entry, data, isOther) {
      const { rules } = this;
      const { _sd: digests, reason } = data;
      if (digests) rules.disclose(entry, digests, ["note"]);
      if (isOther && reason === undefined) {
        rules.find("result-reason", "a reason, where the mark is not the computed one", "none", "data.reason");
      } else if (!isOther && reason !== undefined) {
        rules.find("result-reason", "no reason, where the mark is the computed one", reason, "data.reason");
      }
      if (digests && reason === undefined) rules.find("result-reason", "no note without a reason", spelt(digests), "data._sd");
      if (reason === "other" && !digests) rules.find("correction-note-missing", "a note", "none", "data._sd");
    }

    checkYear(sheet) {
      if (sheet.period && sheet.period.kind && sheet.period.kind !== "year") this.rules.find("result-sheet", "the sheet of a year", sheet.key);
    }

    // Takes a result that stands, or stands again: the one of its kind for the student.
    stand(sheet, fact) {
      const place = `${fact.what} ${fact.who.id}`;
      const other = sheet.results.get(place);
      if (!other && fact.what === "period_mark" && sheet.course && sheet.course.taught) listOf(sheet.course.taught.graded, fact.who).push(sheet);
      if (other && other !== fact && stands(other)) {
        this.rules.find("recorded-twice", "one standing result of its kind", `entry ${other.standing} stands`);
      }
      sheet.results.set(place, fact);
      sheet.standing.set(fact.standing, fact);
    }

    // What is corrected.

    result_corrected(sheet, entry, data) {
      this.correct(sheet, entry, data);
    }

    result_annulled(sheet, entry, data) {
      this.correct(sheet, entry, data);
    }

    correct(sheet, entry, data) {
      const { rules } = this;
      rules.grounds.checkReason(entry, data);
      const fact = this.cited(sheet, data.corrects, entry.index);
      if (fact && isSettled(sheet, fact) && data.request === undefined) rules.find("correction-after-close", "an approved request", "none", "data.request");
      if (data.request !== undefined) rules.grounds.checkRequest(sheet, entry, "result", data);
      rules.grounds.checkValues(fact, data);
      if (!fact) return;
      sheet.standing.delete(fact.standing);
      Object.assign(fact, { standing: entry.index, value: data.new === null ? null : kept(data.new) });
      if (fact.value === null) sheet.standing.set(entry.index, fact);
      else this.stand(sheet, fact);
    }

    result_correction_requested(sheet, entry, data) {
      this.rules.grounds.checkReason(entry, data);
      this.rules.grounds.checkValues(this.cited(sheet, data.corrects), data);
      this.rules.grounds.ask(sheet, entry, "result", data);
    }

    result_correction_refused(sheet, entry, { request }) {
      this.rules.grounds.answer(sheet, request, entry);
    }

    // The result whose standing entry is cited; `by`: the entry that stands for it from now on.
    cited(sheet, corrects, by) {
      const fact = sheet.standing.get(corrects) || null;
      if (!fact && !isBeyond(sheet, corrects, this.rules.start, by)) {
        this.rules.find("correction-cites-nothing", "the standing entry of this sheet's result", corrects, "data.corrects");
      }
      return fact;
    }

    // Over years of study: the marks that take part, and the grades that lack.
    overYears(sheet, person, over) {
      const { setUp, journals } = this.rules;
      const { group, subject } = sheet.course;
      const titles = [...new Set([subject, ...(over.renamed || []).filter((one) => one.title === subject).map((one) => one.was)])];
      const found = { marks: [], lacks: [] };
      for (let grade = over.first_grade; grade <= group.grade; grade += 1) {
        const year = grade === group.grade ? group.year : this.yearOfStudy(person, grade, group.year);
        if (year === null) {
          found.lacks.push(grade);
          continue;
        }
        const periods = (journals.periods.get(`${year} ${grade}`) || []).filter((period) => over.marks.includes(period.kind));
        const marks = [];
        let isWhole = true;
        for (const title of titles) {
          const taught = setUp.subjects.get(`${year} ${title}`);
          const own = taught ? marksOf(taught, person, grade, over.marks) : [];
          const isOwn = grade === group.grade && title === subject;
          const wasTaught = isOwn || own.length > 0 || (taught && taught.courses.some((course) => isTaught(course, person, grade)));
          if (wasTaught && !(periods.length && periods.every((period) => own.some((mark) => isOf(mark, period))))) isWhole = false;
          marks.push(...own);
        }
        found.marks.push(...marks.map((mark) => mark.fact));
        const isAssessed = !marks.some((mark) => mark.period.kind === "year" && mark.fact.value === '"na"');
        if (!isAssessed || !isWhole) found.lacks.push(grade);
      }
      return found;
    }

    // The last year before this one in which the student was in a class of a lower grade.
    yearOfStudy(person, grade, before) {
      const { years, classes } = this.rules.setUp;
      if (!years.has(before)) return null;
      let last = null;
      for (const [year, { startsOn }] of years) {
        const isLater = startsOn < years.get(before).startsOn && (last === null || startsOn >= years.get(last).startsOn);
        if (isLater && (classes.get(`${year} ${grade}`) || []).some((group) => group.roster.has(person))) last = year;
      }
      return last;
    }
  }

  // Says whether a result was published, or its period closed behind it and not opened since.
  function isSettled({ published, period }, fact) {
    const isBehind = Boolean(period) && period.isClosed && fact.first < period.closing;
    return isBehind || (published.get(fact.what) || []).some((index) => index > fact.first);
  }

  const factOf = (what, entry, value, who) => ({ what, first: entry.index, standing: entry.index, value: kept(value), who, work: null });
  const add = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
  const textOf = (value) => (value === undefined ? "none" : String(typeof value === "object" ? spelt(value) : value));

  // Digits of a mark: two where there are two criteria, none where there are words or nothing stands.
  const DIGITS = /^"([1-5])(?:\/([1-5]))?"$/;
  function inputOf(fact, share) {
    const found = fact.value === null ? null : DIGITS.exec(fact.value);
    return { entry: fact.standing, digits: found ? found.slice(1).filter(Boolean).map(Number) : [], share };
  }

  // What a mark of a work counts; `weights` null: all alike.
  function shareOf(work, weights) {
    if (weights === null) return 1;
    if (work.fact.value === null) return 0;
    const { weight, kind } = JSON.parse(work.fact.value);
    if (weight !== undefined) return weight;
    return Object.hasOwn(weights, kind) ? weights[kind] : WEIGHT;
  }

  function lessonMarks({ course, period }, person, weights) {
    const marks = (course.taught && course.taught.marks.get(person)) || [];
    const inPeriod = ({ work }) => period.startsOn <= work.lesson.heldOn && work.lesson.heldOn <= period.endsOn;
    return marks.filter(inPeriod).map((fact) => inputOf(fact, shareOf(fact.work, weights))).filter((each) => each.digits.length);
  }

  function periodMarks({ course }, person) {
    const sheets = (course.taught && course.taught.graded.get(person)) || [];
    const others = sheets.filter((sheet) => sheet.period && sheet.period.kind !== "year");
    const facts = others.map((sheet) => sheet.results.get(`period_mark ${person.id}`)).filter(Boolean);
    return facts.map((fact) => inputOf(fact, 1)).filter((each) => each.digits.length);
  }

  // None without a year's mark that counts.
  function finalMarks(sheet, person, withExam) {
    const inputs = ["period_mark", ...(withExam ? ["exam_result"] : [])].map((what) => {
      const fact = sheet.results.get(`${what} ${person.id}`);
      return fact ? inputOf(fact, 1) : { digits: [] };
    });
    return inputs[0].digits.length ? inputs.filter((each) => each.digits.length) : [];
  }

  function overYearsOf(inForce, sheet) {
    const over = inForce.final_over_years;
    const group = sheet.course.group;
    return over && group && over.grades.includes(group.grade) ? over : null;
  }

  const isOf = ({ period }, other) => period.kind === other.kind && period.number === other.number;

  function marksOf(taught, person, grade, kinds) {
    const found = [];
    for (const sheet of taught.graded.get(person) || []) {
      const fact = sheet.results.get(`period_mark ${person.id}`);
      const { course, period } = sheet;
      if (stands(fact) && period && course.group && course.group.grade === grade && kinds.includes(period.kind)) found.push({ fact, period });
    }
    return found;
  }

  function isTaught({ group, subgroup, members }, person, grade) {
    return Boolean(group) && group.grade === grade && group.roster.has(person) && (subgroup === null || members.has(person));
  }

  // The mark of a mean: each threshold in hundredths, compared exactly.
  function gradeOf(sum, weight, inForce) {
    const reached = ["three_from", "four_from", "five_from"].filter((name) => 100 * sum >= inForce[name] * weight);
    return String(2 + reached.length);
  }

  function rounded(sum, weight, upFrom) {
    const whole = Math.floor(sum / weight);
    return String(100 * (sum - whole * weight) >= upFrom * weight ? whole + 1 : whole);
  }

  class Council {
    constructor(rules) {
      this.rules = rules;
      this.standing = new Map(); // entry -> {year, decision, students}
    }

    council_decision_recorded(stream, entry, { decision, students, replaces }) {
      const { rules } = this;
      for (const student of students) rules.person(student, "students", "student");
      rules.made("year", stream.id, "stream");
      if (!Letopis.rises(students)) rules.find("council-decision", "students once each, sorted", spelt(students), "data.students");
      if (replaces !== undefined) {
        const known = this.standing.get(replaces);
        this.standing.delete(replaces);
        if (known ? known.year !== stream.id : replaces >= rules.start) {
          rules.find("council-decision", "a decision of this year that stands", replaces, "data.replaces");
        }
      }
      this.standing.set(entry.index, { year: stream.id, decision, students });
    }

    decisionsOf(year) {
      return [...this.standing.values()].filter((one) => one.year === year);
    }
  }

  Letopis.ROOMS.push(["results", Results], ["council", Council]);
})((globalThis.Letopis = globalThis.Letopis || {}));
