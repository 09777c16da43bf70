"use strict";
// What the school orders (events.md, "The regulation", "Rules of assessment", "Duties"), and acts that are back-dated.
(function (Letopis) {
  const { around, listOf, peopleOf, haveCommon } = Letopis;

  // The streams that are the school's own, and the day from which the last entry of each is in force.
  class Orders {
    constructor(rules) {
      this.rules = rules;
      this.days = new Map(); // stream -> its latest day
      this.versions = []; // of the regulation: {from, takesMarks, refusesMarks}
      this.assessment = []; // {from, index, rules}
    }

    regulation_adopted(stream, entry, { effective_from: from, parameters, request }) {
      this.rules.backdatings.setUp(["regulation_adopted", "", from], entry, request);
      this.follows(stream, from, "effective_from");
      this.versions.push({
        from,
        takesMarks: parameters.mark_for_absent === "flag",
        refusesMarks: parameters.unposted_homework_is_not_assigned && parameters.mark_for_unassigned_homework === "refuse",
      });
    }

    responsible_appointed(stream, entry, { person, starts_on: from, request }) {
      this.rules.backdatings.setUp(["responsible_appointed", person, from], entry, request);
      this.rules.person(person, "person", "staff");
      this.rules.accounts.checkEmployed(person, from, "person");
      this.follows(stream, from, "starts_on");
    }

    assessment_rules_adopted(stream, entry, { effective_from: from, rules }) {
      this.follows(stream, from, "effective_from");
      const found = (expected) => this.rules.find("data-field", expected, Letopis.spelt(rules), "data.rules");
      if (rules.weights && rules.average !== "weighted") found("no weights where the mean is plain");
      if (rules.final_over_years && !areInOrder(rules.final_over_years)) found("grades and earlier titles in order");
      this.assessment.push({ from, index: entry.index, rules });
    }

    // In force on a day is the last entry of the stream whose day is not later.
    rulesOn(day) {
      return this.assessment.findLast((each) => each.from <= day) || null;
    }

    takesMarksForAbsent(day) {
      const version = this.versions.findLast((each) => each.from <= day);
      return version ? version.takesMarks : this.rules.start > 0;
    }

    refusesMarksForUnassigned(day) {
      const version = this.versions.findLast((each) => each.from <= day);
      return Boolean(version) && version.refusesMarks;
    }

    // Compares with the entry before in the stream: its day is never before that one's.
    follows(stream, day, field) {
      this.rules.checkSchool(stream);
      const last = this.days.get(stream.key) || "";
      if (day < last) this.rules.find("in-force-order", `not before ${last}`, day, `data.${field}`);
      if (day > last) this.days.set(stream.key, day);
    }
  }

  function areInOrder({ first_grade: first, grades, renamed = [] }) {
    const was = renamed.map((each) => each.was);
    const isSorted = was.every((title, at) => at === 0 || Letopis.byCodePoints(was[at - 1], title) < 0);
    return Letopis.rises(grades) && isSorted && renamed.every((each) => each.was !== each.title) && grades[0] >= first;
  }

  // A school that has assigned no duty lets every teacher write.
  class Duties {
    constructor(rules) {
      this.rules = rules;
      this.held = new Map(); // person and duty -> spans
      this.neededFrom = "";
      this.isPartial = false;
    }

    duty_assigned(stream, entry, { person, duty, starts_on: startsOn, request }) {
      const { rules } = this;
      rules.person(person, "person", "teacher");
      rules.accounts.checkEmployed(person, startsOn, "person");
      this.checkStream(stream);
      const spans = listOf(this.held, `${person} ${duty}`);
      const last = spans.at(-1);
      if (last && (last.endsOn === null || startsOn <= last.endsOn)) {
        rules.find("duty", "a day after the last span of this duty", startsOn, "data.starts_on");
      }
      rules.backdatings.setUp(["duty_assigned", person, startsOn], entry, request);
      spans.push({ startsOn, endsOn: null });
      if (!this.neededFrom || startsOn < this.neededFrom) this.neededFrom = startsOn;
    }

    duty_ended(stream, entry, { person, duty, ends_on: endsOn, request }) {
      const { rules } = this;
      rules.backdatings.setUp(["duty_ended", person, endsOn], entry, request);
      rules.person(person, "person", "teacher");
      this.checkStream(stream);
      const last = (this.held.get(`${person} ${duty}`) || []).at(-1);
      if (last && last.endsOn === null) {
        rules.checkSpan(last.startsOn, endsOn, "ends_on");
        last.endsOn = endsOn;
      } else if (!stream.isPartial) {
        rules.find("duty", "a duty that the person has", duty, "data.duty");
      }
    }

    checkStream(stream) {
      this.isPartial = this.isPartial || stream.isPartial;
      this.rules.checkSchool(stream);
    }

    // Tells whether a teacher has one of these duties on a day, or needs none, or that is not known.
    includes(person, day, duties) {
      if (!this.neededFrom || day < this.neededFrom || this.isPartial) return true;
      return duties.some((duty) => Letopis.holds(this.held.get(`${person} ${duty}`) || [], day));
    }

    spansOf(person) {
      return ["journal", "substitute", "class_teacher"].flatMap((duty) => this.held.get(`${person} ${duty}`) || []);
    }
  }

  const SETUP = "backdating"; // where requests for orders of the school wait, whose acts are in streams of their own
  const ABOUT = {
    duty_assigned: "teacher", duty_ended: "teacher", responsible_appointed: "staff", timetable_set: "class", bell_schedule_set: "bells",
    days_off_declared: "year", school_day_declared: "year", calendar_entry_revoked: "year",
  };

  // Acts that change days of a closed period take two people (events.md, "Back-dating"). The terms of an act are its type
  // without version, of whom or what, and its day.
  class Backdatings {
    constructor(rules) {
      this.rules = rules;
      this.waiting = new Map(); // stream and entry -> {terms, people}
    }

    class_backdating_requested(stream, entry, data) {
      this.askAct("class_teacher_assigned", stream, entry, data);
    }

    course_backdating_requested(stream, entry, data) {
      this.askAct("teacher_assigned", stream, entry, data);
    }

    askAct(assigns, stream, entry, { what, student, teacher, day }) {
      const kind = what === assigns ? "teacher" : "student";
      const [wanted, other] = kind === "teacher" ? [teacher, student] : [student, teacher];
      if (wanted === undefined || other !== undefined) {
        this.rules.find("data-field", `a ${kind} alone`, what, "data.what");
        return;
      }
      this.rules.person(wanted, kind, kind);
      this.ask(stream.key, entry, [what, wanted, day]);
    }

    class_backdating_refused(stream, entry, { request }) {
      this.answer(stream.key, entry, request, null);
    }

    course_backdating_refused(stream, entry, { request }) {
      this.answer(stream.key, entry, request, null);
    }

    setup_backdating_requested(stream, entry, { what, bells, class_group: group, person, year, day }) {
      const { rules } = this;
      rules.checkSchool(stream);
      const wanted = ABOUT[what] || "";
      const named = [person, group, bells, year].map((id) => id !== undefined);
      const fitting = [wanted === "teacher" || wanted === "staff", wanted === "class", wanted === "bells", wanted === "year"];
      if (named.join() !== fitting.join()) {
        rules.find("data-field", wanted || "nobody and nothing", what, "data.what");
        return;
      }
      if (group !== undefined) rules.made("class", group, "class_group");
      else if (bells !== undefined) rules.made("bells", bells, "bells");
      else if (year !== undefined) rules.made("year", year, "year");
      else if (person !== undefined) rules.person(person, "person", wanted);
      this.ask(SETUP, entry, [what, group || person || bells || year || "", day]);
    }

    setup_backdating_refused(stream, entry, { request }) {
      this.rules.checkSchool(stream);
      this.answer(SETUP, entry, request, null);
    }

    // Judges an order of the school; `group`: the class of a timetable.
    setUp(terms, entry, request, group = null) {
      if (request !== undefined) {
        this.answer(SETUP, entry, request, terms);
        return;
      }
      const [what, , day] = terms;
      const { closings } = this.rules;
      const first = what === "duty_ended" ? around(day).at(-1) : day;
      const isClosed = what === "timetable_set" ? group !== null && closings.isClosedSince(group, first) : closings.isAnyClosedSince(first);
      if (isClosed) this.rules.find("backdated-alone", "an approved request", entry.actor, "actor");
    }

    // Judges an act that begins on a day, or (`ends`) one whose last day it is: that changes the days behind.
    begins(terms, stream, entry, request) {
      this.judge(terms, stream, entry, terms[2], request);
    }

    ends(terms, stream, entry, request) {
      this.judge(terms, stream, entry, around(terms[2]).at(-1), request);
    }

    judge(terms, stream, entry, first, request) {
      if (request !== undefined) {
        this.answer(stream.key, entry, request, terms);
        return;
      }
      const group = stream.key.startsWith("course/") ? stream.group : stream;
      if (group && this.rules.closings.isClosedSince(group, first)) {
        this.rules.find("backdated-alone", "an approved request", entry.actor, "actor");
      }
    }

    ask(key, entry, terms) {
      this.waiting.set(`${key} ${entry.index}`, { terms, people: peopleOf(entry) });
    }

    // Judges an answer, the act itself or (null) a refusal: to what waits, as it was asked, by a second person.
    answer(key, entry, request, done) {
      const { rules } = this;
      const asked = this.waiting.get(`${key} ${request}`);
      this.waiting.delete(`${key} ${request}`);
      if (!asked) {
        if (request >= rules.start) rules.find("request-mismatch", "a request of this stream that waits", request, "data.request");
        return;
      }
      const [was, is] = [asked.terms.join(" "), done && done.join(" ")];
      if (done !== null && was !== is) rules.find("request-mismatch", was, is, "data");
      if (haveCommon(asked.people, peopleOf(entry))) rules.find("request-same-person", "a second person", entry.actor, "actor");
    }
  }

  Letopis.ROOMS.push(["orders", Orders], ["duties", Duties], ["backdatings", Backdatings]);
})((globalThis.Letopis = globalThis.Letopis || {}));
