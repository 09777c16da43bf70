"use strict";
// Who outside the school cosigned the log (events.md, "Witnesses"; C2SP tlog-cosignature v1.0.1).
(function (Letopis) {
  const COSIGNATURE = 4; // the type of a witness's key
  const TIME_MAX = 253402300799;
  const VERIFIED_MAX = 4096; // a cosignature costs milliseconds, and a hostile archive could hold any number

  class Witnesses {
    constructor(rules) {
      this.rules = rules;
      this.known = new Map(); // id -> {key, stands, size, time}: the largest size and time that it cosigned
      this.waiting = []; // signatures to be verified when the log is read: a browser answers later
    }

    witness_appointed(stream, _entry, { vkey }) {
      const { rules } = this;
      const known = this.known.get(stream.id) || { key: null, stands: false, size: 0, time: 0 };
      this.known.set(stream.id, known);
      if (known.stands) rules.find("witness", "a witness that is none yet", stream.key);
      Object.assign(known, { key: null, stands: true });
      try {
        known.key = Letopis.parseVkey(vkey, COSIGNATURE);
      } catch (error) {
        if (!(error instanceof Letopis.NoteError)) throw error;
        rules.find("witness-key", "a witness's verifier key", error.message, "data.vkey");
        return;
      }
      const id = idOf(known.key.key);
      if (id !== stream.id) rules.find("witness-key", id, stream.id, "data.vkey");
    }

    witness_dismissed(stream) {
      const known = this.standing(stream);
      if (known) known.stands = false;
    }

    checkpoint_cosigned(stream, entry, { root, signature, size, time }) {
      const { rules } = this;
      if (time > TIME_MAX) rules.find("data-field", `up to ${TIME_MAX}`, time, "data.time");
      const known = this.standing(stream);
      if (!rules.evidence.checkSize(entry, Math.max(1, entry.index - Letopis.ROOTS_WINDOW), size) || !known) return;
      if (size <= known.size || time < known.time) {
        rules.find("witness", `more than ${known.size} entries, at ${known.time} or later`, `${size} entries at ${time}`);
      }
      Object.assign(known, { size: Math.max(size, known.size), time: Math.max(time, known.time) });
      const derived = rules.evidence.checkRoot(entry, size, root);
      if (derived !== root || !known.key) return;
      this.waiting.push({ key: known.key, place: { ...rules.place(), field: "data.signature" }, size, root, time, signature });
    }

    // Makes the messages and verifies the signatures; `origin` is the log's.
    async finish(origin) {
      const { report } = this.rules;
      if (this.waiting.length && !Letopis.hasCrypto()) report.skip("no-crypto", "witnesses");
      else for (const one of this.waiting.slice(0, VERIFIED_MAX)) await verify(one, origin, report);
      if (this.waiting.length > VERIFIED_MAX) report.skip("cosignatures-beyond", `more than ${VERIFIED_MAX}`);
    }

    // A witness that stands; in a range that begins later it may have been appointed before.
    standing(stream) {
      const known = this.known.get(stream.id);
      if ((!known && !stream.isPartial) || (known && !known.stands)) this.rules.find("witness", "a witness that stands", stream.key);
      return known || null;
    }
  }

  async function verify({ key, place, size, root, time, signature }, origin, report) {
    const inBase64 = btoa(String.fromCharCode(...Letopis.fromHex(root)));
    const message = Letopis.bytesOf(`cosignature/v1\ntime ${time}\n${origin}\n${size}\n${inBase64}\n`);
    const raw = Uint8Array.from(atob(signature), (mark) => mark.charCodeAt(0));
    if (await Letopis.isSigned(key.key, message, raw)) return;
    report.add("cosignature", place, `a cosignature of ${key.name}`, "a signature that does not hold");
  }

  // The id of a witness: 16 bytes of the hash of its public key, as a UUID of version 8 (RFC 9562, section 5.8).
  function idOf(publicKey) {
    const raw = Letopis.sha256(publicKey).slice(0, 16);
    raw[6] = (raw[6] & 0x0f) | 0x80;
    raw[8] = (raw[8] & 0x3f) | 0x80;
    return Letopis.toHex(raw).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  Letopis.ROOMS.push(["witnesses", Witnesses]);
})((globalThis.Letopis = globalThis.Letopis || {}));
