// An index scored place by place: a key or a tap scores the place and goes on, Enter keeps all of it at once.
import { newKey, useSentences } from "../api.js";
import { queue } from "../offline/queue.js";
import { byId, html } from "../svg.js";

/** @typedef {{key: string, label: string, hint: string, title: string, row: string}} Place */
/** @typedef {{patient: string, kind: "bpe" | "ohis" | "pma" | "api", name: string, places: Place[], filled: Record<string, string>, next: string, words: Record<string, string>}} Setup */

/** @type {Setup} */
const setup = JSON.parse(byId("index-setup").textContent ?? "{}");
useSentences({ lost: setup.words.lost, broken: setup.words.broken });

const MOST = { bpe: 4, ohis: 3, pma: 3, api: 1 }[setup.kind];
const sheet = byId("index-sheet");
const keep = /** @type {HTMLButtonElement} */ (byId("index-keep"));
const id = newKey();
/** @type {Map<string, string | number>} */
const scores = new Map(Object.entries(setup.filled));
let at = 0;
let isKept = false;

function draw() {
  const rows = new Map();
  setup.places.forEach((place, number) => {
    const score = scores.get(place.key);
    const cell = html("button", { type: "button", class: "index-place", tabindex: "-1", title: place.title, "data-at": number, "aria-current": number === at ? "true" : "false" },
      html("small", {}, place.label), html("b", {}, score === undefined ? "·" : String(score)), html("small", { class: "muted" }, place.hint));
    rows.set(place.row, [...(rows.get(place.row) ?? []), cell]);
  });
  sheet.replaceChildren(...[...rows.values()].map((cells) => html("div", { class: `index-row is-${setup.kind}` }, ...cells)));
  const left = setup.places.filter(({ key }) => !scores.has(key));
  byId("index-left").textContent = left.length ? `${setup.words.left} ${left.length}` : setup.words.all;
  if (!byId("index-pad").contains(document.activeElement)) sheet.focus({ preventScroll: true });
  keep.disabled = scores.size === Object.keys(setup.filled).length && left.length > 0;
}

/** @param {string | number} score */
function put(score) {
  if (!setup.places[at] || isKept) return;
  scores.set(setup.places[at].key, setup.kind === "bpe" ? String(score) : score);
  go(next(at));
}

/** The place after this one that is not filled in by the mouth itself. @param {number} from */
function next(from) {
  const found = setup.places.findIndex(({ key }, place) => place > from && !(key in setup.filled));
  return found < 0 ? setup.places.length : found;
}

/** The place before this one that is not filled in by the mouth itself. @param {number} from */
const before = (from) => setup.places.findLastIndex(({ key }, place) => place < from && !(key in setup.filled));

/** @param {number} place */
function go(place) {
  at = Math.min(Math.max(place, 0), setup.places.length);
  draw();
}

/** A furcation is told of the sextant that was coded last. */
function star() {
  const key = setup.places[before(at)]?.key;
  const code = String(scores.get(key) ?? "");
  if (setup.kind !== "bpe" || !/^[0-4]/.test(code)) return;
  scores.set(key, code.endsWith("*") ? code.slice(0, 1) : `${code}*`);
  draw();
}

/** One place back, which is emptied to be scored again. */
function back() {
  if (before(at) < 0) return;
  go(before(at));
  if (setup.places[at]) scores.delete(setup.places[at].key);
  draw();
}

async function finish() {
  if (keep.disabled || isKept) return;
  isKept = true;
  queue.add({ key: id, kind: "record", path: `/patients/${setup.patient}/indices`, body: { id, kind: setup.kind, scores: Object.fromEntries(scores) }, words: setup.name });
  await queue.send();
  settle();
}

/** What became of it: kept, refused in words, or waiting on the device. */
function settle() {
  const entry = queue.entries.get(id);
  if (isKept && !entry) return window.location.assign(setup.next);
  if (!entry || !isKept) return;
  const told = byId("index-told");
  told.hidden = false;
  told.textContent = entry.state === "waiting" ? `${setup.words.waits} ${queue.message}` : entry.message;
  if (entry.state === "waiting") return;
  isKept = false;
  queue.drop(id);
}

/** @param {KeyboardEvent} event */
function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  const moves = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1, Space: 1 });
  const isButton = /** @type {HTMLElement} */ (event.target).closest("a, button:not(.index-place), summary");
  if (event.key === "*" || event.code === "KeyF") star();
  else if (digit && !event.shiftKey && Number(digit[1]) <= (MOST ?? 0)) put(Number(digit[1]));
  else if (event.code === "KeyX" && setup.kind === "bpe") put("X");
  else if (event.code === "Backspace") back();
  else if (isButton && ["Enter", "Space"].includes(event.code)) return;
  else if (event.key === "Enter") void finish();
  else if (event.code in moves) go(at + moves[event.code]);
  else return;
  event.preventDefault();
}

sheet.addEventListener("click", (event) => {
  const place = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.at;
  if (place) go(Number(place));
});
byId("index-pad").addEventListener("click", (event) => {
  const does = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.does;
  if (does === "*") star();
  else if (does === "back") back();
  else if (does) put(does === "X" ? does : Number(does));
});
for (const code of [...Array((MOST ?? 0) + 1).keys()].map(String)) byId("index-digits").append(html("button", { type: "button", class: "btn", "data-does": code }, code));
byId("index-entry").addEventListener("keydown", press);
keep.addEventListener("click", finish);
queue.addEventListener("changed", () => isKept && !queue.isFlying(id) && settle());
window.addEventListener("beforeunload", (event) => !isKept && scores.size > Object.keys(setup.filled).length && event.preventDefault());
at = next(-1);
draw();
