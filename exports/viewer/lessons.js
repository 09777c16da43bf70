"use strict";
// A lesson's stream (events.md, "A lesson", "Who records", "Substitutions"): what is recorded in it, and by whom.
(function (Letopis) {
  const { around, listOf, spelt } = Letopis;
  const NONE = new Map(); // of a lesson without any of a kind; never written to

  // What stands in a lesson. `by`: its teacher's id; `others`: who else recorded there; `inUse`: how many facts stand but the
  // lesson and its substitution, `absent`: how many absences.
  const freshLesson = (stream) =>
    Object.assign(stream, {
      course: null, teacher: null, by: "", others: null, heldOn: "", number: 0, isTaken: false, isClosed: false, fact: null, substitution: null,
      homework: null, works: NONE, absence: NONE, lateness: NONE, early_leave: NONE, inUse: 0, absent: 0, byStanding: null, requests: null,
      beyond: null,
    });

  // A fact: the entry that first stated it, its standing entry and value (canonical JSON; null: annulled), whose, of which work.
  const factOf = (what, index, value, who = null, work = null) => ({ what, first: index, standing: index, value, who, work });

  function slotsOf(holder, name) {
    if (holder[name] === NONE) holder[name] = new Map();
    return holder[name];
  }

  // Values of marks and absences are few: one string of each.
  const KEPT = new Map();
  function kept(value) {
    const text = JSON.stringify(value);
    if (!KEPT.has(text)) KEPT.set(text, text);
    return KEPT.get(text);
  }

  const stands = (fact) => Boolean(fact) && fact.value !== null;

  class Lessons {
    constructor(rules) {
      this.rules = rules;
      this.byGrade = new Map(); // year and grade -> lessons
      this.attendanceDue = [];
    }

    lesson_recorded(lesson, entry, data) {
      const { rules } = this;
      if (!rules.makes(lesson)) return;
      const { course: courseId, teacher, held_on: heldOn, number, starts_at, ends_at, topic, plan_items: planItems } = data;
      const covered = planItems === undefined ? {} : { plan_items: planItems };
      lesson.fact = factOf("lesson", entry.index, spelt({ ends_at, number, ...covered, starts_at, topic }));
      Object.assign(lesson, { heldOn, number, isTaken: data.attendance === "taken", by: teacher });
      rules.checkSpan(starts_at, ends_at, "ends_at");
      lesson.teacher = rules.person(teacher, "teacher", "teacher");
      rules.authors.checkRecorded(lesson, entry);
      const course = rules.made("course", courseId, "course");
      if (course) {
        lesson.course = course;
        course.lessons.push(lesson);
        if (course.group) listOf(this.byGrade, `${course.group.year} ${course.group.grade}`).push(lesson);
        if (rules.closings.holds(lesson)) {
          lesson.isClosed = true;
          rules.find("recorded-after-close", "an open period", heldOn, "data.held_on");
        }
      }
      if (planItems !== undefined) rules.plans.checkCovered(lesson, planItems, "data.plan_items");
      rules.substitutions.lessonRecorded(lesson);
    }

    attendance_taken(lesson, entry, { absent }) {
      const { rules } = this;
      this.checkOpen(lesson, entry);
      if (!lesson.fact) return;
      if (lesson.isTaken) rules.find("attendance", "attendance taken once, where the lesson says not_taken", "taken again");
      lesson.isTaken = true;
      this.attendanceDue.push({ lesson, absent, place: rules.place() });
    }

    // Compares the numbers of absent students that a command stated with what stands after it.
    settleAttendance() {
      for (const { lesson, absent, place } of this.attendanceDue) {
        if (lesson.absent !== absent) this.rules.report.add("attendance", place, `${lesson.absent} absent`, absent);
      }
      this.attendanceDue = [];
    }

    absence_recorded(lesson, entry, { student, code, certificate }) {
      const { rules } = this;
      this.checkOpen(lesson, entry);
      const person = rules.person(student, "student", "student");
      rules.setUp.checkMember(lesson, person);
      rules.certificates.checkRecorded(lesson, person, code, certificate);
      const fact = factOf("absence", entry.index, kept(code), person);
      this.checkSlot(lesson, fact);
      slotsOf(lesson, "absence").set(person, fact);
      lesson.absent += 1;
      this.added(lesson, fact);
    }

    lateness_recorded(lesson, entry, { student, minutes }) {
      this.checkOpen(lesson, entry);
      const person = this.rules.person(student, "student", "student");
      this.rules.setUp.checkMember(lesson, person);
      this.takeSlot(lesson, factOf("lateness", entry.index, kept(minutes), person));
    }

    early_leave_recorded(lesson, entry, { student, minutes }) {
      this.checkOpen(lesson, entry);
      this.takeSlot(lesson, factOf("early_leave", entry.index, kept(minutes), this.rules.person(student, "student", "student")));
    }

    takeSlot(lesson, fact) {
      this.checkSlot(lesson, fact);
      slotsOf(lesson, fact.what).set(fact.who, fact);
      this.added(lesson, fact);
    }

    homework_assigned(lesson, entry, { posted, ...said }) {
      const { rules } = this;
      this.checkOpen(lesson, entry);
      const fact = factOf("homework", entry.index, spelt(said));
      rules.homework.checkGiven(lesson, said, "data");
      if (posted !== undefined) rules.homework.checkTaken(lesson, posted, fact.value);
      this.checkSlot(lesson, fact);
      lesson.homework = fact;
      this.added(lesson, fact);
    }

    work_recorded(lesson, entry, { work: id, ...value }) {
      const { rules } = this;
      this.checkOpen(lesson, entry);
      if (lesson.works.has(id)) {
        rules.find("recorded-twice", "a work once", id, "data.work");
        return;
      }
      rules.homework.checkNamed(lesson, value.kind, value.of_lesson, "data.of_lesson");
      const fact = factOf("work", entry.index, spelt(value));
      fact.work = { id, lesson, fact, kind: value.kind, marks: NONE, makeUps: NONE, standingMarks: 0, standingMakeUps: 0 };
      slotsOf(lesson, "works").set(id, fact.work);
      this.added(lesson, fact);
      this.checkWork(lesson, value, "data.ends_on", "data.scheduled");
    }

    make_up_recorded(lesson, entry, { student, work: id, made_up_on: day }) {
      const { person, work } = this.cellOf(lesson, entry, student, id);
      if (!work) return;
      const fact = factOf("make_up", entry.index, kept(day), person, work);
      this.checkSlot(lesson, fact);
      slotsOf(work, "makeUps").set(person, fact);
      work.standingMakeUps += 1;
      this.added(lesson, fact);
      this.checkLater(lesson, day, "data.made_up_on");
    }

    mark_recorded(lesson, entry, { student, work: id, value }) {
      const { rules } = this;
      const { person, work } = this.cellOf(lesson, entry, student, id);
      if (!work) return;
      const fact = factOf("mark", entry.index, kept(value), person, work);
      this.checkSlot(lesson, fact);
      rules.homework.checkMark(lesson, fact);
      slotsOf(work, "marks").set(person, fact);
      work.standingMarks += 1;
      this.added(lesson, fact);
      if (lesson.course && lesson.course.taught) listOf(lesson.course.taught.marks, person).push(fact);
    }

    // Whose an entry is and of which work, in a lesson that is open; in a range that begins later the work may be unknown.
    cellOf(lesson, entry, student, id) {
      this.checkOpen(lesson, entry);
      const person = this.rules.person(student, "student", "student");
      const work = this.workOf(lesson, id, entry.index);
      if (work) this.rules.setUp.checkMember(lesson, person);
      return { person, work };
    }

    // The work that an entry names; in a range that begins later it may be unknown.
    workOf(lesson, id, index) {
      const work = lesson.works.get(id);
      if (!work && lesson.isPartial) rests(lesson, index);
      else if (!work) this.rules.find("reference-unknown", "a work of this lesson", id, "data.work");
      return work || null;
    }

    added(lesson, fact) {
      if (fact.what !== "substitution") lesson.inUse += 1;
      if (lesson.byStanding) lesson.byStanding.set(fact.standing, fact);
    }

    // Reports who may not record in a lesson, and one that takes nothing new: never recorded, annulled, closed.
    checkOpen(lesson, entry) {
      const { rules } = this;
      rules.authors.checkLesson(lesson, entry);
      if (!lesson.fact) {
        if (!lesson.isPartial) rules.find("reference-unknown", "lesson_recorded/1 first", lesson.key);
      } else if (lesson.fact.value === null) {
        rules.find("recorded-on-annulled", "a standing lesson", lesson.key);
      }
      if (lesson.isClosed) rules.find("recorded-after-close", "an open period", lesson.heldOn);
    }

    // Reports a fact that stands beside another which excludes it.
    checkSlot(lesson, fact) {
      const { rules } = this;
      const { who, work, what } = fact;
      let other = null;
      let excluded = [];
      if (work && who) {
        other = work[what === "make_up" ? "makeUps" : "marks"].get(who);
        if (work.fact.value === null) rules.find("recorded-on-annulled", "a standing work", work.id);
      } else if (what === "homework") {
        other = lesson.homework;
      } else if (who) {
        other = lesson[what].get(who);
        excluded = (what === "absence" ? ["lateness", "early_leave"] : ["absence"]).map((name) => lesson[name].get(who));
      }
      if (who) this.checkPresent(lesson, fact);
      if (other && other !== fact && stands(other)) rules.find("recorded-twice", `one standing ${what}`, `entry ${other.standing} stands`);
      for (const one of excluded) {
        if (stands(one)) rules.find("absence-and-lateness", "one of the two", `entry ${one.standing} stands`);
      }
    }

    // Reports a mark beside an absence that the regulation of the lesson's day, as known by now, does not take.
    checkPresent(lesson, { what, who, work }) {
      let others = [];
      if (what === "mark") others = isMadeUp(work, who) ? [] : [lesson.absence.get(who)];
      else if (what === "absence") others = [...lesson.works.values()].filter((each) => !isMadeUp(each, who)).map((each) => each.marks.get(who));
      const standing = others.find(stands);
      if (standing && !this.rules.orders.takesMarksForAbsent(lesson.heldOn)) {
        this.rules.find("mark-for-absent", "a regulation that takes it", `entry ${standing.standing} stands`);
      }
    }

    // Reports a last day of a work that is not written or not after the lesson's, and a work that is in no schedule.
    checkWork(lesson, value, endsOn, scheduled) {
      if (value.ends_on !== undefined) {
        if (!value.written) this.rules.find("data-field", "no last day of a work that is not written", value.ends_on, endsOn);
        this.checkLater(lesson, value.ends_on, endsOn);
      }
      if (value.scheduled !== undefined) this.rules.schedules.checkNamed(lesson, value.scheduled, scheduled);
    }

    checkLater(lesson, day, field) {
      if (lesson.heldOn && day <= lesson.heldOn) this.rules.find("data-field", `a day after ${lesson.heldOn}`, day, field);
    }
  }

  // A student's own day for a work stands: then a mark for it may stand beside the absence.
  const isMadeUp = (work, who) => stands(work.makeUps.get(who));

  // An entry stands for a fact of which too much was said before the range.
  function rests(stream, index) {
    stream.beyond = stream.beyond || new Set();
    stream.beyond.add(index);
  }

  // Who may have made an entry in a lesson, or posted homework.
  class Authors {
    constructor(rules) {
      this.rules = rules;
    }

    checkRecorded(lesson, entry) {
      if (lesson.by && lesson.by !== authorOf(entry)) this.find("the lesson's teacher", entry);
    }

    checkLesson(lesson, entry) {
      const author = authorOf(entry);
      if (lesson.by === author) return;
      if (lesson.by && !this.may(lesson.course, entry)) {
        this.find("the lesson's or the course's teacher", entry);
        return;
      }
      lesson.others = lesson.others || new Set();
      lesson.others.add(author);
    }

    // A correction without a request is also by who recorded something in the lesson.
    checkCorrection(lesson, entry) {
      if (!lesson.others || !lesson.others.has(authorOf(entry))) this.checkLesson(lesson, entry);
    }

    // An absence's reason is also by the class teacher.
    checkReason(lesson, entry) {
      const group = lesson.course && lesson.course.group;
      if (!group || !this.has(group, entry)) this.checkCorrection(lesson, entry);
    }

    checkPoster(course, heldOn, entry) {
      if (course && !course.isPartial && !this.may(course, entry, heldOn)) this.find("the course's teacher", entry);
    }

    may(course, entry, ...more) {
      return !course || course.isPartial || this.has(course, entry, ...more);
    }

    // Whether who records has the course, or the class, on the entry's day, beside it, or on more days.
    has(stream, entry, ...more) {
      const author = authorOf(entry);
      return [...around(entry.at.slice(0, 10)), ...more].some((day) => responsible(stream, day) === author);
    }

    find(expected, entry) {
      this.rules.find("recorded-by-another", expected, entry.actor, "actor");
    }
  }

  // Whose an entry is: for whom somebody made it, else who acted.
  const authorOf = (entry) => (entry.behalf === undefined ? entry.actor : entry.behalf);

  // The teacher of a course, or of a class, by the latest assignment up to a day, of two with one first day the later; null
  // before any.
  function responsible(stream, day) {
    let found = null;
    for (const one of stream.assignments) if (one.startsOn <= day && (!found || one.startsOn >= found.startsOn)) found = one;
    return found && found.teacher;
  }

  // The lesson recorded last, while its substitution may follow (events.md, "Substitutions").
  class Substitutions {
    constructor(rules) {
      this.rules = rules;
      this.fresh = null;
      this.responsible = null;
      this.freshPlace = {};
    }

    lessonRecorded(lesson) {
      const { rules } = this;
      const { course } = lesson;
      Object.assign(this, { fresh: lesson, responsible: null });
      if (!course || course.isPartial) return;
      this.responsible = responsible(course, lesson.heldOn);
      if (this.responsible === null) {
        rules.find("nobody-responsible", "a responsible teacher of the day", "none", "data.held_on");
        return;
      }
      this.freshPlace = rules.place();
      const duties = this.isOwn(lesson) ? ["journal"] : ["journal", "substitute"];
      if (!rules.duties.includes(lesson.teacher.id, lesson.heldOn, duties)) {
        rules.find("duty-missing", "a teacher with this duty", lesson.teacher.id, "data.teacher");
      }
    }

    // Reports a substitute's lesson that something else, or nothing, stands behind.
    settle() {
      const lesson = this.fresh;
      if (lesson === null) return;
      this.fresh = null;
      if (this.responsible !== null && !this.isOwn(lesson)) {
        this.rules.report.add("substitution-missing", this.freshPlace, "substitution_recorded/1", "none");
      }
    }

    substitution_recorded(lesson, entry, { absent_teacher: absent, ...value }) {
      const { rules } = this;
      const person = rules.person(absent, "absent_teacher", "teacher");
      rules.authors.checkRecorded(lesson, entry);
      if (this.fresh === lesson) {
        this.checkAbsent(lesson, person);
        this.fresh = null;
      } else {
        this.settle();
        if (!lesson.isPartial) rules.find("substitution-mismatch", "lesson_recorded/1 just before", lesson.key);
      }
      lesson.substitution = factOf("substitution", entry.index, spelt(value), person);
      rules.lessons.added(lesson, lesson.substitution);
    }

    checkAbsent(lesson, person) {
      if (this.responsible === null) return;
      if (this.isOwn(lesson)) {
        this.rules.find("substitution-mismatch", "no substitution of the responsible teacher", "substitution_recorded/1");
      } else if (person.id !== this.responsible) {
        this.rules.find("substitution-mismatch", this.responsible, person.id, "data.absent_teacher");
      }
    }

    isOwn(lesson) {
      return lesson.teacher !== null && lesson.teacher.id === this.responsible;
    }
  }

  Object.assign(Letopis, { freshLesson, kept, responsible, rests, slotsOf, stands });
  Letopis.ROOMS.push(["lessons", Lessons], ["authors", Authors], ["substitutions", Substitutions]);
})((globalThis.Letopis = globalThis.Letopis || {}));
