"use strict";
// Accounts and roles (events.md, "Accounts"): whose, which roles, by whom, and that an administrator remains.
(function (Letopis) {
  const { around, peopleOf, spelt } = Letopis;
  const ROLES_OF = {
    employee: ["teacher", "class_teacher", "deputy", "director", "administrator", "system_administrator", "archivist"],
    student: ["student"], guardian: ["guardian"], inspector: ["inspector"], program: ["export_job"],
  };
  const REASONS_OF = {
    employee: ["dismissed", "mistake"], student: ["left", "graduated", "mistake"], guardian: ["left", "graduated", "ended", "mistake"],
    inspector: ["ended", "mistake"], program: ["ended", "mistake"],
  };
  const REGISTERED_AS = { student: ["student"], guardian: ["guardian"], employee: ["teacher", "staff"] };

  // Roles that one person alone helps in, and help that takes two with any other role.
  const WEAK = ["teacher", "class_teacher", "student", "guardian"];
  const OF_TWO = ["code", "second_factor", "passkey"];
  const HELPERS = ["administrator", "system_administrator"];
  const ANSWERERS = ["administrator", "director"];
  // Thirty days, but for the day on which the entry was decided.
  const LATELY_MS = 29 * 86400000;

  // Says whether two grants are of one role and have a day in common.
  function meet(one, other) {
    if (one.role !== other.role || one.student !== other.student) return false;
    const endsBefore = (first, second) => first.endsOn !== undefined && first.endsOn < second.startsOn;
    return !endsBefore(one, other) && !endsBefore(other, one);
  }

  class Accounts {
    constructor(rules) {
      this.rules = rules;
      this.accounts = new Map(); // id -> {kind, isClosed, lastDay: of who was dismissed, grants, read, isStrong and isInvited: ever, directedUntil: when a role of direction was taken,
      // strengthenedBy: others who granted a role that no one person helps in to, letInBy: who gave the last code alone}
      this.asked = new Map(); // id -> the request for help that waits, also of an account opened before the range
      this.founding = null; // {account, command}: of the one holder who grants himself a role
    }

    accounts_founded(stream, entry, { account }) {
      const { rules } = this;
      rules.makes(stream);
      rules.checkSchool(stream, `accounts/${rules.school}`);
      if (this.accounts.size || account !== entry.actor) {
        rules.find("account-role", "the first account, by its holder", account, "data.account");
      }
      this.founding = { account, command: entry.command };
    }

    account_opened(stream, entry, { kind, _sd: digests }) {
      const { rules } = this;
      const before = this.accounts.get(stream.id);
      if (before && (!before.isClosed || before.kind !== kind)) {
        rules.find("account-state", "a new account, or a closed one of this kind", kind, "data.kind");
      }
      this.checkBy(stream, entry);
      const person = rules.people.get(stream.id);
      if (person && !(REGISTERED_AS[kind] || []).includes(person.kind)) rules.find("person-kind", kind, person.kind);
      if (!person && !digests && !rules.start) rules.find("reference-unknown", "a registered person", stream.id);
      if (digests && (person || kind === "student" || kind === "guardian")) {
        rules.find("data-field", "no name of a registered person", spelt(digests), "data._sd");
      }
      if (digests) rules.disclose(entry, digests, ["account_name"]);
      this.asked.delete(stream.id);
      this.accounts.set(stream.id, {
        kind, isClosed: false, grants: new Map(), read: before ? before.read : new Set(),
        isStrong: Boolean(before && before.isStrong), isInvited: Boolean(before && (before.isInvited || before.isStrong)),
        directedUntil: before ? before.directedUntil : "", letInBy: before ? before.letInBy : [],
        strengthenedBy: before ? before.strengthenedBy : [],
      });
    }

    role_granted(stream, entry, data) {
      const { rules } = this;
      const { role, starts_on: startsOn, ends_on: endsOn, student } = data;
      if (peopleOf(entry).includes(stream.id) && !this.isFounding(stream, entry)) {
        rules.find("account-role", "a role granted by another", role, "actor.id");
      }
      this.checkBy(stream, entry);
      if (endsOn !== undefined) rules.checkSpan(startsOn, endsOn, "ends_on");
      this.checkScope(data);
      if ((role === "guardian") !== (student !== undefined)) {
        rules.find("account-role", "a student, for a guardian alone", role, "data.student");
      } else if (student !== undefined) {
        rules.person(stream.id, "student", "guardian");
        rules.personal.checkLinked(stream.id, student);
      }
      const account = this.openAccount(stream);
      if (!account) return;
      if (!ROLES_OF[account.kind].includes(role)) rules.find("account-role", "a role of the account's kind", role, "data.role");
      const grant = { role, student, startsOn, endsOn };
      if ([...account.grants.values()].some((other) => meet(grant, other))) {
        rules.find("account-role", "days without this role", startsOn, "data.starts_on");
      }
      account.grants.set(entry.index, grant);
      if (WEAK.includes(role)) return;
      const others = peopleOf(entry).filter((one) => one !== stream.id);
      if (others.some((one) => account.letInBy.includes(one))) {
        rules.find("help-alone", "another than who let in", entry.actor, "actor.id");
      }
      account.isStrong = true;
      account.strengthenedBy = [...account.strengthenedBy, ...others];
    }

    role_revoked(stream, entry, { grant }) {
      const { rules } = this;
      this.checkBy(stream, entry);
      const account = this.openAccount(stream);
      if (!account) return;
      const found = account.grants.get(grant);
      if (!found) {
        if (grant >= rules.start) rules.find("correction-cites-nothing", "a role that stands", grant, "data.grant");
        return;
      }
      if (found.role === "administrator" && found.endsOn === undefined) this.checkOneRemains(stream, entry);
      account.grants.delete(grant);
      take(account, [found], entry.at);
    }

    account_closed(stream, entry, { reason, last_day: lastDay }) {
      this.checkBy(stream, entry);
      if ((reason === "dismissed") !== (lastDay !== undefined)) {
        this.rules.find("account-state", "a last day, of who was dismissed alone", lastDay || "", "data.last_day");
      } else if (lastDay !== undefined && lastDay > around(entry.at.slice(0, 10)).at(-1)) {
        this.rules.find("account-state", "a day that has come", lastDay, "data.last_day");
      }
      const account = this.openAccount(stream);
      if (!account) return;
      if (!REASONS_OF[account.kind].includes(reason)) {
        this.rules.find("account-state", "a reason for such an account", reason, "data.reason");
      }
      if (isAdministrator(account, true)) this.checkOneRemains(stream, entry);
      take(account, [...account.grants.values()], entry.at);
      Object.assign(account, { isClosed: true, lastDay });
    }

    // Reports what is entrusted from a day on to somebody who was dismissed before it.
    checkEmployed(employee, day, field) {
      const account = this.accounts.get(employee);
      if (account && account.lastDay !== undefined && day > account.lastDay) {
        this.rules.find("account-state", "an employee who works here", employee, `data.${field}`);
      }
    }

    confidentiality_acknowledged(stream, entry, { sha256: text }) {
      const { rules } = this;
      const account = this.openAccount(stream);
      if (entry.actor !== stream.id || (account && account.kind === "program")) {
        rules.find("account-role", "the account's holder", entry.actor, "actor.id");
      }
      if (!account) return;
      if (account.read.has(text)) rules.find("recorded-twice", "a text acknowledged once", text, "data.sha256");
      account.read.add(text);
    }

    sign_in_helped(stream, entry, { help, reason, request, basis }) {
      const { rules } = this;
      const account = this.openAccount(stream);
      if (request !== undefined) {
        const asked = this.answer(stream, request, entry);
        if (basis !== undefined || (asked && (asked.help !== help || asked.reason !== reason))) {
          rules.find("request-mismatch", "what was asked for", help, "data.help");
        }
      } else {
        const isForAny = basis === undefined && (!account || (account.grants.size > 0 && !account.isStrong));
        this.checkHolds(isForAny ? HELPERS : ["administrator"], entry);
      }
      if (!account) return;
      this.checkFirst(help, account);
      const others = peopleOf(entry).filter((one) => one !== stream.id);
      const isOfGranter = help === "first_code" && others.some((one) => account.strengthenedBy.includes(one));
      const isOfTwo = isOfGranter || (OF_TWO.includes(help) && account.isStrong);
      if (isOfTwo && request === undefined && basis === undefined) {
        rules.find("help-alone", "a request and another's answer, or a document", entry.actor, "type");
      }
      const people = [stream.id, entry.actor];
      if (basis !== undefined && [...this.accounts].some(([id, one]) => !people.includes(id) && directs(one, entry.at))) {
        rules.find("help-alone", "nobody else who answers, or did lately", entry.actor, "data.basis");
      }
      if (["first_code", "code", "link"].includes(help)) account.isInvited = true;
      if (help === "first_code" || help === "code") account.letInBy = request === undefined && basis === undefined ? others : [];
    }

    sign_in_help_requested(stream, entry, { help, reason }) {
      this.checkHolds(HELPERS, entry);
      this.checkFirst(help, this.openAccount(stream));
      const before = this.asked.get(stream.id);
      if (before) this.rules.find("request-mismatch", "an answer to the request before", String(before.entry));
      this.asked.set(stream.id, { entry: entry.index, help, reason, people: peopleOf(entry) });
    }

    sign_in_help_refused(stream, entry, { request }) {
      this.openAccount(stream);
      this.answer(stream, request, entry);
    }

    checkFirst(help, account) {
      if (help === "first_code" && account && account.isInvited) {
        this.rules.find("account-state", "a code given for the first time", help, "data.help");
      }
    }

    // Judges an answer to the request that waits, which waits no more: by neither who asked nor the account's holder.
    answer(stream, request, entry) {
      this.checkHolds(ANSWERERS, entry);
      const asked = this.asked.get(stream.id);
      this.asked.delete(stream.id);
      const people = peopleOf(entry);
      if (people.includes(stream.id) || (asked && asked.people.some((one) => people.includes(one)))) {
        this.rules.find("request-same-person", "a second person", entry.actor, "actor");
      }
      if ((!asked || asked.entry !== request) && request >= this.rules.start) {
        this.rules.find("request-mismatch", "a request of this stream that waits", request, "data.request");
        return undefined;
      }
      return asked;
    }

    // Reports who helps or answers and has no open account with a role that may.
    checkHolds(roles, entry) {
      const by = this.accounts.get(entry.actor);
      const holds = by && !by.isClosed && [...by.grants.values()].some((grant) => roles.includes(grant.role));
      if (!this.rules.start && !holds) this.rules.find("account-role", "an account that may help", entry.actor, "actor.id");
    }

    // Says whether the entry is one of the founder's own in the command that founds the accounts; in a range that begins
    // later, that may have been cut in two.
    isFounding(stream, entry) {
      if (!this.founding) return this.rules.start > 0;
      return this.founding.account === stream.id && this.founding.command === entry.command && entry.actor === stream.id;
    }

    // The account, which is open; null where it was opened before the range.
    openAccount(stream) {
      const account = this.accounts.get(stream.id);
      if (account && account.isClosed) this.rules.find("account-state", "an open account", stream.key);
      return account || null;
    }

    // Reports who changes accounts and has no open account of an administrator; the founding makes the first.
    checkBy(stream, entry) {
      if (this.rules.start || this.isFounding(stream, entry)) return;
      const by = this.accounts.get(entry.actor);
      if (!by || !isAdministrator(by)) this.rules.find("account-role", "an administrator's account", entry.actor, "actor.id");
    }

    checkOneRemains(stream, entry) {
      const by = this.accounts.get(entry.actor);
      if (stream.id === entry.actor || (by && !isAdministrator(by, true))) {
        this.rules.find("account-role", "another administrator whose role has no end", entry.actor, "actor.id");
      }
    }

    // Reports an inspection without purpose or end, and the marks of one on another role.
    checkScope({ role, ends_on: endsOn, purpose, class_groups: groups, periods }) {
      const { rules } = this;
      if (role === "inspector") {
        if (endsOn === undefined || purpose === undefined || (groups && periods)) {
          rules.find("account-role", "purpose, end, and one scope at most", role, "data.role");
        }
      } else if (purpose !== undefined || groups || periods) {
        rules.find("account-role", "no purpose and no scope", role, "data.role");
      }
      for (const [kind, ids, field] of [["class", groups || [], "class_groups"], ["period", periods || [], "periods"]]) {
        if (!Letopis.rises(ids)) rules.find("data-field", "sorted ids, each once", spelt(ids), `data.${field}`);
        for (const id of ids) rules.made(kind, id, field);
      }
    }
  }

  // Notes when a role of direction is taken from an account.
  function take(account, grants, at) {
    if (grants.some((grant) => ANSWERERS.includes(grant.role))) account.directedUntil = at;
  }

  // Says whether an account could have answered a request at a moment, wherever the school is, or lately.
  function directs(account, at) {
    const day = at.slice(0, 10);
    const since = Letopis.isDay(day) ? new Date(Date.parse(day) - LATELY_MS).toISOString().slice(0, 10) + at.slice(10) : at;
    if (account.lastDay === undefined && since < account.directedUntil) return true;
    const days = around(day);
    const holds = (grant) => grant.startsOn <= days[0] && days.at(-1) <= (grant.endsOn || days.at(-1));
    return !account.isClosed && [...account.grants.values()].some((grant) => ANSWERERS.includes(grant.role) && holds(grant));
  }

  // Says whether an account has that role, whatever the day; or (`endless`) has it until it is revoked.
  function isAdministrator(account, endless = false) {
    const counts = (grant) => grant.role === "administrator" && !(endless && grant.endsOn !== undefined);
    return !account.isClosed && [...account.grants.values()].some(counts);
  }

  Letopis.ROOMS.push(["accounts", Accounts]);
})((globalThis.Letopis = globalThis.Letopis || {}));
