// Says when what the page shows is not the present: a copy made at an hour, or a screen that the clinic has not answered since.
import { byId } from "../svg.js";

const strip = byId("as-of");
const words = /** @type {Record<string, string>} */ (strip.dataset);
const page = document.documentElement.dataset.asOf ?? "";
let shown = "";

/** @param {string} since the instant of what is shown; nothing when the clinic has just answered */
function show(since) {
  const isBack = !since && Boolean(page);
  const told = since || page;
  if (told === shown && !isBack) return;
  shown = told;
  strip.hidden = !told;
  const hour = told ? new Date(told).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }) : "";
  byId("as-of-text").textContent = isBack ? `${words.back}` : `${words.offline} ${hour}. ${words.meaning}`;
  byId("as-of-reload").hidden = !isBack;
}

document.addEventListener("heard", (event) => show(/** @type {CustomEvent} */ (event).detail));
byId("as-of-reload").addEventListener("click", () => window.location.reload());
show(page);
