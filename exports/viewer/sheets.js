"use strict";
// The sheets of a workbook beside the rows of their tables (tables.md, "Workbooks"): what a row of a sheet must be is spelt from
// the row of the table, and bytes are compared. No XML is read here.
(function (Letopis) {
  const HEAD_MAX_BYTES = 1 << 13;
  const CELL_CHARACTERS_MAX = 32767;
  const ROWS_AT_ONCE = 256;
  const CUT = "… (целиком в CSV / whole in CSV)";
  const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const NAMESPACES =
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ' +
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
  const VIEW =
    ' workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>' +
    '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>';
  const MARGINS = '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>';
  const SIZE = /^[A-Z]{1,2}[0-9]{1,7}$/;
  // No column is without a width, and so hidden.
  const COLUMNS = /^(?:<col min="[0-9]{1,2}" max="[0-9]{1,2}" width="[1-9][0-9]{0,2}(?:\.[0-9]{1,9})?" customWidth="1"\/>){1,99}$/;
  // What XML does not say as it is, in a row as the table spells it.
  const ODD = /[&<>"\x00-\x09\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|(?:^|;) | (?:;|$)/;
  const CONTROL = /[\x00-\x08\x0b-\x1f\ufffe\uffff]/g;
  const ESCAPE = /_(?=x[0-9A-Fa-f]{4}_)/g;
  const NUMBER = /^(?:0|[1-9][0-9]{0,14})$/;
  const EDGE = /^[ \t\n]|[ \t\n]$/;

  // A workbook is not what it must be: the finding of it.
  class ApartError extends Error {
    constructor(code, place, expected, found) {
      super(code);
      Object.assign(this, { code, place, expected, found });
    }
  }

  const malformed = (file, expected, found = "another") => new ApartError("copy-malformed", { file }, expected, found);

  // A `<t>` with its text: what XML cannot say stands as `_xHHHH_`, and what looks like that has `_x005F` before it.
  function spelt(field) {
    const characters = field.length > CELL_CHARACTERS_MAX ? [...field] : [];
    const own = characters.length > CELL_CHARACTERS_MAX ? characters.slice(0, CELL_CHARACTERS_MAX - CUT.length).join("") + CUT : field;
    const hex = (mark) => `_x${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`;
    const text = own.replace(ESCAPE, "_x005F_").replace(CONTROL, hex);
    const kept = EDGE.test(text) ? ' xml:space="preserve"' : "";
    return `<t${kept}>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")}</t>`;
  }

  // A column's letters: A for 0.
  const letters = (place) => (place < 26 ? "" : String.fromCharCode(64 + Math.floor(place / 26))) + String.fromCharCode(65 + (place % 26));

  // The bytes of a part, taken from the beginning as far as they are those that are expected.
  class Taken {
    constructor(pieces) {
      this.pieces = pieces;
      this.buffer = new Uint8Array(0);
      this.at = 0;
    }

    // Has `count` bytes ahead, where the part has them.
    async hold(count) {
      while (this.buffer.length - this.at < count) {
        const { done, value } = await this.pieces.next();
        if (done) return;
        const rest = this.buffer.subarray(this.at);
        const joined = new Uint8Array(rest.length + value.length);
        joined.set(rest);
        joined.set(value, rest.length);
        [this.buffer, this.at] = [joined, 0];
      }
    }

    // Takes this text, where it is the next.
    async has(text) {
      const expected = Letopis.bytesOf(text);
      if (this.buffer.length - this.at < expected.length) await this.hold(expected.length);
      const { buffer, at } = this;
      if (buffer.length - at < expected.length) return false;
      for (let place = 0; place < expected.length; place += 1) if (buffer[at + place] !== expected[place]) return false;
      this.at += expected.length;
      return true;
    }

    // Takes the bytes up to `mark`, one character for each; null where it is not among the next.
    async until(mark) {
      await this.hold(HEAD_MAX_BYTES);
      const text = String.fromCharCode(...this.buffer.subarray(this.at, this.at + HEAD_MAX_BYTES));
      const end = text.indexOf(mark);
      if (end < 0) return null;
      this.at += end + mark.length;
      return text.slice(0, end);
    }

    async isOver() {
      await this.hold(1);
      return this.at === this.buffer.length;
    }

    // Takes all of it, to see that it can be.
    async exhaust() {
      for await (const _ of this.pieces);
    }
  }

  class Sheet {
    // `count`: of its columns.
    constructor(file, title, part, count) {
      Object.assign(this, { file, title, part, rows: 0, stated: "" });
      this.letters = Array.from({ length: count }, (_, place) => letters(place));
      // Whole numbers may stand as numbers or as text: text until a row shows otherwise.
      this.isNumber = new Array(count).fill(false);
    }

    get size() {
      return this.letters[this.letters.length - 1] + this.rows;
    }

    // Takes what stands before the rows, and the first of them, which is bold.
    async begin(fields, isFirst) {
      const { part } = this;
      const no = () => malformed(this.file, `the beginning of the sheet ${this.title}`);
      if (!(await part.has(`${XML}<worksheet ${NAMESPACES}><dimension ref="A1:`))) throw no();
      this.stated = await part.until('"/><sheetViews><sheetView');
      if (this.stated === null || !SIZE.test(this.stated)) throw no();
      if (!(await part.has(`${isFirst ? ' tabSelected="1"' : ""}${VIEW}`))) throw no();
      const columns = await part.until("</cols><sheetData>");
      if (columns === null || !COLUMNS.test(columns)) throw no();
      this.rows = 1;
      const cells = fields.map((field, place) => `<c r="${this.letters[place]}1" s="1" t="inlineStr"><is>${spelt(field)}</is></c>`);
      if (!(await part.has(`<row r="1">${cells.join("")}</row>`))) await this.differs("");
    }

    // Takes rows, {fields, isPlain}; `isPlain`: XML says the fields as they are.
    async take(rows) {
      for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
        const some = rows.slice(from, from + ROWS_AT_ONCE);
        const expected = some.map(({ fields, isPlain }, at) => this.rowOf(fields, this.rows + at + 1, isPlain));
        if (await this.part.has(expected.join(""))) {
          this.rows += some.length;
          continue;
        }
        for (const { fields, isPlain } of some) await this.takeOne(fields, isPlain);
      }
    }

    async takeOne(fields, isPlain) {
      this.rows += 1;
      if (!(await this.part.has(this.rowOf(fields, this.rows, isPlain)))) await this.takeSlowly(fields);
    }

    rowOf(fields, number, isPlain) {
      let row = `<row r="${number}">`;
      for (let place = 0; place < fields.length; place += 1) {
        const field = fields[place];
        if (field === "") continue;
        const cell = `<c r="${this.letters[place]}${number}"`;
        if (this.isNumber[place]) row += `${cell}><v>${isPlain ? field : spelt(field)}</v></c>`;
        else row += `${cell} t="inlineStr"><is>${isPlain ? `<t>${field}</t>` : spelt(field)}</is></c>`;
      }
      return `${row}</row>`;
    }

    // A row that is not as the rows before it: cell by cell.
    async takeSlowly(fields) {
      const number = this.rows;
      if (!(await this.part.has(`<row r="${number}">`))) await this.differs("");
      for (const [place, field] of fields.entries()) {
        const name = `${letters(place)}${number}`;
        if (field === "" || (await this.part.has(`<c r="${name}" t="inlineStr"><is>${spelt(field)}</is></c>`))) continue;
        if (!NUMBER.test(field) || !(await this.part.has(`<c r="${name}"><v>${field}</v></c>`))) await this.differs(name);
        this.isNumber[place] = true;
      }
      if (!(await this.part.has("</row>"))) await this.differs("");
    }

    // Sees that nothing more is there.
    async finish() {
      const { part, size } = this;
      if (!(await part.has("</sheetData>"))) {
        this.rows += 1;
        await this.differs("");
      }
      const isAsStated = this.stated === size && (await part.has(`<autoFilter ref="A1:${size}"/>${MARGINS}`)) && (await part.isOver());
      if (!isAsStated) throw malformed(this.file, `the end of the sheet ${this.title}`);
    }

    async differs(cell) {
      await this.part.exhaust();
      const place = { file: this.file, line: this.rows, field: cell ? `${this.title}!${cell}` : this.title };
      throw new ApartError("copy-differs", place, "what the table says", cell ? "another text" : "another row");
    }
  }

  // The rows of a table, as many at once as a piece of the file has: [{fields, isPlain}]. The first one is its header.
  async function* rowsOfFile(file) {
    let found = [];
    const rows = new Letopis.Rows((fields) => {
      found.push({ fields, isPlain: rows.raw.length <= CELL_CHARACTERS_MAX && !ODD.test(rows.raw) });
      return true;
    });
    for await (const piece of Letopis.piecesOf(file)) {
      rows.push(piece);
      yield found;
      found = [];
    }
    rows.push(null);
    yield found;
  }

  Object.assign(Letopis, { sheets: { ApartError, NAMESPACES, Sheet, Taken, XML, malformed, rowsOfFile } });
})((globalThis.Letopis = globalThis.Letopis || {}));
