"use strict";
// An archive as one ZIP (PKWARE's APPNOTE 4.3), read where it lies and never unpacked: what the directory says, and that the
// members say the same and lie side by side from byte 0, so that every program reads one archive in it. Then a member is a
// file like a picked one: its size, a part of it, its bytes in pieces, with the CRC compared before the last of them.
(function (Letopis) {
  const FILES_MAX = 50000;
  const TOTAL_MAX_BYTES = 2 ** 34;
  const DIRECTORY_MAX_BYTES = 8 << 20;
  const EXTRAS_MAX_BYTES = 256;
  const COMMENT_MAX_BYTES = 0xffff;
  const RATIO_MAX = 1000;
  const RATIO_FREE_BYTES = 1 << 20;
  const PIECE_BYTES = 1 << 20;
  const VERSION_MAX = 63;
  const [END_BYTES, LOCATOR_BYTES, END64_BYTES, LISTED_BYTES, LOCAL_BYTES] = [22, 20, 56, 46, 30];
  const [STORED, DEFLATED] = [0, 8];
  const [DESCRIPTOR_FOLLOWS, PATCHED, ENCRYPTED, UTF8] = [8, 0x20, 0x2041, 0x800];
  const [ONES16, ONES32, ONES64] = [0xffff, 0xffffffff, 2 ** 64];
  const ZIP64 = 1;
  // What says times, owners and long sizes; any other field may say a second name (0x7075) or encrypt.
  const EXTRAS = new Set([ZIP64, 0x000a, 0x5455, 0x5855, 0x7855, 0x7875]);
  const KINDS = new Set([0, 0o100000, 0o040000]); // not told, a plain file, a folder

  // The upper half of code page 437, in which a name is that does not say it is UTF-8.
  const UPPER =
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

  // A ZIP is laid out otherwise than it may be; `member`: the one at fault, where it is one.
  class LayoutError extends Error {
    constructor(code, expected, found, member = "") {
      super(`${expected}: ${found}`);
      Object.assign(this, { code, expected, found, member });
    }
  }

  const unreadable = (expected, found) => new LayoutError("archive-unreadable", expected, found);
  const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = (view, at) => Number(view.getBigUint64(at, true));
  const startsWith = (bytes, one, two) => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === one && bytes[3] === two;
  const read = async (blob, from, to) => new Uint8Array(await blob.slice(from, to).arrayBuffer());

  // CRC-32 (ISO 3309), four bytes at a time.
  const CRC = Array.from({ length: 4 }, () => new Int32Array(256));
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    CRC[0][byte] = value;
  }
  for (let byte = 0; byte < 256; byte += 1) {
    for (let row = 1; row < 4; row += 1) CRC[row][byte] = (CRC[row - 1][byte] >>> 8) ^ CRC[0][CRC[row - 1][byte] & 255];
  }

  // The CRC after `bytes`, from what it was before them: 0 in the beginning.
  function crc32(bytes, before) {
    const [one, two, three, four] = CRC;
    let crc = ~before;
    let at = 0;
    for (const whole = bytes.length & ~3; at < whole; at += 4) {
      crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
      crc = four[crc & 255] ^ three[(crc >>> 8) & 255] ^ two[(crc >>> 16) & 255] ^ one[crc >>> 24];
    }
    for (; at < bytes.length; at += 1) crc = (crc >>> 8) ^ one[(crc ^ bytes[at]) & 255];
    return ~crc >>> 0;
  }

  // The end record, or the ZIP64 record that it then repeats: how many members, and where the directory lies.
  async function readEnd(blob) {
    const tail = new Uint8Array(END64_BYTES + LOCATOR_BYTES + END_BYTES);
    const last = await read(blob, Math.max(0, blob.size - tail.length), blob.size);
    tail.set(last, tail.length - last.length);
    const end = tail.subarray(-END_BYTES);
    if (!startsWith(end, 5, 6) || end[20] || end[21]) {
      const code = (await hasEnd(blob)) ? "zip-trailing-bytes" : "archive-unreadable";
      throw new LayoutError(code, "a ZIP that ends with its end record", "something else");
    }
    const view = viewOf(tail);
    const at = tail.length - END_BYTES;
    let said = [4, 6, 8, 10].map((field) => view.getUint16(at + field, true));
    said.push(view.getUint32(at + 12, true), view.getUint32(at + 16, true));
    let behind = blob.size - END_BYTES;
    if (startsWith(tail.subarray(END64_BYTES), 6, 7)) {
      behind -= LOCATOR_BYTES + END64_BYTES;
      said = whole(tail, view, said, behind);
    }
    const [disk, firstDisk, here, count, directoryBytes, directoryAt] = said;
    if (directoryBytes > DIRECTORY_MAX_BYTES) {
      throw new LayoutError("archive-limit", `a directory of at most ${DIRECTORY_MAX_BYTES} bytes`, directoryBytes);
    }
    if (disk || firstDisk || here !== count) {
      throw new LayoutError("zip-inconsistent", "one disk with all members", `${here} of ${count} on disk ${disk}`);
    }
    if (directoryAt + directoryBytes !== behind) {
      const code = directoryAt + directoryBytes < behind ? "zip-trailing-bytes" : "archive-unreadable";
      throw new LayoutError(code, `a directory that ends at byte ${behind}`, directoryAt + directoryBytes);
    }
    return { count, directoryAt, directoryBytes };
  }

  // Whether there is an end record further up: then the file has a comment or something appended.
  async function hasEnd(blob) {
    const tail = await read(blob, Math.max(0, blob.size - COMMENT_MAX_BYTES - END_BYTES), blob.size);
    for (let at = tail.length - 4; at >= 0; at -= 1) {
      if (startsWith(tail.subarray(at, at + 4), 5, 6)) return true;
    }
    return false;
  }

  // What the ZIP64 end record says, where it lies at byte `behind`, its locator says so and the short one repeats it.
  function whole(tail, view, short, behind) {
    const found = [16, 20].map((field) => view.getUint32(field, true));
    found.push(...[24, 32, 40, 48].map((field) => long(view, field)));
    const ones = [ONES16, ONES16, ONES16, ONES16, ONES32, ONES32];
    const isRepeated = short.every((value, at) => value === found[at] || value === ones[at]);
    const place = [view.getUint32(END64_BYTES + 4, true), long(view, END64_BYTES + 8), view.getUint32(END64_BYTES + 16, true)];
    const isThere = place[0] === 0 && place[1] === behind && place[2] === 1 && startsWith(tail, 6, 6) && long(view, 4) === 44;
    if (!isRepeated || !isThere) throw new LayoutError("zip-inconsistent", "two end records that agree", "two that differ");
    return found;
  }

  // The directory's lines, as they are.
  async function readDirectory(blob, { directoryAt, directoryBytes }) {
    const bytes = await read(blob, directoryAt, directoryAt + directoryBytes);
    const view = viewOf(bytes);
    const members = [];
    for (let at = 0; at < bytes.length; ) {
      if (at + LISTED_BYTES > bytes.length) throw unreadable("a directory", "one cut short");
      if (!startsWith(bytes.subarray(at), 1, 2)) throw unreadable("a directory", "something else");
      const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
      if (bytes[at + 6] > VERSION_MAX) throw unreadable("a ZIP of a version that there is", bytes[at + 6]);
      const behindName = at + LISTED_BYTES + nameBytes;
      const rawName = bytes.subarray(at + LISTED_BYTES, behindName);
      const [flags, method, time, date] = [8, 10, 12, 14].map((field) => view.getUint16(at + field, true));
      const [crc, packed, size] = [16, 20, 24].map((field) => view.getUint32(at + field, true));
      const member = {
        name: nameOf(rawName, flags), rawName, flags, method, time, date, crc, packed, size,
        disk: view.getUint16(at + 34, true), kind: view.getUint16(at + 40, true) & 0o170000, at: view.getUint32(at + 42, true),
        extra: bytes.subarray(behindName, behindName + extraBytes),
      };
      lengthen(member);
      members.push(member);
      at = behindName + extraBytes + commentBytes;
      if (at > bytes.length) throw new LayoutError("zip-inconsistent", "a directory of whole lines", "one cut short");
    }
    return members;
  }

  function nameOf(raw, flags) {
    if (!(flags & UTF8)) return String.fromCharCode(...[...raw].map((byte) => (byte < 128 ? byte : UPPER.charCodeAt(byte - 128))));
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
    } catch {
      throw unreadable("names in UTF-8", "bytes that are not");
    }
  }

  // Long sizes and places stand in an extra field, those of them that the line has no room for.
  function lengthen(member) {
    const view = viewOf(member.extra);
    for (let at = 0; at + 4 <= member.extra.length; ) {
      const end = at + 4 + view.getUint16(at + 2, true);
      if (end > member.extra.length) throw unreadable("extra fields", "one cut short");
      let from = at + 4;
      const next = () => {
        if (from + 8 > end) throw unreadable("long sizes", "one cut short");
        return long(view, (from += 8) - 8);
      };
      if (view.getUint16(at, true) === ZIP64) {
        if (member.size === ONES32 || member.size === ONES64) member.size = next();
        if (member.packed === ONES32) member.packed = next();
        if (member.at === ONES32) member.at = next();
      }
      at = end;
    }
  }

  // Sees that members lie side by side from byte 0 up to the directory, each as the directory describes it.
  async function checkMembers(blob, members, end) {
    if (members.length !== end.count) throw new LayoutError("zip-inconsistent", `${end.count} members in the directory`, members.length);
    const inOrder = [...members].sort((one, two) => one.at - two.at);
    const ends = [...inOrder.map((member) => member.at), end.directoryAt];
    if (ends[0] !== 0) throw new LayoutError("zip-trailing-bytes", "the first member at byte 0", `something up to byte ${ends[0]}`);
    for (const [position, member] of inOrder.entries()) await checkMember(blob, member, ends[position + 1]);
  }

  // Compares a member's local record, which must end at byte `behind`, with its line of the directory.
  async function checkMember(blob, member, behind) {
    const { name } = member;
    const bytes = await read(blob, member.at, member.at + LOCAL_BYTES + member.rawName.length);
    if (bytes.length < LOCAL_BYTES) throw new LayoutError("archive-unreadable", "a local header", "the end of the file", name);
    const view = viewOf(bytes);
    const [nameBytes, extraBytes] = [view.getUint16(26, true), view.getUint16(28, true)];
    const [flags, method, time, date] = [6, 8, 10, 12].map((field) => view.getUint16(field, true));
    let told = [14, 18, 22].map((field) => view.getUint32(field, true));
    const extraAt = member.at + LOCAL_BYTES + nameBytes;
    const fields = extrasOf(await read(blob, extraAt, extraAt + extraBytes), name);
    const sizes = fields.get(ZIP64);
    if (told.slice(1).includes(ONES32) && sizes && sizes.length === 16) told = [told[0], long(viewOf(sizes), 8), long(viewOf(sizes), 0)];
    extrasOf(member.extra, name);
    const truth = [member.crc, member.packed, member.size];
    const isToldBehind = Boolean(flags & DESCRIPTOR_FOLLOWS);
    const isTold = told.every((value, at) => value === truth[at]) || (isToldBehind && told.every((value) => value === 0));
    if (
      !startsWith(bytes, 3, 4) || nameBytes !== member.rawName.length ||
      !Letopis.same(bytes.subarray(LOCAL_BYTES, LOCAL_BYTES + nameBytes), member.rawName) ||
      flags !== member.flags || method !== member.method || time !== member.time || date !== member.date || !isTold ||
      (method === STORED && member.packed !== member.size) || member.disk
    ) {
      throw new LayoutError("zip-inconsistent", "a local header that agrees with the directory", "one that differs", name);
    }
    member.dataAt = extraAt + extraBytes;
    const at = member.dataAt + member.packed;
    const between = behind - at;
    const allowed = isToldBehind ? descriptors(truth) : [new Uint8Array(0)];
    const isEnd = between >= 0 && between <= 24 && allowed.some((one) => one.length === between);
    const rest = isEnd ? await read(blob, at, behind) : null;
    if (!isEnd || !allowed.some((one) => Letopis.same(one, rest))) {
      throw new LayoutError("zip-trailing-bytes", `a member that ends at byte ${behind}`, at, name);
    }
  }

  // Extra fields, each a number and its bytes; one that may change what is extracted is refused.
  function extrasOf(extra, name) {
    if (extra.length > EXTRAS_MAX_BYTES) {
      throw new LayoutError("archive-limit", `at most ${EXTRAS_MAX_BYTES} bytes of extra fields`, extra.length, name);
    }
    const view = viewOf(extra);
    const fields = new Map();
    for (let at = 0; at < extra.length; ) {
      const number = at + 4 <= extra.length ? view.getUint16(at, true) : -1;
      const end = number < 0 ? at : at + 4 + view.getUint16(at + 2, true);
      if (!EXTRAS.has(number) || end > extra.length) {
        throw new LayoutError("zip-inconsistent", "extra fields of times, owners and sizes", `field ${number}`, name);
      }
      fields.set(number, extra.subarray(at + 4, end));
      at = end;
    }
    return fields;
  }

  // The ways to spell CRC and sizes behind a member's data: short and long, with and without a signature.
  function descriptors([crc, packed, size]) {
    const plain = [];
    const longest = new DataView(new ArrayBuffer(20));
    longest.setUint32(0, crc, true);
    longest.setBigUint64(4, BigInt(packed), true);
    longest.setBigUint64(12, BigInt(size), true);
    if (Math.max(packed, size) <= ONES32) {
      const short = new DataView(new ArrayBuffer(12));
      [crc, packed, size].forEach((value, at) => short.setUint32(4 * at, value, true));
      plain.push(new Uint8Array(short.buffer));
    }
    plain.push(new Uint8Array(longest.buffer));
    return [...plain, ...plain.map((one) => new Uint8Array([0x50, 0x4b, 7, 8, ...one]))];
  }

  // A member as a file: `size`, `slice` as a Blob has it, `pieces` with everything compared that can be.
  class Member {
    constructor(blob, { method, crc, packed, size, dataAt }) {
      Object.assign(this, { size, packed, crc, isDeflated: method === DEFLATED });
      this.data = blob.slice(dataAt, dataAt + packed);
    }

    // The bytes as they come out of the ZIP. Raises ReadError, or the browser's DOMException.
    async *flow() {
      if (!this.isDeflated) {
        for (let at = 0; at < this.size; at += PIECE_BYTES) yield await read(this.data, at, Math.min(at + PIECE_BYTES, this.size));
        return;
      }
      const reader = this.data.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return;
          yield value;
        }
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        throw new Letopis.ReadError(`not a deflated stream: ${error.message}`);
      } finally {
        reader.cancel().catch(() => {}); // what is left of it nobody wants
      }
    }

    // The bytes in pieces of one length. No more is taken than the directory says, and the last piece is given when the CRC
    // of all has been compared.
    async *pieces() {
      let held = new Uint8Array(Math.min(PIECE_BYTES, this.size));
      let [filled, total, crc] = [0, 0, 0];
      for await (const part of this.flow()) {
        if (total + part.length > this.size) throw new Letopis.ReadError("longer than its directory entry says");
        crc = crc32(part, crc);
        total += part.length;
        for (let from = 0; from < part.length; ) {
          if (filled === held.length) {
            yield held;
            held = new Uint8Array(Math.min(PIECE_BYTES, this.size - (total - part.length + from)));
            filled = 0;
          }
          const count = Math.min(held.length - filled, part.length - from);
          held.set(part.subarray(from, from + count), filled);
          filled += count;
          from += count;
        }
      }
      if (total < this.size) throw new Letopis.ReadError("shorter than its directory entry says");
      if (crc !== this.crc) throw new Letopis.ReadError("another CRC than its directory entry says");
      if (filled) yield held;
    }

    // Bytes `from` to `to`, read anew from the beginning. For what is shown, and was compared when it was verified.
    slice(from, to) {
      return { arrayBuffer: async () => (this.isDeflated ? this.part(from, to) : read(this.data, from, to)) };
    }

    async part(from, to) {
      const end = Math.min(to, this.size);
      const found = new Uint8Array(Math.max(0, end - from));
      let at = 0;
      for await (const part of this.flow()) {
        const wanted = part.subarray(Math.max(0, from - at), Math.max(0, Math.min(part.length, end - at)));
        if (wanted.length) found.set(wanted, Math.max(0, at - from));
        at += part.length;
        if (at >= end) break;
      }
      return found.buffer;
    }
  }

  function isSane(member, report) {
    if (!Letopis.isSafe(member.name.replace(/\/$/, ""), report)) return false;
    const { name, flags, method, kind, packed, size } = member;
    const problems = {
      "zip-encrypted": flags & ENCRYPTED,
      "zip-method": (method !== STORED && method !== DEFLATED) || flags & PATCHED,
      link: !KINDS.has(kind),
      "zip-ratio": size > RATIO_FREE_BYTES && size > RATIO_MAX * Math.max(packed, 1),
      "file-unreadable": name.endsWith("/") && size,
    };
    const codes = Object.keys(problems).filter((code) => problems[code]);
    for (const code of codes) report.add(code, { file: name }, "a plain, stored or deflated member", `${size} bytes`);
    return !codes.length;
  }

  // What the directory lists, laid out as it says. Raises LayoutError, DOMException.
  async function listMembers(blob) {
    const end = await readEnd(blob);
    const members = await readDirectory(blob, end);
    if (members.length > FILES_MAX || members.reduce((total, { size }) => total + size, 0) > TOTAL_MAX_BYTES) {
      throw new LayoutError("archive-limit", `at most ${FILES_MAX} files, ${TOTAL_MAX_BYTES} bytes`, members.length);
    }
    await checkMembers(blob, members, end);
    return members;
  }

  // A ZIP that is no archive but a file of one: its parts by name, or null where they are not each one plain file.
  async function partsOf(blob) {
    const members = await listMembers(blob);
    const isPlain = ({ flags, method, kind }) =>
      !(flags & (ENCRYPTED | PATCHED)) && (method === STORED || method === DEFLATED) && kind !== 0o040000 && KINDS.has(kind);
    const parts = new Map(members.map((member) => [member.name, new Member(blob, member)]));
    return members.every(isPlain) && parts.size === members.length ? parts : null;
  }

  // The files in the ZIP's one folder. Raises LayoutError, DOMException.
  async function membersOf(blob, zipName, report) {
    const members = await listMembers(blob);
    const tops = new Set(members.map(({ name }) => name.split("/", 1)[0]));
    if (members.length && (tops.size !== 1 || members.some(({ name }) => !name.includes("/")))) {
      report.add("bag-top-folder", { file: zipName }, "one folder", `${tops.size} names`);
    }
    const files = new Map();
    const seen = new Set();
    for (const member of members) {
      const { name } = member;
      const bare = name.replace(/\/$/, ""); // a folder that is named as a file is that name a second time
      if (seen.has(bare)) report.add("name-duplicate", { file: name }, "one member of this name", "two");
      else if (isSane(member, report) && !name.endsWith("/")) files.set(name.split("/").slice(1).join("/"), new Member(blob, member));
      seen.add(bare);
    }
    return files;
  }

  // The files of a ZIP, by their names in its one folder; none, and a finding, where it cannot be relied on.
  async function openZip(blob, zipName, report) {
    try {
      return await membersOf(blob, zipName, report);
    } catch (error) {
      if (error instanceof LayoutError) report.add(error.code, { file: error.member || zipName }, error.expected, error.found);
      else if (error instanceof DOMException) report.add("archive-unreadable", { file: zipName }, "a folder or a ZIP", error.message);
      else throw error;
      return new Map();
    }
  }

  Object.assign(Letopis, { openZip, partsOf, LayoutError, crc32 });
})((globalThis.Letopis = globalThis.Letopis || {}));
