"use strict";
// Rows as SQLite's file format spells them ("Database File Format", section 2): NULL,
// the shortest integers, text; and the order in which its keys stand.
(function (Letopis) {
  const encoder = new TextEncoder();

  // Bytes that are spelt one after another, in room that grows.
  class Spelt {
    constructor() {
      this.bytes = new Uint8Array(1 << 16);
      this.length = 0;
    }

    room(count) {
      if (this.length + count <= this.bytes.length) return;
      const more = new Uint8Array(2 * (this.length + count));
      more.set(this.bytes.subarray(0, this.length));
      this.bytes = more;
    }

    text(text) {
      this.room(3 * text.length);
      const { written } = encoder.encodeInto(text, this.bytes.subarray(this.length));
      this.length += written;
      return written;
    }

    // A number in `count` bytes, the highest first.
    number(value, count) {
      this.room(count);
      let rest = value;
      for (let at = this.length + count - 1; at >= this.length; at -= 1) {
        this.bytes[at] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      this.length += count;
    }

    // A number in groups of seven bits, the highest first.
    varint(value) {
      this.room(9);
      const groups = [value % 128];
      for (let rest = Math.floor(value / 128); rest; rest = Math.floor(rest / 128)) groups.push((rest % 128) + 128);
      while (groups.length) this.bytes[this.length++] = groups.pop();
    }

    all(bytes) {
      this.room(bytes.length);
      this.bytes.set(bytes, this.length);
      this.length += bytes.length;
    }
  }

  const SIZES = [1, 2, 3, 4, 6, 8];
  const [kinds, body, spelt] = [new Spelt(), new Spelt(), new Spelt()];

  // Spells a cell: how long its record is, the row's number where it has one, and the record: NULL, the shortest integers, text.
  // {bytes, from}: `from` is where the record begins; good until the next one is spelt.
  function spell(values, number) {
    kinds.length = body.length = spelt.length = 0;
    for (const value of values) {
      if (value === null) {
        kinds.varint(0);
      } else if (typeof value === "string") {
        kinds.varint(13 + 2 * body.text(value));
      } else if (value < 2) {
        kinds.varint(8 + value);
      } else {
        const place = SIZES.findIndex((size) => value < 2 ** (8 * size - 1));
        kinds.varint(place + 1);
        body.number(value, SIZES[place]);
      }
    }
    const head = kinds.length + (kinds.length < 127 ? 1 : 2);
    spelt.varint(head + body.length);
    if (number !== null) spelt.varint(number);
    const from = spelt.length;
    spelt.varint(head);
    spelt.all(kinds.bytes.subarray(0, kinds.length));
    spelt.all(body.bytes.subarray(0, body.length));
    return { bytes: spelt.bytes.subarray(0, spelt.length), from };
  }

  // NULL before numbers before texts, and texts as their bytes are.
  function inOrder(one, two) {
    for (let at = 0; at < one.length; at += 1) {
      const [first, second] = [one[at], two[at]];
      if (first === second) continue;
      const [rank, other] = [first, second].map((value) => (value === null ? 0 : typeof value === "number" ? 1 : 2));
      if (rank !== other) return rank - other;
      return rank === 1 ? first - second : Letopis.byCodePoints(first, second);
    }
    return 0;
  }

  Object.assign(Letopis, { records: { inOrder, spell } });
})((globalThis.Letopis = globalThis.Letopis || {}));
