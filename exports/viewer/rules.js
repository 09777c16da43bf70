"use strict";
// The journal's rules (events.md), read entry by entry: what the entries add up to, and each rule that one of them breaks.
//
// A broken rule is a finding and the entry is taken all the same, so that what follows is judged against what the log says.
// Each family of events has a room of its own: a class whose methods are named as its events. Of a range that does not begin
// at 0, what would rest on the entries before it is not judged.
(function (Letopis) {
  const ROOMS = []; // [name, class], each a property of Rules

  // The type that makes a stream of a kind: its version 1.
  const MAKERS = {
    school: "school_opened", person: "person_registered", year: "school_year_opened", period: "period_defined",
    class: "class_group_opened", course: "course_opened", plan: "lesson_plan_imported", lesson: "lesson_recorded",
    regulation: "regulation_adopted", responsible: "responsible_appointed", verification: "verification_recorded",
    archive: "archive_recorded", handover: "archive_handed_over", timing: "register_timed", printout: "printout_registered", backup: "backup_taken",
    prints: "sheet_issued", retention: "retention_schedule_adopted", hold: "legal_hold_placed", erasure: "erasure_proposed",
    blocking: "personal_data_blocked", anchor: "access_log_anchored", accounts: "accounts_founded", account: "account_opened",
    paper: "paper_stored", refresh: "annual_refresh_opened", control: "control_check_recorded", remark: "remark_raised",
    duty: "duty_assigned", backdating: "setup_backdating_requested", bells: "bell_schedule_set", timetable: "timetable_set",
    certificate: "certificate_recorded", cancellation: "lesson_cancelled", incident: "incident_opened", excuse: "excuse_accepted",
    freshness: "freshness_measured", portal: "portal_listed", witness: "witness_appointed", substitution: "substitution_planned",
    homework: "homework_posted", schedule: "work_scheduled", assessment: "assessment_rules_adopted",
    results: "result_sheet_opened", council: "council_decision_recorded", access: "access_log_opened", refusal: "access_refused",
  };
  // Kinds that either of two types begins.
  const EITHER = {
    calendar: ["days_off_declared/1", "school_day_declared/1"],
    read: ["personal_data_read/1", "personal_data_exported/1"],
  };

  // A stream `<kind>/<id>`: its last version and entry; `isPartial` where it began before the range. Rooms add what they keep.
  class Stream {
    constructor(key) {
      this.key = key;
      this.id = key.slice(key.indexOf("/") + 1);
      this.version = 0;
      this.last = -1;
      this.isPartial = false;
    }
  }

  const LEADERSHIP = new Set(["director", "deputy", "administrator"]); // who may act for another

  class Rules {
    // `walk` says where the entry at hand is and which entry the range begins with (`start`).
    constructor(report, disclosures, walk) {
      Object.assign(this, { report, disclosures, walk, start: walk.start });
      this.school = "";
      this.streams = new Map();
      this.people = new Map(); // id -> the person's stream, or what an unknown id is taken for
      this.command = "";
      this.handlers = new Map();
      for (const [name, Room] of ROOMS) {
        this[name] = new Room(this);
        for (const method of Object.getOwnPropertyNames(Room.prototype)) {
          if (Letopis.EVENTS.has(`${method}/1`)) this.handlers.set(`${method}/1`, this[name][method].bind(this[name]));
        }
      }
    }

    // Where the entry at hand is.
    place() {
      return this.walk.place();
    }

    // Takes the next leaf hash, which the tree at `edge` has not yet.
    grow(edge, leaf) {
      this.evidence.roots.grow(edge, leaf);
    }

    // Takes the next entry; `entry.index` is where it stands.
    apply(entry) {
      if (entry.command !== this.command) {
        this.settle();
        this.command = entry.command;
      } else if (entry.type !== "substitution_recorded/1") {
        this.substitutions.settle();
      }
      const isKnown = Letopis.EVENTS.has(entry.type);
      const stream = this.streams.get(entry.stream) || this.begin(entry, isKnown);
      stream.version = entry.version;
      if (entry.behalf !== undefined) this.checkBehalf(entry);
      if (isKnown) {
        const handler = this.handlers.get(entry.type);
        if (handler) handler(stream, entry, entry.data());
        this.journals.checkOpen(stream);
      }
      stream.last = entry.index;
    }

    // Reports who acts for another and does not lead the school, or for nobody else.
    checkBehalf({ actor, behalf, role }) {
      if (!LEADERSHIP.has(role)) this.find("recorded-by-another", "who leads the school", role, "actor.role");
      if (behalf === actor) this.find("recorded-by-another", "another than who acts", behalf, "actor.on_behalf_of");
    }

    // Takes up a stream at its first entry here: the one that makes it, except in a range that begins later.
    begin(entry, isKnown) {
      const kind = entry.stream.slice(0, entry.stream.indexOf("/"));
      const stream = new Stream(entry.stream);
      const maker = Object.hasOwn(MAKERS, kind) ? `${MAKERS[kind]}/1` : "";
      const makes = entry.type === maker || (Object.hasOwn(EITHER, kind) && EITHER[kind].includes(entry.type));
      this.access.sort(entry.stream);
      if (this.start && entry.version > 1) stream.isPartial = true;
      else if (isKnown && !makes) this.find("stream-kind", maker, entry.type);
      if (Object.hasOwn(FRESH, kind)) FRESH[kind](stream);
      this.streams.set(entry.stream, stream);
      return stream;
    }

    // Settles what a command stated of itself.
    settle() {
      this.lessons.settleAttendance();
      this.substitutions.settle();
    }

    // Settles what waits for the end of the log, whose name is `origin`.
    async finish(origin) {
      this.settle();
      this.blocking.finish();
      await this.witnesses.finish(origin);
    }

    // Reports a finding at the entry at hand.
    find(code, expected = "", found = "", field = undefined) {
      this.report.add(code, { ...this.place(), field }, expected, found);
    }

    // The stream of an id that an entry names, or a finding where nothing made it.
    made(kind, id, field) {
      const stream = this.streams.get(`${kind}/${id}`);
      if (!stream && !this.start) this.find("reference-unknown", `an earlier ${kind}`, id, `data.${field}`);
      return stream || null;
    }

    // The person of an id, registered as this kind; one whom nothing registered is reported once and then taken by the id.
    person(id, field, kind) {
      const person = this.people.get(id);
      if (person) {
        if (person.kind !== kind) this.find("person-kind", kind, person.kind, `data.${field}`);
        return person;
      }
      this.made("person", id, field);
      const taken = new Stream(`person/${id}`);
      FRESH.person(taken);
      taken.kind = kind;
      this.people.set(id, taken);
      return taken;
    }

    // The person of an id, who must be a teacher or another employee.
    employee(id, field) {
      const known = this.people.get(id);
      return this.person(id, field, known && known.kind === "staff" ? "staff" : "teacher");
    }

    // Says whether days or times are in order; reports where they are not.
    checkSpan(starts, ends, field) {
      if (ends < starts) this.find("ends-before-start", `not before ${starts}`, ends, `data.${field}`);
      return ends >= starts;
    }

    // Says whether the entry at hand may be the one that makes its stream.
    makes(stream) {
      if (stream.last < 0 && !stream.isPartial) return true;
      this.find("stream-kind", "one entry that makes the stream, its first", stream.key);
      return false;
    }

    // Reports a stream that bears another id than the school's own.
    checkSchool(stream, expected = "the stream of the school's own id") {
      if (this.school && stream.id !== this.school) this.find("stream-kind", expected, stream.key);
    }

    // Matches an entry's `_sd` with its disclosures; only an answer to a request repeats a digest, its request's.
    disclose(entry, digests, names, isRepeated = false) {
      if (!isRepeated && !this.disclosures.takeOnce(digests)) {
        this.find("digest-reused", "digests of this entry alone", "a digest of another entry", "data._sd");
      }
      this.disclosures.match(entry.index, digests, names);
    }

    // A note that an entry may have, of the disclosure `note`.
    note(entry, data) {
      if (data._sd) this.disclose(entry, data._sd, ["note"]);
    }
  }

  // What streams of a kind keep, before an entry says anything.
  const FRESH = {
    person: (stream) => Object.assign(stream, { kind: "", stays: new Map(), subgroups: new Map(), disclosed: [] }),
    period: (stream) =>
      Object.assign(stream, {
        year: "", kind: "", number: 0, grades: [], startsOn: "", endsOn: "", isClosed: false, closing: -1, reopenings: 0, asked: null,
      }),
    class: (stream) =>
      Object.assign(stream, {
        year: "", grade: 0, assignments: [], roster: new Map(), courses: [], isClosed: false, reopenings: 0, asked: null,
        transferred: "", transfers: 0,
      }),
    course: (stream) =>
      Object.assign(stream, {
        group: null, year: "", subject: "", taught: null, assignments: [], subgroup: null, members: new Map(), lessons: [],
      }),
    plan: (stream) => Object.assign(stream, { items: new Map(), stated: new Map(), command: "" }),
    lesson: (stream) => Letopis.freshLesson(stream),
    results: (stream) =>
      Object.assign(stream, {
        course: null, period: null, results: new Map(), standing: new Map(), published: new Map(), requests: null, beyond: null,
      }),
  };

  // A value as canonical JSON, as findings show it and as values are compared.
  const spelt = (value) => (value !== null && typeof value === "object" ? Letopis.render(value) : JSON.stringify(value));

  const peopleOf = (entry) => (entry.behalf === undefined ? [entry.actor] : [entry.actor, entry.behalf]);
  const haveCommon = (one, other) => one.some((each) => other.includes(each));
  const rises = (values) => values.every((value, at) => at === 0 || values[at - 1] < value);

  // UTF-8 sorts as code points do, and UTF-16 does not.
  function byCodePoints(one, other) {
    const [left, right] = [[...one], [...other]];
    const at = left.findIndex((mark, place) => mark !== right[place]);
    if (at < 0) return left.length - right.length;
    return at < right.length ? left[at].codePointAt(0) - right[at].codePointAt(0) : 1;
  }

  // A day of the calendar and those before and after it: `at` is UTC, and the school's day is one of the three.
  const AROUND = new Map();
  function around(day) {
    if (!AROUND.has(day)) AROUND.set(day, day < "0001-01-02" || day > "9999-12-30" ? [day] : [moved(day, -1), day, moved(day, 1)]);
    return AROUND.get(day);
  }

  function moved(day, step) {
    const date = new Date(`${day}T00:00:00Z`);
    date.setUTCDate(date.getUTCDate() + step);
    return date.toISOString().slice(0, 10);
  }

  const holds = (stays, day) => stays.some((stay) => stay.startsOn <= day && (stay.endsOn === null || day <= stay.endsOn));

  Object.assign(Letopis, { ROOMS, Rules, around, byCodePoints, haveCommon, holds, moved, peopleOf, rises, spelt });
})((globalThis.Letopis = globalThis.Letopis || {}));
