"use strict";
// Closing and reopening (events.md, "Closing", "Reopening"): periods that are closed, what a closing commits to, and the two
// people who open a period or a class's journal again.
(function (Letopis) {
  const { haveCommon, listOf, peopleOf } = Letopis;
  const REOPENINGS_MAX = 9;

  class Closings {
    constructor(rules) {
      this.rules = rules;
      this.closed = new Map(); // year and grade -> closed periods
    }

    spansOf(group) {
      return this.closed.get(`${group.year} ${group.grade}`) || [];
    }

    // Says whether a lesson is in a period that is closed.
    holds({ course, heldOn }) {
      return Boolean(course && course.group) && this.spansOf(course.group).some((one) => one.startsOn <= heldOn && heldOn <= one.endsOn);
    }

    // Says whether a period, of a class or of any, that ends on a day or later is closed.
    isClosedSince(group, day) {
      return this.spansOf(group).some((one) => day <= one.endsOn);
    }

    isAnyClosedSince(day) {
      return [...this.closed.values()].some((spans) => spans.some((one) => day <= one.endsOn));
    }

    period_closed(period, entry, { streams, root }) {
      const { rules } = this;
      if (!period.grades.length) return;
      if (period.isClosed) {
        rules.find("closing-mismatch", "one closing of a period, or a reopening between two", period.key);
        return;
      }
      Object.assign(period, { isClosed: true, closing: entry.index });
      for (const grade of period.grades) listOf(this.closed, `${period.year} ${grade}`).push(period);
      const lessons = this.lessonsOf(period);
      for (const lesson of lessons) lesson.isClosed = true;
      if (rules.start) return;
      lessons.sort((one, other) => (one.key < other.key ? -1 : 1));
      const tree = new Letopis.Edge();
      for (const { key, version, last } of lessons) {
        const leaf = Letopis.bytesOf(JSON.stringify([key, version, last]));
        tree.add(Letopis.leafHash(leaf, 0, leaf.length));
      }
      if (streams !== lessons.length) rules.find("closing-mismatch", lessons.length, streams, "data.streams");
      const derived = Letopis.toHex(tree.root());
      if (derived !== root) rules.find("closing-mismatch", derived, root, "data.root");
    }

    // In one step, as logs from before *Reopening* have it.
    period_reopened(period, entry, data) {
      this.rules.reopenings.alone(entry, data);
      if (period.grades.length && this.checkClosed(period)) this.openAgain(period);
    }

    // Lets a closed period take entries; a lesson stays closed that another closed period holds.
    openAgain(period) {
      if (period.reopenings >= REOPENINGS_MAX) {
        this.rules.find("period-not-closed", `at most ${REOPENINGS_MAX} reopenings`, "one more");
        return;
      }
      period.isClosed = false;
      period.reopenings += 1;
      for (const grade of period.grades) {
        const spans = this.closed.get(`${period.year} ${grade}`);
        spans.splice(spans.indexOf(period), 1);
      }
      for (const lesson of this.lessonsOf(period)) lesson.isClosed = this.holds(lesson);
    }

    period_attested(period, entry, { size }) {
      if (!period.grades.length || !this.checkClosed(period)) return;
      if (size <= period.closing || size > entry.index) {
        this.rules.find("attestation-size", `from ${period.closing + 1} to ${entry.index}`, size, "data.size");
      }
    }

    // Says whether a period is closed; reports where it is not.
    checkClosed(period) {
      if (!period.isClosed && !period.isPartial) this.rules.find("period-not-closed", "a closed period", period.key);
      return period.isClosed;
    }

    lessonsOf(period) {
      const { byGrade } = this.rules.lessons;
      const lessons = period.grades.flatMap((grade) => byGrade.get(`${period.year} ${grade}`) || []);
      return lessons.filter(({ heldOn }) => period.startsOn <= heldOn && heldOn <= period.endsOn);
    }
  }

  class Reopenings {
    constructor(rules) {
      this.rules = rules;
      this.isAskedFor = false;
    }

    // Judges a reopening in one step: of a log from before, with a reason, at the request of another employee.
    alone(entry, data) {
      const { rules } = this;
      if (this.isAskedFor) rules.find("reopened-alone", "a request and another's approval", entry.actor, "type");
      this.note(entry, data);
      rules.employee(data.requested_by, "requested_by");
      if (peopleOf(entry).includes(data.requested_by)) rules.find("request-same-person", "a second person", entry.actor, "actor");
    }

    period_reopening_requested(period, entry, data) {
      this.ask(period, entry, data, this.rules.closings);
    }

    period_reopening_approved(period, entry, { request }) {
      const { closings } = this.rules;
      this.answer(period, entry, request);
      if (period.grades.length && closings.checkClosed(period)) closings.openAgain(period);
    }

    period_reopening_refused(period, entry, { request }) {
      this.answer(period, entry, request);
    }

    journal_reopening_requested(group, entry, data) {
      this.ask(group, entry, data, this.rules.journals);
    }

    journal_reopening_approved(group, entry, { request }) {
      const { journals } = this.rules;
      this.answer(group, entry, request);
      if (journals.checkClosed(group)) journals.openAgain(group);
    }

    journal_reopening_refused(group, entry, { request }) {
      this.answer(group, entry, request);
    }

    // Takes a request to open what is closed; `room` says whether it is.
    ask(stream, entry, data, room) {
      this.isAskedFor = true;
      this.note(entry, data);
      room.checkClosed(stream);
      if (stream.asked) this.rules.find("reopening-waits", "an answer to the request before", stream.asked.index);
      stream.asked = { index: entry.index, people: peopleOf(entry) };
    }

    // Judges an answer: to the request that waits, which waits no more, by a second person.
    answer(stream, entry, request) {
      const { rules } = this;
      const { asked } = stream;
      stream.asked = null;
      if (!asked || asked.index !== request) {
        if (request >= rules.start) rules.find("request-mismatch", "a request of this stream that waits", request, "data.request");
      } else if (haveCommon(asked.people, peopleOf(entry))) {
        rules.find("request-same-person", "a second person", entry.actor, "actor");
      }
    }

    note(entry, data) {
      if (!data._sd && data.reason === "other") this.rules.find("correction-note-missing", "a note", "none", "data._sd");
      this.rules.note(entry, data);
    }
  }

  Letopis.ROOMS.push(["closings", Closings], ["reopenings", Reopenings]);
  Object.assign(Letopis, { REOPENINGS_MAX });
})((globalThis.Letopis = globalThis.Letopis || {}));
