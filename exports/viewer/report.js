"use strict";
// Findings: what is wrong, where, what was expected and what was found; and what could not be checked. The codes and the
// verdicts are those of docs/findings.md; `CLAIMED` says which of them this page decides.
(function (Letopis) {
  const FINDINGS_MAX = 1000;
  const FINDINGS_MAX_PER_CODE = 100;
  const TEXT_MAX = 160;

  // What each code means: in Russian, in English.
  const CLAIMED = {
    "archive-unreadable": ["Архив не открывается как папка или ZIP.", "The archive cannot be opened as a folder or a ZIP."],
    "archive-limit": ["Превышен предел размера или количества.", "A limit on size or number is exceeded."],
    "zip-trailing-bytes": [
      "В ZIP есть байты, которых не называет его оглавление.",
      "The ZIP has bytes before, between or after its members that its directory does not name.",
    ],
    "zip-inconsistent": [
      "ZIP говорит об одном и том же по-разному: две программы прочли бы два архива.",
      "The ZIP says one thing in two ways: two programs would read two archives.",
    ],
    "zip-encrypted": ["Часть ZIP зашифрована.", "A member of the ZIP is encrypted."],
    "zip-ratio": ["Степень сжатия неправдоподобна.", "A member's compression ratio is implausible."],
    "zip-method": ["Незнакомый способ сжатия.", "A member is compressed by an unknown method."],
    link: ["Ссылка или особый файл вместо обычного.", "A link or a special file instead of a plain one."],
    "bag-top-folder": ["В ZIP не одна верхняя папка.", "The ZIP does not have exactly one top folder."],
    "name-unsafe": ["Имя файла небезопасно.", "A file name is unsafe (absolute, '..', backslash, control characters)."],
    "name-duplicate": ["Два файла с одним именем.", "Two files have one name."],
    "name-collision": ["Имена различаются только регистром или формой Unicode.", "Names differ only by case or Unicode form."],
    "file-unreadable": ["Файл не читается.", "A file cannot be read to its end."],
    "bag-file-missing": ["Нет обязательного файла.", "A file that must be there is missing."],
    "bag-declaration": ["bagit.txt не объявляет BagIt 1.0 в UTF-8.", "bagit.txt does not declare BagIt 1.0 in UTF-8."],
    "bag-file-unexpected": ["Файл, которого в архиве быть не должно.", "A file that an archive does not have."],
    "bag-info": ["bag-info.txt говорит об архиве не то, что в нём.", "bag-info.txt says of the archive what is not so."],
    "bag-oxum": ["Payload-Oxum не сходится.", "Payload-Oxum does not match the payload."],
    "manifest-malformed": ["Строка манифеста не читается.", "A manifest line is malformed."],
    "manifest-extra": ["Файл не перечислен в манифесте.", "A file is not listed in its manifest."],
    "manifest-missing": ["Файл из манифеста отсутствует.", "A file listed in a manifest is not there."],
    "manifest-mismatch": ["Содержимое файла изменено: хэш не тот.", "A file's contents differ from the manifest's hash."],
    "checkpoint-malformed": ["Контрольная точка не читается.", "A checkpoint is malformed."],
    "signature-invalid": ["Подпись закреплённым ключом не подтверждена.", "The pinned key's signature does not hold."],
    "key-mismatch": ["Открытый ключ в архиве не тот, который закреплён.", "The public key in the archive is not the pinned one."],
    "origin-mismatch": ["Имя журнала не сходится.", "The log's origin differs."],
    "root-mismatch": ["Записи не дают подписанный корень дерева.", "The entries do not lead to the signed root."],
    "size-mismatch": ["Записей не столько, сколько подписано.", "There are not as many entries as were signed."],
    "start-malformed": ["Начало диапазона не читается.", "The start of the range is malformed."],
    "start-root-mismatch": ["Край дерева не даёт корень начальной точки.", "The edge does not give the start checkpoint's root."],
    "entries-file-name": ["Файл записей назван не по первой записи.", "An entries file is not named by its first index."],
    "entries-file-length": ["В файле записей не 65 536 строк.", "An entries file other than the last has not 65,536 lines."],
    "entries-no-final-newline": ["Последняя строка файла не закончена.", "A file's last line has no line feed."],
    "entry-too-long": ["Запись длиннее 65 535 байт.", "An entry is longer than 65,535 bytes."],
    "entry-not-json": ["Запись не является строгим JSON.", "An entry is not strict JSON."],
    "entry-not-canonical": ["Запись не в каноническом виде.", "An entry is not in canonical form."],
    "entry-field": ["Поле записи отсутствует, лишнее или неверное.", "An entry's field is missing, extra or wrong."],
    "index-gap": ["Номера записей идут не подряд.", "Leaf indexes are not consecutive."],
    "prev-mismatch": [
      "Цепочка разорвана: байты этой записи не те, на которые ссылается следующая.",
      "The chain is broken: this entry's bytes are not those that the next one commits to.",
    ],
    "at-backwards": ["Время записи раньше предыдущего.", "An entry's time is before that of the one before it."],
    "command-split": [
      "Записи одной команды стоят не подряд.",
      "Entries of one command do not stand side by side: they were not appended at once.",
    ],
    "version-gap": ["Версии потока идут не подряд.", "A stream's versions are not consecutive."],
    "school-opened": ["Журнал не начинается с открытия школы.", "The log does not begin with school_opened, or has it twice."],
    "disclosure-malformed": ["Раскрытие не читается.", "A disclosure is malformed."],
    "disclosure-not-committed": ["Раскрытие не подтверждено записью.", "A disclosure's digest is not in the entry it names."],
    "table-missing": ["Таблицы нет.", "A table is missing."],
    "table-unexpected": ["Лишняя таблица.", "A table that should not be there."],
    "table-header": ["Заголовок таблицы неверен.", "A table's first row is wrong."],
    "table-malformed": ["Строка таблицы не читается.", "A table's row is malformed."],
    "table-row-missing": ["В таблице нет строки, которая следует из записей.", "A row that follows from the entries is missing."],
    "table-row-extra": ["В таблице есть строка, которой нет в записях.", "A row does not follow from any entry."],
    "table-cell": ["Ячейка таблицы расходится с записями.", "A table's cell differs from what the entries say."],
    "table-bytes": ["Строка таблицы записана не по правилам.", "A row's bytes are not as the specification says."],
    "deadlines-differ": [
      "Таблица сроков говорит не то, что следует из записей и регламента.",
      "A table of deadlines does not say what follows from the entries and the regulation.",
    ],
    "package-malformed": ["Описание таблиц не читается.", "The description of the tables is malformed."],
    "package-differs": ["Описание таблиц расходится с таблицами.", "The description of the tables differs from the tables."],
    "copy-malformed": [
      "Копия таблиц (книга, файл SQLite) не того вида, какой она должна быть.",
      "A copy of the tables (a workbook, the SQLite file) is not of the form that it must have.",
    ],
    "copy-differs": [
      "Копия таблиц (книга, файл SQLite) говорит не то, что таблица CSV.",
      "A copy of the tables (a workbook, the SQLite file) does not say what the CSV says.",
    ],
    "earlier-mismatch": [
      "Прежние архивы не ведут к точке, которую продолжает этот.",
      "The earlier archives do not lead to the checkpoint that this one continues.",
    ],
    fork: [
      "Школа подписала две разные истории: обе подписи верны, а записи расходятся. Так бывает, когда журнал " +
        "продолжили с устаревшей копии, когда один ключ был у двух серверов или когда записи подменили. " +
        "Сохраните оба: вместе они доказательство, порознь его нет.",
      "The school signed two different histories: both signatures are valid, and the entries differ. It may have " +
        "gone on from an outdated copy, two servers may have had one key, or entries were replaced. Keep both: " +
        "together they are the evidence, and neither is alone.",
    ],
    "histories-differ": [
      "Истории расходятся, но не доказано, что школа подписала обе: какая подлинная, говорит проверка каждой.",
      "The histories differ, but it is not proved that the school signed both: verifying each says which is genuine.",
    ],
    "other-log": [
      "Это журналы разных школ: один другого не продолжает.",
      "These are logs of different schools: neither continues the other.",
    ],
  };

  // What is decided besides of an extract (log-format.md section 7a).
  const CLAIMED_OF_EXTRACTS = {
    "proof-malformed": ["Доказательство не читается.", "A proof is malformed."],
    "proof-mismatch": ["Доказательство не ведёт от записи к корню.", "A proof does not lead from the entry to the signed root."],
    "extract-malformed": ["Файл выписки не читается.", "A file of an extract is malformed."],
    "extract-claim": ["Выписка говорит о себе не то, что в ней.", "An extract says of itself what is not so."],
    "extract-order": [
      "Номера записей выписки не растут или не меньше подписанного размера.",
      "Leaf indexes of an extract do not rise, or are not below the signed size.",
    ],
    "extract-scope": [
      "В выписке запись, которая не относится к тому, о чём выписка.",
      "An extract has an entry that does not belong to what it is of.",
    ],
    "extract-incomplete": [
      "Поток не весь: версии пропущены, а выписка называет его полным или должна была назвать.",
      "A stream is not whole, though the extract says so or would have to.",
    ],
    "against-differs": [
      "В архиве на этом месте другая запись: выписка и архив — из разных историй журнала.",
      "The archive has another entry at this place: extract and archive are of two histories of the log.",
    ],
    "old-root-mismatch": [
      "Журнал не продолжает прежнюю контрольную точку: история переписана или это другой журнал.",
      "The log does not continue the earlier checkpoint: history was rewritten, or it is another log.",
    ],
  };

  // What an extract does not claim, and nobody should read into it; the verdict is not about it.
  const LIMITS = {
    "extract-part": [
      "Доказано, что эти записи стоят в подписанном журнале. Правила, которым нужны другие записи, не проверялись.",
      "These entries are shown to be in the signed log. Rules that rest on others were not judged.",
    ],
    "extract-ends": [
      "Потоки полны до названной версии. Что после неё до подписи ничего не внесено, говорит школа.",
      "Streams are whole up to the version named. That nothing followed before the signature is the school's word.",
    ],
    "extract-lessons": [
      "Какие уроки есть у класса, говорит школа: закрытие держит все уроки параллели, но чьи они, по нему не видно.",
      "Which lessons the class has is the school's word: a closing commits to all of the grade, not whose they are.",
    ],
    "extract-others": [
      "Записи о других учениках в выписку не вошли. Что об этом ученике среди них нет ни одной, говорит школа.",
      "Entries about other students were left out. That none of them is about this student is the school's word.",
    ],
    "extract-names": [
      "О человеке раскрыто не всё: не видно, нет ли среди скрытого второго имени.",
      "A part of what stands for a person is held back: whether a second name is among it cannot be seen.",
    ],
    "extract-withheld": [
      "О стольких людях не раскрыто ничего: придержано, заблокировано или стёрто. Что из этого, покажет архив.",
      "Of so many people nothing is disclosed: held back, blocked or erased. Which of these, only an archive shows.",
    ],
    "extract-inputs": [
      "Итог не пересчитан: отметок, из которых он вычислен, в выписке нет (запись: каких).",
      "A result was not computed again: marks that it was computed from are not here (its entry: which).",
    ],
    "extract-basis": [
      "Итог не пересчитан: в выписке нет того, по чему отметки считаются (запись: чего).",
      "A result was not computed again: what tells how marks count is not here (its entry: what).",
    ],
    "extract-results": [
      "Столько итогов не пересчитано; остальные вычислены заново из отметок, которые есть в выписке.",
      "So many results were not computed again; the others were, from the marks that are here.",
    ],
    "extract-years": [
      "Итоги за несколько лет: сумма пересчитана, а какие классы входят и каких не хватает, говорит школа.",
      "Final marks over years: the sum was computed again; which grades take part, and lack, is the school's word.",
    ],
    "extract-none": [
      "О полноте выписка не утверждает ничего: это отдельные записи.",
      "The extract claims nothing of completeness: it has single entries.",
    ],
  };

  const UNCHECKED = {
    "no-key": [
      "Подпись не проверена: не указан ключ школы, полученный не из архива.",
      "The signature was not checked: no key of the school from elsewhere was given.",
    ],
    "no-crypto": [
      "Подпись не проверена: у этого браузера нет нужной криптографии. Возьмите verify.pyz.",
      "The signature was not checked: this browser lacks the cryptography. Use verify.pyz.",
    ],
    "unknown-type": [
      "Есть события неизвестного типа.",
      "There are events of a type this verifier cannot read.",
    ],
    "entry-unread": [
      "Из записи не следует, что должно стоять в таблицах: она называет то, чего нет. Почему, скажет verify.pyz.",
      "What tables must say does not follow from an entry, which names what is not there: verify.pyz says why.",
    ],
    "tables-by-form": [
      "Таблицы сверены с манифестом и по виду строк, а с записями нет: нужны прежние архивы (--earlier).",
      "Tables were checked by manifest and form, not against entries: the earlier archives are needed (--earlier).",
    ],
    "old-not-covered": [
      "Прежняя контрольная точка вне диапазона архива.",
      "The earlier checkpoint lies outside the archive's range.",
    ],
    "gap-between": [
      "Между архивами есть записи, которых нет ни в одном: что один продолжает другой, не доказано.",
      "Between the two there are entries that neither has: that one continues the other is not proved.",
    ],
    "nothing-to-compare": [
      "В одном из двух нет записей, которые можно сверить.",
      "One of the two has no entries that could be compared.",
    ],
    "before-range": [
      "Часть записей ссылается на то, что было до начала диапазона.",
      "Entries rest on what was before the range, which is not here.",
    ],
    "deadlines-not-counted": [
      "Сроки не посчитаны: нет первой записи или компьютеру неизвестен часовой пояс школы (pip install tzdata).",
      "Deadlines were not counted: no entry 0, or this computer does not know the time zone (pip install tzdata).",
    ],
    "stopped-early": [
      "Архив прочитан не до конца из-за находок выше.",
      "The archive was not read to its end because of the findings above.",
    ],
  };

  const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

  // Makes a value from outside fit to be shown: one line, no control characters, not too long.
  function shown(value) {
    const characters = [...String(value)];
    const text = characters.slice(0, TEXT_MAX).join("").replace(UNPRINTABLE, (mark) => `\\u{${mark.codePointAt(0).toString(16)}}`);
    return characters.length > TEXT_MAX ? `${text}…` : text;
  }

  class Report {
    // `subject`: what it is of. `parts`: reports of what was verified by itself, the two sides of a comparison.
    constructor(subject = "") {
      this.subject = subject;
      this.parts = [];
      this.findings = [];
      this.unchecked = [];
      this.limits = [];
      this.facts = {};
      this.beyond = 0;
      this.counts = new Map();
    }

    // `place`: {file, line, entry, offset, field}, all optional. What is too much is only counted.
    add(code, place, expected = "", found = "") {
      if (!Object.hasOwn(CLAIMED, code) && !Object.hasOwn(CLAIMED_OF_EXTRACTS, code)) throw new Error(code);
      const count = (this.counts.get(code) || 0) + 1;
      this.counts.set(code, count);
      if (count > FINDINGS_MAX_PER_CODE || this.findings.length >= FINDINGS_MAX) {
        this.beyond += 1;
        return;
      }
      const where = Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined && value !== null));
      this.findings.push({ code, place: where, expected: shown(expected), found: shown(found) });
    }

    skip(code, detail) {
      if (!Object.hasOwn(UNCHECKED, code)) throw new Error(code);
      if (!this.unchecked.some((item) => item.code === code)) this.unchecked.push({ code, detail: shown(detail) });
    }

    limit(code, detail) {
      if (!Object.hasOwn(LIMITS, code)) throw new Error(code);
      this.limits.push({ code, detail: shown(detail) });
    }

    // Adds what another report says, each file's name behind `before`.
    tell(other, before) {
      for (const finding of other.findings) {
        this.findings.push({ ...finding, place: { ...finding.place, file: before + (finding.place.file || "") } });
      }
      this.beyond += other.beyond;
      for (const { code, detail } of other.unchecked) this.skip(code, detail);
    }

    get verdict() {
      const verdicts = this.parts.map((part) => part.verdict);
      if (this.findings.length || verdicts.includes("finding")) return "finding";
      return this.unchecked.length || verdicts.includes("incomplete") ? "incomplete" : "verified";
    }
  }

  Object.assign(Letopis, { CLAIMED, CLAIMED_OF_EXTRACTS, LIMITS, UNCHECKED, Report, shown });
})((globalThis.Letopis = globalThis.Letopis || {}));
