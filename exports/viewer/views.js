"use strict";
// What the pages show, as plain values: made of the kept tables, and of entries read again where they lie.
(function (Letopis) {
  const inOrder = new Intl.Collator("ru", { numeric: true }).compare;

  class School {
    // `found`: what verifyArchive returned.
    constructor(found) {
      this.found = found;
      this.tables = (found.tables && found.tables.tables) || {};
      this.texts = found.tables ? found.tables.texts : null;
      this.people = new Map();
      this.corrections = new Map();
      for (const row of this.rows("people")) this.people.set(row.person, row);
      const table = this.tables.corrections;
      for (let at = 0; table && at < table.length; at += 1) {
        const corrects = table.get(at, "corrects");
        if (!this.corrections.has(corrects)) this.corrections.set(corrects, []);
        this.corrections.get(corrects).push(at);
      }
      this.lessons = new Map();
      const lessons = this.tables.lessons;
      for (let at = 0; lessons && at < lessons.length; at += 1) this.lessons.set(lessons.number(at, "lesson"), at);
    }

    *rows(name) {
      const table = this.tables[name];
      for (let at = 0; table && at < table.length; at += 1) yield table.row(at);
    }

    has(name) {
      return Boolean(this.tables[name] && this.tables[name].length);
    }

    name(id) {
      const person = this.people.get(id);
      return person ? person.name : id;
    }

    values(name, column) {
      const table = this.tables[name];
      const numbers = new Set();
      for (let at = 0; table && at < table.length; at += 1) numbers.add(table.number(at, column));
      return [...numbers].map((value) => this.texts.texts[value]).filter(Boolean).sort(inOrder);
    }

    classes() {
      return [...new Set([...this.values("lessons", "class"), ...this.values("enrollments", "class")])].sort(inOrder);
    }

    // The pages of a class: [{subject, subgroup, months}], from its lessons.
    pages(group) {
      const pages = new Map();
      for (const row of this.lessonsOf(group)) {
        const key = `${row.subject}\n${row.subgroup}`;
        if (!pages.has(key)) pages.set(key, { subject: row.subject, subgroup: row.subgroup, months: new Set() });
        pages.get(key).months.add(row.held_on.slice(0, 7));
      }
      const all = [...pages.values()].sort((a, b) => inOrder(a.subject, b.subject) || inOrder(a.subgroup, b.subgroup));
      return all.map((page) => ({ ...page, months: [...page.months].sort() }));
    }

    *lessonsOf(group) {
      const table = this.tables.lessons;
      const wanted = this.texts && this.texts.numbers.get(group);
      for (let at = 0; table && at < table.length; at += 1) if (table.number(at, "class") === wanted) yield table.row(at);
    }

    // One class page: {lessons, students, cells}; a cell is a list of facts, by student and lesson.
    classPage(group, subject, subgroup, month) {
      const lessons = [...this.lessonsOf(group)].filter(
        (row) => row.subject === subject && row.subgroup === subgroup && row.held_on.startsWith(month),
      );
      lessons.sort((a, b) => inOrder(a.held_on, b.held_on) || inOrder(a.number, b.number) || a.entry - b.entry);
      const shown = new Set(lessons.map((row) => this.texts.numbers.get(row.lesson)));
      const cells = new Map();
      const students = new Map();
      for (const name of ["marks", "absences", "make_ups"]) {
        for (const fact of this.facts(name, shown)) {
          const key = `${fact.student} ${fact.lesson}`;
          if (!cells.has(key)) cells.set(key, []);
          cells.get(key).push(fact);
          students.set(fact.student, { id: fact.student, name: this.name(fact.student) });
        }
      }
      for (const row of this.members(group, subject, subgroup, month)) {
        students.set(row.student, { id: row.student, name: row.name, ended: row.ends_on });
      }
      return { lessons, students: [...students.values()].sort((a, b) => inOrder(a.name, b.name)), cells };
    }

    *facts(name, lessons) {
      const table = this.tables[name];
      for (let at = 0; table && at < table.length; at += 1) {
        if (lessons.has(table.number(at, "lesson"))) yield { table: name, ...table.row(at) };
      }
    }

    // Who was in the class, or in the subgroup, on some day of the month.
    *members(group, subject, subgroup, month) {
      for (const row of this.rows(subgroup ? "subgroups" : "enrollments")) {
        if (row.class !== group || (subgroup && (row.subgroup !== subgroup || row.subject !== subject))) continue;
        if (row.starts_on.slice(0, 7) <= month && (!row.ends_on || row.ends_on.slice(0, 7) >= month)) yield row;
      }
    }

    // The corrections that follow from an entry, each of what stood then, in order.
    history(entry) {
      const found = [];
      const waiting = [entry];
      while (waiting.length && found.length < 1000) {
        for (const at of this.corrections.get(waiting.shift()) || []) {
          const row = this.correction(at);
          found.push(row);
          waiting.push(row.entry);
        }
      }
      return found.sort((a, b) => a.entry - b.entry);
    }

    // A row of corrections with its lesson's class, subject and day, and with names.
    correction(at) {
      const row = this.tables.corrections.row(at);
      const lesson = this.lessons.get(this.tables.corrections.number(at, "lesson"));
      const place = lesson === undefined ? { class: "", subject: "", held_on: "" } : this.tables.lessons.row(lesson);
      return {
        ...row, class: place.class, subject: place.subject, held_on: place.held_on,
        student_name: row.student ? this.name(row.student) : "", actor_name: this.name(row.actor),
      };
    }

    // What a correction changed, old and new: of values of several members only those that differ.
    changed(row) {
      if (!row.old.startsWith("{") || !row.new.startsWith("{")) return [row.old, row.new];
      try {
        const values = [JSON.parse(row.old), JSON.parse(row.new)];
        const names = [...new Set(values.flatMap(Object.keys))];
        const differ = names.filter((name) => JSON.stringify(values[0][name]) !== JSON.stringify(values[1][name]));
        const text = (value) => (typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value));
        return values.map((value) => differ.map((name) => `${Letopis.MEMBERS[name] || name}: ${text(value[name])}`).join("; "));
      } catch {
        return [row.old, row.new];
      }
    }

    // Corrections of a class (empty: of all) whose row holds `text`, `from` to `to`.
    correctionPage(group, text, from, to) {
      const wanted = text.toLowerCase();
      const table = this.tables.corrections;
      const rows = [];
      let count = 0;
      for (let at = 0; table && at < table.length; at += 1) {
        const row = this.correction(at);
        if (group && row.class !== group) continue;
        if (wanted && !Object.values(row).some((value) => String(value).toLowerCase().includes(wanted))) continue;
        if (count >= from && count < to) rows.push(row);
        count += 1;
      }
      return { rows, count };
    }

    // Results of periods of a class and subject: {periods, students: [{id, name, results}]}.
    results(group, subject) {
      const periods = new Set();
      const students = new Map();
      for (const row of this.rows("results")) {
        if (row.class !== group || row.subject !== subject) continue;
        const period = `${row.period}, ${row.what}`;
        periods.add(period);
        if (!students.has(row.student)) students.set(row.student, { id: row.student, name: this.name(row.student), results: new Map() });
        students.get(row.student).results.set(period, row);
      }
      return { periods: [...periods].sort(inOrder), students: [...students.values()].sort((a, b) => inOrder(a.name, b.name)) };
    }

    // One entry as it lies in the archive: {index, file, raw, value, stream, disclosed}, or null.
    async entry(index) {
      const { walk, disclosures } = this.found;
      const at = walk ? walk.positions.find(index) : -1;
      if (at < 0) return null;
      const { files, offsets } = walk.positions;
      let place = files.length - 1;
      while (place > 0 && files[place].first > at) place -= 1;
      const from = offsets.values[at];
      const { bag, name } = files[place];
      const blob = bag.files.get(name);
      const isLast = at + 1 >= offsets.length || (files[place + 1] && files[place + 1].first === at + 1);
      const to = isLast ? blob.size : offsets.values[at + 1];
      const bytes = new Uint8Array(await blob.slice(from, Math.min(to, from + 2 * Letopis.ENTRY_MAX_BYTES)).arrayBuffer());
      const line = bytes[bytes.length - 1] === 10 ? bytes.subarray(0, -1) : bytes;
      let value = null;
      try {
        value = Letopis.parse(line);
      } catch {
        // What cannot be read is a finding already: its bytes are shown.
      }
      const digests = value && value.data && Array.isArray(value.data._sd) ? value.data._sd : [];
      const disclosed = digests.map((digest) => disclosures.values.get(digest)).filter(Boolean);
      const leaf = Letopis.toHex(Letopis.leafHash(line, 0, line.length));
      return { index, file: files[place].shown, raw: new TextDecoder().decode(line), value, leaf, disclosed, stream: this.stream(at) };
    }

    // Indexes of the entries of the same stream, up to this one and as many behind it, at most 200 of either.
    stream(at) {
      const { positions } = this.found.walk;
      const { before, last } = positions;
      const back = [];
      for (let each = at; each >= 0 && back.length < 200; each = before.values[each]) back.push(each);
      const after = [];
      for (const end of last.values()) {
        if (end < at) continue;
        const chain = [];
        let each = end;
        for (; each > at; each = before.values[each]) chain.push(each);
        if (each === at) {
          after.push(...chain.reverse().slice(0, 200));
          break;
        }
      }
      return [...back.reverse(), ...after].map((each) => positions.indexAt(each));
    }
  }

  Object.assign(Letopis, { School });
})((globalThis.Letopis = globalThis.Letopis || {}));
