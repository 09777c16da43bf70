"use strict";
// Homework (events.md, "What homework says", "Homework that is checked"), certificates, cancellations, schedules and
// planned substitutions: the streams under a course's or a student's id.
(function (Letopis) {
  const { responsible, spelt, stands } = Letopis;
  const BAD = /^"(?:[12](?:\/[12])?|fail)"$/;
  const CHECK = "homework_check";

  const isPlace = (one, heldOn, number) => one.heldOn === heldOn && one.number === number;

  // What stands of one course, by the entry that stated it: each is for a lesson's place, a day and a number.
  class Places {
    constructor() {
      this.byEntry = new Map();
      this.counts = new Map();
    }

    has(heldOn, number) {
      return this.counts.get(`${heldOn} ${number}`) > 0;
    }

    add(index, one) {
      this.byEntry.set(index, one);
      this.count(one, 1);
    }

    // Takes out what an entry stated; undefined where that does not stand.
    take(index) {
      const one = this.byEntry.get(index);
      if (this.byEntry.delete(index)) this.count(one, -1);
      return one;
    }

    count({ heldOn, number }, step) {
      const place = `${heldOn} ${number}`;
      this.counts.set(place, (this.counts.get(place) || 0) + step);
    }
  }

  function placesOf(map, id) {
    if (!map.has(id)) map.set(id, new Places());
    return map.get(id);
  }
  const isBehind = (due, heldOn, number) => due.held_on > heldOn || (due.held_on === heldOn && due.number > number);

  class Homework {
    constructor(rules) {
      this.rules = rules;
      this.posted = new Map(); // course -> entry -> {heldOn, number, value}
    }

    homework_posted(stream, entry, { held_on: heldOn, number, ...said }) {
      const { rules } = this;
      const course = rules.made("course", stream.id, "course");
      const standing = placesOf(this.posted, stream.id);
      if (standing.has(heldOn, number)) rules.find("recorded-twice", "homework posted once for a lesson", `${heldOn}, ${number}`);
      rules.authors.checkPoster(course, heldOn, entry);
      this.checkSaid(course, heldOn, number, said, "data");
      standing.add(entry.index, { heldOn, number, value: spelt(said) });
    }

    homework_post_withdrawn(stream, _entry, { corrects }) {
      if (placesOf(this.posted, stream.id).take(corrects) || corrects < this.rules.start) return;
      this.rules.find("correction-cites-nothing", "what this course has posted", corrects, "data.corrects");
    }

    // Reports a lesson that takes over what was not posted for its place, or says something else.
    checkTaken(lesson, posted, value) {
      const { rules } = this;
      if (!lesson.course || posted < rules.start) return;
      const found = placesOf(this.posted, lesson.course.id).byEntry.get(posted);
      if (!found || !isPlace(found, lesson.heldOn, lesson.number)) {
        rules.find("posted-mismatch", "what is posted for this lesson", posted, "data.posted");
      } else if (found.value !== value) {
        rules.find("posted-mismatch", found.value, value, "data.posted");
      }
    }

    checkGiven(lesson, said, field) {
      this.checkSaid(lesson.course, lesson.heldOn, lesson.fact ? lesson.number : null, said, field);
    }

    // Reports homework of a place that is due before it, by two things at once, or is none and says more.
    checkSaid(course, heldOn, number, said, field) {
      const { rules } = this;
      const { due_on: dueOn, due_lesson: due, files, text } = said;
      if (dueOn === undefined && due === undefined && files === undefined) return;
      if (!text) rules.find("data-field", "no more where there is no homework", spelt(said), `${field}.text`);
      if (dueOn !== undefined && due !== undefined) rules.find("data-field", "a day or a lesson", "both", `${field}.due_lesson`);
      const digests = (files || []).map((file) => file.sha256);
      if (new Set(digests).size !== digests.length) rules.find("data-field", "each file once", digests.join(", "), `${field}.files`);
      if (number === null) return;
      if (dueOn !== undefined && dueOn <= heldOn) rules.find("due-too-early", `a day after ${heldOn}`, dueOn, `${field}.due_on`);
      if (due === undefined) return;
      if (!isBehind(due, heldOn, number)) rules.find("due-too-early", `a lesson after ${heldOn}`, due.held_on, `${field}.due_lesson`);
      this.checkDue(course, due, `${field}.due_lesson.lesson`);
    }

    // Reports a lesson that homework is due by and that is not the one at that place.
    checkDue(course, due, field) {
      const { rules } = this;
      if (due.lesson === undefined) return;
      const named = rules.made("lesson", due.lesson, field.replace(/^data\./, ""));
      if (!named || !named.fact) return;
      if (named.course !== course) rules.find("data-field", "a lesson of this course", named.key, field);
      else if (!isPlace(named, due.held_on, due.number) || !stands(named.fact)) {
        rules.find("data-field", "a standing lesson at this place", named.key, field);
      }
    }

    // Reports a named lesson where no homework is checked, and one that is no other, earlier one of the course.
    checkNamed(lesson, kind, ofLesson, field) {
      const { rules } = this;
      if (ofLesson === undefined) return;
      if (kind !== CHECK) rules.find("data-field", "a check of homework", kind, field);
      const named = rules.made("lesson", ofLesson, field.replace(/^data\./, ""));
      if (!named || named.isPartial || lesson.isPartial) return;
      if (named === lesson || named.course !== lesson.course || named.heldOn > lesson.heldOn) {
        rules.find("data-field", "another lesson of this course, held until then", ofLesson, field);
      }
    }

    // Reports a bad mark for homework that is nowhere, where the regulation of that homework's day refuses it.
    checkMark(lesson, { value, work }) {
      const { rules } = this;
      if (work.kind !== CHECK || value === null || !BAD.test(value) || rules.start) return;
      const checked = this.checkedBy(lesson, work);
      if (!checked || !rules.orders.refusesMarksForUnassigned(checked.heldOn) || this.isGiven(checked)) return;
      rules.find("mark-for-unassigned-homework", "homework that is entered", `none in ${checked.key}`);
    }

    // The lesson that a work names, or else the last that was held in the course before.
    checkedBy(lesson, work) {
      const named = work.fact.value === null ? undefined : JSON.parse(work.fact.value).of_lesson;
      if (named !== undefined) return this.rules.streams.get(`lesson/${named}`) || null;
      const before = (lesson.course ? lesson.course.lessons : []).filter(
        (other) => other !== lesson && stands(other.fact) && comparePlaces(other, lesson) < 0,
      );
      before.sort((one, other) => comparePlaces(one, other) || one.fact.first - other.fact.first);
      return before.at(-1) || null;
    }

    // Says whether a lesson has homework: with a text, or else its plan's, as that stood at the lesson's entry.
    isGiven(lesson) {
      if (stands(lesson.homework)) return Boolean(JSON.parse(lesson.homework.value).text);
      if (!stands(lesson.fact) || !lesson.course) return false;
      return this.rules.plans.hadHomework(lesson.course, JSON.parse(lesson.fact.value).plan_items || [], lesson.fact.first);
    }
  }

  const comparePlaces = (one, other) => (one.heldOn === other.heldOn ? one.number - other.number : one.heldOn < other.heldOn ? -1 : 1);

  function entriesOf(map, id) {
    if (!map.has(id)) map.set(id, new Map());
    return map.get(id);
  }

  class Certificates {
    constructor(rules) {
      this.rules = rules;
      this.standing = new Map(); // student -> entry -> certificate
      this.ids = new Set();
    }

    certificate_recorded(stream, entry, { certificate: id, starts_on: startsOn, ends_on: endsOn, code, basis }) {
      const { rules } = this;
      rules.person(stream.id, "student", "student");
      rules.checkSpan(startsOn, endsOn, "ends_on");
      const name = `${stream.id} ${id}`;
      if (this.ids.has(name)) rules.find("recorded-twice", "a certificate once", id, "data.certificate");
      this.ids.add(name);
      entriesOf(this.standing, stream.id).set(entry.index, { id, startsOn, endsOn, code, basis });
    }

    certificate_annulled(stream, _entry, { corrects }) {
      if (entriesOf(this.standing, stream.id).delete(corrects) || corrects < this.rules.start) return;
      this.rules.find("correction-cites-nothing", "a certificate of this student that stands", corrects, "data.corrects");
    }

    // Judges an absence that is recorded: what it cites, or that it says no reason where a certificate does.
    checkRecorded(lesson, person, code, cited) {
      const covering = this.covering(lesson, person);
      if (cited !== undefined) this.checkCited(covering, cited, code);
      else if (code === "absent" && covering.length) {
        this.rules.find("certificate-mismatch", `the code of certificate ${covering.at(-1).id}`, spelt(code), "data.code");
      }
    }

    // Judges a reason that is set: it has the document of the certificate that it cites.
    checkReason(lesson, person, { basis, certificate: cited, code }) {
      if (cited === undefined) return;
      const found = this.checkCited(this.covering(lesson, person), cited, code);
      if (found && found.basis !== basis) this.rules.find("certificate-mismatch", found.basis, basis || "none", "data.basis");
    }

    covering(lesson, person) {
      const all = this.standing.get(person.id);
      const day = lesson.heldOn;
      return all && day ? [...all.values()].filter((one) => one.startsOn <= day && day <= one.endsOn) : [];
    }

    checkCited(covering, cited, code) {
      const { rules } = this;
      const found = covering.find((one) => one.id === cited);
      if (!found && !rules.start) {
        rules.find("certificate-mismatch", "a certificate of this student that covers the day", cited, "data.certificate");
      } else if (found && found.code !== code) {
        rules.find("certificate-mismatch", spelt(found.code), spelt(code), "data.code");
      }
      return found || null;
    }
  }

  class Cancellations {
    constructor(rules) {
      this.rules = rules;
      this.standing = new Map(); // course -> entry -> place
    }

    lesson_cancelled(stream, entry, { held_on: heldOn, number, merged_with: mergedWith, moved_to: movedTo }) {
      const { rules } = this;
      rules.made("course", stream.id, "course");
      const standing = placesOf(this.standing, stream.id);
      if (standing.has(heldOn, number)) rules.find("recorded-twice", "one cancellation of a lesson", `${heldOn}, ${number}`);
      standing.add(entry.index, { heldOn, number });
      if (mergedWith !== undefined) {
        rules.made("course", mergedWith, "merged_with");
        if (mergedWith === stream.id) rules.find("data-field", "another course", mergedWith, "data.merged_with");
        if (movedTo !== undefined) rules.find("data-field", "moved or merged", "both", "data.merged_with");
      }
      if (movedTo && movedTo.held_on === heldOn && movedTo.number === number) {
        rules.find("data-field", "another place", spelt(movedTo), "data.moved_to");
      }
    }

    cancellation_withdrawn(stream, _entry, { corrects }) {
      if (placesOf(this.standing, stream.id).take(corrects) || corrects < this.rules.start) return;
      this.rules.find("correction-cites-nothing", "a cancellation of this course that stands", corrects, "data.corrects");
    }
  }

  // The schedule of works of a course.
  class Schedules {
    constructor(rules) {
      this.rules = rules;
      this.standing = new Map(); // course -> entry -> {plannedOn, number}
      this.ids = new Set(); // course and id of each work
    }

    work_scheduled(stream, entry, { scheduled, planned_on: plannedOn, number }) {
      const { rules } = this;
      const name = `${stream.id} ${scheduled}`;
      if (this.ids.has(name)) {
        rules.find("recorded-twice", "a work in the schedule once", scheduled, "data.scheduled");
        return;
      }
      this.ids.add(name);
      entriesOf(this.standing, stream.id).set(entry.index, { plannedOn, number });
      rules.made("course", stream.id, "course");
    }

    scheduled_work_moved(stream, entry, { corrects, planned_on: plannedOn, number }) {
      const found = this.cited(stream, corrects);
      if (found && found.plannedOn === plannedOn && found.number === number) {
        this.rules.find("correction-changes-nothing", "another day or place", plannedOn, "data.planned_on");
      }
      // Of what was planned before the range nothing else is known.
      if (found || corrects < this.rules.start) entriesOf(this.standing, stream.id).set(entry.index, { plannedOn, number });
      if (found) this.rules.made("course", stream.id, "course");
    }

    scheduled_work_cancelled(stream, _entry, { corrects }) {
      if (this.cited(stream, corrects)) this.rules.made("course", stream.id, "course");
    }

    // Takes out what stands under an index.
    cited(stream, corrects) {
      const standing = entriesOf(this.standing, stream.id);
      const found = standing.get(corrects);
      standing.delete(corrects);
      if (!found && corrects >= this.rules.start) {
        this.rules.find("correction-cites-nothing", "a work of this schedule that stands", corrects, "data.corrects");
      }
      return found || null;
    }

    // Reports a work that names what the schedule of its course never had; before a range it may have had it.
    checkNamed(lesson, scheduled, field) {
      if (!lesson.course || this.rules.start || this.ids.has(`${lesson.course.id} ${scheduled}`)) return;
      this.rules.find("reference-unknown", "a work of the course's schedule", scheduled, field);
    }
  }

  // Substitutions that are planned.
  class SubstitutionPlans {
    constructor(rules) {
      this.rules = rules;
      this.standing = new Map(); // course -> entry -> place
    }

    substitution_planned(stream, entry, { held_on: heldOn, number, absent_teacher: absent, substitute, replaces }) {
      const { rules } = this;
      const course = rules.made("course", stream.id, "course");
      rules.person(absent, "absent_teacher", "teacher");
      rules.person(substitute, "substitute", "teacher");
      rules.accounts.checkEmployed(substitute, heldOn, "substitute");
      if (replaces !== undefined) this.end(stream, replaces, "data.replaces", (one) => isPlace(one, heldOn, number));
      const standing = placesOf(this.standing, stream.id);
      if (standing.has(heldOn, number)) rules.find("recorded-twice", "one planned substitution of a lesson", `${heldOn}, ${number}`);
      standing.add(entry.index, { heldOn, number });
      if (absent === substitute) rules.find("substitution-mismatch", "another teacher", substitute, "data.substitute");
      if (!rules.duties.includes(substitute, heldOn, ["journal", "substitute"])) {
        rules.find("duty-missing", "a teacher with this duty", substitute, "data.substitute");
      }
      const ofDay = course && !course.isPartial ? responsible(course, heldOn) : absent;
      if (ofDay !== absent) rules.find("substitution-mismatch", ofDay || "nobody", absent, "data.absent_teacher");
    }

    substitution_plan_withdrawn(stream, _entry, { corrects }) {
      this.end(stream, corrects, "data.corrects", () => true);
    }

    // Lets a plan hold no more; one that is replaced was of the same place.
    end(stream, ended, field, fits) {
      const found = placesOf(this.standing, stream.id).take(ended);
      if (found ? fits(found) : ended < this.rules.start) return;
      this.rules.find("correction-cites-nothing", "a planned substitution of this course that holds", ended, field);
    }
  }

  Object.assign(Letopis, { entriesOf });
  Letopis.ROOMS.push(
    ["homework", Homework], ["certificates", Certificates], ["cancellations", Cancellations], ["schedules", Schedules],
    ["substitutionPlans", SubstitutionPlans],
  );
})((globalThis.Letopis = globalThis.Letopis || {}));
