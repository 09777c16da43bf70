"use strict";
// The walk over a log's entries (log-format.md sections 2 and 3): canonical form, fields, index, chain, clock, versions of
// streams, tree. After a finding the walk goes on from what it found. What entries mean is read by whoever follows the walk: an
// object with `apply(entry)`, told of each entry that can be read, and `finish()`; one may have `grow(edge, leaf)` too, told of
// every leaf hash before the tree has it.
(function (Letopis) {
  const ENTRY_MAX_BYTES = 65535;
  const UNREADABLE_MAX = 10000;
  const ZERO_PREV = "0".repeat(64);
  const ACCESS_LOG_OPENED = "access_log_opened/1";
  const OPENINGS = new Set(["school_opened/1", ACCESS_LOG_OPENED]);

  const WORD = "[a-z][a-z0-9_]*";
  const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
  const DATE =
    "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)" +
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))" +
    "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";
  const AT = `"(${DATE}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{6}Z)"`;
  const ACTOR =
    `\\{(?!"id":"[^"]*","on_behalf_of")(?:"basis":"[^"\\\\]*(?:\\\\.[^"\\\\]*)*",)?"id":"(${UUID})"(?:,"on_behalf_of":"(${UUID})")?,"role":"(${WORD})"\\}`;
  const INDEX = "(0|[1-9][0-9]{0,14})";
  const PREV = '"([0-9a-f]{64})"';
  const STREAM = `"(${WORD}/${UUID})"`;
  const TYPE = `"(${WORD}/[1-9][0-9]{0,5})"`;
  const VERSION = "([1-9][0-9]{0,14})";
  const HEAD = new RegExp(`\\{"actor":${ACTOR},"at":${AT},"command":"(${UUID})","data":(?=\\{)`, "y");
  const TAIL = new RegExp(`,"index":${INDEX},"prev":${PREV},"stream":${STREAM},"type":${TYPE},"version":${VERSION}\\}`, "y");
  const FIELDS = Object.fromEntries(
    Object.entries({
      actor: ACTOR, at: AT, command: `"${UUID}"`, data: "\\{[^]*\\}", index: INDEX, prev: PREV, stream: STREAM, type: TYPE,
      version: VERSION,
    }).map(([name, pattern]) => [name, new RegExp(`^${pattern}$`)]),
  );
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const DATA = 3; // the fourth member in canonical order
  const ASCII = /^[\x00-\x7f]*$/;

  // Numbers in memory of their own, growing by doubling.
  class Growing {
    constructor(Type) {
      this.values = new Type(1024);
      this.length = 0;
    }

    push(value) {
      if (this.length === this.values.length) {
        const wider = new this.values.constructor(2 * this.length);
        wider.set(this.values);
        this.values = wider;
      }
      this.values[this.length++] = value;
    }
  }

  // Where every entry lies, and the entries of its stream before it: what it takes to show one of half a million.
  class Positions {
    constructor(first) {
      this.first = first;
      this.files = [];
      this.offsets = new Growing(Float64Array);
      this.before = new Growing(Int32Array);
      this.types = new Map();
      this.last = new Map();
      this.indexes = null;
    }

    take(offset) {
      this.offsets.push(offset);
      this.before.push(-1);
    }

    // Where an entry is among those here; -1 where it is not. Of an extract `indexes` says which entries they are.
    find(index) {
      if (!this.indexes) return index >= this.first && index - this.first < this.offsets.length ? index - this.first : -1;
      return this.indexes.values.subarray(0, this.indexes.length).indexOf(index);
    }

    indexAt(at) {
      return this.indexes ? this.indexes.values[at] : at + this.first;
    }

    // An entry of an extract, which has not all of them.
    takeAt(index, offset, stream, type) {
      this.indexes = this.indexes || new Growing(Int32Array);
      this.indexes.push(index);
      this.take(offset);
      this.name(stream, type);
    }

    // The entry at hand is the next one of its stream.
    name(stream, type) {
      const at = this.offsets.length - 1;
      const before = this.last.get(stream);
      if (before !== undefined) this.before.values[at] = before;
      this.last.set(stream, at);
      this.types.set(type, (this.types.get(type) || 0) + 1);
    }
  }

  const ownText = (text) => JSON.parse(JSON.stringify(text));

  // Gives the value of bytes that are canonical JSON, which the browser's own parser reads no other way; parsed once. `text` is
  // the block with one character a byte.
  function parsedOnce(bytes, start, end, text) {
    let value;
    return () => {
      if (value === undefined) {
        const spelt = text.slice(start, end);
        value = JSON.parse(ASCII.test(spelt) ? spelt : decoder.decode(bytes.subarray(start, end)));
      }
      return value;
    };
  }

  class LogWalk {
    // `edge`: of the tree at the start of the range.
    constructor(report, edge, disclosures) {
      this.report = report;
      this.edge = edge;
      this.start = edge.size;
      this.index = edge.size;
      this.disclosures = disclosures;
      this.followers = [];
      this.growing = []; // those of them that are told of leaf hashes
      this.positions = new Positions(edge.size);
      this.scanner = new Letopis.Scanner();
      this.texts = new Map();
      this.versions = new Map();
      this.commands = new Set();
      this.command = "";
      this.school = null;
      this.file = "";
      this.line = 0;
      this.lastAt = "";
      this.firstAt = "";
      this.before = null;
      this.unreadable = 0;
      // At even sizes the edge does not hold the last leaf: the first `prev` then rests on what is not here.
      const last = edge.lastLeaf();
      this.prev = edge.size === 0 ? ZERO_PREV : last && Letopis.toHex(last);
      if (edge.size) report.skip("before-range", `entries 0 to ${edge.size - 1}`);
    }

    // Lets these be told of the entries.
    follow(...followers) {
      this.followers.push(...followers);
      this.growing.push(...followers.filter((each) => each.grow));
    }

    place(field) {
      return { file: this.file, line: this.line, entry: this.index, field };
    }

    find(code, expected, found, field) {
      this.report.add(code, this.place(field), expected, found);
    }

    // Takes one line, bytes from `from` to `to` of a block; `text` is the block with one character a byte.
    take(bytes, from, to, text, line, offset) {
      const leaf = Letopis.leafHash(bytes, from, to);
      for (const follower of this.growing) follower.grow(this.edge, leaf);
      this.edge.add(leaf);
      this.line = line;
      this.positions.take(offset);
      if (this.unreadable > UNREADABLE_MAX) {
        this.report.skip("stopped-early", `${UNREADABLE_MAX} entries that cannot be read`);
        return;
      }
      const entry = this.read(bytes, from, to, text);
      if (entry === null || !this.fits(entry)) {
        this.unreadable += 1;
      } else {
        if (entry.prev !== this.prev && this.prev !== null) this.breakChain(entry.prev);
        if (entry.index !== this.index) {
          this.find("index-gap", this.index, entry.index, "index");
          this.index = entry.index;
        }
        if (entry.at < this.lastAt) this.find("at-backwards", `not before ${this.lastAt}`, entry.at, "at");
        if (entry.at !== this.lastAt) this.lastAt = ownText(entry.at);
        this.firstAt = this.firstAt || this.lastAt;
        this.apply(Object.assign(entry, { at: this.lastAt, index: this.index }));
      }
      this.prev = Letopis.toHex(leaf);
      this.before = { file: this.file, line };
      this.index += 1;
    }

    // An entry's fields; null where it is of no use. `actor` is the id alone; `data()` parses its data.
    read(bytes, from, to, text) {
      if (to - from > ENTRY_MAX_BYTES) {
        this.find("entry-too-long", `at most ${ENTRY_MAX_BYTES} bytes`, `${to - from} bytes`);
        return null;
      }
      if (!this.scanner.scan(bytes, from, to) || this.scanner.count !== 9) return this.readSlowly(bytes.slice(from, to));
      const start = this.scanner.members[2 * DATA];
      const end = this.scanner.members[2 * DATA + 1];
      HEAD.lastIndex = from;
      const head = HEAD.exec(text);
      TAIL.lastIndex = end;
      const tail = TAIL.exec(text);
      if (!head || HEAD.lastIndex !== start || !tail || TAIL.lastIndex !== to) return this.readSlowly(bytes.slice(from, to));
      return {
        actor: this.own(head[1]), behalf: head[2] && this.own(head[2]), role: this.own(head[3]), at: head[4], command: head[5], index: Number(tail[1]),
        prev: tail[2], stream: this.own(tail[3]), type: this.own(tail[4]), version: Number(tail[5]), data: parsedOnce(bytes, start, end, text),
      };
    }

    // A text of its own, one for all that are alike: a part of a block would keep the block in memory, and in the end the log.
    own(text) {
      const known = this.texts.get(text);
      if (known !== undefined) return known;
      const own = ownText(text);
      this.texts.set(own, own);
      return own;
    }

    readSlowly(bytes) {
      let value;
      try {
        value = Letopis.parse(bytes);
      } catch (error) {
        if (!(error instanceof Letopis.CanonicalError)) throw error;
        this.find("entry-not-json", "strict JSON", error.message);
        return null;
      }
      if (value === null || typeof value !== "object" || Array.isArray(value)) {
        this.find("entry-not-json", "an object", "another value");
        return null;
      }
      const canonical = Letopis.bytesOf(Letopis.render(value));
      if (!Letopis.same(canonical, bytes)) {
        const offset = bytes.findIndex((byte, at) => byte !== canonical[at]);
        const at = offset < 0 ? bytes.length : offset;
        const part = (raw) => new TextDecoder().decode(raw.subarray(at, at + 40));
        this.report.add("entry-not-canonical", { ...this.place(), offset: at }, part(canonical), part(bytes));
      }
      if (!this.fieldsFit(value)) return null;
      const { actor, at, command, index, prev, stream, type, version } = value;
      return { actor: actor.id, behalf: actor.on_behalf_of, role: actor.role, at, command, index, prev, stream, type, version, data: () => value.data };
    }

    fieldsFit(value) {
      let fits = true;
      for (const name of [...new Set([...Object.keys(FIELDS), ...Object.keys(value)])].sort()) {
        if (!Object.hasOwn(value, name)) this.find("entry-field", "a value", "missing", name);
        else if (!Object.hasOwn(FIELDS, name)) this.find("entry-field", "no such field", "a value", name);
        else if (!FIELDS[name].test(Letopis.render(value[name]))) this.find("entry-field", "a well-formed value", Letopis.render(value[name]), name);
        else continue;
        fits = false;
      }
      return fits;
    }

    // Says whether an entry is of its type's kind of stream and has the fields of its type; of an unknown type nobody can say.
    fits(entry) {
      const event = Letopis.EVENTS.get(entry.type);
      if (!event) {
        this.report.skip("unknown-type", `entry ${this.index === undefined ? entry.index : this.index}`);
        return true;
      }
      if (!entry.stream.startsWith(`${event.kind}/`)) {
        this.find("stream-kind", event.kind, entry.stream);
        return false;
      }
      return Letopis.dataFits(entry.type, entry.data(), (...found) => this.find(...found));
    }

    // Reports the entry before this one: its bytes are not what this one commits to. Entry 0 has none before it.
    breakChain(prev) {
      if (this.before === null) this.find("prev-mismatch", this.prev, prev, "prev");
      else this.report.add("prev-mismatch", { ...this.before, entry: this.index - 1 }, prev, this.prev);
    }

    apply(entry) {
      if (entry.command !== this.command) {
        if (this.commands.has(entry.command)) this.find("command-split", "entries of one command side by side", entry.command, "command");
        this.command = ownText(entry.command);
        this.commands.add(this.command);
      }
      entry.command = this.command;
      const isOpening = OPENINGS.has(entry.type);
      if (this.index === 0 && !isOpening) this.find("school-opened", "school_opened/1", entry.type);
      if (this.index !== 0 && isOpening) this.find("school-opened", "entry 0, and no other", this.index);
      if (isOpening) this.open(entry);
      const known = this.versions.get(entry.stream);
      const before = known !== undefined ? known : this.start && entry.version > 1 ? entry.version - 1 : 0;
      if (entry.version !== before + 1) this.find("version-gap", before + 1, entry.version, "version");
      this.versions.set(entry.stream, entry.version);
      this.positions.name(entry.stream, entry.type);
      for (const follower of this.followers) follower.apply(entry);
      if (this.disclosures.wanted.has(this.index)) this.disclosures.commit(this.index, entry.data());
    }

    // Takes the school's first entry, of its journal or of its access log, whose name follows from the journal's.
    open({ type, data }) {
      const { log, ...said } = data();
      this.school = type === ACCESS_LOG_OPENED ? { ...said, origin: log + Letopis.ORIGIN_SUFFIX } : said;
      const { name, clock } = said;
      for (const [fact, value] of [["school", name], ["clock", clock]]) {
        if (typeof value === "string") this.report.facts[fact] = value;
      }
    }

    // Ends the walk, and lets go of what only it needed: what the entries add up to is much, and the page stays open and shows
    // entries by their positions.
    async finish(checkpoint) {
      const origin = (this.school && this.school.origin) || this.report.facts.origin || "";
      for (const follower of this.followers) await follower.finish(origin);
      this.followers = this.growing = [];
      for (const kept of [this.texts, this.versions, this.commands]) kept.clear();
      const size = this.edge.size;
      const root = Letopis.toHex(this.edge.root());
      Object.assign(this.report.facts, { size, root });
      if (checkpoint === null) return;
      const place = { file: "data/log/checkpoint" };
      if (checkpoint.size !== size) this.report.add("size-mismatch", place, `${checkpoint.size} entries`, size);
      else if (Letopis.toHex(checkpoint.root) !== root) this.report.add("root-mismatch", place, Letopis.toHex(checkpoint.root), root);
    }
  }

  Object.assign(Letopis, { LogWalk, Growing, ENTRY_MAX_BYTES });
})((globalThis.Letopis = globalThis.Letopis || {}));
