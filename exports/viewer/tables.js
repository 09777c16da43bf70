"use strict";
// The tables of tables.md: read strictly (UTF-8 with BOM, `;`, CRLF, quotes only where needed), and those that pages are made
// of kept in columns of numbers, so that a school year of them is a few megabytes. What they say is compared with the rows that
// the entries give (rows.js), where this page can tell them.
(function (Letopis) {
  const ROW_MAX_CHARACTERS = 1 << 20;
  const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^";\r\n]*))(;|\r\n)/y;

  const COLUMNS = /*COLUMNS*/ {} /*COLUMNS*/;
  const BESIDE = /*BESIDE*/ [] /*BESIDE*/;

  // What pages are made of; of the largest tables only the columns that a page shows.
  const KEPT = {
    people: null,
    enrollments: null,
    subgroups: null,
    lessons: null,
    marks: ["entry", "lesson", "student", "kind", "recorded", "standing", "standing_entry"],
    absences: ["entry", "lesson", "student", "recorded", "standing", "standing_entry"],
    make_ups: ["entry", "lesson", "student", "recorded", "standing", "standing_entry"],
    corrections: null,
    results: ["entry", "class", "subject", "period", "what", "student", "recorded", "standing", "standing_entry", "published_entry"],
  };

  // Columns of leaf indexes, which are numbers as they are; 0 is the empty cell, and every index is one more.
  const INDEXES = new Set(["entry", "standing_entry", "corrects", "published_entry", "request"]);

  // Of an archive of a later range these have the rows of every entry (tables.md, "A later range").
  const WHOLE = new Set(["people", "courses", "regulations", "duties", "responsible", "assessment"]);
  // Columns that later entries change, in tables whose rows are compared first as they were recorded.
  const LATE = { marks: new Set(["kind", "standing", "standing_entry"]), absences: new Set(["standing", "standing_entry"]) };

  // The tables of an extract.
  const OF_LESSONS = ["marks", "absences"];
  const OF_RESULTS = ["results", "result_corrections"];

  const shortName = (column) => column.split(" ")[0];

  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

  // The text of bytes; what is no UTF-8 is half of a surrogate pair, which no text of an entry can be.
  function decoded(bytes) {
    try {
      return strict.decode(bytes);
    } catch {
      return lenient.decode(bytes).replaceAll("\ufffd", "\ud800");
    }
  }

  // Rows from text that comes in pieces; `take(fields)` gets each, and says with false that it wants no more.
  class Rows {
    constructor(take) {
      this.take = take;
      this.rest = "";
      this.ahead = new Uint8Array(0);
      this.isBroken = false;
      this.isDone = false;
    }

    push(chunk) {
      if (this.isBroken || this.isDone) return;
      this.rest += this.wholeLines(chunk);
      let at = 0;
      while (at < this.rest.length) {
        const end = this.row(at);
        if (end < 0) break;
        at = end;
        if (this.take(this.fields) === false) {
          this.isDone = true;
          return;
        }
      }
      this.rest = this.rest.slice(at);
      const held = Math.max(this.rest.length, this.ahead.length);
      if (held > ROW_MAX_CHARACTERS || (!chunk && this.rest)) this.isBroken = true;
    }

    // The text up to the last line feed, and at the end all of it; bytes behind wait for the next piece.
    wholeLines(chunk) {
      const bytes = new Uint8Array(this.ahead.length + (chunk ? chunk.length : 0));
      bytes.set(this.ahead);
      if (chunk) bytes.set(chunk, this.ahead.length);
      const cut = chunk ? bytes.lastIndexOf(10) + 1 : bytes.length;
      this.ahead = bytes.slice(cut);
      return decoded(bytes.subarray(0, cut));
    }

    // Reads the row that begins at `at` into `fields`, and `raw` as it is spelt; where the next one begins, or -1: it is not whole, or broken.
    row(at) {
      const text = this.rest;
      const end = text.indexOf("\r\n", at);
      if (end >= 0) {
        const line = text.slice(at, end);
        if (!/["\r\n]/.test(line)) {
          this.fields = line.split(";");
          this.raw = line;
          return end + 2;
        }
      }
      const fields = [];
      FIELD.lastIndex = at;
      for (let found = FIELD.exec(text); found; found = FIELD.exec(text)) {
        fields.push(found[1] === undefined ? found[2] : found[1].replaceAll('""', '"'));
        if (found[3] === "\r\n") {
          this.fields = fields;
          this.raw = text.slice(at, FIELD.lastIndex - 2);
          return FIELD.lastIndex;
        }
      }
      return -1;
    }
  }

  // Texts as numbers, the same for all tables. 0 is the empty text.
  class Texts {
    constructor() {
      this.texts = [""];
      this.numbers = new Map([["", 0]]);
    }

    number(text) {
      const known = this.numbers.get(text);
      if (known !== undefined) return known;
      // A part of a large text would keep all of it in memory: JSON makes a text of its own.
      const own = JSON.parse(JSON.stringify(text));
      this.texts.push(own);
      this.numbers.set(own, this.texts.length - 1);
      return this.texts.length - 1;
    }
  }

  class Table {
    constructor(texts, columns) {
      this.texts = texts;
      this.columns = columns;
      this.kept = Object.fromEntries(columns.map((name) => [name, new Letopis.Growing(Int32Array)]));
      this.length = 0;
    }

    take(fields, places) {
      this.columns.forEach((name, at) => {
        const text = fields[places[at]];
        this.kept[name].push(!INDEXES.has(name) ? this.texts.number(text) : text === "" ? 0 : Number(text) + 1);
      });
      this.length += 1;
    }

    // A cell's text; of a column of indexes the number, or null.
    get(row, column) {
      const value = this.kept[column].values[row];
      if (INDEXES.has(column)) return value ? value - 1 : null;
      return this.texts.texts[value];
    }

    number(row, column) {
      return this.kept[column].values[row];
    }

    row(row) {
      return Object.fromEntries(this.columns.map((name) => [name, this.get(row, name)]));
    }
  }

  // A table of a later range whose earlier entries are not here: each row is looked at by itself. Its cells are as many as columns,
  // its entry is one of the range and not below the row's before.
  class ByForm {
    constructor(file, columns, report, first, size) {
      Object.assign(this, { file, columns, report, first, size, line: 1, extra: 0, isOver: false });
    }

    take(fields) {
      this.line += 1;
      if (this.isOver) return;
      const number = Letopis.cells.indexOf(fields[0]);
      const place = { file: this.file, line: this.line, entry: number >= 0 ? number : null };
      const isMalformed = fields.length !== this.columns.length;
      if (!isMalformed && number >= this.first && number < this.size) {
        this.first = number;
        return;
      }
      if (isMalformed) this.report.add("table-malformed", place, `${this.columns.length} cells`, fields.length);
      else this.report.add("table-row-extra", place, `an entry from ${this.first} to ${this.size - 1}`, fields[0]);
      this.extra += 1;
      if (this.extra <= Letopis.EXTRA_MAX) return;
      this.isOver = true;
      this.report.skip("stopped-early", this.file);
    }

    finish() {}
  }

  // Reads all tables of a bag; reports missing, unexpected and malformed ones. `start` is null of an extract.
  class Tables {
    constructor(bag, start, report, isAccessLog = false) {
      this.bag = bag;
      this.start = start;
      this.report = report;
      this.texts = new Texts();
      this.tables = {};
      this.names = [];
      this.rows = 0;
      if (start === null) return;
      const there = [...bag.files.keys()].filter((name) => name.startsWith("data/tables/"));
      // An archive of a later range has all tables or none, one of an access log none.
      const wants = !isAccessLog && (start === 0 || there.length > 0);
      const wanted = new Map(wants ? Object.keys(COLUMNS).map((name) => [`data/tables/${name}.csv`, name]) : []);
      const beside = new Set(wants ? BESIDE.map((name) => `data/tables/${name}`) : []);
      for (const file of there.filter((each) => !wanted.has(each) && !beside.has(each))) {
        report.add("table-unexpected", { file }, "the tables of the specification", "another");
      }
      for (const [file, name] of wanted) {
        if (!bag.files.has(file)) report.add("table-missing", { file }, "a table", "none");
        else this.names.push(name);
      }
    }

    // `journal`: what the entries say; null where not all entries are here. `size`: where the range ends.
    async read(journal, size) {
      this.size = size;
      if (!journal && this.names.length) this.report.skip("tables-by-form", "data/tables");
      for (const name of this.names) await this.readTable(name, `data/tables/${name}.csv`, journal);
      this.report.facts.rows = this.rows;
    }

    // Of an extract: marks and absences, and results with their corrections, both or neither (log-format.md section 7a).
    async readExtract(journal) {
      const isThere = (name) => this.bag.files.has(`data/tables/${name}.csv`);
      const results = OF_RESULTS.some(isThere) ? OF_RESULTS : [];
      for (const name of [...OF_LESSONS, ...results]) {
        const file = `data/tables/${name}.csv`;
        if (isThere(name)) await this.readTable(name, file, journal);
        else this.report.add("table-missing", { file }, "a table", "none");
      }
      this.report.facts.rows = this.rows;
    }

    // Who looks at a table's rows: compares them with the entries, or looks at each by itself.
    judgeOf(name, file, columns, journal) {
      if (!journal) return new ByForm(file, columns, this.report, WHOLE.has(name) ? 0 : this.start, this.size);
      const isWanted = (index) => index >= (this.start || 0) || WHOLE.has(name);
      return new Letopis.Comparison(file, columns, journal.rowsOf(name, isWanted), this.report, this.start === null ? undefined : LATE[name]);
    }

    async readTable(name, file, journal) {
      const columns = COLUMNS[name];
      const short = columns.map(shortName);
      const kept = KEPT[name] === undefined ? null : new Table(this.texts, KEPT[name] || short);
      const places = kept && kept.columns.map((column) => short.indexOf(column));
      const judge = this.judgeOf(name, file, short, journal);
      let line = 0;
      const rows = new Rows((fields) => {
        line += 1;
        if (line === 1) {
          const header = `\ufeff${columns.join(";")}`;
          if (rows.raw !== header) this.report.add("table-header", { file, line }, header, rows.raw);
          return true;
        }
        judge.take(fields, rows.raw);
        if (kept && fields.length === columns.length) kept.take(fields, places);
        return true;
      });
      for await (const chunk of this.bag.chunks(file)) rows.push(chunk);
      rows.push(null);
      if (line === 0) this.report.add("table-header", { file, line: 1 }, "the names of the columns", "none");
      const isBroken = rows.isBroken && !judge.isOver;
      if (isBroken) this.report.add("table-malformed", { file, line: Math.max(2, line + 1) }, "a row of the specified form", "another");
      judge.finish(rows.isBroken);
      this.rows += Math.max(0, line - 1);
      if (kept) this.tables[name] = kept;
    }
  }

  // Rows `from` to `to` (from 0) of those of a table in which a cell contains `text`; read anew, as much as it takes.
  async function page(file, from, to, text, isWanted = null) {
    const wanted = text.toLowerCase();
    const found = [];
    let header = null;
    let count = 0;
    const rows = new Rows((fields) => {
      if (header === null) {
        header = fields;
        return true;
      }
      if (wanted && !fields.some((field) => field.toLowerCase().includes(wanted))) return true;
      if (isWanted && !isWanted(fields)) return true;
      if (count >= from && count < to) found.push(fields);
      count += 1;
      return count <= to;
    });
    for await (const piece of Letopis.piecesOf(file)) {
      rows.push(piece);
      if (rows.isBroken || rows.isDone) break;
    }
    rows.push(null);
    return { header: (header || []).map((name) => name.replace("\ufeff", "")), rows: found, hasMore: count > to };
  }

  Object.assign(Letopis, { COLUMNS, Rows, Tables, page });
})((globalThis.Letopis = globalThis.Letopis || {}));
