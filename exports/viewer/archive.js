"use strict";
// Leads the verification of an archive (log-format.md section 7) and returns everything there is to say and to show.
(function (Letopis) {
  const CHECKPOINT = "data/log/checkpoint";
  const START = "data/log/start-checkpoint";
  const EDGE = "data/log/start-edge";
  const EXTRACT = "data/extract.json";
  const DISCLOSURES = "data/log/disclosures.jsonl";
  const ENTRIES = /^data\/log\/entries-[0-9]{12}\.jsonl$/;
  const ENTRIES_PER_FILE = 65536;
  const DISCLOSURE_MAX_BYTES = 65536;

  // The lines of a file, each as `take(block, from, to, text, number, offset)`: bytes of a block, the block with one character
  // a byte, the line's number from 1 and its byte in the file. A line too long is cut and reported.
  async function readLines(bag, name, maxBytes, code, take) {
    const latin = new TextDecoder("windows-1252"); // as every label of Latin-1 means here: one character a byte
    let rest = new Uint8Array(0);
    let number = 1;
    let read = 0;
    let isSkipping = false;
    for await (const chunk of bag.chunks(name)) {
      let block = chunk;
      if (rest.length) {
        block = new Uint8Array(rest.length + chunk.length);
        block.set(rest);
        block.set(chunk, rest.length);
      }
      read += chunk.length;
      const text = latin.decode(block);
      let from = 0;
      for (let to = block.indexOf(10); to >= 0; to = block.indexOf(10, from)) {
        if (isSkipping) isSkipping = false;
        else take(block, from, to, text, number, read - block.length + from);
        number += 1;
        from = to + 1;
      }
      rest = isSkipping ? new Uint8Array(0) : block.subarray(from);
      if (rest.length > maxBytes) {
        bag.report.add(code, { file: name, line: number }, `at most ${maxBytes} bytes a line`, "more");
        rest = new Uint8Array(0);
        isSkipping = true;
      }
    }
    if (rest.length) {
      bag.report.add("entries-no-final-newline", { file: name, line: number }, "a line feed at the end", "none");
      take(rest, 0, rest.length, latin.decode(rest), number, read - rest.length);
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

  async function walkFiles(bag, walk, report) {
    const files = [...bag.files.keys()].filter((name) => ENTRIES.test(name)).sort();
    let first = walk.index;
    for (const [position, name] of files.entries()) {
      const expected = `data/log/entries-${String(first).padStart(12, "0")}.jsonl`;
      if (name !== expected) report.add("entries-file-name", { file: name }, expected, name);
      const before = walk.edge.size;
      walk.file = name;
      walk.positions.files.push({ name, first: before - walk.start });
      const take = (block, from, to, text, number, offset) => walk.take(block, from, to, text, number, offset);
      await readLines(bag, name, Letopis.ENTRY_MAX_BYTES, "entry-too-long", take);
      const count = walk.edge.size - before;
      const isFull = count === ENTRIES_PER_FILE || (count > 0 && count < ENTRIES_PER_FILE && position === files.length - 1);
      if (bag.digests.has(name) && !isFull) report.add("entries-file-length", { file: name }, `${ENTRIES_PER_FILE} lines`, count);
      first += count;
    }
  }

  // Checks all that is under data/; returns what the pages show and what bag-info.txt has to say of it.
  async function checkLog(bag, vkey, report) {
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
    const tables = new Letopis.Tables(bag, edge.size, report);
    const walk = new Letopis.LogWalk(report, edge, disclosures);
    await walkFiles(bag, walk, report);
    walk.finish(checkpoint);
    await tables.read();
    disclosures.finish(walk.start);
    const origin = walk.school && typeof walk.school.origin === "string" ? walk.school.origin : "";
    if (checkpoint !== null && walk.start === 0 && origin !== checkpoint.origin) {
      report.add("origin-mismatch", { file: CHECKPOINT }, origin, checkpoint.origin);
    }
    const { facts } = report;
    Object.assign(facts, { start: walk.start, entries: edge.size - walk.start, disclosures: disclosures.count });
    const stated = { "External-Identifier": facts.origin, "Letopis-Size": facts.signed_size, "Source-Organization": facts.school };
    const info = Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined).map(([label, value]) => [label, String(value)]));
    if (walk.lastAt) info["Bagging-Date"] = walk.lastAt.slice(0, 10);
    info["Letopis-First-Index"] = String(walk.start);
    info["Letopis-Disclosures"] = bag.files.has(DISCLOSURES) ? "full" : "none";
    return { info, checkpoint, disclosures, tables, walk };
  }

  // `files`: Map of path in the bag -> Blob. `vkey`: parsed, or null. `progress(bytes)` is told of every piece read.
  async function verifyArchive(files, vkey, progress = () => {}) {
    const report = new Letopis.Report();
    const bag = new Letopis.Bag(files, report, progress);
    if (!bag.files.size) {
      if (!report.findings.length) report.add("archive-unreadable", {}, "files", "none");
      return { report, bag };
    }
    if (bag.files.has(EXTRACT)) {
      // A part of a log is judged by other rules (log-format.md section 7a), which this page does not know.
      report.skip("extract", EXTRACT);
      return { report, bag };
    }
    await bag.begin();
    await Letopis.checkSeal(bag, vkey);
    const { info, ...found } = await checkLog(bag, vkey, report);
    bag.checkInfo(info);
    await bag.finish();
    return { report, bag, ...found };
  }

  Object.assign(Letopis, { verifyArchive });
})((globalThis.Letopis = globalThis.Letopis || {}));
