"use strict";
// SD-JWT disclosures (RFC 9901; log-format.md section 6): each one's digest is in `_sd` of the entry that it names.
(function (Letopis) {
  const DISCLOSURES_MAX = 500000;
  const LINE = /^\{"disclosure":"([A-Za-z0-9_-]+)","index":(0|[1-9][0-9]{0,14})\}$/;
  const SALT = /^[A-Za-z0-9_-]{22,}$/;
  const NAMES = new Set([
    "family_name", "given_name", "patronymic", "birth_date", "address", "phone", "email", "contact", "note", "content",
    "account_name",
  ]);
  // What entries of a type may disclose, for who sees an entry apart from its log; those of others, whatever any entry may.
  const OF_PERSONS = ["family_name", "given_name", "patronymic", "birth_date"];
  const NAMES_OF = {
    "person_registered/1": OF_PERSONS, "personal_data_changed/1": [...OF_PERSONS, "address", "phone", "email"],
    "delivery_consent_given/1": ["contact"], "sheet_issued/1": ["content"], "account_opened/1": ["account_name"],
  };

  // {name, value}, or a text that says why it is none.
  function parseDisclosure(disclosure) {
    const raw = Letopis.fromBase64Url(disclosure);
    if (!raw) return "not base64url in its one spelling";
    let value;
    try {
      value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw));
    } catch {
      return "not JSON in UTF-8";
    }
    const isText = (part) => typeof part === "string" && !/\p{Cs}/u.test(part);
    if (!Array.isArray(value) || value.length !== 3 || !value.every(isText)) return "not an array of three texts";
    if (!SALT.test(value[0])) return "a salt of less than 128 bits, or not base64url";
    if (!NAMES.has(value[1])) return "a name that no entry discloses";
    return { name: value[1], value: value[2] };
  }

  class Disclosures {
    constructor(report) {
      this.report = report;
      this.values = new Map();
      this.wanted = new Map();
      this.once = new Set();
      this.count = 0;
    }

    takeLine(bytes, place) {
      const found = LINE.exec(Letopis.textOf(bytes) || "");
      const parsed = found ? parseDisclosure(found[1]) : "another line";
      if (typeof parsed === "string") {
        this.report.add("disclosure-malformed", place, 'base64url of [salt, name, value] in {"disclosure":"…","index":N}', parsed);
        return;
      }
      if (this.count >= DISCLOSURES_MAX) {
        this.report.add("archive-limit", place, `at most ${DISCLOSURES_MAX} disclosures`, "more");
        return;
      }
      this.count += 1;
      const digest = Letopis.toBase64Url(Letopis.sha256(Letopis.bytesOf(found[1])));
      const index = Number(found[2]);
      this.values.set(digest, parsed);
      if (!this.wanted.has(index)) this.wanted.set(index, []);
      this.wanted.get(index).push({ digest, place: { ...place, entry: index } });
    }

    // Takes note of digests that must stand in one entry only; says whether none of them did before.
    takeOnce(digests) {
      const isNew = !digests.some((digest) => this.once.has(digest));
      for (const digest of digests) this.once.add(digest);
      return isNew;
    }

    // The names of what is disclosed of an entry's digests.
    known(digests) {
      return digests.filter((digest) => this.values.has(digest)).map((digest) => this.values.get(digest).name);
    }

    // Reports a disclosed name that an entry with these digests may not have, or has twice.
    match(index, digests, names) {
      const free = new Set(names);
      for (const { digest, place } of this.wanted.get(index) || []) {
        if (!digests.includes(digest)) continue;
        const { name } = this.values.get(digest);
        if (!free.delete(name)) this.report.add("disclosure-name", place, `each once of ${[...names].sort().join(", ")}`, name);
      }
    }

    // Takes note of an entry's data: what it commits to is no longer wanted of it.
    commit(index, data) {
      const held = new Set(data && Array.isArray(data._sd) ? data._sd : []);
      const rest = (this.wanted.get(index) || []).filter((wanted) => !held.has(wanted.digest));
      if (rest.length) this.wanted.set(index, rest);
      else this.wanted.delete(index);
    }

    // Those of entries before `start` are of people whom later entries name: that they are committed to cannot be seen here.
    finish(start) {
      for (const [index, missing] of this.wanted) for (const wanted of index < start ? [] : missing) {
        this.report.add("disclosure-not-committed", wanted.place, `${wanted.digest} in the entry's _sd`, "not there");
      }
    }
  }

  Object.assign(Letopis, { Disclosures, DISCLOSED_NAMES: NAMES, NAMES_OF, OF_PERSONS });
})((globalThis.Letopis = globalThis.Letopis || {}));
