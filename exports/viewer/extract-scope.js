"use strict";
// What an extract of a class or of a student may have (log-format.md section 7a): entry by entry, in its blocks and its closings.
(function (Letopis) {
  const { CLOSING, canonicalLine, isCount, isEnd, rises, rootFromShared } = Letopis.extracts;
  const CLAIM = "data/extract.json";
  const CLOSING_MAX_BYTES = 1 << 24;
  const ANYWHERE = new Set(["school", "regulation", "assessment", "year", "period"]);
  const BY_COURSE = new Set(["plan", "cancellation", "homework", "schedule", "substitution"]);
  const NAMING = new Set(["person_registered/1", "personal_data_changed/1"]);
  // Streams that belong to a class by what their first entry says.
  const OWN = { lesson: "lesson_recorded/1", results: "result_sheet_opened/1", remark: "remark_raised/1" };
  // Streams of which a class's extract may have a part alone, and those that a student's has whole.
  const PARTS = new Set(["person", "certificate", "council", "year"]);
  const WHOLE_OF_STUDENTS = new Set(["school", "regulation", "assessment", "period", "certificate"]);
  const OF_STUDENTS = new Set(["person", "class", "course", "lesson", "results", "certificate", "council"]);

  const split = (stream) => stream.split("/");

  // Asked of each entry, and of the whole when all are read.
  class ExtractScope {
    constructor({ scope, of }, report) {
      Object.assign(this, { scope, of, report });
      this.isThere = false;
      this.year = this.grade = null;
      this.students = new Set();
      this.courses = new Set();
      this.own = new Set();
      this.blocks = new Set();
      this.lessons = new Map();
      this.periods = new Map();
      this.closings = new Map();
      this.later = [];
    }

    mustBeWhole(stream) {
      const [kind, id] = split(stream);
      if (this.scope === "class") return !PARTS.has(kind);
      return this.scope === "student" && (WHOLE_OF_STUDENTS.has(kind) || (kind === "person" && id === this.of));
    }

    apply(entry) {
      const data = entry.data();
      if (entry.type === "period_defined/1") {
        this.periods.set(entry.stream, [data.starts_on, data.ends_on]);
        this.later.push({ place: entry.place, kind: "period", belongs: () => data.year === this.year && data.grades.includes(this.grade) });
      }
      if (entry.type === "period_closed/1") this.closings.set(entry.index, entry.stream);
      const belongs = { class: () => this.ofClass(entry, data), student: () => this.ofStudent(entry, data), entries: () => true }[this.scope]();
      if (!belongs) this.refuse(entry.place, entry.type);
    }

    refuse(place, found) {
      this.report.add("extract-scope", place, "an entry of what the extract is of", found);
    }

    ofClass(entry, data) {
      const [kind, id] = split(entry.stream);
      if (kind === "timetable" || kind === "control") return id === this.of;
      if (kind === "class") {
        if (id === this.of) this.ofItself(entry.type, data);
        return id === this.of;
      }
      if (kind === "course" && entry.type === "course_opened/1" && data.class_group === this.of) this.courses.add(id);
      if (kind === "course" || BY_COURSE.has(kind)) return this.courses.has(id);
      if (Object.hasOwn(OWN, kind)) return this.isOwn(kind, entry, data);
      if (kind === "person") return NAMING.has(entry.type);
      const later = {
        calendar: () => id === this.year, year: () => id === this.year, certificate: () => this.students.has(id),
        council: () => data.students.some((student) => this.students.has(student)),
      }[kind];
      if (later) this.later.push({ place: entry.place, kind, belongs: later });
      return Boolean(later) || ANYWHERE.has(kind) || kind === "bells";
    }

    ofItself(type, data) {
      if (type === "class_group_opened/1") Object.assign(this, { isThere: true, year: data.year, grade: data.grade });
      if (type === "student_enrolled/1") this.students.add(data.student);
    }

    isOwn(kind, entry, data) {
      if (entry.type === OWN[kind] && (kind === "remark" ? data.class_group === this.of : this.courses.has(data.course))) {
        this.own.add(entry.stream);
        if (kind === "lesson") this.lessons.set(entry.stream, data.held_on);
      }
      return this.own.has(entry.stream);
    }

    ofStudent(entry, data) {
      const [kind, id] = split(entry.stream);
      if (kind === "person" && id === this.of) this.isThere = true;
      else if (entry.type === "person_registered/1") return data.kind !== "student";
      if (kind === "blocking") {
        if (data.person === this.of) this.blocks.add(data.block);
        return this.blocks.has(data.block);
      }
      if (kind === "certificate") return id === this.of;
      if (kind === "council") return data.students.length === 1 && data.students[0] === this.of;
      return ANYWHERE.has(kind) || (OF_STUDENTS.has(kind) && (data.student === undefined || data.student === this.of));
    }

    // The lessons that are here of the period that an entry closes.
    lessonsClosedBy(closing) {
      const span = this.periods.get(this.closings.get(closing));
      return span ? [...this.lessons].filter(([, heldOn]) => span[0] <= heldOn && heldOn <= span[1]).map(([stream]) => stream) : [];
    }

    // Judges what only the whole tells.
    finish() {
      if (this.scope !== "entries" && !this.isThere) {
        this.report.add("extract-scope", { file: CLAIM, field: "of" }, "a class or student that is here", this.of);
      }
      if (this.scope !== "class") return;
      for (const { place, kind, belongs } of this.later) if (!belongs()) this.refuse(place, kind);
    }
  }

  // Blocks of the student whose extract it is: what one leaves standing at the end, the extract does not disclose.
  class ExtractBlocks {
    constructor(report, student) {
      Object.assign(this, { report, student });
      this.standing = new Map();
      this.shown = new Set();
    }

    disclosed(stream, names) {
      if (stream === `person/${this.student}`) for (const name of names) this.shown.add(name);
    }

    apply(entry) {
      const data = entry.data();
      if (entry.type === "personal_data_blocked/1" && data.person === this.student) {
        this.standing.set(data.block, { fields: data.fields || [], place: entry.place });
      } else if (entry.type === "personal_data_unblocked/1") {
        this.standing.delete(data.block);
      }
    }

    finish() {
      for (const { fields, place } of this.standing.values()) {
        const shown = [...this.shown].filter((name) => isHeld(fields, name)).sort();
        if (shown.length) this.report.add("blocked-disclosed", place, "no disclosure of it", shown.join(", "));
      }
    }
  }

  // Whether a block of these fields (none: of all) is of a value: a contact goes with telephone and e-mail.
  const isHeld = (fields, name) =>
    !fields.length || fields.includes(name) || (name === "contact" && (fields.includes("phone") || fields.includes("email")));

  // Checks the commitment of every closing in a class's extract.
  async function checkClosings(bag, walk, scope) {
    const { report } = walk;
    const isClass = scope.scope === "class";
    const wanted = new Map([...walk.closings.keys()].map((index) => [`data/log/closing-${String(index).padStart(12, "0")}.json`, index]));
    for (const name of [...bag.files.keys()].filter((each) => CLOSING.test(each))) {
      if (!isClass || !wanted.has(name)) report.add("bag-file-unexpected", { file: name }, "the files of the specification", "another");
    }
    for (const [name, index] of isClass ? wanted : []) {
      if (!bag.files.has(name)) {
        report.add("bag-file-missing", { file: name }, "a file", "none");
        continue;
      }
      const raw = await bag.small(name, CLOSING_MAX_BYTES);
      const value = raw === null ? null : canonicalLine(raw, name, report);
      if (value !== null) checkClosing(walk, scope, index, value, name);
    }
  }

  // Two lists, the leaves in order of position and of stream.
  function isClosing(value) {
    if (value === null || typeof value !== "object" || Object.keys(value).sort().join() !== "hashes,leaves") return false;
    const { hashes, leaves } = value;
    return (
      Array.isArray(hashes) && Array.isArray(leaves) && hashes.every((node) => typeof node === "string" && /^[0-9a-f]{64}$/.test(node)) &&
      leaves.every((leaf) => Array.isArray(leaf) && leaf.length === 4 && isCount(leaf[0]) && isEnd(leaf.slice(1))) &&
      rises(leaves, (leaf) => leaf[0]) && rises(leaves, (leaf) => leaf[1])
    );
  }

  function checkClosing(walk, scope, index, value, file) {
    const { report } = walk;
    if (!isClosing(value)) {
      report.add("extract-malformed", { file }, "leaves in order and hashes", "another");
      return;
    }
    const { streams, root } = walk.closings.get(index);
    const leaves = new Map(value.leaves.map(([position, ...end]) => [position, leafOf(end)]));
    walk.closed.own += leaves.size;
    walk.closed.all += streams;
    const beyond = value.leaves.map(([position]) => position).filter((position) => position >= streams);
    if (beyond.length) {
      report.add("closing-mismatch", { file }, `${streams} streams`, beyond.pop());
      return;
    }
    const hashes = value.hashes.map(Letopis.fromHex);
    const empty = hashes.length ? null : new Letopis.Edge().root();
    const found = streams ? rootFromShared(streams, leaves, hashes) : empty;
    if (!found) report.add("proof-malformed", { file }, "as many hashes as the entries leave open", hashes.length);
    else if (Letopis.toHex(found) !== root) report.add("closing-mismatch", { file }, root, Letopis.toHex(found));
    for (const [, ...end] of value.leaves) checkEnd(walk, index, end, file);
    const named = new Set(value.leaves.map(([, stream]) => stream));
    for (const lesson of scope.lessonsClosedBy(index)) {
      if (!named.has(lesson) && walk.streams.get(lesson).indexes[0] < index) report.add("closing-mismatch", { file }, lesson, "not there");
    }
  }

  function leafOf(end) {
    const bytes = Letopis.bytesOf(JSON.stringify(end));
    return Letopis.leafHash(bytes, 0, bytes.length);
  }

  // Compares a stream's end as a closing has it with the stream here.
  function checkEnd(walk, closing, [name, version, last], file) {
    const stream = walk.streams.get(name);
    if (!stream || !stream.isWhole || stream.indexes.length < version) {
      walk.report.add("extract-incomplete", { file }, `${name} whole to version ${version}, entry ${last}`, "none");
      return;
    }
    const found = stream.indexes[version - 1];
    if (found === last && last < closing && !(stream.indexes[version] < closing)) return;
    walk.report.add("closing-mismatch", { file }, `version ${version} at entry ${last}, and no later one before entry ${closing}`, found);
  }

  Object.assign(Letopis, { ExtractScope, ExtractBlocks, checkClosings });
})((globalThis.Letopis = globalThis.Letopis || {}));
