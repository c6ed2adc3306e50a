// What was written into a note that was signed, locked or cancelled before it could be saved: its writer reads it here, adds it or lets it go.
// An addendum lies on the device, too, until it stands below the note.
import { queue } from "./offline/queue.js";
import { byId, html } from "./svg.js";

/** @typedef {import("./offline/queue.js").Entry} Entry */

const place = byId("note-kept");
const words = /** @type {Record<string, string>} */ (place.dataset);
const addendum = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("id_text"));

function show() {
  const kept = queue.list.filter(({ kind, path }) => kind === "text" && path === `/visits/${words.visit}`);
  place.replaceChildren(...kept.map(strip));
}

/** @param {Entry} entry */
function strip(entry) {
  const buttons = [...(addendum ? [button(words.add, () => add(addendum, entry.body.text))] : []), button(words.drop, () => queue.letGo(entry.key, words.why))];
  const told = html("div", {}, html("strong", {}, `${words.head} ${entry.words}`), html("p", { class: "note-text" }, entry.body.text));
  return html("div", { class: "alert-strip is-warning", role: "alert" }, told, ...buttons);
}

const draft = { key: `addendum ${words.visit}`, kind: /** @type {const} */ ("text"), path: `/visits/${words.visit}/addendum` };

/** @param {HTMLTextAreaElement} area */
function keepAddendum(area) {
  if (area.value.trim()) queue.add({ ...draft, body: { text: area.value }, words: area.labels[0]?.textContent?.trim() ?? "" });
  else queue.drop(draft.key);
}

/** @param {HTMLTextAreaElement} area */
function bringAddendum(area) {
  const plain = (/** @type {string | null | undefined} */ text) => (text ?? "").replace(/\s+/g, "");
  const kept = queue.entries.get(draft.key)?.body.text;
  const isAdded = [...document.querySelectorAll(".note-addendum .note-text")].some(({ textContent }) => plain(textContent) === plain(kept));
  if (isAdded) queue.drop(draft.key);
  else if (kept && !area.value) area.value = kept;
}

/** It stays on the device until its writer has added it and lets it go. @param {HTMLTextAreaElement} area @param {string} text */
function add(area, text) {
  area.value = [area.value, text].filter(Boolean).join("\n");
  area.focus();
  keepAddendum(area);
}

/** @param {string} text @param {() => void} press */
function button(text, press) {
  const made = html("button", { type: "button", class: "btn btn-small" }, text);
  made.addEventListener("click", press);
  return made;
}

queue.addEventListener("changed", show);
addendum?.addEventListener("input", () => keepAddendum(addendum));
queue.ready.then(() => {
  show();
  if (addendum) bringAddendum(addendum);
});
