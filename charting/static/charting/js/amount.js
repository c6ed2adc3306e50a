// A number told with a finding: typed behind its name (`36 electric 25`), or asked for.
import { html } from "./svg.js";

/** @param {string} typed @returns {{rest: string, amount: number | null}} */
export function amountTyped(typed) {
  const [, rest, digits] = /^(.*?)\s*(?<!\S)(\d{1,3})$/su.exec(typed.trim()) ?? ["", typed, ""];
  return { rest: rest.trim(), amount: digits ? Number(digits) : null };
}

/** Ask for the number; Escape and the second button leave everything as it is.
 * @param {HTMLElement} place @param {PaletteEntry} entry @param {Record<string, string>} words @returns {Promise<number | undefined>} nothing when it was left */
export function askAmount(place, entry, words) {
  const { unit, least, most } = /** @type {NonNullable<PaletteEntry["amount"]>} */ (entry.amount);
  const input = /** @type {HTMLInputElement} */ (html("input", { type: "number", min: least, max: most, step: 1, required: true, inputmode: "numeric", "aria-label": `${entry.title}, ${unit}` }));
  const leave = html("button", { type: "button", class: "btn btn-small btn-quiet" }, words.leave);
  const form = /** @type {HTMLFormElement} */ (html("form", { class: "palette-slots" }, html("p", {}, html("strong", {}, entry.title)), html("label", { class: "row" }, input, ` ${unit} (${least}–${most})`), html("div", { class: "row" }, html("button", { class: "btn btn-small btn-primary" }, words.save), leave)));
  place.replaceChildren(form);
  input.focus();
  return new Promise((resolve) => {
    const answer = (/** @type {number | undefined} */ amount) => {
      place.replaceChildren();
      resolve(amount);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer(Number(input.value));
    });
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") answer(undefined);
    });
    leave.addEventListener("click", () => answer(undefined));
  });
}
