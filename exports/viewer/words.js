"use strict";
// What the page says in its own words: Russian first, English beside it.
(function (Letopis) {
  const VERDICTS = {
    verified: ["ПОДТВЕРЖДЕНО", "VERIFIED", "Всё, что эта страница проверяет, сошлось.", "Everything that this page checks agrees."],
    finding: ["НАЙДЕНЫ РАСХОЖДЕНИЯ", "FINDINGS", "Архив не тот, который подписан, повреждён или нарушает правила журнала.", "The archive is not what was signed, is damaged, or breaks the journal's rules."],
    incomplete: [
      "НЕ ПОЛНОСТЬЮ",
      "INCOMPLETE",
      "Расхождений нет, но проверено не всё.",
      "Nothing differs, but not everything could be checked.",
    ],
  };

  // The same of an extract, where they differ.
  const VERDICTS_OF_EXTRACTS = {
    ...VERDICTS,
    verified: ["ПОДТВЕРЖДЕНО", "VERIFIED", "Всё, что утверждает выписка, сошлось.", "All that the extract claims agrees."],
    finding: ["НАЙДЕНЫ РАСХОЖДЕНИЯ", "FINDINGS", "Выписка не то, что подписано, или нарушена.", "The extract is not what was signed, or is damaged."],
  };

  const FACTS = {
    school: ["Школа", "School"],
    clock: ["Часы", "Clock"],
    extract: ["Выписка", "Extract of"],
    against: ["Сличено с архивом, записей", "Compared with an archive of entries"],
    origin: ["Журнал", "Log"],
    start: ["Начало диапазона", "Range begins at"],
    entries: ["Записей", "Entries"],
    size: ["Размер дерева", "Tree size"],
    root: ["Корень", "Root"],
    signed_size: ["Подписано записей", "Signed size"],
    signed_root: ["Подписанный корень", "Signed root"],
    disclosures: ["Раскрытий", "Disclosures"],
    rows: ["Строк таблиц", "Table rows"],
    files: ["Файлов", "Files"],
    deadlines: ["Сроков посчитано заново", "Deadlines counted again"],
  };

  const CLOCKS = {
    server: ["сервера школы", "the school's server's"],
    sample: ["учебные: школа вымышлена", "a sample's: the school is made up"],
  };

  // What is said of two archives that were compared.
  const COMPARED = {
    relation: ["Первый и второй", "The first and the second"],
    first: ["Первый: размер и корень", "The first: size and root"],
    second: ["Второй: размер и корень", "The second: size and root"],
    common: ["Общих записей от начала", "Entries in common from the beginning"],
    differs_at: ["Первая разная запись", "First entry that differs"],
  };

  const RELATIONS = {
    same: ["одна и та же история", "one and the same history"],
    continued: ["второй продолжает первый", "the second continues the first"],
    continues: ["первый продолжает второй", "the first continues the second"],
    fork: ["РАЗВЕТВЛЕНИЕ: школа подписала две истории", "FORK: the school signed two histories"],
    differ: ["истории расходятся", "the histories differ"],
  };

  // What time stamps rest on neither this page nor verify.pyz can know.
  const LEFT_TO_OPENSSL = [
    "Отметки времени и квалифицированные подписи: их проверяет openssl, как сказано в README.txt (verify.pyz — тоже нет).",
    "Time stamps and qualified signatures: openssl checks them, as README.txt says (verify.pyz does not either).",
  ];

  // What this page does not check, and who does.
  const NOT_CHECKED = [
    [
      "Что написано в документах (PDF) и в описаниях (description, csv-metadata.json): сверен только манифест, и verify.pyz тоже " +
        "сверяет только его. Верить — записям и таблицам CSV.",
      "What documents (PDF) and descriptions (description, csv-metadata.json) say: by the manifest alone, and so does verify.pyz. " +
        "The record is the entries and the CSV.",
    ],
    LEFT_TO_OPENSSL,
  ];

  // The same of an extract.
  const NOT_CHECKED_OF_EXTRACTS = [
    [
      "Что после выписки в её потоках ничего нет: это показывает только архив рядом с ней (шаг 3).",
      "That nothing follows in the extract's streams: only an archive beside it shows that (step 3).",
    ],
  ];

  // The same of an access log.
  const NOT_CHECKED_OF_ACCESS_LOGS = [
    [
      "Продолжает ли этот журнал то, что о нём записано в журнале школы (verify.pyz access с архивами обоих).",
      "Whether this log continues what the school's journal says of it (verify.pyz access, with archives of both).",
    ],
    LEFT_TO_OPENSSL,
  ];

  // Members of what a correction of a lesson, a work or homework changes.
  const MEMBERS = {
    topic: "тема", number: "урок", starts_at: "начало", ends_at: "конец", plan_items: "пункты плана", text: "задание", due_on: "к дате",
    kind: "вид", weight: "вес", written: "письменная", ends_on: "последний день", held_on: "дата", files: "файлы", due_lesson: "к уроку",
    reason: "причина", basis: "основание", coefficient: "коэффициент", same_subject: "тот же предмет",
  };

  const number = (value) => new Intl.NumberFormat("ru-RU").format(value);

  // A day or month of the archive as people write it: 2026-09-01 -> 01.09.2026.
  const day = (date) => (/^\d{4}-\d\d-\d\d$/.test(date) ? date.split("-").reverse().join(".") : date);
  const MONTHS = ["январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"];
  const month = (date) => `${MONTHS[Number(date.slice(5, 7)) - 1] || date} ${date.slice(0, 4)}`;
  const moment = (at) => `${day(at.slice(0, 10))} ${at.slice(11, 19)} UTC`;

  // A value from the archive, every character to be seen: those that print nothing or turn the text round as their numbers.
  const visible = (value) =>
    String(value).replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, (mark) => `\\u{${mark.codePointAt(0).toString(16)}}`);

  Object.assign(Letopis, {
    VERDICTS, VERDICTS_OF_EXTRACTS, FACTS, CLOCKS, COMPARED, RELATIONS, NOT_CHECKED, NOT_CHECKED_OF_EXTRACTS, NOT_CHECKED_OF_ACCESS_LOGS, MEMBERS,
    number, day, month, moment, visible,
  });
})((globalThis.Letopis = globalThis.Letopis || {}));
