"use strict";
// SHA-256 (FIPS 180-4) that takes its bytes in pieces, which WebCrypto's cannot, and the Merkle tree of RFC 6962.
(function (Letopis) {
  const CONSTANTS = new Int32Array(64);
  const INITIAL = new Int32Array(8);

  // The first 32 bits of the fractions of cube and square roots of the first primes (sections 4.2.2 and 5.3.3).
  // 2^32 times a root of a number below 312 is exact enough in a double for its low 32 bits: at most 35 bits before them.
  (function () {
    const primes = [];
    for (let number = 2; primes.length < 64; number += 1) {
      if (primes.every((prime) => number % prime)) primes.push(number);
    }
    const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
    primes.forEach((prime, at) => {
      CONSTANTS[at] = fraction(Math.cbrt(prime));
      if (at < 8) INITIAL[at] = fraction(Math.sqrt(prime));
    });
  })();

  const schedule = new Int32Array(64);

  function compress(state, bytes, at) {
    const w = schedule;
    for (let i = 0; i < 16; i += 1, at += 4) {
      w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + CONSTANTS[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }

  class Sha256 {
    constructor() {
      this.state = new Int32Array(8);
      this.block = new Uint8Array(64);
      this.reset();
    }

    reset() {
      this.state.set(INITIAL);
      this.filled = 0;
      this.total = 0;
      return this;
    }

    update(bytes, from = 0, to = bytes.length) {
      this.total += to - from;
      if (this.filled) {
        while (this.filled < 64 && from < to) this.block[this.filled++] = bytes[from++];
        if (this.filled < 64) return this;
        compress(this.state, this.block, 0);
        this.filled = 0;
      }
      for (; from + 64 <= to; from += 64) compress(this.state, bytes, from);
      while (from < to) this.block[this.filled++] = bytes[from++];
      return this;
    }

    digest() {
      const block = this.block;
      block[this.filled++] = 0x80;
      if (this.filled > 56) {
        block.fill(0, this.filled);
        compress(this.state, block, 0);
        this.filled = 0;
      }
      block.fill(0, this.filled);
      const view = new DataView(block.buffer);
      view.setUint32(56, Math.floor(this.total / 2 ** 29));
      view.setUint32(60, (this.total * 8) % 2 ** 32);
      compress(this.state, block, 0);
      const out = new Uint8Array(32);
      for (let i = 0; i < 8; i += 1) {
        const word = this.state[i];
        out[4 * i] = word >>> 24;
        out[4 * i + 1] = word >>> 16;
        out[4 * i + 2] = word >>> 8;
        out[4 * i + 3] = word;
      }
      return out;
    }
  }

  const shared = new Sha256();
  const LEAF = new Uint8Array([0]);
  const NODE = new Uint8Array([1]);

  const sha256 = (bytes) => shared.reset().update(bytes).digest();
  const leafHash = (bytes, from, to) => shared.reset().update(LEAF).update(bytes, from, to).digest();
  const nodeHash = (left, right) => shared.reset().update(NODE).update(left).update(right).digest();

  const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
  const toHex = (bytes) => {
    let text = "";
    for (let i = 0; i < bytes.length; i += 1) text += HEX[bytes[i]];
    return text;
  };
  const fromHex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
  const bitCount = (size) => BigInt(size).toString(2).replaceAll("0", "").length;

  // The right edge of a tree: the root of every full subtree that its size is made of, smallest first.
  class Edge {
    // `hashes`: largest subtree first, one for every one-bit of `size`.
    constructor(size = 0, hashes = []) {
      const rising = [...hashes].reverse();
      this.size = size;
      this.levels = [...BigInt(size).toString(2)].reverse().map((bit) => (bit === "1" ? rising.shift() : null));
    }

    add(leaf) {
      let node = leaf;
      let level = 0;
      for (; this.levels[level]; level += 1) {
        node = nodeHash(this.levels[level], node);
        this.levels[level] = null;
      }
      this.levels[level] = node;
      this.size += 1;
    }

    copy() {
      return Object.assign(new Edge(), { size: this.size, levels: [...this.levels] });
    }

    // The last leaf's hash where the edge holds it: at odd sizes.
    lastLeaf() {
      return this.levels[0] || null;
    }

    root() {
      let result = null;
      for (const node of this.levels) {
        if (node) result = result ? nodeHash(node, result) : node;
      }
      return result || sha256(new Uint8Array(0));
    }
  }

  Object.assign(Letopis, { Sha256, sha256, leafHash, nodeHash, toHex, fromHex, bitCount, Edge });
})((globalThis.Letopis = globalThis.Letopis || {}));
