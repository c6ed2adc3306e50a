// The number keys of the palette: what they hold, and the choice of a key for an entry, by finger or by digit.
import { html } from "./svg.js";

/** The star beside an entry; filled when a key holds it.
 * @param {PaletteEntry} entry @param {string | undefined} slot @param {Record<string, string>} words */
export function star(entry, slot, words) {
  const label = slot ? `${words.keptUnder} ${slot}` : words.keep;
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  shape.setAttribute("viewBox", "0 0 24 24");
  shape.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M12 2.8l2.8 5.9 6.4.8-4.7 4.5 1.2 6.4L12 17.3l-5.7 3.1 1.2-6.4L2.8 9.5l6.4-.8z");
  shape.append(path);
  return html("button", { type: "button", class: "palette-star", "data-keep": entry.key, "aria-pressed": String(Boolean(slot)), "aria-label": `${label}: ${entry.title}`, title: label }, shape);
}

/** Where the digit is kept: on the map of the mouth the digits have holders of their own. @param {string} digit @param {boolean} isMap */
export const slotOf = (digit, isMap) => (isMap ? `1${digit}` : digit);

/** @param {PaletteData} data @param {boolean} isMap @returns {[string, PaletteEntry][]} what each digit holds there */
export function held(data, isMap) {
  return Object.entries(data.favourites).flatMap(([slot, key]) => {
    const entry = data.entries.find((known) => known.key === key);
    return entry && slot.length === (isMap ? 2 : 1) ? [/** @type {[string, PaletteEntry]} */ ([slot.slice(-1), entry])] : [];
  });
}

/** Ask under which key the entry is kept: tap a key or press its digit, or free the key it has; anything else leaves all as it is.
 * @param {HTMLElement} place @param {PaletteEntry} entry @param {PaletteData} data @param {Record<string, string>} words @param {boolean} isMap @returns {Promise<string>} the digit, "free", or nothing */
export function askSlot(place, entry, data, words, isMap) {
  const names = new Map(held(data, isMap));
  const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
  const keys = digits.map((slot) => html("button", { type: "button", class: "palette-key", "data-slot": slot }, html("kbd", {}, slot), html("span", {}, names.get(slot)?.title ?? words.freeKey)));
  const leave = html("button", { type: "button", class: "btn btn-small btn-quiet", "data-slot": "" }, words.leave);
  const own = held(data, isMap).find(([, kept]) => kept.key === entry.key)?.[0];
  const free = own ? [html("button", { type: "button", class: "btn btn-small", "data-slot": "free" }, `${words.freeThisKey} ${own}`)] : [];
  const asked = html("div", { class: "palette-slots", role: "dialog", "aria-label": words.chooseKey }, html("p", {}, html("strong", {}, entry.title), ` ${words.chooseKey}`), html("div", { class: "palette-keys" }, ...keys), html("div", { class: "row" }, ...free, leave));
  place.replaceChildren(asked);
  keys[0].focus();
  return new Promise((resolve) => {
    const answer = (/** @type {string} */ slot) => {
      document.removeEventListener("keydown", pressed, true);
      place.replaceChildren();
      resolve(slot);
    };
    /** @param {KeyboardEvent} event */
    const pressed = (event) => {
      if (!/^Digit[1-9]$/.test(event.code) && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      answer(event.key === "Escape" ? "" : event.code.slice(5));
    };
    document.addEventListener("keydown", pressed, true);
    asked.addEventListener("click", (event) => {
      const key = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-slot]"));
      if (key) answer(key.dataset.slot ?? "");
    });
  });
}
