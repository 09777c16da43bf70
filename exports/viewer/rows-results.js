"use strict";
// Results (events.md, "Results") and the council's decisions, as the tables show them: what was computed from what, by which
// rules, what was recorded, and what stands.
(function (Letopis) {
  const { handle, show, tell } = Letopis.rows;
  const { WORDS, listed, number, typed, valueWord, word } = Letopis.cells;

  const periods = (journal) => journal.room("periods", () => new Map());
  const sheets = (journal) => journal.room("sheets", () => new Map());
  const results = (journal) => journal.room("results", () => []);

  function recorded(what) {
    return (journal, entry, data) => {
      const sheet = sheets(journal).get(entry.stream);
      if (!sheet) return;
      const isExam = what === "exam_result";
      const computed = isExam
        ? ["", "", "", "", ""]
        : [valueWord(what, data.computed), number(data.sum), number(data.weight), listed(data.inputs), number(data.rule)];
      const reason = data.reason === undefined ? "" : word(WORDS.DEVIATIONS, data.reason);
      const result = {
        what, first: entry.index, at: entry.at, sheet, who: data.student, value: data.value, standing: entry.index, computed,
        said: [valueWord(what, data.value), reason, isExam ? "" : typed(journal.note(data)), data.obtained_at || "", typed(data.protocol || ""), listed(data.lacks)],
      };
      sheet.standing.set(entry.index, result);
      results(journal).push(result);
    };
  }

  function correct(journal, entry, data) {
    const sheet = sheets(journal).get(entry.stream);
    if (!sheet) return;
    const cells = [valueWord("", data.old), valueWord("", data.new), word(WORDS.REASONS, data.reason), typed(journal.note(data)), typed(data.basis || "")];
    const result = sheet.standing.get(data.corrects);
    if (!result) {
      journal.cited("correction-cites-nothing", entry, "a standing entry", data.corrects);
      if (journal.isPart) return;
    } else {
      if (result.value !== data.old) journal.cited("correction-old-value", entry, result.value, data.old);
      sheet.standing.delete(data.corrects);
      Object.assign(result, { value: data.new, standing: entry.index });
      sheet.standing.set(entry.index, result);
    }
    journal.row("result_corrections", entry.index, [
      String(entry.index), entry.at, result ? WORDS.RESULTS[result.what] : "", number(data.corrects), sheet.id, result ? result.who : "",
      ...cells, number(data.request), entry.actor,
    ]);
  }

  handle({
    period_defined(journal, entry, data) {
      if (!entry.isFirst) return;
      periods(journal).set(entry.id, {
        kind: data.kind, number: data.number, word: word(WORDS.PERIODS, data.kind), starts_on: data.starts_on, ends_on: data.ends_on,
      });
    },

    result_sheet_opened(journal, entry, data) {
      if (!entry.isFirst) return;
      sheets(journal).set(entry.stream, { id: entry.id, course: data.course, period: data.period, standing: new Map(), published: [] });
    },

    period_mark_recorded: recorded("period_mark"),
    exam_result_recorded: recorded("exam_result"),
    final_mark_recorded: recorded("final_mark"),
    result_corrected: correct,
    result_annulled: (journal, entry, data) => correct(journal, entry, { ...data, new: null }),

    results_published(journal, entry, data) {
      const sheet = sheets(journal).get(entry.stream);
      if (sheet) sheet.published.push([data.what, entry.index]);
    },

    council_decision_recorded(journal, entry, data) {
      const decisions = journal.room("decisions", () => new Map());
      const names = data.students.map((student) => journal.name(student, entry.index));
      const replaced = decisions.get(data.replaces);
      if (replaced) replaced[9] = String(entry.index);
      const cells = journal.row("council", entry.index, [
        String(entry.index), entry.at, entry.id, typed(data.protocol), data.held_on, word(WORDS.DECISIONS, data.decision),
        listed(data.students), typed(names.join(", ")), typed(data.basis || ""), "",
      ]);
      decisions.set(entry.index, cells);
    },
  });

  function periodWord(period) {
    if (!period) return "";
    return period.kind === "year" ? period.word : `${period.word} ${period.number}`;
  }

  function* resultRows(journal) {
    for (const result of results(journal)) {
      const { sheet, first } = result;
      const isKnown = journal.people.has(result.who) || !journal.isPart;
      const published = sheet.published.find(([what, index]) => what === result.what && index > first);
      yield {
        index: first,
        cells: [
          String(first), result.at, sheet.id, ...journal.courseCells(sheet.course), periodWord(periods(journal).get(sheet.period)),
          WORDS.RESULTS[result.what], result.who, isKnown ? typed(journal.name(result.who, first)) : "", ...result.computed, ...result.said,
          valueWord("", result.value), result.standing === first ? "" : String(result.standing), published ? String(published[1]) : "",
        ],
      };
    }
  }

  tell("result_corrections", "council");
  show({ results: resultRows });
})((globalThis.Letopis = globalThis.Letopis || {}));
