"use strict";
// What stands in the cells of tables (tables.md): how a value is spelt there, and the words that it is said in.
(function (Letopis) {
  const FORMULA = /^[=+\-@\t\r]/;
  const QUOTED = /[";\r\n]/;

  // What a person typed, so that no spreadsheet runs it.
  const typed = (text) => (FORMULA.test(text) ? `'${text}` : text);
  // A field's bytes: in quotes only where it needs them.
  const spelt = (field) => (QUOTED.test(field) ? `"${String(field).replaceAll('"', '""')}"` : field);
  const rowOf = (fields) => fields.map(spelt).join(";");

  const WORK_KINDS = {
    answer: "ответ на уроке", homework_check: "проверка домашнего задания", self_work: "самостоятельная работа",
    control_work: "контрольная работа", test: "тест", dictation: "диктант", exposition: "изложение", composition: "сочинение",
    laboratory: "лабораторная работа", practical: "практическая работа", project: "проект", by_heart: "наизусть",
    retelling: "пересказ", reading: "чтение", norms: "сдача нормативов",
  };
  const PERSON_KINDS = { student: "ученик", teacher: "учитель", staff: "сотрудник", guardian: "законный представитель" };
  const REASONS = {
    typo: "описка", wrong_student: "не тот ученик", wrong_column: "не та графа", rechecked: "работа перепроверена", appeal: "апелляция",
    made_up: "пересдача, отработка", document: "предоставлен документ", other: "иное (с пояснением)",
  };
  const FACTS = {
    lesson: "урок", substitution: "замещение", work: "работа", make_up: "отработка", mark: "отметка", absence: "пропуск",
    lateness: "опоздание", early_leave: "ранний уход", homework: "домашнее задание",
  };
  const VALUES = { na: "н/а", exempt: "осв", pass: "зачёт", fail: "незачёт", absent: "н", ill: "б", excused: "у", unexcused: "п" };
  const RESULTS = { period_mark: "отметка за период", exam_result: "отметка за экзамен", final_mark: "итоговая отметка" };
  const DEVIATIONS = {
    key_works: "решили итоговые работы", trend: "учтена динамика", absences: "учтены пропуски", exempt: "освобождён",
    no_marks: "безотметочное обучение", transferred: "учтены отметки из другой школы", council: "решение педагогического совета",
    other: "иное (с пояснением)",
  };
  const PERIODS = { quarter: "четверть", trimester: "триместр", half_year: "полугодие", year: "год" };
  const DECISIONS = {
    admitted: "допущены к итоговой аттестации", not_admitted: "не допущены к итоговой аттестации", promoted: "переведены",
    promoted_conditionally: "переведены условно", retained: "оставлены на повторное обучение", graduated: "выпущены", other: "иное",
  };
  const DUTIES = { journal: "ведение журнала", substitute: "замещение", class_teacher: "классное руководство" };
  const PLAN_REASONS = {
    calendar: "изменение календаря", merged: "объединение тем", programme: "изменение рабочей программы", order: "приказ", typo: "описка",
    other: "иное",
  };
  const ABSENT_FOR = { ill: "болезнь", business_trip: "командировка", training: "повышение квалификации", leave: "отпуск", other: "иное" };
  const CANCELLED_FOR = {
    teacher_absent: "нет учителя", quarantine: "карантин", weather: "погода", accident: "авария",
    school_event: "общешкольное мероприятие", other: "иное",
  };
  const RESCHEDULED_FOR = {
    teacher_absent: "нет учителя", calendar: "изменение календаря", load: "нагрузка класса", programme: "изменение рабочей программы",
    other: "иное",
  };
  const WEEKS = { every: "каждая", odd: "нечётная", even: "чётная" };

  class WordError extends Error {}

  // The word for a value; of a value that has none nothing can be said. Raises WordError.
  function word(words, value) {
    if (typeof value !== "string" || !Object.hasOwn(words, value)) throw new WordError(`a word for ${value}`);
    return words[value];
  }

  // A mark, absence, lateness, early leaving or result in words; nothing where it is annulled. Raises WordError.
  function valueWord(what, value) {
    if (value === null) return "";
    if (what === "lateness" || what === "early_leave") {
      if (!Number.isInteger(value) || value < 1 || value > 120) throw new WordError("minutes from 1 to 120");
      return `${what === "lateness" ? "оп" : "ух"} ${value}`;
    }
    return typeof value === "string" && /^[1-5](?:\/[1-5])?$/.test(value) ? value : word(VALUES, value);
  }

  // An entry's index as a row begins with it; -1 where it is none.
  const indexOf = (field) => (/^(?:0|[1-9][0-9]{0,14})$/.test(field) ? Number(field) : -1);
  const yes = (value) => (value ? "да" : "нет");
  const number = (value) => (value === null || value === undefined ? "" : String(value));
  const listed = (values, between = " ") => (values ? values.join(between) : "");

  const WORDS = {
    WORK_KINDS, PERSON_KINDS, REASONS, FACTS, RESULTS, DEVIATIONS, PERIODS, DECISIONS, DUTIES, PLAN_REASONS, ABSENT_FOR, CANCELLED_FOR,
    RESCHEDULED_FOR, WEEKS,
  };
  Object.assign(Letopis, { cells: { WORDS, WordError, typed, spelt, rowOf, word, valueWord, indexOf, yes, number, listed } });
})((globalThis.Letopis = globalThis.Letopis || {}));
