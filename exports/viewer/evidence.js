"use strict";
// Evidence, backups, freshness, portals and the access log's head (events.md): what of it the log itself can confirm. That a
// program ran, that a backup exists or how long a request took are the school's words.
(function (Letopis) {
  const { rises, spelt } = Letopis;
  const WINDOW = 65536; // so many entries at most stand between what a root is of and the entry that says it
  const BLOCK = 256;
  const HASH = 32;

  // The last leaf hashes, in blocks, each behind the tree's edge before it: a root costs the hashing of a part of one block.
  class RecentRoots {
    constructor() {
      this.blocks = [];
    }

    // Takes the next leaf hash, which the tree at `edge` has not yet.
    grow(edge, leaf) {
      let block = this.blocks.at(-1);
      if (!block || block.count === BLOCK) {
        block = { size: edge.size, edge: edge.copy(), leaves: new Uint8Array(BLOCK * HASH), count: 0 };
        this.blocks.push(block);
        while (this.blocks.length > 1 && this.blocks[1].size < edge.size - WINDOW) this.blocks.shift();
      }
      block.leaves.set(leaf, HASH * block.count);
      block.count += 1;
    }

    // The root at a size, in hex; null where that is no size of the blocks that are kept.
    at(size) {
      const block = this.blocks.findLast((each) => each.size <= size && size <= each.size + each.count);
      if (!block) return null;
      const edge = block.edge.copy();
      for (let at = 0; at < size - block.size; at += 1) edge.add(block.leaves.slice(HASH * at, HASH * (at + 1)));
      return Letopis.toHex(edge.root());
    }
  }

  const SCOPES = { corrections: "period", archive: "year", substitutions: "month" };

  class Evidence {
    constructor(rules) {
      this.rules = rules;
      this.roots = new RecentRoots();
      this.manifests = new Map(); // archive -> the hash of its manifest
      this.printouts = new Map(); // id -> {condition, year}
    }

    verification_recorded(stream, entry, { size, root, checkpoint }) {
      this.rules.makes(stream);
      this.checkRoot(entry, size, root);
      if (checkpoint !== undefined && (checkpoint < 1 || checkpoint > size)) {
        this.rules.find("evidence-size", `from 1 to ${size}`, checkpoint, "data.checkpoint");
      }
    }

    archive_recorded(stream, entry, { size, root, year, manifest_sha256: manifest }) {
      this.rules.makes(stream);
      this.checkRoot(entry, size, root);
      this.rules.made("year", year, "year");
      this.manifests.set(stream.id, manifest);
    }

    // A receipt is of the archive that was recorded.
    archive_handed_over(stream, _entry, { archive, manifest_sha256: manifest }) {
      this.rules.makes(stream);
      this.rules.made("archive", archive, "archive");
      const known = this.manifests.get(archive);
      if (known !== undefined && known !== manifest) this.rules.find("archive-receipt", known, manifest, "data.manifest_sha256");
    }

    register_timed(stream, entry, { size }) {
      this.rules.makes(stream);
      this.checkSize(entry, 1, size);
    }

    printout_registered(stream, _entry, data) {
      const { rules } = this;
      const { condition, month, period, year, printed_on: printedOn, signed_by: signedBy, sheets = [] } = data;
      rules.makes(stream);
      rules.employee(signedBy, "signed_by");
      if (!rises(sheets)) rules.find("data-field", "sorted ids", spelt(sheets), "data.sheets");
      for (const sheet of sheets) rules.prints.checkPrinted(sheet, condition, period, month);
      const wanted = SCOPES[condition];
      if (["month", "period", "year"].some((name) => (data[name] !== undefined) !== (name === wanted))) {
        rules.find("printout-scope", `a ${wanted} alone`, condition, "data.condition");
        return;
      }
      const { end, ofYear } = this.endOf(data);
      this.printouts.set(stream.id, { condition, year: ofYear });
      if (printedOn <= end) rules.find("printout-scope", `after ${end}`, printedOn, "data.printed_on");
    }

    // The last day of what was printed, and its year where it is known.
    endOf({ month, period, year }) {
      const { rules } = this;
      if (month !== undefined) return { end: `${month}-99`, ofYear: null };
      if (period !== undefined) {
        const made = rules.made("period", period, "period");
        return made ? { end: made.endsOn, ofYear: made.year } : { end: "", ofYear: null };
      }
      rules.made("year", year, "year");
      const made = rules.streams.get(`year/${year}`);
      return { end: (made && made.endsOn) || "", ofYear: year };
    }

    // Compares a root with the log's at a size that it had not long before this entry.
    checkRoot(entry, size, root) {
      if (!this.checkSize(entry, Math.max(1, entry.index - WINDOW), size)) return null;
      const derived = this.roots.at(size); // null: before a range that begins later
      if (derived !== null && derived !== root) this.rules.find("evidence-root", derived, root, "data.root");
      return derived;
    }

    checkSize(entry, least, size, field = "size") {
      const fits = size >= least && size <= entry.index;
      if (!fits) this.rules.find("evidence-size", `from ${least} to ${entry.index}`, size, `data.${field}`);
      return fits;
    }
  }

  class Backups {
    constructor(rules) {
      this.rules = rules;
      this.taken = new Map(); // id -> {index, what, size, root}
    }

    backup_taken(stream, entry, { what, size, root }) {
      this.rules.makes(stream);
      this.rules.evidence.checkRoot(entry, size, root);
      this.taken.set(stream.id, { index: entry.index, what, size, root });
    }

    backup_verified(stream, _entry, { taken, how, size, root, verdict }) {
      const { rules } = this;
      if (!rises(how)) rules.find("data-field", "sorted, each once", spelt(how), "data.how");
      if ((size === undefined) !== (root === undefined)) rules.find("backup", "a size and a root, or neither", spelt(how), "data.size");
      const backup = this.taken.get(stream.id);
      if (!backup) return;
      if (taken !== backup.index) rules.find("backup", backup.index, taken, "data.taken");
      if (verdict !== "verified") return;
      // A good verdict: restored, and where there is a log, audited and the same.
      const holdsLog = backup.what.includes("ledger");
      for (const step of holdsLog ? ["restore", "audit"] : ["restore"]) {
        if (!how.includes(step)) rules.find("backup", step, how.join(", "), "data.how");
      }
      if (holdsLog && (size !== backup.size || root !== backup.root)) rules.find("backup", backup.root, root || "", "data.root");
    }
  }

  class Service {
    constructor(rules) {
      this.rules = rules;
      this.listed = new Map(); // portal -> {name, link}
      this.dropped = new Set();
    }

    freshness_measured(stream, entry, { size, position, minutes_behind: behind, last_entry_minutes: lastEntry }) {
      const { rules } = this;
      rules.makes(stream);
      rules.evidence.checkSize(entry, 1, size);
      if (position > size) {
        rules.find("evidence-size", `up to ${size}`, position, "data.position");
      } else if (position === size) {
        if (behind !== 0) rules.find("freshness-mismatch", "0, as nothing lacked", behind, "data.minutes_behind");
      } else if (behind < lastEntry) {
        rules.find("freshness-mismatch", "at least the age of the last entry", behind, "data.minutes_behind");
      }
    }

    portal_listed(stream, _entry, { name, link }) {
      const before = this.listed.get(stream.id);
      if (before && before.name === name && before.link === link) this.rules.find("portal", "another name or link", link, "data.link");
      this.dropped.delete(stream.id);
      this.listed.set(stream.id, { name, link });
    }

    portal_dropped(stream) {
      this.checkListed(stream);
      this.listed.delete(stream.id);
      this.dropped.add(stream.id);
    }

    portal_checked(stream, _entry, { link }) {
      const listed = this.checkListed(stream);
      if (listed && listed.link !== link) this.rules.find("portal", listed.link, link, "data.link");
    }

    // Reports a portal that is not on the list; in a range that begins later it may have been before.
    checkListed(stream) {
      const listed = this.listed.get(stream.id);
      if (!listed && (!stream.isPartial || this.dropped.has(stream.id))) this.rules.find("portal", "a portal on the list", stream.key);
      return listed;
    }
  }

  // The access log's head: each anchor is of a longer log than the one before.
  class Anchors {
    constructor(rules) {
      this.rules = rules;
      this.size = 0;
    }

    access_log_anchored(stream, _entry, { size }) {
      this.rules.checkSchool(stream);
      if (size <= this.size) this.rules.find("access-anchor", `more than ${this.size}`, size, "data.size");
      this.size = size;
    }
  }

  Object.assign(Letopis, { ROOTS_WINDOW: WINDOW });
  Letopis.ROOMS.push(["evidence", Evidence], ["backups", Backups], ["service", Service], ["anchors", Anchors]);
})((globalThis.Letopis = globalThis.Letopis || {}));
