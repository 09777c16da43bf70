"use strict";
// `tables.sqlite` beside the tables (tables.md, "The SQLite file"): its rows are those of the tables, and nothing else is in it. What a
// cell of a B-tree must be is spelt from the table's row and compared with the bytes; every page belongs to one tree or one long row.
(function (Letopis) {
  const { ApartError, malformed, rowsOfFile } = Letopis.sheets;
  const { inOrder, spell } = Letopis.records;
  const DATABASE_MAX_BYTES = 1 << 30;
  const PAGE = 4096;
  const LOCAL_MAX = PAGE - 35;
  const LOCAL_MIN = Math.floor(((PAGE - 12) * 32) / 255) - 23;
  const KEY_MAX = Math.floor(((PAGE - 12) * 64) / 255) - 23;
  const DEPTH_MAX = 12;
  const ROWS_MAX = 4096;
  const MAGIC = [...Letopis.bytesOf("SQLite format 3\0"), 0x10, 0, 1, 1, 0, 64, 32, 32];
  // Places of the header's numbers: no free pages, no vacuum, what is reserved; the format of the schema, and UTF-8.
  const ZEROS = [32, 36, 52, 64, 72, 76, 80, 84, 88];
  const RESERVED = new Set(["by", "check", "to"]);
  const NUMBER = /^(?:0|[1-9][0-9]{0,14})$/;
  const CREATE = /^CREATE TABLE ([a-z_]+) \(\n {2}([a-z0-9A-Z_ ,()\n]+)\n\)$/;
  const COLUMN = /^([a-z0-9_]+) (INTEGER PRIMARY KEY|INTEGER|TEXT)( NOT NULL)?( UNIQUE)?( REFERENCES [a-z_]+ \([a-z_]+\))?$/;
  const KEY = /^PRIMARY KEY \(([a-z0-9_]+(?:, [a-z0-9_]+)*)\)$/;
  const ABOUT = {
    about_tables:
      "CREATE TABLE about_tables (\n  table_name TEXT PRIMARY KEY NOT NULL, title TEXT NOT NULL, title_en TEXT NOT NULL, row_count INTEGER NOT NULL\n)",
    about_columns:
      "CREATE TABLE about_columns (\n  table_name TEXT NOT NULL REFERENCES about_tables (table_name), number INTEGER NOT NULL, column_name TEXT NOT NULL,\n" +
      "  csv_header TEXT NOT NULL, title TEXT NOT NULL, holds TEXT NOT NULL, refers_to TEXT,\n  PRIMARY KEY (table_name, number)\n)",
  };
  const NAMES = Object.keys(Letopis.COLUMNS).sort();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  // A column's name in SQL: the English one, with `_` behind a word that SQL keeps for itself.
  function sqlName(header) {
    const [name] = header.split(" ");
    return RESERVED.has(name) ? `${name}_` : name;
  }

  class Database {
    constructor(file, raw) {
      Object.assign(this, { file, raw, view: new DataView(raw.buffer, raw.byteOffset, raw.byteLength) });
      this.seen = new Uint8Array(Math.floor(raw.length / PAGE) + 1);
      this.pages = 0;
    }

    no(what) {
      return malformed(this.file, what);
    }

    differs(name, line) {
      return new ApartError("copy-differs", { file: this.file, line, field: name }, "what the table says", "another row");
    }

    // `titles`: the tables' names for people; `rowsOf` gives a table's rows, the first one too, as many at once as it has.
    async compare(titles, rowsOf) {
      const { raw, view } = this;
      const size = raw.length / PAGE;
      const isWhole =
        size >= 1 && Number.isInteger(size) && MAGIC.every((byte, at) => raw[at] === byte) && view.getUint32(28) === size &&
        ZEROS.every((at) => view.getUint32(at) === 0) && view.getUint32(44) === 4 && view.getUint32(56) === 1;
      if (!isWhole) throw this.no("a SQLite file of whole pages");
      const made = this.schema();
      const counts = {};
      for (const name of NAMES) counts[name] = await this.compareTable(name, made[name], rowsOf(name));
      this.compareAbout(made, titles, counts);
      if (this.pages !== size) throw this.no("B-trees that share no page");
    }

    // Takes a page that nobody has taken: where it begins.
    page(number) {
      if (!(number > 0 && number < this.seen.length) || this.seen[number]) throw this.no("B-trees that share no page");
      this.seen[number] = 1;
      this.pages += 1;
      return (number - 1) * PAGE;
    }

    // A number and where it ends.
    varint(at) {
      let value = 0;
      for (let place = at; place < Math.min(at + 8, this.raw.length); place += 1) {
        const byte = this.raw[place];
        value = value * 128 + (byte & 127);
        if (byte < 128) return [value, place + 1];
      }
      throw this.no("rows of a B-tree");
    }

    // Where the cells of a tree begin and where their page ends, in order; between those of a table's pages [-1, the number that
    // the rows before it must end with].
    *cells(number, ofKeys, depth = 0) {
      const start = this.page(number);
      const end = start + PAGE;
      const head = number === 1 ? start + 100 : start;
      const kind = this.raw[head];
      const count = this.view.getUint16(head + 3);
      const isLeaf = kind === (ofKeys ? 10 : 13);
      const first = head + (isLeaf ? 8 : 12);
      if ((!isLeaf && kind !== (ofKeys ? 2 : 5)) || depth > DEPTH_MAX || first + 2 * count > end) throw this.no("rows of a B-tree");
      for (let each = 0; each < count; each += 1) {
        const at = start + this.view.getUint16(first + 2 * each);
        if (at < first + 2 * count || at >= end - 4) throw this.no("rows of a B-tree");
        if (isLeaf) {
          yield [at, end];
          continue;
        }
        yield* this.cells(this.view.getUint32(at), ofKeys, depth + 1);
        yield ofKeys ? [at + 4, end] : [-1, this.varint(at + 4)[0]];
      }
      if (!isLeaf) yield* this.cells(this.view.getUint32(head + 8), ofKeys, depth + 1);
    }

    // Whether these bytes, `from` to `to`, stand at a place that ends there.
    stands(bytes, from, to, at, end) {
      if (at + to - from > end) return false;
      for (let place = from; place < to; place += 1) if (this.raw[at + place - from] !== bytes[place]) return false;
      return true;
    }

    async compareTable(name, { root, roots, numbers, alias, unique }, rows) {
      const tree = { cells: this.cells(root, false), last: 0, name };
      const keys = unique.map(() => []);
      let row = -1;
      for await (const found of rows) {
        for (const { fields } of found) {
          row += 1;
          if (!row) continue;
          const values = fields.map((field, at) => (field === "" ? null : numbers[at] && NUMBER.test(field) ? Number(field) : field));
          let number = row;
          if (alias >= 0) {
            number = values[alias];
            if (typeof number !== "number") throw this.no(`the table ${name}`);
            values[alias] = null;
          }
          this.compareRow(tree, values, number, row + 1);
          unique.forEach((places, at) => keys[at].push([...places.map((place) => values[place]), number]));
        }
      }
      if (this.nextRow(tree)) throw this.differs(name, row + 2);
      keys.forEach((key, at) => this.compareKeys(roots[at], key, name));
      return row;
    }

    // Where the next row of a table begins and its page ends; null where there is none.
    nextRow(tree) {
      for (let { done, value } = tree.cells.next(); !done; { done, value } = tree.cells.next()) {
        if (value[0] >= 0) return value;
        if (value[1] !== tree.last) throw this.no("rows of a B-tree");
      }
      return null;
    }

    compareRow(tree, values, number, line) {
      const place = this.nextRow(tree);
      if (!place) throw this.differs(tree.name, line);
      const { bytes, from } = spell(values, number);
      const total = bytes.length - from;
      let local = total;
      if (total > LOCAL_MAX) {
        local = LOCAL_MIN + ((total - LOCAL_MIN) % (PAGE - 4));
        if (local > LOCAL_MAX) local = LOCAL_MIN;
      }
      const [start, end] = place;
      if (!this.stands(bytes, 0, from + local, start, end - (local < total ? 4 : 0))) throw this.differs(tree.name, line);
      let next = start + from + local;
      while (local < total) {
        const page = this.page(this.view.getUint32(next));
        const count = Math.min(total - local, PAGE - 4);
        if (!this.stands(bytes, from + local, from + local + count, page + 4, page + PAGE)) throw this.differs(tree.name, line);
        local += count;
        if (local === total && this.view.getUint32(page)) throw this.no("rows of a B-tree");
        next = page;
      }
      tree.last = number;
    }

    // Compares the tree of what no two rows share: in order, each with its row's number.
    compareKeys(root, keys, name) {
      const cells = this.cells(root, true);
      for (const key of keys.sort(inOrder)) {
        const { bytes, from } = spell(key, null);
        const { done, value } = cells.next();
        if (done || bytes.length - from > KEY_MAX || !this.stands(bytes, 0, bytes.length, ...value)) throw this.no(`the keys of ${name}`);
      }
      if (!cells.next().done) throw this.no(`the keys of ${name}`);
    }

    // The rows of a small table, numbered from 1, ROWS_MAX of them at most.
    *records(root) {
      let last = 0;
      for (const [start, end] of this.cells(root, false)) {
        if (start < 0) {
          if (end !== last) throw this.no("rows of a B-tree");
          continue;
        }
        last += 1;
        const [total, behind] = this.varint(start);
        const [number, at] = this.varint(behind);
        if (number !== last || last > ROWS_MAX || total > LOCAL_MAX || at + total > end) throw this.no("rows of a B-tree");
        yield this.record(at, at + total);
      }
    }

    record(at, end) {
      let [size, place] = this.varint(at);
      let from = at + size;
      const values = [];
      while (place < at + size) {
        let kind;
        [kind, place] = this.varint(place);
        const length = kind < 5 ? kind : Math.floor((kind - 13) / 2);
        const isKnown = kind < 5 || kind === 8 || kind === 9 || (kind >= 13 && kind % 2 === 1);
        if (!isKnown || from + length > end) throw this.no("rows of a B-tree");
        if (kind === 8 || kind === 9) {
          values.push(kind - 8);
          continue;
        }
        const raw = this.raw.subarray(from, from + length);
        values.push(kind === 0 ? null : kind < 5 ? signed(raw) : decoder.decode(raw));
        from += length;
      }
      if (place !== at + size || from !== end) throw this.no("rows of a B-tree");
      return values;
    }

    // Each table's first page, those of its keys, and how it was created; nothing else may be there.
    schema() {
      const listed = new Map();
      for (const values of this.records(1)) {
        if (values.length !== 5 || listed.has(values[1])) throw this.no("no other table");
        listed.set(values[1], values);
      }
      const take = (name) => {
        const values = listed.get(name) || [];
        listed.delete(name);
        return values;
      };
      const found = {};
      for (const name of [...Object.keys(ABOUT), ...NAMES]) {
        const [kind, , of, root, text] = take(name);
        if (kind !== "table" || of !== name || typeof root !== "number" || typeof text !== "string") throw this.no(`the table ${name}`);
        const how = this.made(name, text);
        const roots = how.unique.map((_, at) => {
          const [index, , table, place, nothing] = take(`sqlite_autoindex_${name}_${at + 1}`);
          if (index !== "index" || table !== name || nothing !== null || typeof place !== "number") throw this.no(`the keys of ${name}`);
          return place;
        });
        found[name] = { root, roots, ...how };
      }
      if (listed.size) throw this.no("no other table");
      return found;
    }

    // How a table was created: which columns are of numbers, which of them numbers the rows, what no two rows share.
    made(name, text) {
      const no = () => this.no(`the table ${name}`);
      if (Object.hasOwn(ABOUT, name)) {
        if (text !== ABOUT[name]) throw no();
        return { numbers: [], alias: -1, unique: name === "about_tables" ? [[0]] : [[0, 1]] };
      }
      const created = CREATE.exec(text);
      const lines = created && created[1] === name ? created[2].split(",\n  ") : [];
      const key = KEY.exec(lines.length ? lines[lines.length - 1] : "");
      const columns = (key ? lines.slice(0, -1) : lines).map((line) => COLUMN.exec(line));
      const names = Letopis.COLUMNS[name].map(sqlName);
      if (columns.length !== names.length || columns.some((column, at) => !column || column[1] !== names[at])) throw no();
      const aliases = names.flatMap((_, at) => (columns[at][2] === "INTEGER PRIMARY KEY" ? [at] : []));
      const unique = names.flatMap((_, at) => (columns[at][4] ? [[at]] : []));
      const listed = key ? key[1].split(", ") : [];
      const isClear = aliases.length + (key ? 1 : 0) <= 1 && !unique.some(([at]) => aliases.includes(at));
      if (!isClear || !listed.every((each) => names.includes(each))) throw no();
      if (key) unique.push(listed.map((each) => names.indexOf(each)));
      return { numbers: columns.map((column) => column[2] !== "TEXT"), alias: aliases.length ? aliases[0] : -1, unique };
    }

    // What the file says of its tables and columns for people; English names and what a column holds are for reading.
    compareAbout(made, titles, counts) {
      const isSame = (rows, expected) => {
        const told = new Set(rows.map((values) => JSON.stringify(values)));
        return rows.length === expected.length && expected.every((values) => told.has(JSON.stringify(values)));
      };
      const tables = [...this.records(made.about_tables.root)];
      const said = tables.map(([name, title, , count]) => [name, title, count]);
      const isTold = isSame(said, NAMES.map((name) => [name, titles[name], counts[name]])) && tables.every(({ length }) => length === 4);
      if (!isTold) throw this.no("the table about_tables");
      const columns = [...this.records(made.about_columns.root)];
      const expected = NAMES.flatMap((name) =>
        Letopis.COLUMNS[name].map((header, at) => [name, at + 1, sqlName(header), header, header.slice(header.indexOf(" ") + 2, -1)]),
      );
      const isListed = isSame(columns.map((values) => values.slice(0, 5)), expected) && columns.every(({ length }) => length === 7);
      if (!isListed) throw this.no("the table about_columns");
      const keysOf = (rows, count) => rows.map((values, at) => [...values.slice(0, count), at + 1]);
      this.compareKeys(made.about_tables.roots[0], keysOf(tables, 1), "about_tables");
      this.compareKeys(made.about_columns.roots[0], keysOf(columns, 2), "about_columns");
    }
  }

  const signed = (raw) => {
    const value = raw.reduce((total, byte) => total * 256 + byte, 0);
    return raw[0] > 127 ? value - 2 ** (8 * raw.length) : value;
  };

  // Compares the file, where it is there, with the tables; called when these have been read, and nothing was found in any.
  async function checkDatabase(bag) {
    const wrong = new Set(bag.report.findings.map(({ place }) => place.file));
    const file = "data/tables/tables.sqlite";
    const fileOf = (name) => `data/tables/${name}.csv`;
    if (!Object.keys(Letopis.COLUMNS).every((name) => bag.files.has(fileOf(name)) && !wrong.has(fileOf(name)))) return;
    const raw = await bag.small(file, DATABASE_MAX_BYTES);
    if (raw === null) return;
    const titles = Object.assign({}, ...Object.values(Letopis.BOOKS));
    try {
      await new Database(file, raw).compare(titles, (name) => rowsOfFile(bag.files.get(fileOf(name))));
    } catch (error) {
      if (!(error instanceof ApartError)) throw error;
      bag.report.add(error.code, error.place, error.expected, error.found);
    }
  }

  Object.assign(Letopis, { checkDatabase });
})((globalThis.Letopis = globalThis.Letopis || {}));
