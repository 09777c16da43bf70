"use strict";
// An extract beside an archive of the same log, as verify/extract_against.py compares them: whether both have one history, and whether
// the extract's streams end. What an extract leaves to the school's word, that nothing followed in them, an archive shows.
(function (Letopis) {
  const TAIL_MAX_CHARACTERS = 1024;
  const TAIL =
    /,"index":(0|[1-9][0-9]{0,14}),"prev":"[0-9a-f]{64}","stream":"([a-z0-9_/-]+)","type":"[a-z0-9_/]+","version":([1-9][0-9]{0,14})\}$/;

  // Tells of each entry of a file: index, stream, version, leaf hash; what cannot be read the verification has reported.
  async function readTails(bag, name, take) {
    await Letopis.readLines(bag, name, Letopis.ENTRY_MAX_BYTES, "entry-too-long", (block, from, to, text) => {
      const found = TAIL.exec(text.slice(Math.max(from, to - TAIL_MAX_CHARACTERS), to));
      take(found && { index: Number(found[1]), stream: found[2], version: Number(found[3]) }, Letopis.leafHash(block, from, to));
    });
  }

  // Compares entry by entry, looks for what follows in the streams that the extract has whole, and asks for the archive's root at
  // the extract's size.
  async function compareEntries(extract, archive, report) {
    const { claim, checkpoint, walk } = extract.found;
    const quiet = new Letopis.Report();
    const bag = await Letopis.openBag(archive.picked, quiet, archive.progress);
    const edge = await Letopis.startEdge(bag, null, null, quiet);
    if (edge === null) return;
    const [start, wanted] = [edge.size, Letopis.toHex(checkpoint.root)];
    let root = null;
    for (const name of Letopis.entryFiles(bag)) {
      const place = (entry) => ({ file: `${archive.picked.name}: ${name}`, entry });
      await readTails(bag, name, (tail, leaf) => {
        edge.add(leaf);
        if (edge.size === checkpoint.size) root = Letopis.toHex(edge.root());
        if (tail === null) return;
        const { index, stream, version } = tail;
        const known = walk.leaves.get(index);
        if (known && !Letopis.same(known, leaf)) report.add("against-differs", place(index), "the entry of the extract", "another");
        const end = claim.complete.get(stream);
        if (index < claim.size && end && version > end[0]) {
          report.add("extract-incomplete", place(index), `${stream} up to version ${end[0]}`, version);
        }
      });
    }
    if (root === null) report.skip("old-not-covered", `size ${checkpoint.size}, range from ${start}`);
    else if (root !== wanted) report.add("old-root-mismatch", { file: `${archive.picked.name}: `, entry: checkpoint.size }, wanted, root);
  }

  // Verifies an extract, and the archive, and both against each other: one report of all.
  async function compareExtract(extract, archive, vkey, progress) {
    const found = await Letopis.verifyArchive(extract, vkey, progress);
    const other = await Letopis.verifyArchive(archive, vkey, progress);
    const { report } = found;
    if (!found.claim) {
      report.skip("nothing-to-compare", extract.name);
      return { report, found };
    }
    report.tell(other.report, `${archive.name}: `);
    await compareEntries({ found }, { picked: archive, progress }, report);
    if (!report.unchecked.length && !report.findings.length) {
      report.limits = report.limits.filter(({ code }) => code !== "extract-ends");
      report.facts.against = other.report.facts.size;
    }
    return { report, found };
  }

  Object.assign(Letopis, { compareExtract });
})((globalThis.Letopis = globalThis.Letopis || {}));
