"use strict";
// People's data and what is kept of them (events.md, "People's data", "Accounts", "Retention", "Blocking", "Paper"), as the tables show
// it. Values (addresses, numbers) are in no table.
(function (Letopis) {
  const { handle, tell } = Letopis.rows;
  const { WORDS, listed, number, typed, word } = Letopis.cells;

  const RELATIONS = { mother: "мать", father: "отец", guardian: "опекун, попечитель", other: "иной законный представитель" };
  const FIELDS = {
    family_name: "фамилия", given_name: "имя", patronymic: "отчество", birth_date: "дата рождения", address: "адрес", phone: "телефон",
    email: "электронная почта",
  };
  const FORMS = { written: "письменно", electronic: "электронно", oral: "устно", self_service: "в системе" };
  const CHANNELS = { in_system: "в системе", email: "электронная почта", sms: "СМС" };
  const ACCOUNT_KINDS = {
    employee: "сотрудник", student: "ученик", guardian: "законный представитель", inspector: "проверяющий", program: "программа",
  };
  const ROLES = {
    teacher: "учитель", class_teacher: "классный руководитель", deputy: "завуч", director: "директор", administrator: "администратор",
    system_administrator: "системный администратор", inspector: "инспектор", archivist: "архивариус", student: "ученик",
    guardian: "законный представитель", export_job: "программа выгрузки",
  };
  const CLOSED_FOR = { dismissed: "уволен", left: "выбыл", graduated: "окончил школу", ended: "срок истёк", mistake: "заведена по ошибке" };
  const HELPED_FOR = {
    first_access: "первый вход", code_unused: "код не использован", forgotten_password: "забыт пароль", lost_device: "потеряно устройство",
    in_wrong_hands: "вход мог попасть в чужие руки", provider: "смена поставщика входа", program: "для программы", other: "иное",
  };
  const HELPS = {
    first_code: "первый код приглашения", code: "новый код приглашения", second_factor: "второй фактор снят", passkey: "ключ входа снят",
    link: "связь с поставщиком снята", token: "ключ для программы",
  };
  const RETENTIONS = {
    person: "сведения о человеке", journal: "пояснения в журнале", print: "печатные формы", sheet: "сводные ведомости",
  };
  const COUNTED_FROM = { left: "выбытие", year_end: "конец учебного года", document: "дата документа" };
  const KEPT_BY = { law: "закон", consent: "согласие" };
  const ERASED_FOR = { expiry: "истёк срок", withdrawal: "отзыв согласия", request: "требование", unlawful: "незаконная обработка" };
  const BLOCKED_FOR = { inaccurate: "неточные сведения", unlawful: "незаконная обработка" };
  const ASKED_BY = { person: "сам человек", representative: "законный представитель", authority: "уполномоченный орган" };
  const OUTCOMES = { confirmed: "подтверждены", corrected: "уточнены" };
  const PAPERS = {
    class_journal: "классный журнал", summary_sheet: "сводная ведомость", corrections: "исправления", substitutions: "замещения", other: "иное",
  };
  const STRUCK_FOR = { entered_wrongly: "внесено неверно", lost: "утрачено", damaged: "повреждено" };

  const first = (entry) => [String(entry.index), entry.at];
  const words = (all, values) => (values || []).map((value) => word(all, value)).join(", ");
  const among = (names, cells) => names.map((name) => (cells[name] === undefined ? "" : cells[name]));
  const named = (journal, entry, id) => [id, typed(journal.name(id, entry.index))];
  // Of these tables a person without a name is shown by the id.
  const shown = (journal, entry, id) => [id, typed(journal.name(id, entry.index) || id)];
  const kept = (journal, name) => journal.room(name, () => new Map());

  // Guardians, consents, refusals.

  const LINK_ENDED = 8;
  const CONSENT_ENDED = 10;
  const REFUSAL_ENDED = 8;
  const NOTIFIED = 9;

  function end(one, index, at) {
    one.isStanding = false;
    one.cells[at] = String(index);
  }

  handle({
    guardian_linked(journal, entry, data) {
      const cells = [
        ...first(entry), ...shown(journal, entry, entry.id), ...shown(journal, entry, data.guardian), word(RELATIONS, data.relation),
        typed(data.basis || ""), "",
      ];
      kept(journal, "guardians").set(`${entry.id} ${data.guardian}`, journal.row("guardians", entry.index, cells));
    },

    guardian_unlinked(journal, entry, data) {
      const key = `${entry.id} ${data.guardian}`;
      const cells = kept(journal, "guardians").get(key);
      kept(journal, "guardians").delete(key);
      if (cells) cells[LINK_ENDED] = String(entry.index);
      for (const consent of kept(journal, "consents").values()) {
        const isTheirs = consent.guardian === data.guardian && consent.student === entry.id;
        if (isTheirs && consent.isStanding) end(consent, entry.index, CONSENT_ENDED);
      }
    },

    delivery_consent_given(journal, entry, data) {
      for (const refusal of kept(journal, "refusals").values()) {
        const isTheirs = refusal.guardian === entry.id && refusal.student === data.student;
        if (isTheirs && refusal.isStanding) end(refusal, entry.index, REFUSAL_ENDED);
      }
      const cells = [
        ...first(entry), ...shown(journal, entry, entry.id), ...shown(journal, entry, data.student), word(CHANNELS, data.channel),
        word(FORMS, data.method), typed(data.application_number || ""), data.application_date || "", "",
      ];
      const consent = { guardian: entry.id, student: data.student, cells: journal.row("consents", entry.index, cells), isStanding: true };
      kept(journal, "consents").set(entry.index, consent);
    },

    delivery_consent_withdrawn(journal, entry, data) {
      const consent = kept(journal, "consents").get(data.consent);
      if (consent && consent.guardian === entry.id && consent.isStanding) end(consent, entry.index, CONSENT_ENDED);
    },

    information_refused(journal, entry, data) {
      const cells = [
        ...first(entry), ...shown(journal, entry, entry.id), ...shown(journal, entry, data.student), data.refused_on, typed(data.basis), "", "", "", "", "",
      ];
      // `ended_by` stands behind the basis.
      const refusal = { guardian: entry.id, student: data.student, cells: journal.row("refusals", entry.index, cells), isStanding: true };
      kept(journal, "refusals").set(entry.index, refusal);
    },

    guardianship_notified(journal, entry, data) {
      const refusal = kept(journal, "refusals").get(data.refusal);
      if (!refusal || refusal.guardian !== entry.id || !refusal.isStanding || refusal.isNotified) return;
      refusal.isNotified = true;
      refusal.cells.splice(NOTIFIED, 4, String(entry.index), typed(data.out_number), data.sent_on, data.approved_by);
    },
  });

  // Notices, changes, the yearly refresh.

  const ANSWERED = 8;

  function answered(journal, entry, notice) {
    const key = `${entry.id} ${notice}`;
    const cells = kept(journal, "notices").get(key);
    kept(journal, "notices").delete(key);
    if (cells) cells.splice(ANSWERED, 2, String(entry.index), entry.at);
  }

  const updated = (what) => (journal, entry, data) => {
    if (data.notice !== undefined) answered(journal, entry, data.notice);
    journal.row("data_updates", entry.index, [
      ...first(entry), ...shown(journal, entry, entry.id), what, words(FIELDS, data.fields), number(data.notice), data.refresh || "",
      data.confirmed_on || "",
    ]);
  };

  handle({
    data_change_notice_received(journal, entry, data) {
      const cells = [
        ...first(entry), ...shown(journal, entry, entry.id), data.received_on, word(FORMS, data.how), data.given_by || "", words(FIELDS, data.about), "", "",
      ];
      kept(journal, "notices").set(`${entry.id} ${entry.index}`, journal.row("data_notices", entry.index, cells));
    },
    personal_data_changed: updated("изменены"),
    personal_data_confirmed: updated("подтверждены"),
    annual_refresh_opened(journal, entry, data) {
      if (entry.isFirst) journal.row("refreshes", entry.index, [...first(entry), entry.id, data.opens_on, data.until]);
    },
  });

  // Accounts.

  const ACCOUNT = ["kind", "name", "role", "starts_on", "ends_on", "grant", "purpose", "scope", "reason", "basis", "sha256", "help", "request"];

  // The registered person's name is in every row but the founding's; another account's where it is opened.
  function accountRow(journal, entry, account, action, cells) {
    const isNamed = kept(journal, "accounts").get(account);
    const name = isNamed && journal.people.has(account) ? typed(journal.name(account, entry.index)) : "";
    journal.row("accounts", entry.index, [...first(entry), account, action, ...among(ACCOUNT, { name, ...cells }), entry.actor]);
  }

  handle({
    accounts_founded: (journal, entry, data) => accountRow(journal, entry, data.account, "первая", {}),
    account_opened(journal, entry, data) {
      const isNamed = data._sd === undefined;
      const kind = word(ACCOUNT_KINDS, data.kind);
      kept(journal, "accounts").set(entry.id, isNamed);
      accountRow(journal, entry, entry.id, "открыта", isNamed ? { kind } : { kind, name: typed(journal.note(data, "account_name")) });
    },
    role_granted: (journal, entry, data) =>
      accountRow(journal, entry, entry.id, "роль дана", {
        role: word(ROLES, data.role), starts_on: data.starts_on, ends_on: data.ends_on, purpose: typed(data.purpose || ""),
        scope: listed(data.class_groups || data.periods) || data.student, basis: typed(data.basis),
      }),
    role_revoked: (journal, entry, data) =>
      accountRow(journal, entry, entry.id, "роль снята", { grant: number(data.grant), basis: typed(data.basis) }),
    account_closed: (journal, entry, data) =>
      accountRow(journal, entry, entry.id, "закрыта", {
        ends_on: data.last_day, reason: word(CLOSED_FOR, data.reason), basis: typed(data.basis),
      }),
    confidentiality_acknowledged: (journal, entry, data) => accountRow(journal, entry, entry.id, "ознакомлен", { sha256: data.sha256 }),
    sign_in_helped: (journal, entry, data) =>
      accountRow(journal, entry, entry.id, "помогли войти", {
        reason: word(HELPED_FOR, data.reason), basis: typed(data.basis || ""), help: word(HELPS, data.help),
        request: data.request === undefined ? "" : number(data.request),
      }),
    sign_in_help_requested: (journal, entry, data) =>
      accountRow(journal, entry, entry.id, "просят помочь войти", { reason: word(HELPED_FOR, data.reason), help: word(HELPS, data.help) }),
    sign_in_help_refused: (journal, entry, data) =>
      accountRow(journal, entry, entry.id, "помочь войти отказано", { basis: typed(data.basis), request: number(data.request) }),
  });

  // Retention and erasures, blocks.

  const ERASURE = [
    "matter", "effective_from", "whose", "retention", "ground", "counted_from", "years", "disclosures", "sheets", "destroyed_at", "basis",
  ];
  const erasure = (journal, entry, action, cells) =>
    journal.row("erasures", entry.index, [...first(entry), action, ...among(ERASURE, cells), entry.actor]);
  const BLOCK = ["person", "fields", "ground", "by", "applicant", "received_on", "outcome", "change", "basis"];
  const block = (journal, entry, action, matter, cells) =>
    journal.row("blocks", entry.index, [...first(entry), action, matter, ...among(BLOCK, cells), entry.actor]);

  handle({
    retention_schedule_adopted(journal, entry, data) {
      for (const row of data.rows) {
        erasure(journal, entry, "срок", {
          effective_from: data.effective_from, whose: row.kind === undefined ? "" : word(WORDS.PERSON_KINDS, row.kind),
          retention: word(RETENTIONS, row.retention), ground: word(KEPT_BY, row.kept_by), counted_from: word(COUNTED_FROM, row.counted_from),
          years: number(row.years), basis: typed(row.citation),
        });
      }
    },
    legal_hold_placed: (journal, entry, data) =>
      erasure(journal, entry, "запрет", { matter: data.hold, whose: data.person || data.class_group || "все", basis: typed(data.basis) }),
    legal_hold_lifted: (journal, entry, data) => erasure(journal, entry, "запрет снят", { matter: data.hold, basis: typed(data.basis) }),
    erasure_proposed: (journal, entry, data) =>
      erasure(journal, entry, "предложено", {
        matter: data.erasure, whose: data.person, retention: words(RETENTIONS, data.retention), ground: word(ERASED_FOR, data.ground),
        counted_from: data.counted_from, basis: typed(data.basis),
      }),
    erasure_approved: (journal, entry, data) => erasure(journal, entry, "одобрено", { matter: data.erasure, basis: typed(data.basis) }),
    erasure_refused: (journal, entry, data) => erasure(journal, entry, "отклонено", { matter: data.erasure, basis: typed(data.basis) }),
    personal_data_erased: (journal, entry, data) =>
      erasure(journal, entry, "стёрто", {
        matter: data.erasure, whose: data.person, retention: words(RETENTIONS, data.retention), disclosures: number(data.disclosures),
        sheets: data.sheets_to === undefined ? listed(data.sheets, ", ") : `1–${data.sheets_to}`, destroyed_at: data.destroyed_at,
      }),

    personal_data_blocked(journal, entry, data) {
      if (!kept(journal, "blocks").has(data.block)) kept(journal, "blocks").set(data.block, data.person);
      block(journal, entry, "заблокированы", data.block, {
        person: data.person, fields: words(FIELDS, data.fields) || "все", ground: word(BLOCKED_FOR, data.ground), by: word(ASKED_BY, data.requested_by),
        applicant: data.applicant, received_on: data.received_on, basis: typed(data.basis),
      });
    },
    personal_data_unblocked: (journal, entry, data) =>
      block(journal, entry, "разблокированы", data.block, {
        person: kept(journal, "blocks").get(data.block), outcome: word(OUTCOMES, data.outcome), change: number(data.change), basis: typed(data.basis),
      }),
  });

  // Paper: a row of each paper that an entry is about.

  const PAPER = [
    "kind", "title", "year", "class", "pages", "place", "counted_from", "keep_until", "schedule", "sheets", "printout", "matter", "to", "act",
    "act_on", "reason", "requested_by", "name", "basis",
  ];

  function paperRows(journal, entry, action, papers, cells) {
    for (const paper of papers) {
      const known = kept(journal, "papers").get(paper) || { number: "", title: "" };
      journal.row("paper", entry.index, [...first(entry), action, paper, known.number, ...among(PAPER, { ...cells, title: known.title }), entry.actor]);
    }
  }

  // What a destruction that waits is of; one that is over is answered no more.
  function ofDestruction(journal, entry, action, data, isOver, cells) {
    const papers = kept(journal, "destructions").get(data.destruction);
    if (!papers) return;
    paperRows(journal, entry, action, papers, { matter: data.destruction, ...cells });
    if (isOver) kept(journal, "destructions").delete(data.destruction);
  }

  handle({
    paper_stored(journal, entry, data) {
      const kind = word(PAPERS, data.kind);
      const group = journal.classes.get(data.class_group);
      kept(journal, "papers").set(data.paper, { number: number(data.number), title: typed(data.title) });
      paperRows(journal, entry, "принято", [data.paper], {
        kind, year: data.year, class: group ? typed(group.name) : "", pages: number(data.pages), place: typed(data.place),
        counted_from: data.counted_from, keep_until: data.keep_until, schedule: number(data.schedule), sheets: listed(data.sheets),
        printout: data.printout, basis: typed(data.basis),
      });
    },
    paper_moved: (journal, entry, data) =>
      paperRows(journal, entry, "перемещено", [data.paper], { place: typed(data.place), basis: typed(data.basis) }),
    paper_handed_over: (journal, entry, data) =>
      paperRows(journal, entry, "передано", data.papers, { to: typed(data.to), act: typed(data.act), act_on: data.handed_on }),
    paper_struck_off(journal, entry, data) {
      const [requested_by, name] = named(journal, entry, data.requested_by);
      const said = { reason: word(STRUCK_FOR, data.reason), requested_by, name, basis: typed(data.basis) };
      paperRows(journal, entry, "снято", [data.paper], said);
    },
    paper_destruction_proposed(journal, entry, data) {
      kept(journal, "destructions").set(data.destruction, data.papers);
      paperRows(journal, entry, "предложено", data.papers, { matter: data.destruction, basis: typed(data.basis) });
    },
    paper_destruction_approved: (journal, entry, data) =>
      ofDestruction(journal, entry, "одобрено", data, false, { basis: typed(data.basis) }),
    paper_destruction_refused: (journal, entry, data) =>
      ofDestruction(journal, entry, "отклонено", data, true, { basis: typed(data.basis) }),
    paper_destroyed: (journal, entry, data) =>
      ofDestruction(journal, entry, "уничтожено", data, true, { act: typed(data.act), act_on: data.destroyed_on }),
  });

  tell(
    ...["guardians", "consents", "refusals", "data_notices", "data_updates", "refreshes", "accounts", "erasures", "blocks", "paper"],
  );
})((globalThis.Letopis = globalThis.Letopis || {}));
