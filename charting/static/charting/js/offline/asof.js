// Says when what the page shows is not the present: a copy that holds for an hour, or a screen that the clinic has not answered since. A copy is read; only what goes through the queue is written on it.
import { byId } from "../svg.js";

const strip = byId("as-of");
const words = /** @type {Record<string, string>} */ (strip.dataset);
const { asOf: page = "", instead } = document.documentElement.dataset;
const WRITES = "form[method=post], [hx-post], [hx-put], [hx-patch], [hx-delete], [data-panel]";
const takesEntries = document.querySelector("[data-queued]") !== null;
let shown = "";

/** @param {string} told the instant of what is shown */
function sentence(told) {
  const hour = new Date(told).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  if (instead !== undefined) return `${words.instead} ${hour}.`;
  return takesEntries ? `${words.offline} ${hour}. ${words.meaning}` : `${words.read} ${hour}. ${words.others}`;
}

/** @param {string} since the instant of what is shown; nothing when the clinic has just answered */
function show(since) {
  const isBack = !since && Boolean(page);
  const told = since || page;
  if (told === shown && !isBack) return;
  shown = told;
  strip.hidden = !told;
  if (told) byId("as-of-text").textContent = isBack ? `${words.back}` : sentence(told);
  byId("as-of-reload").hidden = !isBack && instead === undefined;
}

/** What would only fail now cannot be pressed. */
function shut() {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("main :is(" + WRITES + ")"))) {
    if (part.closest("[data-queued]")) continue;
    part.inert = true;
    part.classList.add("is-shut");
  }
}

document.addEventListener("heard", (event) => show(/** @type {CustomEvent} */ (event).detail));
byId("as-of-reload").addEventListener("click", () => window.location.reload());
show(page);
if (page) shut();
