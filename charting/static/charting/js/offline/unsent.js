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
let strangers = 0;
let timer = 0;

function show() {
  const list = queue.list;
  const held = list.filter(({ state }) => state !== "waiting");
  byId("unsent-count").textContent = String(list.length || strangers);
  byId("unsent-word").textContent = held.length ? words.held : list.length ? words.unsent : words.strangers;
  byId("unsent-why").textContent = list.length ? queue.message : words.strangersLong;
  menu.classList.toggle("is-held", held.length > 0);
  byId("unsent-list").replaceChildren(...list.map(row));
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
  const mine = button(entry.state === "asked" ? words.mine : words.again, () => queue.again(entry.key));
  const leave = button(entry.state === "asked" ? words.keep : words.discard, () => queue.drop(entry.key));
  item.append(html("p", {}, reason), html("div", { class: "row" }, mine, leave));
  return item;
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
