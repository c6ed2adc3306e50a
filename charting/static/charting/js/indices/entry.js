// An index scored place by place: a key or a tap scores the place and goes on, Enter keeps all of it at once.
import { letterOf } from "../../../desk/js/stroke.js";
import { useSentences } from "../api.js";
import { queue } from "../offline/queue.js";
import { byId, html } from "../svg.js";
import { Draft } from "./draft.js";
import { rowsOf } from "./rows.js";

/** @type {import("./rows.js").Setup} */
const setup = JSON.parse(byId("index-setup").textContent ?? "{}");
useSentences({ lost: setup.words.lost, broken: setup.words.broken });

const sheet = byId("index-sheet");
const keep = /** @type {HTMLButtonElement} */ (byId("index-keep"));
const draft = new Draft(setup.patient, setup.kind, setup.name);
/** @type {Map<string, string | number>} */
const scores = new Map(Object.entries(setup.filled));
let at = 0;
let isKept = false;

function draw() {
  sheet.replaceChildren(...rowsOf(setup, scores, at));
  const left = setup.places.filter(({ key }) => !scores.has(key));
  byId("index-left").textContent = left.length ? `${setup.words.left} ${left.length}` : setup.words.all;
  if (!byId("index-pad").contains(document.activeElement)) sheet.focus({ preventScroll: true });
  keep.disabled = isEmpty() && left.length > 0;
  byId("index-clear").hidden = isEmpty();
}

/** Whether nothing is scored by hand. */
const isEmpty = () => scores.size === Object.keys(setup.filled).length;

/** What was scored stays on the device at every stroke. */
const remember = () => draft.keep(Object.fromEntries(scores), isEmpty());

/** @param {string | number} score */
function put(score) {
  if (!setup.places[at] || isKept) return;
  scores.set(setup.places[at].key, setup.isCode ? String(score) : score);
  remember();
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

/** A furcation is told of the place that was coded last. */
function star() {
  const key = setup.places[before(at)]?.key;
  const code = String(scores.get(key) ?? "");
  if (!setup.star || isKept || !/^[0-4]/.test(code)) return;
  scores.set(key, code.endsWith("*") ? code.slice(0, 1) : `${code}*`);
  remember();
  draw();
}

/** One place back, which is emptied to be scored again. */
function back() {
  if (before(at) < 0 || isKept) return;
  go(before(at));
  if (setup.places[at]) scores.delete(setup.places[at].key);
  remember();
  draw();
}

/** The sheet begins anew. @param {Record<string, string | number>} [kept] what an earlier page has scored, at places that are still there */
function fill(kept = {}) {
  const known = new Set(setup.places.map(({ key }) => key));
  scores.clear();
  for (const [key, score] of Object.entries({ ...kept, ...setup.filled })) if (known.has(key)) scores.set(key, score);
  const open = setup.places.findIndex(({ key }) => !scores.has(key));
  go(open < 0 ? setup.places.length : open);
}

function clear() {
  if (isKept) return;
  fill();
  remember();
}

async function finish() {
  if (keep.disabled || isKept) return;
  isKept = true;
  await draft.send(Object.fromEntries(scores));
  settle();
}

/** What became of it: kept, asked about in the counter, refused in words, or waiting on the device. */
function settle() {
  if (!isKept) return;
  const entry = draft.sent;
  if (!entry) return window.location.assign(setup.next);
  const told = byId("index-told");
  told.hidden = false;
  told.textContent = entry.state === "waiting" ? `${setup.words.waits} ${queue.message}` : entry.message || entry.theirs;
  if (entry.state !== "refused") return;
  isKept = false;
  queue.drop(draft.id);
  remember();
}

/** @param {KeyboardEvent} event */
function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  const moves = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1, Space: 1 });
  const isButton = /** @type {HTMLElement} */ (event.target).closest("a, button:not(.index-place), summary");
  if (event.key === "*" || letterOf(event) === "F") star();
  else if (digit && !event.shiftKey && Number(digit[1]) <= setup.most) put(Number(digit[1]));
  else if (letterOf(event) === "X" && setup.isCode) put("X");
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
  else if (does === "clear") clear();
  else if (does) put(does === "X" ? does : Number(does));
});
for (const code of [...Array(setup.most + 1).keys()].map(String)) byId("index-digits").append(html("button", { type: "button", class: "btn", "data-does": code }, code));
byId("index-entry").addEventListener("keydown", press);
keep.addEventListener("click", finish);
queue.addEventListener("changed", () => isKept && !queue.isFlying(draft.id) && settle());
fill();
draft.found().then((kept) => Object.keys(kept).length && isEmpty() && fill(kept));
