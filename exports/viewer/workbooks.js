"use strict";
// The workbooks beside the tables (tables.md): ZIPs of XML whose sheets say what the tables say. Each sheet is compared with its
// table, and what else decides what a program shows of it with the form that it has; the first thing that differs is the finding.
(function (Letopis) {
  const { ApartError, NAMESPACES, Sheet, Taken, XML, malformed, rowsOfFile } = Letopis.sheets;
  const BOOK_MAX_BYTES = 256 << 20;
  const PARTS_MAX_BYTES = 2 ** 32;
  const PART_MAX_BYTES = 1 << 16;
  const ROWS_MAX = 1048576;
  // The tables of each workbook in their order, and the names of their sheets.
  const BOOKS = {
    journal: {
      lessons: "Уроки", files: "Файлы заданий", posted: "Задания заранее", marks: "Отметки", works: "Работы", make_ups: "Отработки",
      absences: "Пропуски и опоздания", substitutions: "Замещения", corrections: "Исправления",
    },
    results: {
      assessment: "Правила оценивания", results: "Итоговые отметки", result_corrections: "Исправления итогов",
      council: "Решения педсовета",
    },
    planning: {
      courses: "Курсы", plans: "Тематические планы", subgroups: "Подгруппы", schedule: "График работ", calendar: "Календарь",
      bells: "Звонки", timetables: "Расписание", cancellations: "Отменённые уроки", substitution_plans: "Назначенные замещения",
    },
    people: {
      people: "Люди", enrollments: "Зачисления в классы", certificates: "Справки", duties: "Обязанности учителей",
      responsible: "Ответственные за журнал", guardians: "Законные представители", data_notices: "Уведомления о сведениях",
      data_updates: "Обновление сведений", refreshes: "Ежегодные обновления", consents: "Согласия на рассылку",
      refusals: "Отказы от сведений",
    },
    oversight: {
      regulations: "Редакции регламента", checks: "Проверки журнала", remarks: "Замечания", incidents: "Инциденты",
      excuses: "Уважительные причины", freshness: "Своевременность показа", portals: "Порталы", witnesses: "Свидетели журнала",
      closings: "Закрытие периодов", journals: "Закрытие журналов", journal_excuses: "Чего нет в закрытых журналах",
      backdatings: "Задним числом", evidence: "Проверки и архивы", printouts: "Распечатки", backups: "Резервные копии",
      prints: "Печатные формы", erasures: "Сроки хранения и стирание", blocks: "Заблокированные сведения",
      anchors: "Отметки журнала доступа", accounts: "Учётные записи и роли", paper: "Бумажный архив",
    },
  };
  const PACKAGE = "http://schemas.openxmlformats.org/package/2006/";
  const DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
  const MEDIA = "application/vnd.openxmlformats-";
  const TYPES = {
    "docProps/app.xml": "officedocument.extended-properties", "docProps/core.xml": "package.core-properties",
    "xl/styles.xml": "officedocument.spreadsheetml.styles", "xl/theme/theme1.xml": "officedocument.theme",
    "xl/workbook.xml": "officedocument.spreadsheetml.sheet.main",
  };
  // How sheets look, by SHA-256.
  const LOOKS = {
    "xl/styles.xml": "d8b6235cca449c928a1b73c9ed1478cf91fb42b5752e45d3132664e1c4c47558",
    "xl/theme/theme1.xml": "75104b2164c20dab2578383d827deac3a7eec077c3f7c99a4099a551fdebb134",
  };
  const BOOK =
    `<workbook ${NAMESPACES}><fileVersion appName="xl" lastEdited="4" lowestEdited="4" rupBuild="4505"/>` +
    '<workbookPr defaultThemeVersion="124226"/><bookViews><workbookView xWindow="240" yWindow="15" windowWidth="16095" ' +
    'windowHeight="9660"/></bookViews><sheets>';
  const END = '</definedNames><calcPr calcId="124519" fullCalcOnLoad="1"/></workbook>';

  const nameOf = (number) => `xl/worksheets/sheet${number}.xml`;

  function typesOf(numbers) {
    const media = [...Object.entries(TYPES), ...numbers.map((number) => [nameOf(number), "officedocument.spreadsheetml.worksheet"])];
    const parts = media.map(([name, kind]) => `<Override PartName="/${name}" ContentType="${MEDIA}${kind}+xml"/>`);
    return (
      `<Types xmlns="${PACKAGE}content-types"><Default Extension="rels" ContentType="${MEDIA}package.relationships+xml"/>` +
      `<Default Extension="xml" ContentType="application/xml"/>${parts.join("")}</Types>`
    );
  }

  function linksOf(links) {
    const told = links.map(([kind, target], at) => `<Relationship Id="rId${at + 1}" Type="${kind}" Target="${target}"/>`);
    return `<Relationships xmlns="${PACKAGE}relationships">${told.join("")}</Relationships>`;
  }

  class Book {
    constructor(bag, file) {
      Object.assign(this, { bag, file, sheets: [], parts: new Map() });
    }

    // `tables`: the file of each table and the name of its sheet. Raises ApartError.
    async compare(raw, tables) {
      const parts = await this.open(new Blob([raw]));
      if (parts === null) throw malformed(this.file, "plain parts of one name each");
      this.parts = parts;
      const bytes = [...parts.values()].reduce((total, { size }) => total + size, 0);
      if (bytes > PARTS_MAX_BYTES) throw malformed(this.file, `at most ${PARTS_MAX_BYTES} bytes`, bytes);
      for (const [file, title] of tables) await this.compareTable(file, title);
      await this.compareParts();
    }

    async open(blob) {
      try {
        return await Letopis.partsOf(blob);
      } catch (error) {
        if (!(error instanceof Letopis.LayoutError) && !(error instanceof DOMException)) throw error;
        throw malformed(this.file, "a workbook", error.message);
      }
    }

    // A part's bytes in pieces; the last of them when its length and CRC are known to be what the ZIP says.
    async *pieces(name) {
      try {
        yield* this.parts.get(name).pieces();
      } catch (error) {
        if (!(error instanceof Letopis.ReadError) && !(error instanceof DOMException)) throw error;
        throw malformed(this.file, name, error.message);
      }
    }

    async compareTable(file, title) {
      let header = null;
      let sheet = null;
      let number = 1;
      for await (const found of rowsOfFile(this.bag.files.get(file))) {
        let rows = found;
        if (header === null && rows.length) {
          header = rows[0].fields.map((field, at) => (at ? field : field.replace("\ufeff", "")));
          rows = rows.slice(1);
          sheet = await this.begin(title, header);
        }
        while (rows.length) {
          if (sheet.rows === ROWS_MAX) {
            await sheet.finish();
            number += 1;
            sheet = await this.begin(`${title} ${number}`, header);
          }
          const room = ROWS_MAX - sheet.rows;
          await sheet.take(rows.slice(0, room));
          rows = rows.slice(room);
        }
      }
      await sheet.finish();
    }

    async begin(title, header) {
      const name = nameOf(this.sheets.length + 1);
      if (!this.parts.has(name)) throw malformed(this.file, name, "none");
      const sheet = new Sheet(this.file, title, new Taken(this.pieces(name)), header.length);
      this.sheets.push(sheet);
      await sheet.begin(header, this.sheets.length === 1);
      return sheet;
    }

    // Compares what says which sheets there are, and how they look.
    async compareParts() {
      const numbers = this.sheets.map((_, at) => at + 1);
      const expected = {
        "[Content_Types].xml": typesOf(numbers),
        "_rels/.rels": linksOf([
          [`${DOCUMENT}officeDocument`, "xl/workbook.xml"],
          [`${PACKAGE}relationships/metadata/core-properties`, "docProps/core.xml"],
          [`${DOCUMENT}extended-properties`, "docProps/app.xml"],
        ]),
        "xl/_rels/workbook.xml.rels": linksOf([
          ...numbers.map((number) => [`${DOCUMENT}worksheet`, `worksheets/sheet${number}.xml`]),
          [`${DOCUMENT}theme`, "theme/theme1.xml"],
          [`${DOCUMENT}styles`, "styles.xml"],
        ]),
      };
      // What docProps say, who made it and when, no sheet shows.
      const names = new Set([...Object.keys(expected), ...Object.keys(TYPES), ...numbers.map(nameOf)]);
      const isWhole = names.size === this.parts.size && [...names].every((name) => this.parts.has(name));
      if (!isWhole) throw malformed(this.file, "the parts of a workbook", "others");
      for (const [name, text] of Object.entries(expected)) {
        if (!Letopis.same(await this.small(name), Letopis.bytesOf(XML + text))) throw malformed(this.file, name);
      }
      for (const [name, digest] of Object.entries(LOOKS)) {
        const hash = new Letopis.Sha256();
        hash.update(await this.small(name));
        if (Letopis.toHex(hash.digest()) !== digest) throw malformed(this.file, name);
      }
      await this.compareNames();
    }

    // Which sheets the workbook names, in what order, and where their filters are: a name with a space in quotes, the ranges in the
    // order of the alphabet.
    async compareNames() {
      const listed = this.sheets.map(({ title }, at) => `<sheet name="${title}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`);
      const start = `${XML}${BOOK}${listed.join("")}</sheets><definedNames>`;
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await this.small("xl/workbook.xml"));
      const isFramed = text.length >= start.length + END.length && text.startsWith(start) && text.endsWith(END);
      const ranges = this.sheets.map(
        ({ title, letters, rows }, at) =>
          `<definedName name="_xlnm._FilterDatabase" localSheetId="${at}" hidden="1">${title}!$A$1:$${letters[letters.length - 1]}$${rows}`,
      );
      const told = isFramed ? text.slice(start.length, -END.length).replaceAll("'", "").split("</definedName>") : [];
      if (told.pop() !== "" || told.sort().join("\n") !== ranges.sort().join("\n")) throw malformed(this.file, "xl/workbook.xml");
    }

    async small(name) {
      const { size } = this.parts.get(name);
      if (size > PART_MAX_BYTES) throw malformed(this.file, `${name} of at most ${PART_MAX_BYTES} bytes`, size);
      const bytes = new Uint8Array(size);
      let at = 0;
      for await (const piece of this.pieces(name)) {
        bytes.set(piece, at);
        at += piece.length;
      }
      return bytes;
    }
  }

  // Compares what workbooks are there with the tables; called when these have been read. Where a table lacks or is wrong there is
  // nothing to compare with, and a finding already.
  async function checkWorkbooks(bag) {
    const wrong = new Set(bag.report.findings.map(({ place }) => place.file));
    for (const [book, titles] of Object.entries(BOOKS)) {
      const file = `data/tables/${book}.xlsx`;
      const tables = Object.entries(titles).map(([name, title]) => [`data/tables/${name}.csv`, title]);
      if (!tables.every(([name]) => bag.files.has(name) && !wrong.has(name))) continue;
      const raw = await bag.small(file, BOOK_MAX_BYTES);
      if (raw === null) continue;
      try {
        await new Book(bag, file).compare(raw, tables);
      } catch (error) {
        if (!(error instanceof ApartError)) throw error;
        bag.report.add(error.code, error.place, error.expected, error.found);
      }
    }
  }

  Object.assign(Letopis, { BOOKS, checkWorkbooks });
})((globalThis.Letopis = globalThis.Letopis || {}));
