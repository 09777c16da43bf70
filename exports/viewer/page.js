"use strict";
// The page itself. Whatever comes from the archive goes into text nodes and attributes that are only read, never into markup.
(function (Letopis) {
  if (typeof document === "undefined") return;
  const { day, month, moment, number, visible } = Letopis;
  const { ROWS_PER_PAGE, both, byId, choice, el, facts, filter, heading, pager, said, table } = Letopis;
  const state = { picked: null, others: [], school: null, page: "about" };

  // The verdict.

  function place({ file, line, entry, offset, field }) {
    const parts = [["", file], ["строка / line ", line], ["запись / entry ", entry], ["байт / byte ", offset], ["поле / field ", field]];
    const there = parts.filter(([, value]) => value !== undefined && value !== "");
    return said(there.map(([name, value]) => name + Letopis.shown(value)).join(", "));
  }

  // What a report says by itself: the answer, what was not checked, the findings.
  function judged(report) {
    const verdicts = report.facts.extract === undefined ? Letopis.VERDICTS : Letopis.VERDICTS_OF_EXTRACTS;
    const [russian, english, saysRussian, saysEnglish] = verdicts[report.verdict];
    const parts = [el("div", { class: `verdict ${report.verdict}` }, el("strong", {}, both(russian, english)), both(saysRussian, saysEnglish))];
    if (report.unchecked.length) {
      parts.push(heading("h3", "Не проверено", "Not checked"));
      parts.push(el("ul", {}, ...report.unchecked.map(({ code, detail }) => el("li", {}, both(...Letopis.UNCHECKED[code]), ` [${code}] `, said(detail)))));
    }
    if (report.findings.length) {
      const rows = report.findings.map(({ code, place: where, expected, found: what }) => [
        el("code", {}, code), both(...(Letopis.CLAIMED[code] || Letopis.CLAIMED_OF_EXTRACTS[code])), place(where), said(expected), said(what),
      ]);
      const columns = [both("Код", "Code"), both("Что не так", "What is wrong"), both("Где", "Where"), both("Ожидалось", "Expected"), both("Найдено", "Found")];
      parts.push(table(both("Расхождения", "Findings"), columns, rows));
      if (report.beyond) parts.push(el("p", {}, `… и ещё / and more: ${number(report.beyond)}`));
    }
    if (report.limits.length) {
      parts.push(heading("h3", "Чего выписка не утверждает", "What the extract does not claim"));
      parts.push(el("ul", {}, ...report.limits.map(({ code, detail }) => el("li", {}, both(...Letopis.LIMITS[code]), ` [${code}] `, said(detail)))));
    }
    return parts;
  }

  // What two archives are to each other, with both heads, and what each is by itself.
  function compared(report) {
    const said_ = Object.entries(Letopis.COMPARED).filter(([name]) => report.facts[name] !== undefined);
    const shown = (name) => (name === "relation" ? both(...Letopis.RELATIONS[report.facts.relation]) : said(report.facts[name]));
    const parts = [facts(said_.map(([name, pair]) => [both(...pair), shown(name)]))];
    for (const [at, part] of report.parts.entries()) {
      const [russian, english] = at ? ["Второй сам по себе", "The second by itself"] : ["Первый сам по себе", "The first by itself"];
      parts.push(el("h3", {}, both(russian, english), ": ", said(part.subject)), ...judged(part));
    }
    return parts;
  }

  function notChecked(report) {
    if (isOfAccess(report)) return Letopis.NOT_CHECKED_OF_ACCESS_LOGS;
    // Beside an archive what is not checked of that counts too.
    const isAlone = report.facts.extract !== undefined && report.facts.against === undefined;
    return isAlone ? Letopis.NOT_CHECKED_OF_EXTRACTS : Letopis.NOT_CHECKED;
  }

  function verdict(report, vkey) {
    const key = vkey
      ? el("p", {}, "Ключ / Key: ", said(vkey.name), ` (${Letopis.toHex(vkey.keyId)})`)
      : el("p", {}, both("Подпись не проверена: ключа нет.", "The signature was not checked: there is no key."));
    const parts = [...judged(report), key, ...(report.parts.length ? compared(report) : [])];
    const unread = notChecked(report).map((pair) => el("li", {}, both(...pair)));
    parts.push(
      el("details", { open: true }, el("summary", {}, both("Чего эта страница не проверяет", "What this page does not check")), el("ul", {}, ...unread)),
    );
    return parts;
  }

  function show({ report, found }, vkey) {
    state.school = new Letopis.School(found);
    byId("verdict").replaceChildren(...verdict(report, vkey));
    byId("answer").hidden = false;
    byId("pages").hidden = false;
    byId("view").hidden = false;
    go("about");
    byId("answer-title").focus();
  }

  // The pages.

  const PAGES = {
    about: ["Об архиве", "The archive", about],
    class: ["Страница класса", "Class page", classPage],
    corrections: ["Исправления", "Corrections", corrections],
    entry: ["Запись", "An entry", entryPage],
    people: ["Люди", "People", people],
    tables: ["Таблицы", "Tables", tables],
    documents: ["Документы", "Documents", documents],
  };

  // An extract has entries and tables, and no pages of classes; an access log has entries alone.
  const OF_EXTRACTS = ["about", "entry", "tables"];
  const OF_ACCESS_LOGS = ["about", "entry"];

  const isExtract = () => state.school.found.report.facts.extract !== undefined;
  const isOfAccess = ({ facts: { origin } }) => origin !== undefined && Letopis.isAccessLog(origin);

  function shownPages() {
    if (isOfAccess(state.school.found.report)) return OF_ACCESS_LOGS;
    return isExtract() ? OF_EXTRACTS : Object.keys(PAGES);
  }

  function titleOf(key) {
    if (key === "about" && isOfAccess(state.school.found.report)) return ["О журнале доступа", "The access log"];
    return key === "about" && isExtract() ? ["О выписке", "The extract"] : PAGES[key].slice(0, 2);
  }

  function go(page) {
    state.page = page;
    const buttons = shownPages().map((key) =>
      el("button", { type: "button", id: `to-${key}`, "aria-current": key === page ? "page" : null, on: { click: () => turn(key) } }, both(...titleOf(key))),
    );
    byId("pages").replaceChildren(...buttons);
    return PAGES[page][2]();
  }

  async function turn(page) {
    await go(page);
    byId(`to-${page}`).focus();
  }

  function fill(...parts) {
    const [russian, english] = titleOf(state.page);
    byId("view").replaceChildren(heading("h2", russian, english), ...parts);
  }

  function about() {
    const { school } = state;
    const { report, walk } = school.found;
    const names = Object.entries(Letopis.FACTS).filter(([name]) => report.facts[name] !== undefined);
    const shown = (value) => {
      if (Letopis.CLOCKS[value] !== undefined) return both(...Letopis.CLOCKS[value]);
      return said(typeof value === "number" ? number(value) : value);
    };
    const days = school.values("lessons", "held_on");
    const years = [...new Set(days.map((date) => Number(date.slice(0, 4)) - (date.slice(5, 7) < "08" ? 1 : 0)))].map((year) => `${year}/${year + 1}`);
    const count = (name) => (school.tables[name] ? number(school.tables[name].length) : "");
    const kinds = new Map();
    for (const row of school.rows("people")) kinds.set(row.kind, (kinds.get(row.kind) || 0) + 1);
    const parts = [
      facts([
        [both("Школа", "School"), said(report.facts.school)],
        [both("Учебные годы", "School years"), years.join(", ")],
        [both("Записи внесены", "Entries recorded"), walk && walk.firstAt ? `${moment(walk.firstAt)} — ${moment(walk.lastAt)}` : ""],
        [both("Классов", "Classes"), school.has("lessons") ? number(school.classes().length) : ""],
        [both("Людей", "People"), said([...kinds].map(([kind, each]) => `${kind}: ${number(each)}`).join(", "))],
        [both("Уроков", "Lessons"), count("lessons")],
        [both("Отметок", "Marks"), count("marks")],
        [both("Пропусков и опозданий", "Absences and lateness"), count("absences")],
        [both("Исправлений", "Corrections"), count("corrections")],
      ]),
      heading("h3", "Контрольная точка", "Checkpoint"),
      facts(names.filter(([name]) => name !== "school").map(([name, pair]) => [both(...pair), shown(report.facts[name])])),
    ];
    if (walk) {
      const rows = [...walk.positions.types].sort(([one], [two]) => (one < two ? -1 : 1)).map(([type, each]) => [el("code", {}, visible(type)), number(each)]);
      parts.push(
        el("details", {}, el("summary", {}, both("Записи по видам", "Entries by type")),
          table(both("Записи по видам", "Entries by type"), [both("Вид", "Type"), both("Записей", "Entries")], rows)),
      );
    }
    fill(...parts);
  }

  const chosen = { group: "", page: "", month: "", corrections: { group: "", text: "", from: 0 }, people: "", table: { name: "", text: "", from: 0 }, entry: 0 };

  const nothing = (russian, english) => el("p", { class: "empty" }, both(russian, english));

  const entryLink = (index) =>
    index === null || index === "" ? "" : el("a", { href: "#view", on: { click: (event) => openEntry(event, index) } }, `№ ${index}`);

  function openEntry(event, index) {
    event.preventDefault();
    chosen.entry = index;
    turn("entry");
  }

  function classPage() {
    const { school } = state;
    const classes = school.classes();
    if (!classes.length) return fill(nothing("В этом архиве нет уроков или таблиц.", "There are no lessons or no tables in this archive."));
    if (!classes.includes(chosen.group)) chosen.group = classes[0];
    const pages = school.pages(chosen.group);
    const keys = pages.map((page) => [JSON.stringify([page.subject, page.subgroup]), page.subgroup ? `${page.subject}, ${page.subgroup}` : page.subject]);
    if (!keys.some(([key]) => key === chosen.page)) chosen.page = keys.length ? keys[0][0] : "";
    const page = pages[keys.findIndex(([key]) => key === chosen.page)];
    const months = page ? page.months : [];
    if (!months.includes(chosen.month)) chosen.month = months[0] || "";
    const set = (name) => (value) => {
      chosen[name] = value;
      classPage();
    };
    const choices = el(
      "div",
      { class: "choices" },
      choice("Класс", "Class", classes.map((each) => [each, each]), chosen.group, set("group")),
      choice("Предмет", "Subject", keys, chosen.page, set("page")),
      choice("Месяц", "Month", months.map((each) => [each, month(each)]), chosen.month, set("month")),
    );
    if (!page) return fill(choices, nothing("У класса нет уроков.", "The class has no lessons."));
    const shown = school.classPage(chosen.group, page.subject, page.subgroup, chosen.month);
    const detail = el("div", { id: "cell", "aria-live": "polite" });
    return fill(choices, grid(shown, page, detail), detail, lessonList(shown), ...resultList(page));
  }

  function grid(shown, page, detail) {
    const { lessons, students, cells } = shown;
    const title = both(`${visible(chosen.group)}, ${visible(page.subject)}, ${month(chosen.month)}: отметки и пропуски`, "marks and absences");
    const head = el("tr", {}, el("th", { scope: "col" }, both("Ученик", "Student")),
      ...lessons.map((row) => el("th", { scope: "col" }, day(row.held_on).slice(0, 5), el("br"), el("span", { class: "en" }, `урок ${visible(row.number)}`))));
    const rows = students.map((student) => {
      const name = el("th", { scope: "row" }, said(student.name), student.ended ? ` (по ${day(student.ended)})` : "");
      return el("tr", {}, name, ...lessons.map((row) => cell(cells.get(`${student.id} ${row.lesson}`), student, row, detail)));
    });
    const made = el("table", { class: "grid" }, el("caption", {}, title), el("thead", {}, head), el("tbody", {}, ...rows));
    return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Страница класса / Class page" }, made);
  }

  function cell(facts, student, lesson, detail) {
    if (!facts) return el("td");
    const words = facts.map((fact) => fact.standing || "—");
    const isChanged = facts.some((fact) => fact.standing_entry !== null);
    const label = `${visible(student.name)}, ${day(lesson.held_on)}: ${visible(words.join(", "))}${isChanged ? ", исправлено / corrected" : ""}`;
    const button = el(
      "button",
      { type: "button", class: isChanged ? "changed" : null, "aria-label": label, "aria-pressed": "false", on: { click: () => open() } },
      said(words.join(" ")),
    );
    async function open() {
      for (const pressed of byId("view").querySelectorAll('[aria-pressed="true"]')) pressed.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-pressed", "true");
      const parts = await Promise.all(facts.map(factHistory));
      detail.replaceChildren(el("h3", {}, said(student.name), `, ${day(lesson.held_on)}`), ...parts.flat());
    }
    return el("td", {}, button);
  }

  // One fact from its first entry on: what was recorded, and each correction of it.
  async function factHistory(fact) {
    const first = await state.school.entry(fact.entry);
    const at = first && first.value ? moment(first.value.at) : "";
    const who = first && first.value && first.value.actor ? state.school.name(first.value.actor.id) : "";
    const rows = [[entryLink(fact.entry), at, "", said(fact.recorded), fact.kind ? said(fact.kind) : "", said(who)]];
    for (const row of state.school.history(fact.entry)) {
      rows.push([entryLink(row.entry), moment(row.at), ...change(row), why(row), said(row.actor_name)]);
    }
    const columns = [both("Запись", "Entry"), both("Когда", "When"), both("Было", "Was"), both("Стало", "Is"), both("Что и почему", "What and why"), both("Кто", "Who")];
    return [table(both("История", "History"), columns, rows)];
  }

  const change = (row) => {
    const [old, now] = state.school.changed(row);
    return [el("span", { class: "was" }, said(old)), said(now || "—")];
  };

  const why = (row) => said([row.reason, row.note, row.basis, row.request !== null ? `заявка / request № ${row.request}` : ""].filter(Boolean).join("; "));

  function lessonList({ lessons }) {
    const columns = [both("Дата", "Date"), both("Урок", "Lesson"), both("Тема", "Topic"), both("Домашнее задание", "Homework"), both("К дате", "Due"), both("Посещаемость", "Attendance"), both("Учитель", "Teacher"), both("Запись", "Entry")];
    const rows = lessons.map((row) => [
      day(row.held_on), said(row.number), said(row.topic), said(row.homework), said(day(row.due_on)), said(row.attendance), said(row.teacher), entryLink(row.entry),
    ]);
    return el("div", {}, el("h3", {}, both("Темы и задания", "Topics and homework")), table(both("Уроки месяца", "Lessons of the month"), columns, rows));
  }

  function resultList(page) {
    const { periods, students } = state.school.results(chosen.group, page.subject);
    if (!students.length) return [];
    const columns = [both("Ученик", "Student"), ...periods.map((period) => said(period))];
    const rows = students.map((student) => [
      said(student.name),
      ...periods.map((period) => {
        const row = student.results.get(period);
        return row ? el("span", {}, said(row.standing || "—"), " ", entryLink(row.standing_entry === null ? row.entry : row.standing_entry)) : "";
      }),
    ]);
    return [el("h3", {}, both("Итоги", "Results")), table(both("Итоги по предмету", "Results of the subject"), columns, rows)];
  }

  function corrections() {
    const { school } = state;
    const wanted = chosen.corrections;
    const set = (changes) => {
      Object.assign(wanted, { from: 0 }, changes);
      corrections();
    };
    const { rows, count } = school.correctionPage(wanted.group, wanted.text, wanted.from, wanted.from + ROWS_PER_PAGE);
    const classes = [["", "все / all"], ...school.classes().map((each) => [each, each])];
    const columns = [both("Запись", "Entry"), both("Внесено", "Recorded"), both("Что", "Fact"), both("Класс, предмет, день", "Class, subject, day"), both("Ученик", "Student"), both("Было", "Was"), both("Стало", "Is"), both("Почему", "Why"), both("Кто внёс", "Who"), both("Исправляет", "Corrects")];
    const cells = rows.map((row) => [
      entryLink(row.entry), moment(row.at), said(row.fact), said([row.class, row.subject, day(row.held_on)].filter(Boolean).join(", ")),
      said(row.student_name), ...change(row), why(row), said(row.actor_name), entryLink(row.corrects),
    ]);
    const until = Math.min(count, wanted.from + ROWS_PER_PAGE);
    fill(
      el("div", { class: "choices" }, choice("Класс", "Class", classes, wanted.group, (group) => set({ group })), filter(wanted.text, (text) => set({ text }))),
      el("p", {}, `${number(count ? wanted.from + 1 : 0)}–${number(until)} из / of ${number(count)}`),
      table(both("Исправления", "Corrections"), columns, cells),
      pager(wanted.from, count > until, (from) => set({ from })),
    );
  }

  async function entryPage() {
    const { school } = state;
    const input = el("input", { type: "number", min: "0", value: String(chosen.entry), on: { change: () => openEntry(new Event("change"), Number(input.value)) } });
    const choices = el("div", { class: "choices" }, el("label", {}, both("Номер записи", "Entry's index"), input));
    const entry = await school.entry(chosen.entry);
    if (!entry) return fill(choices, nothing("Такой записи в архиве нет.", "There is no such entry in this archive."));
    const parts = [choices];
    const { value } = entry;
    if (value && typeof value === "object" && value.actor) {
      const links = (indexes) => indexes.flatMap((index) => [index === entry.index ? el("strong", {}, `№ ${index}`) : entryLink(index), " "]);
      const corrects = value.data && Number.isSafeInteger(value.data.corrects) ? entryLink(value.data.corrects) : "";
      const corrected = school.history(entry.index);
      parts.push(
        facts([
          [both("Вид", "Type"), said(value.type)],
          [both("Внесено", "Recorded"), said(value.at)],
          [both("Кто", "Who"), said(`${school.name(value.actor.id)} (${value.actor.role})`)],
          [both("Исправляет", "Corrects"), corrects],
          [both("Исправлено записями", "Corrected by"), corrected.length ? el("span", {}, ...links(corrected.map((row) => row.entry))) : ""],
          [both("Поток", "Stream"), said(`${value.stream}, версия / version ${value.version}`)],
          [both("Записи потока", "Entries of the stream"), el("span", {}, ...links(entry.stream))],
          [both("Хэш листа", "Leaf hash"), said(entry.leaf)],
        ]),
      );
      if (entry.disclosed.length) {
        parts.push(heading("h3", "Раскрыто", "Disclosed"));
        parts.push(facts(entry.disclosed.map(({ name, value: text }) => [visible(name), said(text)])));
      }
      parts.push(heading("h3", "Данные", "Data"), el("pre", {}, visible(JSON.stringify(value.data, null, 1))));
    }
    parts.push(heading("h3", "Как она лежит в архиве", "As it lies in the archive"), el("p", {}, said(entry.file)), el("pre", {}, visible(entry.raw)));
    return fill(...parts);
  }

  function people() {
    const rows = [...state.school.people.values()];
    const text = chosen.people.toLowerCase();
    const found = rows.filter((row) => !text || `${row.name} ${row.kind} ${row.person}`.toLowerCase().includes(text));
    const set = (value) => {
      chosen.people = value;
      people();
    };
    const cells = found.slice(0, 500).map((row) => [said(row.name), said(row.kind), el("code", {}, visible(row.person)), entryLink(row.entry)]);
    fill(
      el("div", { class: "choices" }, filter(chosen.people, set)),
      el("p", {}, `${number(Math.min(500, found.length))} из / of ${number(found.length)}`),
      table(both("Люди", "People"), [both("Имя", "Name"), both("Кто", "Kind"), both("Идентификатор", "Id"), both("Запись", "Entry")], cells),
    );
  }

  async function tables() {
    const { bag } = state.school.found;
    const wanted = chosen.table;
    const names = [...bag.files.keys()].filter((name) => /^data\/tables\/[a-z_]+\.csv$/.test(name));
    if (!names.length) return fill(nothing("Таблиц в этом архиве нет.", "There are no tables in this archive."));
    if (!names.includes(wanted.name)) wanted.name = names[0];
    const set = (changes) => {
      Object.assign(wanted, { from: 0 }, changes);
      tables();
    };
    const { header, rows, hasMore } = await Letopis.page(bag.files.get(wanted.name), wanted.from, wanted.from + ROWS_PER_PAGE, wanted.text);
    const isIndex = header.map((name) => /^(entry|standing_entry|corrects) /.test(name));
    const cells = rows.map((row) => row.map((value, at) => (isIndex[at] && /^\d{1,15}$/.test(value) ? entryLink(Number(value)) : said(value))));
    return fill(
      el("div", { class: "choices" },
        choice("Таблица", "Table", names.map((name) => [name, name.slice(12)]), wanted.name, (name) => set({ name })),
        filter(wanted.text, (text) => set({ text }))),
      table(said(wanted.name), header.map((name) => said(name)), cells),
      pager(wanted.from, hasMore, (from) => set({ from })),
    );
  }

  function documents() {
    const { bag } = state.school.found;
    const names = [...bag.files.keys()].filter((name) => name.startsWith("data/documents/"));
    if (!names.length) return fill(nothing("Документов в этом архиве нет.", "There are no documents in this archive."));
    const isZip = Boolean(state.picked.zip);
    const opened = (name) => el("a", { href: name.split("/").map(encodeURIComponent).join("/"), target: "_blank", rel: "noopener noreferrer" }, visible(name.slice(15)));
    const saved = (name) => el("button", { type: "button", on: { click: () => save(name) } }, visible(name.slice(15)));
    const link = isZip ? saved : opened;
    const rows = names.map((name) => [
      link(name), number(bag.files.get(name).size),
      bag.expected.has(name) && bag.expected.get(name) === bag.digests.get(name) ? both("цел", "whole") : both("НЕ СОШЁЛСЯ С МАНИФЕСТОМ", "DIFFERS FROM THE MANIFEST"),
    ]);
    return fill(
      isZip
        ? el("p", {}, both("Кнопки сохраняют файлы из ZIP.", "Buttons save files out of the ZIP."))
        : el("p", {}, both("Ссылки открывают файлы рядом с этой страницей: они верны, если она лежит в папке архива.", "Links open the files beside this page: they hold where it lies in the archive's folder.")),
      table(both("Документы", "Documents"), [both("Файл", "File"), both("Байт", "Bytes"), both("Проверка", "Check")], rows),
    );
  }

  // Saves a file out of the ZIP under its own name, as bytes that the browser does not open by itself.
  async function save(name) {
    const pieces = [];
    for await (const piece of Letopis.piecesOf(state.school.found.bag.files.get(name))) pieces.push(piece);
    const url = URL.createObjectURL(new Blob(pieces, { type: "application/octet-stream" }));
    el("a", { href: url, download: name.split("/").pop() }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  }

  Object.assign(Letopis, { show, state });
})((globalThis.Letopis = globalThis.Letopis || {}));
