"use strict";
// `data/tables/datapackage.json` beside the tables (tables.md): names, columns, dialect, each file's length and hash. Everything else
// in it (types, titles, keys) is for the programs that read it, and compared with nothing.
(function (Letopis) {
  const PACKAGE = "data/tables/datapackage.json";
  const MAX_BYTES = 4 << 20;
  const DIALECT = { delimiter: ";", doubleQuote: true, header: true, lineTerminator: "\r\n", quoteChar: '"', skipInitialSpace: false };

  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  // Whether two values of JSON say the same, the order of members aside.
  function isSame(one, two) {
    if (!isObject(one) || !isObject(two)) return JSON.stringify(one) === JSON.stringify(two);
    const names = Object.keys(one);
    return names.length === Object.keys(two).length && names.every((name) => Object.hasOwn(two, name) && isSame(one[name], two[name]));
  }

  // Compares it, where it is there, with the tables as they were read; called when they have been.
  async function checkPackage(bag) {
    const raw = await bag.small(PACKAGE, MAX_BYTES);
    if (raw === null) return;
    let value;
    try {
      value = JSON.parse(Letopis.textOf(raw));
    } catch {
      bag.report.add("package-malformed", { file: PACKAGE }, "a JSON object", "something else");
      return;
    }
    const listed = isObject(value) && Array.isArray(value.resources) ? value.resources.filter(isObject) : [];
    const names = listed.map(({ name }) => name);
    if (!isSame([...names].map(String).sort(), Object.keys(Letopis.COLUMNS).sort())) {
      bag.report.add("package-malformed", { file: PACKAGE, field: "resources" }, "each table once", names.map(String).join(", "));
      return;
    }
    for (const resource of listed) checkResource(bag, resource);
  }

  function checkResource(bag, stated) {
    const { name } = stated;
    const file = `data/tables/${name}.csv`;
    const expected = { path: `${name}.csv`, encoding: "utf-8", dialect: DIALECT };
    const digest = bag.digests.get(file);
    if (digest !== undefined) Object.assign(expected, { bytes: bag.files.get(file).size, hash: `sha256:${digest}` });
    const differs = (label, wanted, found) =>
      bag.report.add("package-differs", { file: PACKAGE, field: `${name}.${label}` }, JSON.stringify(wanted), JSON.stringify(found));
    for (const [label, wanted] of Object.entries(expected)) if (!isSame(wanted, stated[label])) differs(label, wanted, stated[label]);
    const fields = isObject(stated.schema) && Array.isArray(stated.schema.fields) ? stated.schema.fields : [];
    const names = fields.map((field) => (isObject(field) && field.name !== undefined ? field.name : null));
    if (!isSame(names, Letopis.COLUMNS[name])) differs("fields", Letopis.COLUMNS[name], names);
  }

  Object.assign(Letopis, { checkPackage });
})((globalThis.Letopis = globalThis.Letopis || {}));
