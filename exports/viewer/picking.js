"use strict";
// Picking an archive and a key, and having them verified.
(function (Letopis) {
  if (typeof document === "undefined") return;
  const { both, byId, el, number, said, state, visible } = Letopis;

  const fromTop = (path) => path.split("/").slice(1).join("/");

  // An archive as it was picked (archive.js): {name, files} or {name, zip}.
  function pick(picked) {
    state.picked = picked;
    byId("verify").disabled = !picked;
    byId("picked").replaceChildren(...(picked ? described(picked) : []));
  }

  const described = ({ name, files, zip }) =>
    zip ? [said(name), ` — ZIP, байт / bytes: ${number(zip.size)}`] : [said(name), ` — файлов / files: ${number(files.size)}`];

  const ofZip = (file) => (file ? { name: file.name, zip: file } : null);

  function ofFolder(list) {
    const files = [...list];
    if (!files.length) return null;
    return { name: files[0].webkitRelativePath.split("/")[0], files: new Map(files.map((file) => [fromTop(file.webkitRelativePath), file])) };
  }

  // The other archives, each with a button that takes it from the list.
  function list() {
    const items = state.others.map((picked, at) => {
      const drop = () => {
        state.others.splice(at, 1);
        list();
      };
      return el("li", {}, ...described(picked), " ", el("button", { type: "button", on: { click: drop } }, both("Убрать", "Remove")));
    });
    byId("other-list").replaceChildren(...items);
  }

  function add(picked) {
    if (picked) state.others.push(picked);
    list();
  }

  const isEarlier = () => document.querySelector('[name="how"]:checked').value === "earlier";

  async function filesIn(entry, path, files) {
    if (entry.isFile) {
      files.set(path, await new Promise((resolve, reject) => entry.file(resolve, reject)));
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const found = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!found.length) return;
      for (const each of found) await filesIn(each, path ? `${path}/${each.name}` : each.name, files);
    }
  }

  async function dropped(event) {
    event.preventDefault();
    byId("drop").classList.remove("over");
    const items = [...event.dataTransfer.items];
    const entry = items.map((item) => item.webkitGetAsEntry()).find((each) => each && each.isDirectory);
    const zip = items.map((item) => item.getAsFile()).find((file) => file && /\.zip$/i.test(file.name));
    if (entry) {
      const files = new Map();
      await filesIn(entry, "", files);
      pick({ name: entry.name, files });
    } else if (zip) {
      pick(ofZip(zip));
    } else {
      byId("picked").replaceChildren("Это не папка и не ZIP. / Neither a folder nor a ZIP.");
    }
  }

  // The key as it was pasted; null where there is none. Raises NoteError.
  function pinnedKey() {
    const text = byId("key").value.trim();
    return text ? Letopis.parseVkey(text) : null;
  }

  async function verify(event) {
    event.preventDefault();
    byId("key-error").replaceChildren();
    let vkey;
    try {
      vkey = pinnedKey();
    } catch (error) {
      if (!(error instanceof Letopis.NoteError)) throw error;
      byId("key-error").replaceChildren(`Это не ключ школы / Not a school's key: ${error.message}`);
      byId("key").focus();
      return;
    }
    if (state.others.length > 1 && !isEarlier()) {
      byId("status").replaceChildren("Сравнить можно с одним архивом: уберите остальные. / One archive can be compared: remove the others.");
      return;
    }
    byId("progress").hidden = false;
    byId("verify").disabled = true;
    byId("status").replaceChildren("Проверяю… / Verifying…");
    await judge(vkey);
    byId("progress").hidden = true;
    byId("verify").disabled = false;
  }

  // {report, found}: what is to be said, and what was found in the first archive.
  async function verified(vkey, progress) {
    const { picked, others } = state;
    if (others.length && !isEarlier()) return Letopis.compareArchives(picked, others[0], vkey, progress);
    const found = await Letopis.verifyArchive(picked, vkey, progress, others);
    return { report: found.report, found };
  }

  async function judge(vkey) {
    const began = performance.now();
    let read = 0;
    const progress = (bytes, total) => {
      read += bytes;
      byId("bar").value = total ? read / total : 1;
    };
    try {
      const found = await verified(vkey, progress);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      byId("status").replaceChildren(`Прочитано ${number(read)} байт за ${seconds} с. / ${read} bytes read in ${seconds} s.`);
      Letopis.show(found, vkey);
    } catch (error) {
      // Nothing in an archive should lead here; if something does, the answer is that there is none.
      byId("status").replaceChildren(`Проверка прервалась, ответа нет. / The verification broke off; there is no verdict. ${visible(error)}`);
      byId("answer").hidden = true;
    }
  }

  byId("folder").addEventListener("change", (event) => {
    byId("zip").value = "";
    pick(ofFolder(event.target.files));
  });
  byId("zip").addEventListener("change", (event) => {
    byId("folder").value = "";
    pick(ofZip(event.target.files[0]));
  });
  byId("other-folder").addEventListener("change", (event) => {
    add(ofFolder(event.target.files));
    event.target.value = "";
  });
  byId("other-zip").addEventListener("change", (event) => {
    add(ofZip(event.target.files[0]));
    event.target.value = "";
  });
  byId("key-file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) byId("key").value = file.size <= 4096 ? (await file.text()).trim() : "";
  });
  for (const event of ["dragenter", "dragover"]) {
    byId("drop").addEventListener(event, (each) => {
      each.preventDefault();
      byId("drop").classList.add("over");
    });
  }
  byId("drop").addEventListener("dragleave", () => byId("drop").classList.remove("over"));
  byId("drop").addEventListener("drop", dropped);
  byId("choice").addEventListener("submit", verify);
})((globalThis.Letopis = globalThis.Letopis || {}));
