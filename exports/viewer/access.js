"use strict";
// The access log (access-log.md): its first entry, and the form of each look and each refusal. No entry of it is in a journal's log.
(function (Letopis) {
  const { array, index, integer, matches, oneOf, text, uuid } = Letopis.SHAPES;
  const KINDS = new Set(["access", "read", "refusal"]);
  const ORIGIN_SUFFIX = "/access";

  const ids = array(uuid, 0, 64);
  const what = matches(/^(?:\/[a-z0-9_{}.\/-]{1,118}|letopis(?: [a-z0-9_-]+){1,4})$/);
  const kind = oneOf(
    "absences", "certificates", "consents", "contacts", "corrections", "disclosures", "entries", "guardians", "marks", "names", "notes",
    "reads", "results", "work",
  );
  const look = {
    what, purpose: oneOf("view", "question", "export", "print", "check", "subject_request"), "basis?": matches(/^[a-z0-9][a-z0-9._\/-]{0,63}$/),
    kinds: array(kind, 1), scope: oneOf("people", "classes", "school"), people: ids, classes: ids, count: index, as_of: index,
    "operator?": index,
  };
  Letopis.declare("access", { access_log_opened: { log: text, name: text } });
  Letopis.declare("read", {
    personal_data_read: look,
    personal_data_exported: { ...look, form: oneOf("archive", "csv", "extract", "form", "image") },
  });
  Letopis.declare("refusal", {
    access_refused: { what, reason: oneOf("acknowledgement", "factor", "reach", "right", "rule"), people: ids, classes: ids },
  });

  // Looks at personal data. `isOpen`: whether the log is one of these, null while it has shown nothing.
  class Access {
    constructor(rules) {
      this.rules = rules;
      this.isOpen = null;
      this.last = "";
    }

    // Says whether a stream is of this log: journal and access log hold none of each other's.
    sort(key) {
      const isOurs = KINDS.has(key.slice(0, key.indexOf("/")));
      if (this.isOpen === null) this.isOpen = isOurs;
      else if (this.isOpen !== isOurs) this.rules.find("stream-kind", this.isOpen ? "a stream of the access log" : "of a journal", key);
    }

    access_log_opened(stream) {
      this.rules.makes(stream);
    }

    personal_data_read(stream, entry, data) {
      this.look(stream, entry, data);
    }

    personal_data_exported(stream, entry, data) {
      this.look(stream, entry, data);
    }

    access_refused(stream, entry, { people, classes }) {
      this.one(stream, entry, { people, classes });
    }

    look(stream, entry, { people, classes, kinds, scope, count }) {
      this.one(stream, entry, { people, classes, kinds });
      const named = classes.length ? "classes" : people.length ? "people" : "school";
      if (scope !== named) this.rules.find("data-field", named, scope, "data.scope");
      if (count < people.length || (scope === "people" && count !== people.length)) {
        this.rules.find("data-field", people.length, count, "data.count");
      }
    }

    // The one entry of a stream of its own, under its command's id; its lists are sorted, each once.
    one(stream, entry, lists) {
      const { rules, last } = this;
      if (stream.id !== entry.command) rules.find("stream-kind", `a stream with the id ${entry.command}`, stream.key);
      rules.makes(stream);
      for (const [name, found] of Object.entries(lists)) {
        if (!Letopis.rises(found)) rules.find("data-field", "sorted, each once", Letopis.spelt(found), `data.${name}`);
      }
      // Nothing comes back to a stream but the same command, which goes on at once; and there are hundreds of thousands.
      if (stream.key !== last) {
        rules.streams.delete(last);
        rules.walk.versions.delete(last);
      }
      this.last = stream.key;
    }
  }

  Letopis.ROOMS.push(["access", Access]);
  const isAccessLog = (origin) => origin.endsWith(ORIGIN_SUFFIX);

  Object.assign(Letopis, { ORIGIN_SUFFIX, isAccessLog });
})((globalThis.Letopis = globalThis.Letopis || {}));
