// On every page: how much of what was entered the clinic does not have yet, and what of it needs its writer.
import { useSentences } from "../api.js";
import { byId, html } from "../svg.js";
import { all } from "./db.js";
import { queue } from "./queue.js";

/** @typedef {import("./queue.js").Entry} Entry */

const PATIENCE_MS = 1200; // what is sent at once needs no counter
const menu = /** @type {HTMLDetailsElement} */ (byId("unsent"));
const words = /** @type {Record<string, string>} */ (menu.dataset);
useSentences({ lost: words.lost, broken: words.broken });
/** What keeps to an entry and what lets it go, by what its writer is asked. @type {Record<string, [string, string]>} */
const CHOICES = { refused: ["again", "discard"], meanwhile: ["mine", "keep"], again: ["also", "discard"], then: ["now", "discard"], read: ["done", "discard"], reason: ["done", "discard"] };
/** @type {Map<string, string>} */
const reasons = new Map();
let strangers = 0;
let timer = 0;

function show() {
  const list = queue.list;
  const held = list.filter(({ state }) => state !== "waiting");
  byId("unsent-count").textContent = String(list.length || strangers);
  byId("unsent-word").textContent = held.length ? words.held : list.length ? words.unsent : words.strangers;
  byId("unsent-why").textContent = list.length ? queue.message : words.strangersLong;
  menu.classList.toggle("is-held", held.length > 0);
  const typing = menu.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.reason : undefined;
  byId("unsent-list").replaceChildren(...list.map(row));
  if (typing) /** @type {HTMLElement | null} */ (menu.querySelector(`[data-reason="${typing}"]`))?.focus();
  window.clearTimeout(timer);
  if (!list.length && !strangers) menu.hidden = true;
  else if (held.length || queue.message || strangers) menu.hidden = false;
  else timer = window.setTimeout(() => (menu.hidden = queue.list.length === 0), PATIENCE_MS);
}

/** @param {Entry} entry */
function row(entry) {
  const item = html("li", { class: "unsent-entry", "data-entry": entry.state }, html("strong", {}, entry.words), " ", html("a", { href: entry.where.url }, entry.where.name));
  if (entry.state === "waiting") return item;
  const reason = entry.state === "asked" ? (entry.kind === "site" ? `${words.theirs} ${entry.theirs}` : entry.theirs) : entry.message;
  const [keep, drop] = CHOICES[entry.state === "asked" ? entry.ask || "meanwhile" : "refused"];
  const why = entry.ask === "reason" ? reasonFor(entry.key) : null;
  const mine = button(words[keep], () => (why ? why.value.trim() && queue.again(entry.key, { override_reason: why.value.trim() }) : queue.again(entry.key)));
  const leave = button(words[drop], () => queue.letGo(entry.key, reason));
  const mend = entry.state === "refused" && entry.link ? [html("a", { class: "btn btn-small", href: entry.link }, words.open)] : [];
  item.append(html("p", {}, reason), ...(why ? [why] : []), html("div", { class: "row" }, ...mend, mine, leave));
  return item;
}

/** What is typed here outlives the next drawing of the list. @param {string} key */
function reasonFor(key) {
  const input = /** @type {HTMLInputElement} */ (html("input", { type: "text", maxlength: 300, "aria-label": words.reason, placeholder: words.reason, "data-reason": key }));
  input.value = reasons.get(key) ?? "";
  input.addEventListener("input", () => reasons.set(key, input.value));
  return input;
}

/** @param {string} text @param {() => void} press */
function button(text, press) {
  const made = html("button", { type: "button", class: "btn btn-small" }, text);
  made.addEventListener("click", press);
  return made;
}

queue.addEventListener("changed", show);
queue.addEventListener("held", () => {
  menu.hidden = false;
  menu.open = true;
});
queue.ready.then(async () => {
  const rows = await all("entries").catch(() => []);
  strangers = rows.filter(({ owner }) => owner !== queue.owner).length;
  show();
  await queue.send();
});
