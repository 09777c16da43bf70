"use strict";
// `deadlines.csv` and `deadline_counts.csv` beside the tables (tables.md, "Deadlines"): compared with what is counted again.
(function (Letopis) {
  const { cells, momentText } = Letopis;
  const HEADERS = {
    deadlines: [
      "rule (правило)", "class (класс)", "since (с)", "of (о чём)", "planned_number (номер урока по расписанию)", "teacher (учитель)",
      "student (ученик)", "work (работа)", "due (срок)", "done (внесено)", "verdict (вывод)", "minutes_late (опоздание, минут)",
      "done_entry (внесено записью)",
    ],
    deadline_counts: [
      "class (класс)", "rule (правило)", "on_time (в срок)", "late (с опозданием)", "missing (нет)", "pending (срок не вышел)",
      "exempt (не нужно)", "no_regulation (нет регламента)",
    ],
  };
  // Rules in the order of the rows.
  const RULES = {
    lesson: "запись урока", attendance: "посещаемость", homework: "домашнее задание", oral_mark: "отметка за устный ответ",
    written_mark: "отметка за письменную работу", result: "показ итога", notice: "уведомление об изменении данных", refresh: "обновление данных",
  };
  const VERDICTS = { late: "с опозданием", missing: "нет", exempt: "не нужно" };
  const MINUTE = 60000000n;

  const momentCell = (moment) => (moment === null ? "" : momentText(moment));

  function rowOf({ rule, verdict, done, doneAt, of, since, name, teacher, student, work, planned }) {
    const { status, due, late } = verdict;
    return cells.rowOf([
      RULES[rule], cells.typed(name), since, of, cells.number(planned), teacher, student, rule === "result" ? cells.WORDS.RESULTS[work] : work,
      momentCell(due), momentCell(doneAt), VERDICTS[status], late === null ? "" : String(late / MINUTE), cells.number(done),
    ]);
  }

  function* rowsOf(deadlines) {
    for (const one of deadlines.verdicts()) yield rowOf(one);
  }

  function* countRowsOf({ counts }) {
    for (const name of [...counts.keys()].sort(Letopis.byCodePoints)) {
      const rules = counts.get(name);
      for (const rule of Object.keys(RULES).filter((one) => rules.has(one))) {
        yield cells.rowOf([cells.typed(name), RULES[rule], ...Object.values(rules.get(rule)).map(String)]);
      }
    }
  }

  // What to show of two rows: the first cell that differs, under its column; else both as they are.
  function apart(columns, expected, found) {
    const [wanted, there] = [expected.split(";"), found.split(";")];
    const at = wanted.findIndex((cell, place) => cell !== there[place]);
    if (wanted.length !== columns.length || there.length !== columns.length || at < 0) return [expected, found];
    return [wanted, there].map((row) => `${columns[at]}: ${row[at]}`);
  }

  // Compares a file with rows, up to the first that differs; what is left of `rows` is taken all the same.
  async function checkRows(bag, name, rows) {
    const { report } = bag;
    const file = `data/tables/${name}.csv`;
    let line = 0;
    let expected = rows.next();
    let isOver = false;
    const differs = (found) => {
      report.add("deadlines-differ", { file, line: Math.max(2, line) }, ...apart(HEADERS[name], expected.value, found));
      isOver = true;
    };
    const table = new Letopis.Rows(() => {
      line += 1;
      if (line === 1) {
        const header = `\ufeff${HEADERS[name].join(";")}`;
        if (table.raw !== header) report.add("table-header", { file, line }, header, table.raw);
      } else if (expected.done) {
        report.add("table-row-extra", { file, line }, "the end of the table", table.fields[0]);
        isOver = true;
      } else if (expected.value === table.raw) {
        expected = rows.next();
      } else {
        differs(table.raw);
      }
      return !isOver;
    });
    for await (const chunk of bag.chunks(file)) table.push(chunk);
    table.push(null);
    if (line === 0) report.add("table-header", { file, line: 1 }, "the names of the columns", "none");
    line += 1;
    if (isOver) return;
    if (!expected.done) differs("another, or none");
    else if (table.isBroken) report.add("table-malformed", { file, line: Math.max(2, line) }, "a row of the specified form", "another");
  }

  // Judges the tables of deadlines that an archive has; nothing is counted where it has none.
  async function checkDeadlines(bag, seen, rules) {
    const isThere = (name) => bag.files.has(`data/tables/${name}.csv`);
    const { report } = bag;
    if (!Object.keys(HEADERS).some(isThere)) return;
    if (rules.start || !seen.moments.length) {
      report.skip("deadlines-not-counted", "entry 0");
      return;
    }
    if ([...rules.setUp.years.values()].some(Letopis.Deadlines.isTooLong)) {
      report.skip("deadlines-not-counted", "a year of more than 401 days");
      return;
    }
    let deadlines;
    try {
      deadlines = new Letopis.Deadlines(seen, rules);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      report.skip("deadlines-not-counted", seen.zone);
      return;
    }
    const rows = rowsOf(deadlines);
    if (isThere("deadlines")) await checkRows(bag, "deadlines", rows);
    while (!rows.next().done); // counted to the end, whatever the table says
    report.facts.deadlines = deadlines.judged;
    if (isThere("deadline_counts")) await checkRows(bag, "deadline_counts", countRowsOf(deadlines));
  }

  const told = { rowsOfDeadlines: rowsOf, countRowsOfDeadlines: countRowsOf, DEADLINE_COLUMNS: HEADERS };
  Object.assign(Letopis, { checkDeadlines, ...told, RULES_OF_DEADLINES: Object.keys(RULES) });
})((globalThis.Letopis = globalThis.Letopis || {}));
