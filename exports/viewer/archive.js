"use strict";
// Leads the verification of an archive (log-format.md section 7) and returns everything there is to say and to show.
(function (Letopis) {
  const CHECKPOINT = "data/log/checkpoint";
  const START = "data/log/start-checkpoint";
  const EDGE = "data/log/start-edge";
  const DISCLOSURES = "data/log/disclosures.jsonl";
  const ENTRIES = /^data\/log\/entries-[0-9]{12}\.jsonl$/;
  const ENTRIES_PER_FILE = 65536;
  const DISCLOSURE_MAX_BYTES = 65536;

  // The lines of a file that comes in pieces, each as `take(block, from, to, text, number, offset)`: bytes of a block, the
  // block with one character a byte, the line's number from 1 and its byte in the file. A line too long is cut and reported.
  class Lines {
    constructor(report, file, maxBytes, code, take) {
      Object.assign(this, { report, file, maxBytes, code, take });
      this.latin = new TextDecoder("windows-1252"); // as every label of Latin-1 means here: one character a byte
      this.rest = new Uint8Array(0);
      this.number = 1;
      this.read = 0;
      this.isSkipping = false;
    }

    push(chunk) {
      let block = chunk;
      if (this.rest.length) {
        block = new Uint8Array(this.rest.length + chunk.length);
        block.set(this.rest);
        block.set(chunk, this.rest.length);
      }
      this.read += chunk.length;
      const text = this.latin.decode(block);
      let from = 0;
      for (let to = block.indexOf(10); to >= 0; to = block.indexOf(10, from)) {
        if (this.isSkipping) this.isSkipping = false;
        else this.take(block, from, to, text, this.number, this.read - block.length + from);
        this.number += 1;
        from = to + 1;
      }
      this.rest = this.isSkipping ? new Uint8Array(0) : block.subarray(from);
      if (this.rest.length > this.maxBytes) {
        this.report.add(this.code, { file: this.file, line: this.number }, `at most ${this.maxBytes} bytes a line`, "more");
        this.rest = new Uint8Array(0);
        this.isSkipping = true;
      }
    }

    end() {
      const { rest, number, file } = this;
      if (!rest.length) return;
      this.report.add("entries-no-final-newline", { file, line: number }, "a line feed at the end", "none");
      this.take(rest, 0, rest.length, this.latin.decode(rest), number, this.read - rest.length);
    }
  }

  async function readLines(bag, name, maxBytes, code, take) {
    const lines = new Lines(bag.report, name, maxBytes, code, take);
    for await (const chunk of bag.chunks(name)) lines.push(chunk);
    lines.end();
  }

  const entryFiles = (bag) => [...bag.files.keys()].filter((name) => ENTRIES.test(name)).sort();

  // The leaf hashes of an archive's entries, a piece of a file at a time.
  async function* leafBlocks(bag) {
    for (const name of entryFiles(bag)) {
      let leaves = [];
      const lines = new Lines(bag.report, name, Letopis.ENTRY_MAX_BYTES, "entry-too-long", (block, from, to) =>
        leaves.push(Letopis.leafHash(block, from, to)),
      );
      for await (const chunk of bag.chunks(name)) {
        lines.push(chunk);
        if (leaves.length) yield leaves;
        leaves = [];
      }
      lines.end();
      if (leaves.length) yield leaves;
    }
  }

  // Reads a checkpoint and checks its signature with the pinned key; null where it is of no use.
  async function checkNote(raw, file, vkey, report) {
    if (raw === null) {
      report.add("bag-file-missing", { file }, "a signed checkpoint", "none");
      return null;
    }
    let checkpoint;
    try {
      checkpoint = Letopis.parseCheckpoint(raw);
    } catch (error) {
      if (!(error instanceof Letopis.NoteError)) throw error;
      report.add("checkpoint-malformed", { file }, "a signed checkpoint", error.message);
      return null;
    }
    if (vkey === null) {
      report.skip("no-key", `${checkpoint.origin}, size ${checkpoint.size}`);
      return checkpoint;
    }
    if (checkpoint.origin !== vkey.name) report.add("origin-mismatch", { file }, vkey.name, checkpoint.origin);
    if (!Letopis.hasCrypto()) {
      report.skip("no-crypto", file);
      return checkpoint;
    }
    const fault = await Letopis.signatureFault(checkpoint, vkey);
    if (fault !== null) report.add("signature-invalid", { file }, `a signature by ${vkey.name}`, fault);
    return checkpoint;
  }

  // The tree's edge at the start of the range: empty, or what the start files say (null: unusable).
  async function startEdge(bag, vkey, end, report) {
    if (!bag.files.has(START) && !bag.files.has(EDGE)) return new Letopis.Edge();
    const checkpoint = await checkNote(await bag.small(START, Letopis.NOTE_MAX_BYTES), START, vkey, report);
    const raw = await bag.small(EDGE, Letopis.NOTE_MAX_BYTES);
    if (checkpoint === null || raw === null) {
      report.add("start-malformed", { file: EDGE }, "start-checkpoint and start-edge", "not both");
      return null;
    }
    const { origin, size } = checkpoint;
    const last = end === null ? size : end.size - 1;
    if (size < 1 || size > last || (end !== null && end.origin !== origin)) {
      report.add("start-malformed", { file: START }, `a size of ${end === null ? origin : end.origin} from 1 to ${last}`, `${size} of ${origin}`);
    }
    const lines = new TextDecoder("utf-8", { ignoreBOM: true }).decode(raw).split("\n");
    const rest = lines.pop();
    const wanted = Letopis.bitCount(size);
    if (rest || !lines.every((line) => /^[0-9a-f]{64}$/.test(line)) || lines.length !== wanted) {
      report.add("start-malformed", { file: EDGE }, `${wanted} hashes, one a line`, `${lines.length} lines`);
      return null;
    }
    const edge = new Letopis.Edge(size, lines.map(Letopis.fromHex));
    const root = Letopis.toHex(edge.root());
    if (root !== Letopis.toHex(checkpoint.root)) {
      report.add("start-root-mismatch", { file: EDGE }, Letopis.toHex(checkpoint.root), root);
    }
    return edge;
  }

  // `before`: what stands before a file's name, of an earlier archive.
  async function walkFiles(bag, walk, report, before = "") {
    const files = entryFiles(bag);
    let first = walk.index;
    for (const [position, name] of files.entries()) {
      const expected = `data/log/entries-${String(first).padStart(12, "0")}.jsonl`;
      if (name !== expected) report.add("entries-file-name", { file: name }, expected, name);
      const at = walk.edge.size;
      walk.file = before + name;
      walk.positions.files.push({ bag, name, shown: walk.file, first: at - walk.start });
      const take = (block, from, to, text, number, offset) => walk.take(block, from, to, text, number, offset);
      await readLines(bag, name, Letopis.ENTRY_MAX_BYTES, "entry-too-long", take);
      const count = walk.edge.size - at;
      const isFull = count === ENTRIES_PER_FILE || (count > 0 && count < ENTRIES_PER_FILE && position === files.length - 1);
      if (bag.digests.has(name) && !isFull) report.add("entries-file-length", { file: name }, `${ENTRIES_PER_FILE} lines`, count);
      first += count;
    }
  }

  // Walks through the archives that this one continues, to where it starts; says false, with a finding, where they do not
  // lead there. They are one log: the first begins at entry 0, each other one where the one before it ends.
  async function walkEarlier(earlier, start, walk, vkey, progress) {
    const { report } = walk;
    const there = [];
    for (const picked of earlier) {
      const one = await openEarlier(picked, vkey, report, progress);
      if (one !== null) there.push(one);
    }
    there.sort((one, two) => one.edge.size - two.edge.size);
    let isThere = there.length === earlier.length;
    for (const one of there) isThere = isThere && (await follow(one, walk));
    for (const one of there) report.tell(one.report, `${one.name}: `);
    if (isThere && meets(START, walk.edge, start, report)) return true;
    report.skip("stopped-early", "--earlier");
    return false;
  }

  async function openEarlier(picked, vkey, report, progress) {
    const own = new Letopis.Report();
    const bag = await openBag(picked, own, progress);
    if (!bag.files.size || bag.files.has(Letopis.EXTRACT)) {
      report.add("earlier-mismatch", { file: picked.name }, "an archive", "another");
      report.tell(own, `${picked.name}: `);
      return null;
    }
    await bag.begin();
    const checkpoint = await checkNote(await bag.small(CHECKPOINT, Letopis.NOTE_MAX_BYTES), CHECKPOINT, vkey, own);
    const edge = await startEdge(bag, vkey, checkpoint, own);
    if (checkpoint !== null && edge !== null) return { name: picked.name, bag, report: own, edge, checkpoint };
    report.tell(own, `${picked.name}: `);
    return null;
  }

  // Walks through one of them; says false where it does not begin where the walk is. Its tables are read with its own archive.
  async function follow(one, walk) {
    const { bag, checkpoint, edge, name, report } = one;
    if (!meets(name, walk.edge, edge, walk.report)) return false;
    await walkFiles(bag, walk, report, `${name}: `);
    const [said, found] = [headOf(checkpoint.size, checkpoint.root), headOf(walk.edge.size, walk.edge.root())];
    if (said !== found) report.add("root-mismatch", { file: CHECKPOINT }, said, found);
    await bag.finish();
    return true;
  }

  function meets(file, edge, start, report) {
    const [here, there] = [headOf(edge.size, edge.root()), headOf(start.size, start.root())];
    if (here !== there) report.add("earlier-mismatch", { file }, here, there);
    return here === there;
  }

  const headOf = (size, root) => `${size} ${Letopis.toHex(root)}`;

  // Checks all that is under data/; returns what the pages show and what bag-info.txt has to say of it.
  async function checkLog(bag, vkey, report, earlier, progress) {
    const checkpoint = await checkNote(await bag.small(CHECKPOINT, Letopis.NOTE_MAX_BYTES), CHECKPOINT, vkey, report);
    if (checkpoint !== null) {
      const { origin, size, root } = checkpoint;
      Object.assign(report.facts, { origin, signed_size: size, signed_root: Letopis.toHex(root) });
    }
    const edge = await startEdge(bag, vkey, checkpoint, report);
    if (edge === null) {
      report.skip("stopped-early", EDGE);
      return { info: {} };
    }
    const disclosures = new Letopis.Disclosures(report);
    if (bag.files.has(DISCLOSURES)) {
      await readLines(bag, DISCLOSURES, DISCLOSURE_MAX_BYTES, "disclosure-malformed", (block, from, to, _text, line) =>
        disclosures.takeLine(block.subarray(from, to), { file: DISCLOSURES, line }),
      );
    }
    const start = edge.size;
    const isAccessLog = checkpoint !== null && Letopis.isAccessLog(checkpoint.origin);
    const tables = new Letopis.Tables(bag, start, report, isAccessLog);
    // What stands in tables follows from all entries from 0 on.
    const journal = isAccessLog || (start && !earlier.length) ? null : new Letopis.Journal(disclosures, report);
    const walk = new Letopis.LogWalk(report, earlier.length ? new Letopis.Edge() : edge, disclosures);
    let rules = new Letopis.Rules(report, disclosures, walk);
    let seen = new Letopis.SeenOfDeadlines();
    walk.follow(rules, seen, ...(journal ? [journal] : []));
    if (earlier.length && !(await walkEarlier(earlier, edge, walk, vkey, progress))) return { info: {} };
    await walkFiles(bag, walk, report);
    await walk.finish(checkpoint);
    await Letopis.checkDeadlines(bag, seen, rules);
    rules = seen = null; // what entries add up to is much, and tables are told of what the journal has
    await tables.read(journal, checkpoint === null ? start : checkpoint.size);
    await Letopis.checkPackage(bag);
    await Letopis.checkWorkbooks(bag);
    await Letopis.checkDatabase(bag);
    disclosures.finish(walk.start);
    const origin = walk.school && typeof walk.school.origin === "string" ? walk.school.origin : "";
    if (checkpoint !== null && start === 0 && origin !== checkpoint.origin) {
      report.add("origin-mismatch", { file: CHECKPOINT }, origin, checkpoint.origin);
    }
    const { facts } = report;
    Object.assign(facts, { start, entries: walk.edge.size - start, disclosures: disclosures.count });
    const stated = { "External-Identifier": facts.origin, "Letopis-Size": facts.signed_size, "Source-Organization": facts.school };
    const info = Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined).map(([label, value]) => [label, String(value)]));
    if (walk.lastAt) info["Bagging-Date"] = walk.lastAt.slice(0, 10);
    info["Letopis-First-Index"] = String(start);
    info["Letopis-Disclosures"] = bag.files.has(DISCLOSURES) ? "full" : "none";
    return { info, checkpoint, disclosures, tables, walk };
  }

  // What was picked: {name, files}, a folder as a Map of path -> Blob, or {name, zip}, a ZIP as a Blob.
  async function openBag(picked, report, progress) {
    const files = picked.zip ? await Letopis.openZip(picked.zip, picked.name, report) : Letopis.filesOfFolder(picked.files, report);
    return new Letopis.Bag(files, report, progress);
  }

  // `vkey`: parsed, or null. `progress(bytes, total)` is told of every piece read. `earlier`: archives that this continues.
  async function verifyArchive(picked, vkey, progress = () => {}, earlier = []) {
    const report = new Letopis.Report(picked.name);
    const bag = await openBag(picked, report, progress);
    if (!bag.files.size) {
      if (!report.findings.length) report.add("archive-unreadable", { file: picked.name }, "files", "none");
      return { report, bag };
    }
    if (bag.files.has(Letopis.EXTRACT)) {
      // A part of a log is judged by other rules (log-format.md section 7a).
      await bag.begin(Letopis.EXTRACT_FILES);
      const { info, ...found } = await Letopis.checkExtract(bag, vkey, report);
      bag.checkInfo(info);
      await bag.finish();
      return { report, bag, ...found };
    }
    await bag.begin();
    await Letopis.checkSeal(bag, vkey);
    const { info, ...found } = await checkLog(bag, vkey, report, earlier, progress);
    bag.checkInfo(info);
    await bag.finish();
    return { report, bag, ...found };
  }

  Object.assign(Letopis, { CHECKPOINT, checkNote, headOf, entryFiles, leafBlocks, openBag, readLines, startEdge, verifyArchive });
})((globalThis.Letopis = globalThis.Letopis || {}));
