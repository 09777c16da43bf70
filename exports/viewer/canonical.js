"use strict";
// Strict JSON and its one canonical spelling (RFC 8785; log-format.md section 2), in two parsers of this page's own.
//
// `Scanner` says in one pass over the bytes whether they are canonical. What is not takes the slow way: `parse` refuses
// what two programs could read in two ways, `render` writes the canonical form.
(function (Letopis) {
  const DEPTH_MAX = 32;
  const KEY = /^[a-z_][a-z0-9_]*$/;
  const MEMBERS_KEPT = 16;

  class CanonicalError extends Error {}

  const bytesOf = (text) => new TextEncoder().encode(text);

  function textOf(bytes) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return null;
    }
  }

  // How many bytes the character takes that begins at `at`; 0 where it is not UTF-8 (RFC 3629 section 4).
  function characterBytes(bytes, at, end) {
    const first = bytes[at];
    if (first < 0x80) return 1;
    const count = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
    if (!count || at + count > end) return 0;
    for (let i = 1; i < count; i += 1) if (bytes[at + i] >> 6 !== 2) return 0;
    const second = bytes[at + 1];
    if (first === 0xe0 && second < 0xa0) return 0;
    if (first === 0xed && second > 0x9f) return 0;
    if (first === 0xf0 && second < 0x90) return 0;
    if (first === 0xf4 && second > 0x8f) return 0;
    return count;
  }

  // Reads canonical bytes; after `scan`, `members` says where the values of the outermost object are.
  class Scanner {
    constructor() {
      this.bytes = new Uint8Array(0);
      this.at = 0;
      this.end = 0;
      this.members = new Int32Array(2 * MEMBERS_KEPT);
      this.count = 0;
    }

    scan(bytes, from = 0, to = bytes.length) {
      this.bytes = bytes;
      this.at = from;
      this.end = to;
      this.count = 0;
      return this.value(0) && this.at === to;
    }

    value(depth) {
      const byte = this.at < this.end ? this.bytes[this.at] : 0;
      if (byte === 0x22) return this.string();
      if (byte === 0x7b) return depth < DEPTH_MAX && this.object(depth + 1);
      if (byte === 0x5b) return depth < DEPTH_MAX && this.array(depth + 1);
      if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) return this.number();
      return this.word("true") || this.word("false") || this.word("null");
    }

    word(text) {
      for (let i = 0; i < text.length; i += 1) {
        if (this.at + i >= this.end || this.bytes[this.at + i] !== text.charCodeAt(i)) return false;
      }
      this.at += text.length;
      return true;
    }

    take(byte) {
      if (this.at >= this.end || this.bytes[this.at] !== byte) return false;
      this.at += 1;
      return true;
    }

    object(depth) {
      this.at += 1;
      if (this.take(0x7d)) return true;
      let before = -1;
      let beforeEnd = -1;
      do {
        const key = this.at;
        if (!this.key()) return false;
        const keyEnd = this.at - 1;
        if (before >= 0 && !this.ascends(before, beforeEnd, key + 1, keyEnd)) return false;
        before = key + 1;
        beforeEnd = keyEnd;
        if (!this.take(0x3a)) return false;
        const start = this.at;
        if (!this.value(depth)) return false;
        if (depth === 1) {
          if (this.count < MEMBERS_KEPT) {
            this.members[2 * this.count] = start;
            this.members[2 * this.count + 1] = this.at;
          }
          this.count += 1;
        }
      } while (this.take(0x2c));
      return this.take(0x7d);
    }

    key() {
      if (!this.take(0x22)) return false;
      const start = this.at;
      for (; this.at < this.end; this.at += 1) {
        const byte = this.bytes[this.at];
        const isLetter = (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f;
        if (!isLetter && !(byte >= 0x30 && byte <= 0x39 && this.at > start)) break;
      }
      return this.at > start && this.take(0x22);
    }

    // Keys are ASCII: bytes sort as UTF-16 units do.
    ascends(one, oneEnd, two, twoEnd) {
      for (; one < oneEnd && two < twoEnd; one += 1, two += 1) {
        if (this.bytes[one] !== this.bytes[two]) return this.bytes[one] < this.bytes[two];
      }
      return one === oneEnd && two < twoEnd;
    }

    array(depth) {
      this.at += 1;
      if (this.take(0x5d)) return true;
      do {
        if (!this.value(depth)) return false;
      } while (this.take(0x2c));
      return this.take(0x5d);
    }

    string() {
      const bytes = this.bytes;
      const end = this.end;
      let at = this.at + 1;
      while (at < end) {
        const byte = bytes[at];
        if (byte === 0x22) {
          this.at = at + 1;
          return true;
        }
        if (byte < 0x20) return false;
        if (byte === 0x5c) {
          const length = this.escape(at + 1);
          if (!length) return false;
          at += length;
        } else if (byte < 0x80) {
          at += 1;
        } else {
          const length = characterBytes(bytes, at, end);
          if (!length) return false;
          at += length;
        }
      }
      return false;
    }

    // The one escape of RFC 8785 section 3.2.2.2 that begins behind the backslash; its length, or 0.
    escape(at) {
      const kind = at < this.end ? String.fromCharCode(this.bytes[at]) : "";
      if (kind && '"\\bfnrt'.includes(kind)) return 2;
      if (kind !== "u" || at + 5 > this.end) return 0;
      const digits = String.fromCharCode(...this.bytes.subarray(at + 1, at + 5));
      return /^00(?:0[0-7bef]|1[0-9a-f])$/.test(digits) ? 6 : 0;
    }

    number() {
      const negative = this.take(0x2d);
      const start = this.at;
      let value = 0;
      for (; this.at < this.end; this.at += 1) {
        const byte = this.bytes[this.at];
        if (byte < 0x30 || byte > 0x39) break;
        value = value * 10 + (byte - 0x30);
      }
      const digits = this.at - start;
      if (digits < 1 || digits > 16 || value > Number.MAX_SAFE_INTEGER) return false;
      return this.bytes[start] !== 0x30 || (digits === 1 && !negative);
    }
  }

  // The slow way: any spelling that strict JSON allows.
  class Parser {
    constructor(text) {
      this.text = text;
      this.at = 0;
    }

    fail(reason = "not JSON") {
      throw new CanonicalError(reason);
    }

    space() {
      while (this.at < this.text.length && " \t\n\r".includes(this.text[this.at])) this.at += 1;
    }

    whole() {
      this.space();
      const value = this.value(0);
      this.space();
      if (this.at !== this.text.length) this.fail();
      return value;
    }

    match(pattern) {
      pattern.lastIndex = this.at;
      const found = pattern.exec(this.text);
      if (found) this.at = pattern.lastIndex;
      return found;
    }

    value(depth) {
      const mark = this.text[this.at];
      if (mark === '"') return this.string();
      if (mark === "{" || mark === "[") {
        if (depth >= DEPTH_MAX) this.fail("nested too deep");
        return mark === "{" ? this.object(depth + 1) : this.array(depth + 1);
      }
      const word = this.match(/true|false|null/y);
      if (word) return { true: true, false: false, null: null }[word[0]];
      const number = this.match(/-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y);
      if (!number) this.fail();
      if (number[1] || number[2]) this.fail("a number that is not an integer");
      if (number[0].length > 17 || !Number.isSafeInteger(Number(number[0]))) this.fail("an integer beyond 2^53-1");
      if (number[0] === "-0") this.fail("minus zero");
      return Number(number[0]);
    }

    object(depth) {
      const result = Object.create(null);
      this.at += 1;
      this.space();
      if (this.match(/\}/y)) return result;
      do {
        this.space();
        if (this.text[this.at] !== '"') this.fail();
        const key = this.string();
        if (!KEY.test(key)) this.fail("a key that is not ASCII snake_case");
        if (Object.hasOwn(result, key)) this.fail("a key twice in one object");
        this.space();
        if (!this.match(/:/y)) this.fail();
        this.space();
        result[key] = this.value(depth);
        this.space();
      } while (this.match(/,/y));
      if (!this.match(/\}/y)) this.fail();
      return result;
    }

    array(depth) {
      const result = [];
      this.at += 1;
      this.space();
      if (this.match(/\]/y)) return result;
      do {
        this.space();
        result.push(this.value(depth));
        this.space();
      } while (this.match(/,/y));
      if (!this.match(/\]/y)) this.fail();
      return result;
    }

    string() {
      const found = this.match(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
      if (!found) this.fail();
      const text = JSON.parse(found[0]);
      if (/\p{Cs}/u.test(text)) this.fail("half of a surrogate pair");
      return text;
    }
  }

  // The value of a strict JSON text; objects have no prototype. Raises CanonicalError.
  function parse(bytes) {
    const text = textOf(bytes);
    if (text === null) throw new CanonicalError("bytes that are not UTF-8");
    if (text.startsWith("\ufeff")) throw new CanonicalError("a byte order mark");
    return new Parser(text).whole();
  }

  // The canonical text of a value that `parse` gave. JSON.stringify escapes strings as section 3.2.2.2 says.
  function render(value) {
    if (Array.isArray(value)) return `[${value.map(render).join(",")}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const members = Object.keys(value).sort();
    return `{${members.map((key) => `${JSON.stringify(key)}:${render(value[key])}`).join(",")}}`;
  }

  Object.assign(Letopis, { CanonicalError, Scanner, bytesOf, textOf, parse, render });
})((globalThis.Letopis = globalThis.Letopis || {}));
