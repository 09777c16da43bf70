"use strict";
// Signed notes, verifier keys and checkpoints (C2SP signed-note, tlog-checkpoint; log-format.md section 4), and Ed25519
// (RFC 8032), strict: keys of small order and encodings that are not canonical are refused, whatever the browser would take.
(function (Letopis) {
  const NOTE_MAX_BYTES = 65536;
  const SIGNATURES_MAX = 64;
  const NAME = "[^\\s+\\u0000-\\u001f\\u007f]{1,255}";
  const SIGNATURE = new RegExp(`^— (${NAME}) ([A-Za-z0-9+/]+={0,2})$`, "u");
  const VKEY = new RegExp(`^(${NAME})\\+([0-9a-f]{8})\\+([A-Za-z0-9+/]+={0,2})$`, "u");
  const ORIGIN = new RegExp(`^${NAME}$`, "u");

  class NoteError extends Error {}

  // Standard base64 in its one spelling; null for anything else.
  function fromBase64(text) {
    try {
      const raw = atob(text);
      return btoa(raw) === text ? Uint8Array.from(raw, (mark) => mark.charCodeAt(0)) : null;
    } catch {
      return null;
    }
  }

  // base64url without padding in its one spelling; null for anything else.
  function fromBase64Url(text) {
    if (!/^[A-Za-z0-9_-]+$/.test(text)) return null;
    return fromBase64(text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat(-text.length & 3));
  }

  function toBase64Url(bytes) {
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  const same = (one, two) => one.length === two.length && one.every((byte, at) => byte === two[at]);

  // Ed25519 (RFC 8032 section 5.1). Nothing here is secret, so nothing has to take constant time.

  const P = 2n ** 255n - 19n;
  const L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = (value) => ((value % P) + P) % P;

  function power(base, exponent) {
    let result = 1n;
    for (let square = mod(base); exponent; exponent >>= 1n, square = (square * square) % P) {
      if (exponent & 1n) result = (result * square) % P;
    }
    return result;
  }

  const D = mod(-121665n * power(121666n, P - 2n));
  const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);
  const IDENTITY = [0n, 1n, 1n, 0n];

  // Extended homogeneous coordinates (section 5.1.4).
  function add(one, two) {
    const s = mod((one[1] - one[0]) * (two[1] - two[0]));
    const t = mod((one[1] + one[0]) * (two[1] + two[0]));
    const u = mod(2n * one[3] * two[3] * D);
    const v = mod(2n * one[2] * two[2]);
    return [mod((t - s) * (v - u)), mod((v + u) * (t + s)), mod((v - u) * (v + u)), mod((t - s) * (t + s))];
  }

  function multiply(scalar, point) {
    let result = IDENTITY;
    for (; scalar; scalar >>= 1n, point = add(point, point)) if (scalar & 1n) result = add(result, point);
    return result;
  }

  const equal = (one, two) => !mod(one[0] * two[2] - two[0] * one[2]) && !mod(one[1] * two[2] - two[1] * one[2]);
  const little = (bytes) => BigInt(`0x${Letopis.toHex([...bytes].reverse())}`);

  // A point from its canonical encoding (section 5.1.3), or null.
  function decode(bytes) {
    const encoded = little(bytes);
    const sign = encoded >> 255n;
    const y = encoded & (2n ** 255n - 1n);
    if (y >= P) return null;
    const u = mod(y * y - 1n);
    const v = mod(D * y * y + 1n);
    let x = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
    if (!mod(v * x * x + u)) x = mod(x * ROOT_OF_MINUS_ONE);
    if (mod(v * x * x - u) || (!x && sign)) return null;
    if ((x & 1n) !== sign) x = P - x;
    return [x, y, 1n, mod(x * y)];
  }

  const BASE = decode(Uint8Array.of(0x58, ...new Array(31).fill(0x66)));

  function isAcceptableKey(key) {
    const point = key.length === 32 ? decode(key) : null;
    return point !== null && !equal(multiply(8n, point), IDENTITY);
  }

  const subtle = () => globalThis.crypto && globalThis.crypto.subtle;

  // The equation of section 5.1.7 by this page's own arithmetic.
  async function holdsByOwn(key, message, signature) {
    const a = decode(key);
    const r = decode(signature.subarray(0, 32));
    const s = little(signature.subarray(32));
    if (s >= L || r === null || a === null) return false;
    const hashed = new Uint8Array([...signature.subarray(0, 32), ...key, ...message]);
    const k = little(new Uint8Array(await subtle().digest("SHA-512", hashed))) % L;
    return equal(multiply(s, BASE), add(r, multiply(k, a)));
  }

  async function holdsByBrowser(key, message, signature) {
    const imported = await subtle().importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return subtle().verify({ name: "Ed25519" }, imported, signature, message);
  }

  // Whether a signature holds: by the browser, and by this page's own arithmetic where the browser has no Ed25519.
  async function isSigned(key, message, signature) {
    if (!isAcceptableKey(key) || signature.length !== 64) return false;
    try {
      return await holdsByBrowser(key, message, signature);
    } catch {
      return holdsByOwn(key, message, signature);
    }
  }

  // `name+hex(key id)+base64(type || public key)`; type 1 is a log's key, 4 a witness's. Raises NoteError.
  function parseVkey(text, type = 1) {
    const found = VKEY.exec(text);
    if (!found) throw new NoteError("a verifier key is name+hash+key");
    const raw = fromBase64(found[3]);
    if (!raw || raw.length !== 33 || raw[0] !== type) throw new NoteError(`the key is not an Ed25519 key of type 0${type}, 32 bytes`);
    const keyId = Letopis.sha256(new Uint8Array([...Letopis.bytesOf(`${found[1]}\n`), ...raw])).subarray(0, 4);
    if (Letopis.toHex(keyId) !== found[2]) throw new NoteError("the key's hash does not belong to its name and bytes");
    if (!isAcceptableKey(raw.subarray(1))) throw new NoteError("the public key is of small order or not canonical");
    return { name: found[1], keyId, key: raw.subarray(1) };
  }

  // A signed checkpoint without extension lines: {origin, size, root, text, signatures}. Raises NoteError.
  function parseCheckpoint(raw) {
    if (raw.length > NOTE_MAX_BYTES) throw new NoteError("longer than a note may be");
    const note = Letopis.textOf(raw);
    if (note === null) throw new NoteError("bytes that are not UTF-8");
    if (/[\u0000-\u0009\u000b-\u001f\u007f]/.test(note)) throw new NoteError("control characters");
    const blank = note.lastIndexOf("\n\n");
    if (blank < 0 || !note.endsWith("\n")) throw new NoteError("no signature lines after a blank line");
    const signatures = note.slice(blank + 2, -1).split("\n").map(parseSignature);
    if (signatures.length > SIGNATURES_MAX) throw new NoteError("more signatures than a note may have");
    const lines = note.slice(0, blank).split("\n");
    if (lines.length !== 3 || !ORIGIN.test(lines[0])) throw new NoteError("a checkpoint is origin, size and root, with no more lines");
    if (!/^(?:0|[1-9][0-9]{0,15})$/.test(lines[1]) || !Number.isSafeInteger(Number(lines[1]))) {
      throw new NoteError("the size is not a decimal number without leading zeros");
    }
    const root = fromBase64(lines[2]);
    if (!root || root.length !== 32) throw new NoteError("the root is not 32 bytes in base64");
    return { origin: lines[0], size: Number(lines[1]), root, text: `${lines.join("\n")}\n`, signatures };
  }

  function parseSignature(line) {
    const found = SIGNATURE.exec(line);
    const raw = found && fromBase64(found[2]);
    if (!raw || raw.length < 5) throw new NoteError("a signature line is not '— name base64'");
    return { name: found[1], keyId: raw.subarray(0, 4), signature: raw.subarray(4) };
  }

  // Null where the pinned key signed the checkpoint and every signature of it holds; else why not.
  async function signatureFault(checkpoint, vkey) {
    const own = checkpoint.signatures.filter((line) => line.name === vkey.name && same(line.keyId, vkey.keyId));
    if (!own.length) return "no signature by the pinned key";
    const message = Letopis.bytesOf(checkpoint.text);
    for (const line of own) {
      if (!(await isSigned(vkey.key, message, line.signature))) return "a signature of the pinned key does not hold";
    }
    return null;
  }

  Object.assign(Letopis, {
    NOTE_MAX_BYTES, NoteError, fromBase64Url, toBase64Url, same, parseVkey, parseCheckpoint, signatureFault,
    isAcceptableKey, isSigned, holdsByOwn, hasCrypto: () => Boolean(subtle()),
  });
})((globalThis.Letopis = globalThis.Letopis || {}));
