"use strict";
// Two archives of one school beside each other, as verify/against.py compares them: one continues the other, or the school
// signed two. Both are hashed entry by entry, and every root is compared with what was signed; nothing that either says of
// itself is taken for it.
(function (Letopis) {
  // One history being hashed: `edge` grows with the leaves taken, from where its archive starts.
  class History {
    constructor(name, bag, checkpoint, edge, isSigned) {
      Object.assign(this, { name, checkpoint, edge, isSigned, start: edge.size, ahead: [] });
      this.blocks = Letopis.leafBlocks(bag);
    }

    // Leaf hashes that come next: at least one, where there is one.
    async look() {
      while (!this.ahead.length) {
        const { done, value } = await this.blocks.next();
        if (done) break;
        this.ahead = value;
      }
      return this.ahead;
    }

    take(count) {
      for (const leaf of this.ahead.slice(0, count)) this.edge.add(leaf);
      this.ahead = this.ahead.slice(count);
    }

    // Hashes on to `size`, or to the end; says whether it is there.
    async advance(size = Infinity) {
      while (this.edge.size < size && (await this.look()).length) this.take(Math.min(this.ahead.length, size - this.edge.size));
      return this.edge.size === size;
    }

    get head() {
      return Letopis.headOf(this.checkpoint.size, this.checkpoint.root);
    }

    get reached() {
      return Letopis.headOf(this.edge.size, this.edge.root());
    }

    // Whether the pinned key signed what these leaves lead to.
    get isSealed() {
      return this.isSigned && this.head === this.reached;
    }
  }

  // An archive to be hashed; null where it has no checkpoint or start that can be read, or is an extract.
  async function openHistory(picked, vkey, progress) {
    const report = new Letopis.Report(picked.name);
    const bag = await Letopis.openBag(picked, report, progress);
    if (!bag.files.has(Letopis.CHECKPOINT) || bag.files.has(Letopis.EXTRACT)) return null;
    const before = report.findings.length;
    const raw = await bag.small(Letopis.CHECKPOINT, Letopis.NOTE_MAX_BYTES);
    const checkpoint = await Letopis.checkNote(raw, Letopis.CHECKPOINT, vkey, report);
    const edge = await Letopis.startEdge(bag, vkey, checkpoint, report);
    if (checkpoint === null || edge === null) return null;
    const isSigned = vkey !== null && Letopis.hasCrypto() && report.findings.length === before;
    return new History(picked.name, bag, checkpoint, edge, isSigned);
  }

  async function isExtract(picked) {
    return (await Letopis.openBag(picked, new Letopis.Report(), () => {})).files.has(Letopis.EXTRACT);
  }

  async function compare(first, second, report) {
    if (first === null || second === null) {
      const there = first || second;
      report.skip("nothing-to-compare", there === null ? "none" : there.name);
      return;
    }
    const { facts } = report;
    Object.assign(facts, { first: first.head, second: second.head });
    if (first.checkpoint.origin !== second.checkpoint.origin) {
      report.add("other-log", { file: second.name }, first.checkpoint.origin, second.checkpoint.origin);
      return;
    }
    const low = Math.max(first.start, second.start);
    const areThere = [await first.advance(low), await second.advance(low)];
    if (areThere.includes(false)) {
      report.skip("gap-between", `size ${low}`);
      return;
    }
    let differsAt = null;
    let isSame = first.reached === second.reached;
    while (isSame && (await first.look()).length && (await second.look()).length) {
      let count = Math.min(first.ahead.length, second.ahead.length);
      const at = first.ahead.slice(0, count).findIndex((leaf, each) => !Letopis.same(leaf, second.ahead[each]));
      if (at >= 0) {
        isSame = false;
        count = at;
        differsAt = first.edge.size + at;
      }
      first.take(count);
      second.take(count);
    }
    facts.common = isSame || differsAt !== null ? first.edge.size : 0;
    await first.advance();
    await second.advance();
    conclude(first, second, differsAt, isSame, report);
  }

  // Says what the two are to each other, once both are hashed to their ends.
  function conclude(first, second, differsAt, isSame, report) {
    for (const history of [first, second]) {
      if (history.isSigned && !history.isSealed) report.add("root-mismatch", { file: history.name }, history.head, history.reached);
    }
    const { facts } = report;
    if (isSame) {
      const more = second.edge.size - first.edge.size;
      facts.relation = more === 0 ? "same" : more > 0 ? "continued" : "continues";
      return;
    }
    const isFork = first.isSealed && second.isSealed;
    facts.relation = isFork ? "fork" : "differ";
    if (differsAt !== null) facts.differs_at = differsAt;
    report.add(isFork ? "fork" : "histories-differ", { file: second.name, entry: differsAt }, first.head, second.head);
  }

  // Verifies two archives, each by itself, and compares them: `report` says what they are to each other, its `parts` what is to
  // be said of each; `found` is what `verifyArchive` found in the first.
  // Of an extract and an archive there is one report (extract-against.js).
  async function compareArchives(first, second, vkey, progress = () => {}) {
    const areExtracts = [await isExtract(first), await isExtract(second)];
    if (areExtracts[0] !== areExtracts[1]) {
      return areExtracts[0] ? Letopis.compareExtract(first, second, vkey, progress) : Letopis.compareExtract(second, first, vkey, progress);
    }
    const report = new Letopis.Report(`${first.name} — ${second.name}`);
    const found = await Letopis.verifyArchive(first, vkey, progress);
    const { report: other } = await Letopis.verifyArchive(second, vkey, progress);
    report.parts.push(found.report, other);
    await compare(await openHistory(first, vkey, progress), await openHistory(second, vkey, progress), report);
    return { report, found };
  }

  Object.assign(Letopis, { compareArchives });
})((globalThis.Letopis = globalThis.Letopis || {}));
