// The note saves itself while it is written; a clash with somebody else's words is shown, never overwritten.
import { call, useSentences } from "./api.js";
import { attachMacros } from "./note-macros.js";
import { attachOutlines } from "./note-outlines.js";
import { attachRequired } from "./note-required.js";
import { attachTemplates } from "./note-templates.js";
import { Drafts } from "./offline/drafts.js";
import { isTemporary } from "./offline/sending.js";
import { byId, html } from "./svg.js";

/** @type {{visit: string, version: number, words: Record<string, string>, macros: Record<string, string>}} */
const setup = JSON.parse(byId("note-setup").textContent ?? "{}");
const { words } = setup;
useSentences({ lost: words.lost, broken: words.broken });

const WAIT_MS = 900;
const LONGEST_WAIT_MS = 15000;
const form = /** @type {HTMLFormElement} */ (byId("note"));
const status = byId("note-status");
const areas = /** @type {HTMLTextAreaElement[]} */ ([...form.querySelectorAll("textarea")]);
/** What the server holds, by section. @type {Record<string, string>} */
const saved = Object.fromEntries(areas.map((area) => [area.name, area.value]));
let version = setup.version;
let timer = 0;
let wait = WAIT_MS;
/** @type {Promise<boolean> | null} */
let running = null;

const drafts = new Drafts(setup.visit, saved);

const changed = () => Object.fromEntries(areas.filter((area) => area.value !== saved[area.name]).map((area) => [area.name, area.value]));
const isDirty = () => Object.keys(changed()).length > 0;

/** @returns {Promise<boolean>} whether everything is saved */
async function save() {
  while (running) await running;
  window.clearTimeout(timer);
  const sections = changed();
  if (!Object.keys(sections).length) return true;
  status.textContent = words.saving;
  running = send(sections);
  const isSaved = await running;
  running = null;
  return isSaved;
}

/** @param {Record<string, string>} sections */
async function send(sections) {
  try {
    const answer = await call(`/visits/${setup.visit}`, { method: "PATCH", body: { version, ...sections } });
    wait = WAIT_MS;
    keepVersion(answer.version);
    Object.assign(saved, sections);
    drafts.keep(areas);
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    status.replaceChildren(`${words.saved} ${time}`);
    return true;
  } catch (error) {
    const refusal = /** @type {import("./api.js").Refusal} */ (error);
    if (refusal.code === "stale") await showClash();
    else if (refusal.code === "visit_signed") window.location.reload();
    else showFailure(refusal);
    return false;
  }
}

/** @param {number} number */
function keepVersion(number) {
  version = number;
  for (const input of document.querySelectorAll("[data-version]")) /** @type {HTMLInputElement} */ (input).value = String(number);
}

/** What the clinic could not take for now is sent again by itself, ever more slowly. @param {import("./api.js").Refusal} refusal */
function showFailure(refusal) {
  if (isTemporary(refusal.status)) {
    timer = window.setTimeout(saveUnlessAsked, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
  const retry = html("button", { type: "button", class: "btn btn-small" }, words.tryAgain);
  retry.addEventListener("click", save);
  status.replaceChildren(html("span", { class: "is-danger-text" }, `${words.notSaved} ${refusal.message} `), retry);
}

/** Somebody else saved first: their words stand beside mine in every section that differs. */
async function showClash() {
  try {
    const theirs = await call(`/visits/${setup.visit}`);
    if (theirs.signed_at) window.location.reload();
    keepVersion(theirs.version);
    for (const area of areas) resolveSection(area, theirs[area.name]);
    drafts.keep(areas.filter((area) => area.value === saved[area.name]));
    status.replaceChildren(html("span", { class: "is-warning-text" }, words.notSaved));
  } catch (error) {
    showFailure(/** @type {import("./api.js").Refusal} */ (error));
  }
}

/** @param {HTMLTextAreaElement} area @param {string} text */
function resolveSection(area, text) {
  const isMine = area.value !== saved[area.name];
  const isTheirs = text !== saved[area.name];
  saved[area.name] = text;
  if (!isMine) area.value = text;
  else if (isTheirs && text !== area.value) askWhose(area, text);
}

/** @param {HTMLTextAreaElement} area @param {string} text */
function askWhose(area, text) {
  const place = form.querySelector(`[data-clash="${area.name}"]`);
  const mine = html("button", { type: "button", class: "btn btn-small" }, words.keepMine);
  const theirs = html("button", { type: "button", class: "btn btn-small" }, words.takeTheirs);
  const strip = html("div", { class: "alert-strip is-warning", role: "alert" }, html("div", {}, html("strong", {}, words.theirs), html("p", { class: "note-text" }, text || "–")), mine, theirs);
  mine.addEventListener("click", () => { strip.remove(); save(); });
  theirs.addEventListener("click", () => { area.value = text; strip.remove(); save(); });
  place?.replaceChildren(strip);
}

/** Words are not sent while the writer is still to choose between two versions. */
const hasClash = () => form.querySelector(".note-clash > *") !== null;
const saveUnlessAsked = () => { if (isDirty() && !hasClash()) save(); };

form.addEventListener("input", (event) => {
  if (!(event.target instanceof HTMLTextAreaElement)) return;
  window.clearTimeout(timer);
  status.textContent = words.typing;
  drafts.keep([event.target]);
  timer = window.setTimeout(saveUnlessAsked, WAIT_MS);
});
form.addEventListener("focusout", saveUnlessAsked);
form.addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("online", saveUnlessAsked);
attachRequired(setup.visit, save, words);
attachTemplates(form, words);
attachMacros(form, setup.macros);
attachOutlines(form, setup.visit, words);
drafts.bringBack(areas, askWhose).then(saveUnlessAsked);
