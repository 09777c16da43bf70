"use strict";
// An extract (log-format.md section 7a): entries of a log that prove themselves without the rest. Whatever extract.json claims is
// checked; what nobody can show without the other entries is no claim, and is told as a limit beside the verdict.
(function (Letopis) {
  const CLAIM = "data/extract.json";
  const CHECKPOINT = "data/log/checkpoint";
  const ENTRIES = "data/log/entries.jsonl";
  const PROOF = "data/log/proof";
  const DISCLOSURES = "data/log/disclosures.jsonl";
  const CLOSING = /^data\/log\/closing-[0-9]{12}\.json$/;
  const ENTRIES_MAX = 1000000;
  const CLAIM_MAX_BYTES = 1 << 24;
  const PROOF_MAX_BYTES = 1 << 26;
  const DISCLOSURE_MAX_BYTES = 65536;
  const UNREADABLE_MAX = 2000;
  const SCOPES = ["class", "student", "entries"];
  const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
  const STREAM = /^[a-z][a-z0-9_]*\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
  // What its bag may have, and no other.
  const FILES = new RegExp(
    "^(?:bagit\\.txt|bag-info\\.txt|(?:tag)?manifest-sha256\\.txt|README\\.txt|ПРОЧТИ\\.html|verify\\.pyz|spec/[a-z-]+\\.md" +
      "|data/(?:extract\\.json|log/(?:checkpoint|proof|entries\\.jsonl|disclosures\\.jsonl|closing-[0-9]{12}\\.json)" +
      "|tables/(?:marks|absences|results|result_corrections)\\.csv))$",
    "u",
  );

  const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
  const rises = (values, key) => values.every((value, at) => !at || key(values[at - 1]) < key(value));
  // A stream's end: its name, its last version here, and that one's index.
  const isEnd = (value) =>
    Array.isArray(value) && value.length === 3 && typeof value[0] === "string" && STREAM.test(value[0]) && isCount(value[1]) && value[1] > 0 && isCount(value[2]);

  // The value of canonical JSON with one line feed behind it; null, and a finding, where it is not that.
  function canonicalLine(raw, file, report) {
    const end = raw.length && raw[raw.length - 1] === 10 ? raw.length - 1 : raw.length;
    let value;
    try {
      value = Letopis.parse(raw.subarray(0, end));
    } catch (error) {
      if (!(error instanceof Letopis.CanonicalError)) throw error;
      report.add("extract-malformed", { file }, "strict JSON", error.message);
      return null;
    }
    if (end < raw.length && Letopis.same(Letopis.bytesOf(Letopis.render(value)), raw.subarray(0, end))) return value;
    report.add("extract-malformed", { file }, "canonical JSON and a line feed", "another spelling");
    return null;
  }

  // What extract.json says: {complete, entries, of, origin, scope, size}, `complete` a Map; null where it is of no use.
  function readClaim(raw, report) {
    const value = raw === null ? null : canonicalLine(raw, CLAIM, report);
    if (value === null) return null;
    const isObject = typeof value === "object" && !Array.isArray(value);
    const hasOf = isObject && (value.scope === "class" || value.scope === "student");
    const names = ["complete", "entries", ...(hasOf ? ["of"] : []), "origin", "scope", "size"];
    const fits =
      isObject && Object.keys(value).sort().join() === names.join() && SCOPES.includes(value.scope) && typeof value.origin === "string" &&
      isCount(value.entries) && isCount(value.size) && (!hasOf || (typeof value.of === "string" && UUID.test(value.of))) &&
      Array.isArray(value.complete) && value.complete.every(isEnd) && rises(value.complete, (end) => end[0]);
    if (!fits) {
      report.add("extract-malformed", { file: CLAIM }, "the fields of an extract.json", "another");
      return null;
    }
    return { ...value, of: value.of || "", complete: new Map(value.complete.map(([stream, ...end]) => [stream, end])) };
  }

  // The root that known leaf hashes (a Map by index) and their shared proof lead to; null where the proof is not as long as it
  // must be. Every index is below `size`, which is 1 at least.
  function rootFromShared(size, leaves, hashes) {
    const indexes = [...leaves.keys()].sort((one, two) => one - two);
    let position = 0;
    const walk = (low, high, first, last) => {
      if (first === last) return hashes[position++] || null;
      if (high - low === 1) return leaves.get(low);
      let half = 1;
      while (half * 2 < high - low) half *= 2;
      let cut = first;
      while (cut < last && indexes[cut] < low + half) cut += 1;
      const left = walk(low, low + half, first, cut);
      const right = left && walk(low + half, high, cut, last);
      return right && Letopis.nodeHash(left, right);
    };
    const root = walk(0, size, 0, indexes.length);
    return root && position === hashes.length ? root : null;
  }

  // One pass over an extract's entries, and what is to be said when all are read.
  class ExtractWalk {
    constructor(report, claim, checkpoint, disclosures, followers) {
      Object.assign(this, { report, claim, checkpoint, disclosures, followers });
      this.reader = new Letopis.LogWalk(report, new Letopis.Edge(), disclosures);
      this.leaves = new Map();
      this.before = new Map();
      this.streams = new Map();
      this.closings = new Map();
      this.count = this.unreadable = this.partly = this.withheld = 0;
      this.last = -1;
      this.at = "";
      this.school = "";
      this.positions = this.reader.positions;
      this.start = 0;
      this.closed = { own: 0, all: 0 };
    }

    get firstAt() {
      return this.reader.firstAt;
    }

    get lastAt() {
      return this.at;
    }

    take(bytes, from, to, text, line, offset) {
      if (this.count >= ENTRIES_MAX) {
        this.report.add("archive-limit", { file: ENTRIES, line }, `at most ${ENTRIES_MAX} entries`, "more");
        return;
      }
      this.count += 1;
      if (this.unreadable > UNREADABLE_MAX) {
        this.report.skip("stopped-early", `${UNREADABLE_MAX} entries that cannot be read`);
        return;
      }
      Object.assign(this.reader, { file: ENTRIES, line, index: undefined });
      const entry = this.reader.read(bytes, from, to, text);
      if (entry === null || !this.reader.fits(entry)) this.unreadable += 1;
      else this.entry(entry, line, offset, Letopis.leafHash(bytes, from, to));
    }

    entry(entry, line, offset, leaf) {
      const { report } = this;
      const { index } = entry;
      const place = { file: ENTRIES, line, entry: index };
      if (index <= this.last || index >= this.checkpoint.size) {
        report.add("extract-order", place, `from ${this.last + 1} to ${this.checkpoint.size - 1}`, index);
        return;
      }
      this.chain(entry, leaf, place);
      if (entry.at < this.at) report.add("at-backwards", place, `not before ${this.at}`, entry.at);
      this.last = index;
      this.at = entry.at;
      this.reader.firstAt = this.reader.firstAt || entry.at;
      this.positions.takeAt(index, offset, entry.stream, entry.type);
      this.version(entry, place);
      this.disclose(entry);
      if (Letopis.EVENTS.has(entry.type)) this.read({ ...entry, place });
    }

    // The entry's leaf hash, and by its `prev` that of the entry before it: chain and tree cannot disagree.
    chain(entry, leaf, place) {
      const { index, prev } = entry;
      const before = this.leaves.get(index - 1);
      const expected = index === 0 ? "0".repeat(64) : before ? Letopis.toHex(before) : prev;
      if (prev !== expected) this.report.add("prev-mismatch", place, expected, prev);
      if (index && !before) this.before.set(index - 1, Letopis.fromHex(prev));
      this.leaves.set(index, leaf);
    }

    version({ index, stream, version }, place) {
      if (!this.streams.has(stream)) this.streams.set(stream, { isWhole: true, last: 0, indexes: [] });
      const known = this.streams.get(stream);
      if (version <= known.last) this.report.add("version-gap", place, `more than ${known.last}`, version);
      if (version !== known.last + 1) known.isWhole = false;
      known.last = version;
      known.indexes.push(index);
    }

    disclose(entry) {
      const data = entry.data();
      const digests = data && Array.isArray(data._sd) ? data._sd : [];
      if (this.disclosures.wanted.has(entry.index)) {
        this.disclosures.match(entry.index, digests, Letopis.NAMES_OF[entry.type] || Letopis.DISCLOSED_NAMES);
        this.disclosures.commit(entry.index, data);
      }
      const known = digests.map((digest) => this.disclosures.values.get(digest)).filter(Boolean);
      for (const follower of this.followers) if (follower.disclosed) follower.disclosed(entry.stream, known.map(({ name }) => name));
      const isOfPerson = entry.type === "person_registered/1" || entry.type === "personal_data_changed/1";
      if (isOfPerson && known.length && known.length < digests.length) this.partly += 1;
      if (entry.type === "person_registered/1" && digests.length && !known.length) this.withheld += 1;
    }

    // Hands on what a known event says.
    read(entry) {
      const data = entry.data();
      if (entry.type === "school_opened/1") this.open(data, entry.place);
      if (entry.type === "period_closed/1") this.closings.set(entry.index, { streams: data.streams, root: data.root });
      for (const follower of this.followers) {
        try {
          follower.apply(entry);
        } catch (error) {
          if (!(error instanceof TypeError)) throw error;
          this.report.skip("entry-unread", `entry ${entry.index}`);
        }
      }
    }

    open(data, place) {
      this.school = typeof data.name === "string" ? data.name : "";
      this.report.facts.school = this.school;
      if (data.origin !== this.checkpoint.origin || place.entry !== 0) {
        this.report.add("origin-mismatch", place, this.checkpoint.origin, data.origin);
      }
    }

    // Leads all leaf hashes, by the shared proof, to the signed root.
    checkProof(raw) {
      const place = { file: PROOF };
      if (raw === null) {
        if (this.leaves.size) this.report.add("bag-file-missing", place, "a shared proof", "none");
        return;
      }
      const text = new TextDecoder("windows-1252").decode(raw);
      if (!/^(?:[0-9a-f]{64}\n)*$/.test(text)) {
        this.report.add("proof-malformed", place, "hashes, one a line", text.slice(0, 80));
        return;
      }
      if (!this.leaves.size) {
        this.report.add("extract-claim", { file: ENTRIES }, "entries", "none");
        return;
      }
      const hashes = text.split("\n").slice(0, -1).map(Letopis.fromHex);
      const root = rootFromShared(this.checkpoint.size, new Map([...this.before, ...this.leaves]), hashes);
      const [wanted, found] = [Letopis.toHex(this.checkpoint.root), root && Letopis.toHex(root)];
      if (!root) this.report.add("proof-malformed", place, "as many hashes as the entries leave open", hashes.length);
      else if (wanted !== found) this.report.add("proof-mismatch", place, wanted, found);
    }

    // Compares what extract.json says with what is here; `scope` says which streams have to be whole.
    checkClaim(scope) {
      const { claim, report, checkpoint } = this;
      const said = [["origin", checkpoint.origin, claim.origin], ["size", checkpoint.size, claim.size], ["entries", this.count, claim.entries]];
      for (const [field, expected, found] of said) {
        if (expected !== found) report.add("extract-claim", { file: CLAIM, field }, expected, found);
      }
      if (!this.school && this.count) report.add("extract-claim", { file: ENTRIES }, "entry 0, which opens the school", "none");
      if (claim.scope === "entries" && claim.complete.size) {
        report.add("extract-claim", { file: CLAIM, field: "complete" }, "nothing of single entries", "a stream");
      }
      for (const [stream, [version, last]] of claim.complete) {
        const found = this.streams.get(stream);
        const end = found && found.indexes[found.indexes.length - 1];
        if (found && found.isWhole && found.last === version && end === last) continue;
        const at = found ? `version ${found.last}, entry ${end}` : "none";
        report.add("extract-incomplete", { file: CLAIM }, `${stream} whole to version ${version}, entry ${last}`, at);
      }
      for (const stream of [...this.streams.keys()].sort()) {
        if (scope.mustBeWhole(stream) && !claim.complete.has(stream)) {
          report.add("extract-incomplete", { file: CLAIM }, "a claim that the stream is whole", stream);
        }
      }
    }

    // Says what the extract does not claim.
    tellLimits(isDisclosed) {
      const { report, claim } = this;
      Object.assign(report.facts, { entries: this.count, disclosures: this.disclosures.count });
      report.limit("extract-part", `${this.count} of ${this.checkpoint.size} entries`);
      if (claim.scope === "entries") report.limit("extract-none", `${this.count} entries`);
      else report.limit("extract-ends", `${claim.complete.size} streams`);
      if (claim.scope === "class") {
        report.limit("extract-lessons", `${this.closed.own} of ${this.closed.all} lessons in ${this.closings.size} closings`);
      }
      if (claim.scope === "student") {
        const holes = [...this.streams.values()].filter((stream) => !stream.isWhole);
        const missing = holes.reduce((total, stream) => total + stream.last - stream.indexes.length, 0);
        report.limit("extract-others", `at least ${missing} entries of ${holes.length} streams`);
      }
      if (this.partly) report.limit("extract-names", `${this.partly} entries`);
      if (this.withheld && isDisclosed) report.limit("extract-withheld", `${this.withheld} people`);
    }

    info(isDisclosed) {
      const { claim, checkpoint } = this;
      const info = {
        "External-Identifier": checkpoint.origin, "Letopis-Extract": `${claim.scope} ${claim.of}`.trimEnd(),
        "Letopis-Size": String(checkpoint.size), "Letopis-Disclosures": isDisclosed ? "some" : "none",
      };
      if (this.school) info["Source-Organization"] = this.school;
      if (this.at) info["Bagging-Date"] = this.at.slice(0, 10);
      return info;
    }
  }

  // Checks all that is under data/ of an extract; returns what the pages show and what bag-info.txt has to say of it.
  async function checkExtract(bag, vkey, report) {
    const checkpoint = await Letopis.checkNote(await bag.small(CHECKPOINT, Letopis.NOTE_MAX_BYTES), CHECKPOINT, vkey, report);
    const claim = readClaim(await bag.small(CLAIM, CLAIM_MAX_BYTES), report);
    if (checkpoint === null || claim === null) {
      report.skip("stopped-early", CLAIM);
      return { info: {} };
    }
    Object.assign(report.facts, {
      extract: `${claim.scope} ${claim.of}`.trimEnd(), origin: checkpoint.origin, signed_size: checkpoint.size,
      signed_root: Letopis.toHex(checkpoint.root),
    });
    const disclosures = new Letopis.Disclosures(report);
    const isDisclosed = bag.files.has(DISCLOSURES);
    if (isDisclosed) {
      await Letopis.readLines(bag, DISCLOSURES, DISCLOSURE_MAX_BYTES, "disclosure-malformed", (block, from, to, _text, line) =>
        disclosures.takeLine(block.subarray(from, to), { file: DISCLOSURES, line }),
      );
    }
    const scope = new Letopis.ExtractScope(claim, report);
    const cited = (code, { index }, expected, found) => report.add(code, { file: ENTRIES, entry: index }, expected, found);
    const journal = new Letopis.Journal(disclosures, report, true, claim.scope === "entries" ? () => {} : cited);
    const walk = new ExtractWalk(report, claim, checkpoint, disclosures, []);
    const recount = new Letopis.Recount(report, claim.scope, (index) => walk.leaves.has(index));
    walk.followers.push(scope, recount, journal, ...(claim.scope === "student" ? [new Letopis.ExtractBlocks(report, claim.of)] : []));
    await readEntries(bag, walk);
    walk.checkProof(await bag.small(PROOF, PROOF_MAX_BYTES));
    walk.checkClaim(scope);
    for (const follower of walk.followers) follower.finish();
    await Letopis.checkClosings(bag, walk, scope);
    const tables = new Letopis.Tables(bag, null, report);
    if (claim.scope === "entries") refuseTables(bag, report);
    else await tables.readExtract(journal);
    disclosures.finish(0);
    walk.tellLimits(isDisclosed);
    recount.tell();
    return { info: walk.info(isDisclosed), claim, checkpoint, disclosures, tables, walk };
  }

  async function readEntries(bag, walk) {
    if (!bag.files.has(ENTRIES)) {
      walk.report.add("bag-file-missing", { file: ENTRIES }, "a file", "none");
      return;
    }
    walk.positions.files.push({ bag, name: ENTRIES, shown: ENTRIES, first: 0 });
    const take = (block, from, to, text, number, offset) => walk.take(block, from, to, text, number, offset);
    await Letopis.readLines(bag, ENTRIES, Letopis.ENTRY_MAX_BYTES, "entry-too-long", take);
  }

  function refuseTables(bag, report) {
    if (![...bag.files.keys()].some((name) => name.startsWith("data/tables/"))) return;
    report.add("table-unexpected", { file: "data/tables" }, "no tables of single entries", "another");
  }

  Object.assign(Letopis, {
    EXTRACT: CLAIM, EXTRACT_FILES: FILES, checkExtract, extracts: { CLOSING, ENTRIES, canonicalLine, isCount, isEnd, rises, rootFromShared },
  });
})((globalThis.Letopis = globalThis.Letopis || {}));
