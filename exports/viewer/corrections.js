"use strict";
// Corrections (events.md, "Corrections"): what a correction cites, on what it rests, and who answers a request.
(function (Letopis) {
  const { haveCommon, kept, peopleOf, rests, slotsOf, spelt, stands } = Letopis;
  const REQUEST_FIELDS = ["_sd", "basis", "corrects", "new", "old", "reason"];

  // A field as a request and its answer are compared in it; null where it is absent.
  function fieldOf(data, name) {
    if (!Object.hasOwn(data, name)) return null;
    return name === "basis" || name === "reason" ? data[name] : spelt(data[name]);
  }

  // A fact that a range does not hold is cited: `by` stands for it from now on (undefined: no other entry does).
  function isBeyond(stream, corrects, start, by) {
    if (corrects >= start && !(stream.beyond && stream.beyond.has(corrects))) return false;
    if (by !== undefined) rests(stream, by);
    return true;
  }

  // The rules that corrections of lessons and of results share.
  class Grounds {
    constructor(rules) {
      this.rules = rules;
    }

    // Compares what stands with a reason, and matches its note.
    checkReason(entry, { _sd: digests, basis, reason, request }) {
      const { rules } = this;
      if (digests) rules.disclose(entry, digests, ["note"], request !== undefined);
      else if (reason === "other") rules.find("correction-note-missing", "a note", "none", "data._sd");
      if (request !== undefined && basis === undefined) {
        rules.find("data-field", "a basis, where there is a request", "missing", "data.basis");
      }
    }

    ask(stream, entry, what, data) {
      stream.requests = stream.requests || new Map();
      const fields = REQUEST_FIELDS.map((name) => fieldOf(data, name));
      stream.requests.set(entry.index, { people: peopleOf(entry), what, fields, isAnswered: false });
    }

    // The request that an entry answers, once, by a second person.
    answer(stream, request, entry) {
      const { rules } = this;
      const asked = stream.requests && stream.requests.get(request);
      if (!asked) {
        if (request >= rules.start) rules.find("request-mismatch", "a request of this stream", request, "data.request");
        return null;
      }
      if (asked.isAnswered) rules.find("request-answered", "one answer", request, "data.request");
      if (haveCommon(asked.people, peopleOf(entry))) rules.find("request-same-person", "a second person", entry.actor, "actor");
      asked.isAnswered = true;
      return asked;
    }

    // Compares a correction with the request that it answers.
    checkRequest(stream, entry, what, data) {
      const asked = this.answer(stream, data.request, entry);
      if (!asked) return;
      if (asked.what !== what) this.rules.find("request-mismatch", asked.what, what, "type");
      for (const [at, name] of REQUEST_FIELDS.entries()) {
        const found = fieldOf(data, name);
        if (asked.fields[at] !== found) this.rules.find("request-mismatch", asked.fields[at] || "none", found || "none", `data.${name}`);
      }
    }

    // Compares the value that a correction says stood; `new` is another (of an absence's reason it is called `code`).
    checkValues(fact, data, name = "new") {
      const [old, fresh] = [spelt(data.old), spelt(data.new)];
      const stood = fact && (fact.value === null ? "null" : fact.value);
      if (fact && stood !== old) this.rules.find("correction-old-value", stood, old, "data.old");
      if (fresh === old) {
        this.rules.find("correction-changes-nothing", `another ${name === "new" ? "value" : name}`, fresh, `data.${name}`);
      }
    }
  }

  class LessonCorrections {
    constructor(rules) {
      this.rules = rules;
      for (const what of Object.keys(Letopis.VALUES)) {
        for (const verb of ["corrected", "annulled"]) {
          const type = `${what}_${verb}/1`;
          if (Letopis.EVENTS.has(type)) rules.handlers.set(type, (lesson, entry, data) => this.correct(what, lesson, entry, data));
        }
      }
    }

    correct(what, lesson, entry, data) {
      const { rules } = this;
      rules.grounds.checkReason(entry, data);
      if (data.request === undefined) {
        if (lesson.isClosed) rules.find("correction-after-close", "an approved request", "none", "data.request");
        rules.authors.checkCorrection(lesson, entry);
      } else {
        rules.grounds.checkRequest(lesson, entry, what, data);
      }
      const fact = this.cited(lesson, what, data.corrects, entry.index);
      rules.grounds.checkValues(fact, data);
      if (what === "substitution" && lesson.fact && lesson.fact.value === null) {
        rules.find("recorded-on-annulled", "a standing lesson", lesson.key);
      }
      if (fact) this.change(lesson, fact, entry.index, data.new);
    }

    absence_reason_set(lesson, entry, { absence, basis, certificate, code }) {
      const { rules } = this;
      if (lesson.isClosed) rules.find("recorded-after-close", "an open period", lesson.heldOn);
      if (certificate === undefined) rules.authors.checkReason(lesson, entry);
      const fact = this.cited(lesson, "absence", absence, entry.index);
      rules.grounds.checkValues(fact, { old: "absent", new: code }, "code");
      if (!fact) return;
      if (fact.who) rules.certificates.checkReason(lesson, fact.who, { basis, certificate, code });
      this.change(lesson, fact, entry.index, code);
    }

    correction_requested(lesson, entry, data) {
      const { rules } = this;
      rules.grounds.checkReason(entry, data);
      const { what } = data;
      for (const name of ["old", "new"]) {
        const isNone = data[name] === null && what !== "substitution";
        if (!isNone && !Letopis.VALUES[what](data[name])) rules.find("data-field", `a value of ${what}`, spelt(data[name]), `data.${name}`);
      }
      rules.grounds.checkValues(this.cited(lesson, what, data.corrects), data);
      rules.grounds.ask(lesson, entry, what, data);
    }

    correction_refused(lesson, entry, { request }) {
      this.rules.grounds.answer(lesson, request, entry);
    }

    // The fact whose standing entry is cited; `by`: the entry that stands for it from now on.
    cited(lesson, what, corrects, by) {
      const { rules } = this;
      if (!lesson.byStanding) lesson.byStanding = new Map(factsOf(lesson).map((fact) => [fact.standing, fact]));
      const fact = lesson.byStanding.get(corrects);
      if (!fact && isBeyond(lesson, corrects, rules.start, by)) return null;
      if (fact && fact.what === what) return fact;
      rules.find("correction-cites-nothing", `the standing entry of this lesson's ${what}`, corrects, "data.corrects");
      return null;
    }

    // Lets another value stand, and keeps the counts of what stands.
    change(lesson, fact, index, value) {
      const { rules } = this;
      lesson.byStanding.delete(fact.standing);
      lesson.byStanding.set(index, fact);
      const step = (value !== null) - (fact.value !== null);
      fact.standing = index;
      fact.value = value === null ? null : isScalar(value) ? kept(value) : spelt(value);
      if (step < 0 && fact.what === "lesson") {
        if (lesson.inUse) rules.find("annulled-while-in-use", "nothing else standing in the lesson", `${lesson.inUse} facts`);
      } else if (step && fact.what !== "lesson") {
        this.stand(lesson, fact, step);
      }
      this.changed(lesson, fact, value);
    }

    // Counts a fact that stands again (step 1) or no more (step -1).
    stand(lesson, fact, step) {
      const { rules } = this;
      const { what, work, who } = fact;
      lesson.inUse += step;
      if (step > 0) {
        if (lesson.fact && lesson.fact.value === null) rules.find("recorded-on-annulled", "a standing lesson", lesson.key);
        if (what !== "work") rules.lessons.checkSlot(lesson, fact);
      }
      if (what === "absence") lesson.absent += step;
      else if (what === "mark") work.standingMarks += step;
      else if (what === "make_up") this.standMakeUp(lesson, fact, step);
      else if (what === "work" && step < 0 && (work.standingMarks || work.standingMakeUps)) {
        const stand = `${work.standingMarks} marks, ${work.standingMakeUps} make-ups`;
        rules.find("annulled-while-in-use", "no mark and no make-up standing for the work", stand);
      }
      if (step > 0 && who) slotsOf(work || lesson, { mark: "marks", make_up: "makeUps" }[what] || what).set(who, fact);
      else if (step > 0 && what === "homework") lesson.homework = fact;
    }

    standMakeUp(lesson, { work, who }, step) {
      work.standingMakeUps += step;
      const mark = work.marks.get(who);
      if (step < 0 && stands(mark)) this.rules.lessons.checkPresent(lesson, mark);
    }

    // Judges the value that stands now.
    changed(lesson, fact, value) {
      const { rules } = this;
      if (fact.what === "mark" && value !== null) rules.homework.checkMark(lesson, fact);
      if (value === null) return;
      if (fact.what === "lesson") {
        lesson.number = value.number;
        rules.checkSpan(value.starts_at, value.ends_at, "new");
        rules.plans.checkCovered(lesson, value.plan_items || [], "data.new");
      } else if (fact.what === "work") {
        rules.homework.checkNamed(lesson, value.kind, value.of_lesson, "data.new.of_lesson");
        fact.work.kind = value.kind;
        rules.lessons.checkWork(lesson, value, "data.new", "data.new");
      } else if (fact.what === "make_up") {
        rules.lessons.checkLater(lesson, value, "data.new");
      } else if (fact.what === "homework") {
        rules.homework.checkGiven(lesson, value, "data.new");
      }
    }
  }

  const isScalar = (value) => typeof value !== "object";

  // All facts of a lesson: listed when a first correction asks, as most lessons have none.
  function factsOf(lesson) {
    const works = [...lesson.works.values()].flatMap(({ fact, marks, makeUps }) => [fact, ...marks.values(), ...makeUps.values()]);
    const slots = ["absence", "lateness", "early_leave"].flatMap((name) => [...lesson[name].values()]);
    return [lesson.fact, lesson.substitution, lesson.homework, ...slots, ...works].filter(Boolean);
  }

  Object.assign(Letopis, { isBeyond });
  Letopis.ROOMS.push(["grounds", Grounds], ["lessonCorrections", LessonCorrections]);
})((globalThis.Letopis = globalThis.Letopis || {}));
