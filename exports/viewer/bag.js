"use strict";
// BagIt 1.0 (RFC 8493; log-format.md section 7): the declaration, both manifests both ways, bag-info.txt, and no file that
// the specification has not. A file is read once: its bytes are hashed on their way to whoever reads them.
(function (Letopis) {
  const CHUNK_BYTES = 1 << 20;
  const WHOLE_MAX_BYTES = 96 << 20;
  const PAUSE_MS = 40;
  const TAG_FILE_MAX_BYTES = 16 << 20;
  const INFO_MAX_BYTES = 1 << 16;
  const FILES_MAX = 50000;
  const DEPTH_MAX = 16;
  const NAME_MAX_BYTES = 1024;
  const MANIFEST = "manifest-sha256.txt";
  const TAG_MANIFEST = "tagmanifest-sha256.txt";
  const INFO = "bag-info.txt";
  const DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
  const LINE = /^([0-9a-f]{64})(?: {2}| \*)([^\r\n]+)$/;
  const UNSAFE =
    /[\\<>:"|?*]|%0[ad]|(?:^|\/)(?:(?:[^/]*[. ])?|(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\.[^/]*)?)(?:\/|$)/iu;
  const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;
  const SPECIFIED = new RegExp(
    "^(?:bagit\\.txt|bag-info\\.txt|(?:tag)?manifest-sha256\\.txt|README\\.txt|ПРОЧТИ\\.html|verify\\.pyz" +
      "|spec/[a-z-]+\\.md|signature/[a-z0-9.-]+|data/(?:log/(?:" +
      "(?:start-)?checkpoint|start-edge|disclosures\\.jsonl|entries-[0-9]{12}\\.jsonl|(?:cosignatures|timestamps)/.+)" +
      "|(?:tables|documents|description)/.+))$",
    "u",
  );

  class ReadError extends Error {}

  const lenient = (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

  // Whether a name stays inside the archive and means one file on every system; reported where not.
  function isSafe(name, report) {
    if (Letopis.bytesOf(name).length <= NAME_MAX_BYTES && !UNPRINTABLE.test(name) && !UNSAFE.test(name)) return true;
    report.add("name-unsafe", { file: name }, "a relative path of plain names", name);
    return false;
  }

  // Names that some system does not keep apart (case, Unicode form), and files that are folders.
  function findCollisions(names, report) {
    const seen = new Map();
    for (const name of names) {
      const folded = name.normalize("NFC").toUpperCase().toLowerCase();
      if (seen.has(folded)) report.add("name-collision", { file: name }, "a name of its own", seen.get(folded));
      seen.set(folded, name);
    }
    for (const [folded, name] of seen) {
      const parts = folded.split("/");
      const parent = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/")).find((each) => seen.has(each));
      if (parent !== undefined) report.add("name-collision", { file: name }, "a folder that is no file", seen.get(parent));
    }
  }

  // The files of a folder that was picked, by path: those of them that can be judged.
  function filesOfFolder(files, report) {
    const safe = new Map();
    for (const name of [...files.keys()].sort()) {
      if (safe.size >= FILES_MAX || name.split("/").length > DEPTH_MAX) {
        report.add("archive-limit", { file: name }, `at most ${FILES_MAX} files, ${DEPTH_MAX} folders deep`, "more");
      } else if (isSafe(name, report)) {
        safe.set(name, files.get(name));
      }
    }
    return safe;
  }

  // A file's bytes in pieces: of a Blob, or of a ZIP's member (zip.js), which compares its CRC.
  async function* piecesOf(file) {
    if (file.pieces) {
      yield* file.pieces();
      return;
    }
    const read = (at) => file.slice(at, at + CHUNK_BYTES).arrayBuffer();
    let ahead = file.size ? read(0) : null;
    for (let at = 0; at < file.size; at += CHUNK_BYTES) {
      const chunk = new Uint8Array(await ahead);
      if (chunk.length !== Math.min(CHUNK_BYTES, file.size - at)) throw new ReadError("shorter than its directory entry says");
      ahead = at + CHUNK_BYTES < file.size ? read(at + CHUNK_BYTES) : null;
      yield chunk;
    }
  }

  // All of a file: {bytes, total, fault}; where it breaks off, `fault` says why, and `total` bytes were read before.
  async function gathered(file) {
    if (!file.pieces) {
      const bytes = new Uint8Array(await file.slice(0, file.size).arrayBuffer());
      if (bytes.length !== file.size) throw new ReadError("shorter than its directory entry says");
      return { bytes, total: bytes.length, fault: null };
    }
    const bytes = new Uint8Array(file.size);
    let total = 0;
    try {
      for await (const piece of file.pieces()) {
        bytes.set(piece, total);
        total += piece.length;
      }
    } catch (fault) {
      return { bytes, total, fault };
    }
    return { bytes, total, fault: null };
  }

  class Bag {
    // `files`: Map of path in the bag -> Blob or Member; `progress(bytes, total)` is told of every piece read.
    constructor(files, report, progress) {
      this.report = report;
      this.progress = progress;
      this.files = files;
      this.expected = new Map();
      this.digests = new Map();
      this.manifests = new Map();
      this.opened = new Set();
      this.info = [];
      this.pausedAt = performance.now();
      this.bytes = [...files.values()].reduce((total, file) => total + file.size, 0);
    }

    // The file's bytes in pieces, hashed as they pass. A file that cannot be read to its end is a finding.
    async *chunks(name) {
      const file = this.files.get(name);
      this.opened.add(name);
      try {
        yield* file.size <= WHOLE_MAX_BYTES && Letopis.hasCrypto() ? this.whole(name, file) : this.pieces(name, file);
      } catch (error) {
        if (!(error instanceof DOMException) && !(error instanceof ReadError)) throw error;
        this.report.add("file-unreadable", { file: name }, "the whole file", error.message);
      }
    }

    // Lets the page draw itself. A browser makes that 4 ms at least, so not for each of an archive's many small files.
    async pause() {
      await new Promise((resume) => setTimeout(resume));
      this.pausedAt = performance.now();
    }

    // The browser hashes beside what is done with the pieces; it takes no file in parts, so this one is in memory. Of a file
    // that breaks off the pieces before that are given too.
    async *whole(name, file) {
      const { bytes, total, fault } = await gathered(file);
      const digest = fault ? null : crypto.subtle.digest("SHA-256", bytes);
      for (let at = 0; at < total; at += CHUNK_BYTES) {
        const chunk = bytes.subarray(at, Math.min(total, at + CHUNK_BYTES));
        this.progress(chunk.length, this.bytes);
        yield chunk;
        if (performance.now() > this.pausedAt + PAUSE_MS) await this.pause();
      }
      if (fault) throw fault;
      this.digests.set(name, Letopis.toHex(new Uint8Array(await digest)));
    }

    async *pieces(name, file) {
      const hash = new Letopis.Sha256();
      for await (const chunk of piecesOf(file)) {
        hash.update(chunk);
        this.progress(chunk.length, this.bytes);
        yield chunk;
      }
      this.digests.set(name, Letopis.toHex(hash.digest()));
    }

    // A small file's bytes; null where it is not there, too large or unreadable.
    async small(name, maxBytes) {
      if (!this.files.has(name)) return null;
      const { size } = this.files.get(name);
      const whole = new Uint8Array(size <= maxBytes ? size : 0);
      let total = 0;
      for await (const chunk of this.chunks(name)) {
        if (total + chunk.length <= whole.length) whole.set(chunk, total);
        total += chunk.length;
      }
      if (total > maxBytes) {
        this.report.add("archive-limit", { file: name }, `at most ${maxBytes} bytes`, total);
        return null;
      }
      return this.digests.has(name) ? whole.subarray(0, total) : null;
    }

    // `specified`: the files that it may have.
    async begin(specified = SPECIFIED) {
      const names = [...this.files.keys()];
      findCollisions(names, this.report);
      for (const name of [...names].sort()) {
        if (!specified.test(name)) this.report.add("bag-file-unexpected", { file: name }, "the files of the specification", "another");
      }
      for (const name of ["bagit.txt", INFO, MANIFEST, TAG_MANIFEST]) {
        if (!this.files.has(name)) this.report.add("bag-file-missing", { file: name }, "a file", "none");
      }
      const declaration = await this.small("bagit.txt", TAG_FILE_MAX_BYTES);
      if (declaration !== null && lenient(declaration).replaceAll("\r\n", "\n") !== DECLARATION) {
        this.report.add("bag-declaration", { file: "bagit.txt" }, DECLARATION, lenient(declaration));
      }
      const payload = names.filter((name) => name.startsWith("data/"));
      await this.expect(MANIFEST, payload);
      // Files of signature/ sign the manifests, and stand in neither.
      const tags = names.filter((name) => !/^(?:data|signature)\//.test(name) && name !== TAG_MANIFEST);
      await this.expect(TAG_MANIFEST, tags);
      await this.readInfo();
      const bytes = payload.reduce((total, name) => total + this.files.get(name).size, 0);
      this.checkInfo({ "Payload-Oxum": `${bytes}.${payload.length}` }, "bag-oxum");
    }

    async expect(manifest, present) {
      const raw = await this.small(manifest, TAG_FILE_MAX_BYTES);
      if (raw === null) return;
      this.manifests.set(manifest, raw);
      const listed = new Map();
      const lines = lenient(raw).split("\n");
      if (lines.pop()) this.report.add("manifest-malformed", { file: manifest, line: lines.length + 1 }, "a line feed at the end", "none");
      lines.forEach((line, at) => {
        const found = LINE.exec(line);
        if (!found || listed.has(found[2])) {
          this.report.add("manifest-malformed", { file: manifest, line: at + 1 }, "<sha-256>  <name>, each name once", line);
        } else if (found[2].startsWith("signature/")) {
          this.report.add("manifest-malformed", { file: manifest, line: at + 1 }, "no file of signature/", line);
        } else {
          listed.set(found[2], found[1]);
        }
      });
      const there = new Set(present);
      for (const name of present) {
        if (!listed.has(name)) this.report.add("manifest-extra", { file: name }, `a line in ${manifest}`, "none");
      }
      for (const [name, digest] of listed) {
        if (!there.has(name)) this.report.add("manifest-missing", { file: name }, "a file", "none");
        this.expected.set(name, digest);
      }
    }

    async readInfo() {
      const raw = await this.small(INFO, INFO_MAX_BYTES);
      if (raw === null) return;
      this.info = lenient(raw).split("\n");
      const rest = this.info.pop();
      this.info.forEach((line, at) => {
        if (!/^[A-Za-z][A-Za-z0-9-]*: .*$/.test(line)) this.report.add("bag-info", { file: INFO, line: at + 1 }, "Label: value", line);
      });
      if (rest) this.report.add("bag-info", { file: INFO, line: this.info.length + 1 }, "a line feed at the end", "none");
    }

    // Compares what bag-info.txt says with what follows from the rest: each label once, in one spelling.
    checkInfo(expected, code = "bag-info") {
      if (!this.files.has(INFO)) return;
      for (const [label, value] of Object.entries(expected)) {
        const found = this.info.filter((line) => line.toLowerCase().startsWith(`${label.toLowerCase()}:`));
        if (found.length !== 1 || found[0] !== `${label}: ${value}`) {
          this.report.add(code, { file: INFO, field: label }, value, found.join(" ") || "none");
        }
      }
    }

    // Reads what nobody has read, and compares every digest.
    async finish() {
      for (const name of this.files.keys()) {
        if (this.opened.has(name)) continue;
        for await (const _ of this.chunks(name)); // the bytes are only hashed
      }
      for (const [name, digest] of this.digests) {
        const wanted = this.expected.get(name);
        if (wanted !== undefined && wanted !== digest) this.report.add("manifest-mismatch", { file: name }, wanted, digest);
      }
      this.report.facts.files = this.files.size;
    }
  }

  Object.assign(Letopis, { Bag, ReadError, filesOfFolder, isSafe, piecesOf });
})((globalThis.Letopis = globalThis.Letopis || {}));
