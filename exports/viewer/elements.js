"use strict";
// What pages are built of: elements with their texts, tables, choices.
(function (Letopis) {
  const { visible } = Letopis;
  const ROWS_PER_PAGE = 100;
  const byId = (id) => document.getElementById(id);

  function el(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key === "on") for (const [event, handler] of Object.entries(value)) made.addEventListener(event, handler);
      else if (value === true) made.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  }

  // A value from the archive: its characters seen, its direction its own.
  const said = (value) => (value === "" || value === null || value === undefined ? "" : el("bdi", {}, visible(value)));
  const both = (russian, english) => {
    const made = document.createDocumentFragment();
    made.append(`${russian} `, el("span", { class: "en", lang: "en" }, english));
    return made;
  };
  const heading = (level, russian, english) => el(level, {}, both(russian, english));

  function table(caption, columns, rows, attributes = {}) {
    const head = el("tr", {}, ...columns.map((column) => el("th", { scope: "col" }, column)));
    const body = rows.map((cells) => el("tr", {}, ...cells.map((cell) => el("td", {}, cell))));
    const made = el("table", attributes, el("caption", {}, caption), el("thead", {}, head), el("tbody", {}, ...body));
    return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption.textContent || "таблица / table" }, made);
  }

  const facts = (pairs) => el("dl", {}, ...pairs.filter((pair) => pair[1] !== "").flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));

  function choice(russian, english, options, value, change) {
    const select = el("select", { on: { change: () => change(select.value) } });
    for (const [key, text] of options) select.append(el("option", { value: key, selected: key === value }, visible(text)));
    return el("label", {}, both(russian, english), select);
  }

  function filter(value, change) {
    const input = el("input", { type: "search", value, on: { change: () => change(input.value) } });
    return el("label", {}, both("Искать", "Search"), input);
  }

  // Buttons to earlier and later rows.
  function pager(from, hasMore, go) {
    const button = (russian, english, to, isThere) =>
      el("button", { type: "button", disabled: !isThere, on: { click: () => go(to) } }, both(russian, english));
    return el(
      "p",
      {},
      button("← Раньше", "Earlier", Math.max(0, from - ROWS_PER_PAGE), from > 0),
      " ",
      button("Дальше →", "Later", from + ROWS_PER_PAGE, hasMore),
    );
  }

  Object.assign(Letopis, { ROWS_PER_PAGE, both, byId, choice, el, facts, filter, heading, pager, said, table });
})((globalThis.Letopis = globalThis.Letopis || {}));
