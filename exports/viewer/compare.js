"use strict";
// A table beside the rows that the entries give (tables.md): row by row in the order of the entries, cell by cell.
(function (Letopis) {
  const { WordError, indexOf, rowOf, spelt } = Letopis.cells;
  const EXTRA_MAX = 2000;
  const LATE_MAX_CHARACTERS = 64;
  // Cells that show a person: findings say that they differ, never what they say.
  const PERSONAL = new Set(["name", "teacher", "note", "absent_name", "substitute_name", "names"]);

  // What a row must be: `index` of its entry, `cells` before they are spelt. Where later entries changed what it first said,
  // `first` has the cells as they were then: a table that stands still there differs from the entries, not in a line of its own.
  class Comparison {
    // `rows`: an iterator of them, in the order of the entries; `late`: columns that later entries may change.
    constructor(file, columns, rows, report, late = new Set()) {
      Object.assign(this, { file, columns, report, late });
      this.rows = rows[Symbol.iterator]();
      this.line = 1;
      this.extra = 0;
      this.isOver = false;
      this.advance();
    }

    advance() {
      this.expected = null;
      try {
        const { done, value } = this.rows.next();
        if (!done) this.expected = value;
      } catch (error) {
        // What an entry says is not of the form that a row can be made of: the table cannot be told.
        if (!(error instanceof TypeError) && !(error instanceof WordError)) throw error;
        this.isOver = true;
        this.report.skip("entry-unread", this.file);
      }
    }

    // Takes the table's next row: its fields without quotes, and as it is spelt.
    take(fields, raw) {
      this.line += 1;
      if (this.isOver) return;
      if (this.expected && rowOf(this.expected.cells) === raw) {
        this.advance();
        return;
      }
      const number = indexOf(fields[0]);
      while (this.expected && number > this.expected.index) this.miss(this.line);
      const place = { file: this.file, line: this.line, entry: number >= 0 ? number : null };
      if (!this.expected) {
        this.report.add("table-row-extra", { file: this.file, line: this.line }, "the end of the table", fields[0]);
        this.isOver = true;
      } else if (number < this.expected.index) {
        this.report.add("table-row-extra", place, `the row of entry ${this.expected.index}`, fields[0]);
        this.extra += 1;
        if (this.extra > EXTRA_MAX) this.leave();
      } else {
        if (rowOf(this.expected.cells) !== raw) this.compare(place, fields, raw);
        this.advance();
      }
    }

    leave() {
      this.isOver = true;
      this.report.skip("stopped-early", this.file);
    }

    miss(line) {
      const { index } = this.expected;
      this.report.add("table-row-missing", { file: this.file, line, entry: index }, `the row of entry ${index}`, "none");
      this.advance();
    }

    compare(place, fields, raw) {
      const { cells, first } = this.expected;
      if (fields.length !== this.columns.length) {
        this.report.add("table-malformed", place, `${this.columns.length} cells`, fields.length);
        return;
      }
      if (rowOf(fields) !== raw) this.report.add("table-bytes", place, "quotes only where needed", "another spelling");
      const isLate = (at) => this.late.has(this.columns[at]) && fields[at].length <= LATE_MAX_CHARACTERS;
      const differing = cells.map((_, at) => at).filter((at) => spelt(cells[at]) !== spelt(fields[at]));
      const early = differing.filter((at) => !isLate(at));
      if (this.late.size && first && rowOf(first) === raw) this.stoodStill(place.entry, cells, first);
      else for (const at of early.length ? early : differing) this.differs(place, at, cells[at], fields[at]);
    }

    // A row that says what was recorded, though something else stands: what differs is said of the entry.
    stoodStill(entry, cells, first) {
      this.columns.forEach((column, at) => {
        const isAsFirst = column === "standing" ? !cells[this.columns.indexOf("standing_entry")] : cells[at] === first[at];
        if (this.late.has(column) && !isAsFirst) this.differs({ file: this.file, entry }, at, cells[at], "(as recorded)");
      });
    }

    differs(place, at, expected, found) {
      const field = this.columns[at];
      const [wanted, there] = PERSONAL.has(field) ? ["(from the disclosures)", "(another text)"] : [expected, found];
      this.report.add("table-cell", { ...place, field }, wanted, there);
    }

    // The table has no more rows; where it broke off, nothing is missing behind.
    finish(isBroken) {
      while (this.expected && !this.isOver && !isBroken) this.miss(this.line + 1);
    }
  }

  Object.assign(Letopis, { Comparison, EXTRA_MAX });
})((globalThis.Letopis = globalThis.Letopis || {}));
