"use strict";
// What the entries say, as far as the tables show it: people, classes, courses, lessons and what was recorded in them, what
// stands of it after the last entry (tables.md). Nothing is judged here: of what should not be, the tables show what is there.
//
// Rooms add to `HANDLERS` what they do with an entry of a type, `(journal, entry, data)`, and to `ROWS` the rows of a table,
// `journal => [{index, cells}]`: the cells before they are spelt, in the order of the entries.
(function (Letopis) {
  const { WordError, typed } = Letopis.cells;
  const NAME_PARTS = ["family_name", "given_name", "patronymic"];
  // What an extract's tables show: of corrections of anything else nothing is said of it.
  const OF_EXTRACTS = new Set(["mark", "absence", "lateness", "early_leave", "work"]);
  const HANDLERS = new Map();
  const ROWS = new Map();

  class Person {
    constructor(id) {
      this.id = id;
      this.kind = "";
      this.parts = {};
      this.names = [];
    }

    // Lets the name be what its disclosed parts say, from an entry on; the id where they say nothing.
    rename(index) {
      const name = NAME_PARTS.map((part) => this.parts[part]).filter(Boolean).join(" ") || this.id;
      if (!this.names.length || this.names[this.names.length - 1][1] !== name) this.names.push([index, name]);
    }

    // The name that stood at an entry, that entry included.
    nameAt(index) {
      if (!this.names.length) return "";
      for (let at = this.names.length - 1; at > 0; at -= 1) if (this.names[at][0] <= index) return this.names[at][1];
      return this.names[0][1];
    }
  }

  // One fact: the entry that first stated it, its standing entry and value; whose, in which lesson, of which work.
  class Fact {
    constructor(what, entry, lesson, value, who = null, work = null) {
      Object.assign(this, { what, first: entry.index, at: entry.at, lesson, recorded: value, value, standing: entry.index, who, work, kind: "" });
    }

    get by() {
      return this.standing === this.first ? "" : String(this.standing);
    }
  }

  class Journal {
    // `isPart`: an extract, where an entry may name what is not here. `cited(code, entry, expected, found)` is told of a
    // correction that cites what does not stand.
    constructor(disclosures, report, isPart = false, cited = () => {}) {
      Object.assign(this, { disclosures, report, isPart, cited });
      this.people = new Map();
      this.classes = new Map();
      this.courses = new Map();
      this.lessons = new Map();
      this.facts = [];
      this.standing = [];
      this.streams = new Set();
      this.rows = new Map();
      this.rooms = {};
    }

    // Takes the next entry, told besides whether it is the first of its stream, and the stream's id. What cannot be said in a table's words the tables do not have.
    apply(entry) {
      const isFirst = !this.streams.has(entry.stream);
      this.streams.add(entry.stream);
      const handlers = HANDLERS.get(entry.type);
      const slash = entry.stream.indexOf("/");
      if (!handlers) return;
      try {
        const told = { ...entry, isFirst, id: entry.stream.slice(slash + 1) };
        for (const handler of handlers) handler(this, told, entry.data());
      } catch (error) {
        if (!(error instanceof TypeError) && !(error instanceof WordError) && !(error instanceof SyntaxError)) throw error;
        this.report.skip("entry-unread", `entry ${entry.index}`);
      }
    }

    finish() {}

    // What a room keeps for itself.
    room(name, make) {
      if (!this.rooms[name]) this.rooms[name] = make();
      return this.rooms[name];
    }

    // Adds a row that is told when its entry is read; a later entry may change its cells.
    row(table, index, cells) {
      if (!this.rows.has(table)) this.rows.set(table, []);
      const row = { index, cells };
      this.rows.get(table).push(row);
      return cells;
    }

    // The rows of a table whose entries `isWanted` takes.
    *rowsOf(table, isWanted = () => true) {
      for (const row of ROWS.get(table)(this)) if (isWanted(row.index)) yield row;
    }

    // Whom nothing registered is shown by the id, as is whose name is not disclosed.
    name(id, index) {
      const person = this.people.get(id);
      return person ? person.nameAt(index) : id;
    }

    courseCells(id) {
      const course = this.courses.get(id);
      return course ? [typed(course.group), typed(course.subject)] : ["", ""];
    }

    lessonCells(stream) {
      const lesson = this.lessons.get(stream);
      const id = stream.slice(stream.indexOf("/") + 1);
      return lesson ? [id, lesson.heldOn, ...this.courseCells(lesson.course)] : [id, "", "", ""];
    }

    note(data, name = "note") {
      const found = (Array.isArray(data._sd) ? data._sd : []).map((digest) => this.disclosures.values.get(digest));
      // Of two of one name the later one is shown.
      const named = found.filter((each) => each && each.name === name);
      return named.length ? named[named.length - 1].value : "";
    }

    // Takes a fact that stands from its own entry on.
    add(fact) {
      this.facts.push(fact);
      this.standing[fact.first] = fact;
      return fact;
    }

    // Lets another value stand for a fact; null where the correction cites none that stands.
    change(what, entry, corrects, old, value) {
      if (value === undefined) throw new TypeError("nothing that stands now");
      const fact = this.standing[corrects];
      if (!fact || fact.what !== what || (!this.isPart && fact.lesson !== entry.stream)) {
        if (OF_EXTRACTS.has(what)) this.cited("correction-cites-nothing", entry, "a standing entry", corrects);
        return null;
      }
      if (what !== "work" && OF_EXTRACTS.has(what) && Letopis.render(fact.value) !== Letopis.render(old)) {
        this.cited("correction-old-value", entry, Letopis.render(fact.value), Letopis.render(old));
      }
      delete this.standing[fact.standing];
      Object.assign(fact, { value, standing: entry.index });
      this.standing[entry.index] = fact;
      return fact;
    }
  }

  // Rooms.

  function handle(handlers) {
    for (const [type, handler] of Object.entries(handlers)) HANDLERS.set(`${type}/1`, [...(HANDLERS.get(`${type}/1`) || []), handler]);
  }
  const show = (tables) => Object.entries(tables).forEach(([name, rows]) => ROWS.set(name, rows));
  // Tables whose rows are told when an entry is read.
  const tell = (...tables) => tables.forEach((name) => ROWS.set(name, (journal) => journal.rows.get(name) || []));

  function disclosedParts(journal, data) {
    const parts = {};
    for (const digest of data._sd) {
      const found = journal.disclosures.values.get(digest);
      if (found && NAME_PARTS.includes(found.name)) parts[found.name] = found.value;
    }
    return parts;
  }

  handle({
    person_registered(journal, entry, data) {
      if (!entry.isFirst) return;
      const person = new Person(entry.id);
      journal.people.set(entry.id, person);
      Object.assign(person, { kind: data.kind, registered: entry.index });
      person.parts = disclosedParts(journal, data);
      person.rename(entry.index);
    },

    personal_data_changed(journal, entry, data) {
      const person = journal.people.get(entry.id) || new Person(entry.id);
      journal.people.set(entry.id, person);
      const parts = disclosedParts(journal, data);
      for (const name of NAME_PARTS.filter((part) => data.fields.includes(part))) {
        if (parts[name]) person.parts[name] = parts[name];
        else delete person.parts[name];
      }
      person.rename(entry.index);
    },

    class_group_opened(journal, entry, data) {
      if (!entry.isFirst) return;
      journal.classes.set(entry.id, { year: data.year, grade: data.grade, name: `${data.grade}${data.letter}` });
    },

    course_opened(journal, entry, data) {
      if (!entry.isFirst) return;
      const group = journal.classes.get(data.class_group);
      const course = { id: entry.id, opened: entry.index, group: group ? group.name : "", subject: data.subject, subgroup: data.subgroup || "" };
      journal.courses.set(entry.id, course);
    },
  });

  Object.assign(Letopis, { Journal, rows: { Fact, ROWS, handle, show, tell } });
})((globalThis.Letopis = globalThis.Letopis || {}));
