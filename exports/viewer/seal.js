"use strict";
// Detached signatures of a bag's manifests (log-format.md section 7): Ed25519 by the log's key, under `signature/`.
(function (Letopis) {
  const PUBLIC_KEY = "signature/key.pem";
  const SIGNED = ["manifest-sha256.txt", "tagmanifest-sha256.txt"].map((manifest) => [`signature/${manifest}.sig`, manifest]);
  const FILE_MAX_BYTES = 4096;
  const DER = "MCowBQYDK2VwAyEA"; // RFC 8410: an Ed25519 public key follows

  function publicPem(key) {
    return `-----BEGIN PUBLIC KEY-----\n${DER}${btoa(String.fromCharCode(...key))}\n-----END PUBLIC KEY-----\n`;
  }

  // Where there is any of the three files, all are there, and the pinned key made them. Without one nothing is said here:
  // that of the checkpoint is already not checked.
  async function checkSeal(bag, vkey) {
    const there = new Map();
    for (const name of [PUBLIC_KEY, ...SIGNED.map(([signature]) => signature)]) {
      if (bag.files.has(name)) there.set(name, await bag.small(name, FILE_MAX_BYTES));
    }
    if (!there.size) return;
    for (const name of [PUBLIC_KEY, ...SIGNED.map(([signature]) => signature)]) {
      if (!there.has(name)) bag.report.add("bag-file-missing", { file: name }, "a file", "none");
    }
    if (!vkey || !Letopis.hasCrypto()) return;
    for (const [name, manifest] of SIGNED) {
      const [signature, signed] = [there.get(name), bag.manifests.get(manifest)];
      if (!signature || !signed || (await Letopis.isSigned(vkey.key, signed, signature))) continue;
      bag.report.add("signature-invalid", { file: name }, `a signature by ${vkey.name}`, "it does not hold");
    }
    const pem = there.get(PUBLIC_KEY);
    if (pem && !Letopis.same(pem, Letopis.bytesOf(publicPem(vkey.key)))) {
      bag.report.add("key-mismatch", { file: PUBLIC_KEY }, publicPem(vkey.key), Letopis.textOf(pem) ?? "bytes that are not UTF-8");
    }
  }

  Object.assign(Letopis, { checkSeal });
})((globalThis.Letopis = globalThis.Letopis || {}));
