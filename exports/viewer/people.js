"use strict";
// People's data (events.md): guardians, notices and their answers, consents to delivery, refusals; incidents and excuses.
// Of a stream that began before the range not all is known: what would need it is not judged.
(function (Letopis) {
  const { peopleOf, spelt, stands } = Letopis;

  class PersonalData {
    constructor(rules) {
      this.rules = rules;
      this.records = new Map(); // stream -> what it says so far
      this.refreshes = new Map(); // year -> first day of its refresh
    }

    // The record of a stream's person, who must be registered as this kind.
    recordOf(stream, kind = "") {
      if (kind && stream.kind !== kind && !stream.isPartial) this.rules.find("person-kind", kind, stream.kind, "stream");
      if (!this.records.has(stream.key)) {
        const empty = { guardians: new Set(), notices: new Map(), refreshed: new Set(), consents: new Map(), refusals: new Map() };
        this.records.set(stream.key, empty);
      }
      return this.records.get(stream.key);
    }

    guardian_linked(stream, _entry, { guardian }) {
      const record = this.recordOf(stream, "student");
      this.rules.person(guardian, "guardian", "guardian");
      if (record.guardians.has(guardian)) this.rules.find("guardian-link", "one link until it is ended", guardian, "data.guardian");
      record.guardians.add(guardian);
    }

    // Ends a link, and the consents that rest on it.
    guardian_unlinked(stream, _entry, { guardian }) {
      const record = this.recordOf(stream, "student");
      this.rules.person(guardian, "guardian", "guardian");
      if (!record.guardians.delete(guardian) && !stream.isPartial) {
        this.rules.find("guardian-link", "a guardian of this student", guardian, "data.guardian");
      }
      const other = this.records.get(`person/${guardian}`);
      for (const consent of other ? other.consents.values() : []) if (consent.student === stream.id) consent.isStanding = false;
    }

    // Compares with the links of the student that an entry of a guardian names.
    checkLinked(guardian, student) {
      const { rules } = this;
      const who = rules.person(student, "student", "student");
      const stream = rules.streams.get(`person/${student}`);
      const record = this.records.get(`person/${student}`);
      if ((record && record.guardians.has(guardian)) || !stream || stream.isPartial || who.kind !== "student") return;
      rules.find("guardian-link", "a guardian of this student", guardian, "data.student");
    }

    data_change_notice_received(stream, entry, { given_by: givenBy, about }) {
      if (givenBy !== undefined) this.rules.made("person", givenBy, "given_by");
      this.checkNames(about, "about");
      this.recordOf(stream).notices.set(entry.index, false);
    }

    personal_data_changed(stream, entry, { _sd: digests, fields, notice, refresh }) {
      const { rules } = this;
      const record = this.recordOf(stream);
      if (!Letopis.rises(digests) || digests.length > fields.length) {
        rules.find("data-field", `up to ${fields.length} sorted digests`, spelt(digests), "data._sd");
      }
      rules.disclose(entry, digests, fields);
      const known = rules.disclosures.known(digests);
      stream.disclosed.push(...known);
      rules.erasures.checkNew(stream, digests);
      if (known.length > 0 && known.length < digests.length) rules.blocking.partly.push(stream.id);
      rules.blocking.noteChange(stream.id, entry.index, fields);
      this.answer(stream, record, notice, refresh);
      this.checkNames(fields, "fields");
    }

    personal_data_confirmed(stream, _entry, { confirmed_on: confirmedOn, notice, refresh }) {
      const { rules } = this;
      if (notice === undefined && refresh === undefined) rules.find("data-field", "a notice or a refresh", "none", "data.refresh");
      if (this.refreshes.has(refresh)) rules.checkSpan(this.refreshes.get(refresh), confirmedOn, "confirmed_on");
      this.answer(stream, this.recordOf(stream), notice, refresh);
    }

    // Settles the notice and the refresh that an entry answers, each once.
    answer(stream, record, notice, refresh) {
      const { rules } = this;
      if (notice !== undefined) {
        const isAnswered = record.notices.get(notice);
        if (isAnswered === false) record.notices.set(notice, true);
        else if (isAnswered || !stream.isPartial) rules.find("answers-nothing", "a notice not yet answered", notice, "data.notice");
      }
      if (refresh === undefined) return;
      if (!this.refreshes.has(refresh)) rules.made("refresh", refresh, "refresh");
      if (record.refreshed.has(refresh)) rules.find("answers-nothing", "a refresh not yet answered", refresh, "data.refresh");
      record.refreshed.add(refresh);
    }

    annual_refresh_opened(stream, _entry, { opens_on: opensOn, until }) {
      const { rules } = this;
      if (!rules.makes(stream)) return;
      rules.made("year", stream.id, "stream");
      rules.checkSpan(opensOn, until, "until");
      this.refreshes.set(stream.id, opensOn);
    }

    checkNames(names, field) {
      if (names && !Letopis.rises(names)) this.rules.find("data-field", "sorted names", spelt(names), `data.${field}`);
    }

    // A consent ends the guardian's refusal about the same student.
    delivery_consent_given(stream, entry, data) {
      const { rules } = this;
      const { _sd: digests, student, channel } = data;
      const record = this.recordOf(stream, "guardian");
      this.checkLinked(stream.id, student);
      this.checkMethod(stream, entry, data);
      if ((digests === undefined) !== (channel === "in_system")) {
        rules.find("consent-form", "a contact, but for in_system", channel, "data._sd");
      }
      if (digests) {
        rules.disclose(entry, digests, ["contact"]);
        stream.disclosed.push(...rules.disclosures.known(digests));
        rules.erasures.checkNew(stream, digests);
      }
      for (const one of record.consents.values()) {
        if (one.isStanding && one.student === student && one.channel === channel) {
          rules.find("recorded-twice", "one standing consent", channel, "data.channel");
        }
      }
      for (const one of record.refusals.values()) if (one.student === student) one.isStanding = false;
      rules.person(student, "student", "student");
      record.consents.set(entry.index, { student, channel, isStanding: true });
    }

    delivery_consent_withdrawn(stream, entry, data) {
      const record = this.recordOf(stream, "guardian");
      this.checkMethod(stream, entry, data);
      const consent = record.consents.get(data.consent);
      if (consent && consent.isStanding) consent.isStanding = false;
      else if (consent || !stream.isPartial) this.rules.find("answers-nothing", "a standing consent", data.consent, "data.consent");
    }

    // Compares how a consent was given or withdrawn with what that needs.
    checkMethod(stream, entry, { method, application_number: number, application_date: date }) {
      const isWritten = method === "written";
      if ((number !== undefined) !== isWritten || (date !== undefined) !== isWritten) {
        this.rules.find("consent-form", "an application, where it is written", method, "data.method");
      }
      if (!isWritten && (entry.actor !== stream.id || entry.behalf !== undefined)) {
        this.rules.find("consent-form", "the guardian's own entry", entry.actor, "actor");
      }
    }

    // Of a linked guardian without a standing consent, once.
    information_refused(stream, entry, { student, refused_on: refusedOn }) {
      const { rules } = this;
      const record = this.recordOf(stream, "guardian");
      this.checkLinked(stream.id, student);
      const all = [...record.consents.values(), ...record.refusals.values()];
      if (all.some((one) => one.isStanding && one.student === student)) {
        rules.find("recorded-twice", "no standing consent or refusal", student, "data.student");
      }
      rules.person(student, "student", "student");
      record.refusals.set(entry.index, { student, refusedOn, isStanding: true, isNotified: false });
    }

    guardianship_notified(stream, entry, { refusal: cited, sent_on: sentOn, approved_by: approvedBy }) {
      const { rules } = this;
      const record = this.recordOf(stream, "guardian");
      rules.person(approvedBy, "approved_by", "staff");
      if (peopleOf(entry).includes(approvedBy)) {
        rules.find("approval-same-person", "another than who records", approvedBy, "data.approved_by");
      }
      const refusal = record.refusals.get(cited);
      if (refusal && refusal.isStanding && !refusal.isNotified) {
        rules.checkSpan(refusal.refusedOn, sentOn, "sent_on");
        refusal.isNotified = true;
      } else if (refusal || !stream.isPartial) {
        rules.find("answers-nothing", "a standing refusal not yet told of", cited, "data.refusal");
      }
    }
  }

  // Incidents, and excuses for what was recorded late (events.md, "Incidents and excuses").
  class Excuses {
    constructor(rules) {
      this.rules = rules;
      this.open = new Map(); // incident -> the minute it began
      this.ended = new Map(); // incident -> the minute it ended
      this.standing = new Set(); // excuses
    }

    incident_opened(stream, entry, data) {
      if (!this.rules.makes(stream)) return;
      this.rules.note(entry, data);
      this.open.set(stream.id, data.began_at);
    }

    incident_closed(stream, entry, data) {
      const { rules } = this;
      rules.note(entry, data);
      if (this.open.has(stream.id)) rules.checkSpan(this.open.get(stream.id), data.ended_at, "ended_at");
      else if (!stream.isPartial || this.ended.has(stream.id)) rules.find("incident", "an open incident", stream.key);
      this.open.delete(stream.id);
      this.ended.set(stream.id, data.ended_at);
    }

    excuse_accepted(stream, entry, data) {
      const { rules } = this;
      if (!rules.makes(stream)) return;
      const { teacher, reason, incident, basis, course, held_on: heldOn, lesson } = data;
      rules.person(teacher, "teacher", "teacher");
      if (peopleOf(entry).includes(teacher)) {
        rules.find("approval-same-person", "another than whose excuse it is", teacher, "data.teacher");
      }
      const isOutage = reason === "outage";
      if ((incident !== undefined) !== isOutage || (basis !== undefined) === isOutage) {
        rules.find("excuse-mismatch", "an incident with outage alone, else a document", reason, "data.reason");
      }
      if (incident !== undefined) rules.made("incident", incident, "incident");
      if (course !== undefined) rules.made("course", course, "course");
      const ofLesson = lesson !== undefined;
      if ((course !== undefined) === ofLesson || (heldOn !== undefined) === ofLesson) {
        rules.find("excuse-mismatch", "a lesson, or a course and a day", "another", "data.lesson");
      }
      const began = ofLesson ? this.beganAt(lesson, teacher) : heldOn === undefined ? null : `${heldOn}T00:00`;
      const ended = this.ended.get(incident);
      if (began !== null && ended !== undefined && ended < began) {
        rules.find("excuse-mismatch", "an incident that ended when the lesson had begun", ended, "data.incident");
      }
      rules.note(entry, data);
      this.standing.add(stream.id);
    }

    excuse_withdrawn(stream) {
      if (this.standing.delete(stream.id) || (stream.isPartial && stream.version <= 2)) return;
      this.rules.find("excuse-mismatch", "an excuse that stands", stream.key);
    }

    // The minute a lesson began, or null; one that is annulled, or another teacher's, is reported.
    beganAt(id, teacher) {
      const { rules } = this;
      const lesson = rules.made("lesson", id, "lesson");
      if (!lesson || !lesson.fact) return null;
      if (lesson.by !== teacher) rules.find("excuse-mismatch", "a lesson of the teacher", teacher, "data.teacher");
      if (stands(lesson.fact)) return `${lesson.heldOn}T${JSON.parse(lesson.fact.value).starts_at}`;
      rules.find("recorded-on-annulled", "a standing lesson", id, "data.lesson");
      return null;
    }
  }

  Letopis.ROOMS.push(["personal", PersonalData], ["excuses", Excuses]);
})((globalThis.Letopis = globalThis.Letopis || {}));
