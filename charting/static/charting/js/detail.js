// What is told with a finding: a number or a date, typed behind its name (`36 electric 25`, `46 missing 2015`), or asked for.
import { html } from "./svg.js";

/** @typedef {{amount: number | null, since: string}} Detail */

/** @type {Detail} */
export const NOTHING = { amount: null, since: "" };

/** A year, a month or a day, as one types it, the way it is kept: 2015, 2015-06, 2015-06-03. @param {string} text */
export function dateTyped(text) {
  if (/^\d{4}(-\d{2}){0,2}$/.test(text)) return text;
  const [, parts, year] = /^((?:\d{1,2}[./]){1,2})(\d{4})$/.exec(text) ?? [];
  return year ? [year, ...parts.split(/[./]/).filter(Boolean).reverse().map((part) => part.padStart(2, "0"))].join("-") : "";
}

/** @param {string} typed @returns {{rest: string, detail: Detail | null}} nothing when the last word is neither number nor date */
export function detailTyped(typed) {
  const [, rest, last] = /^(.*?)(?:^|\s+)(\S+)$/su.exec(typed.trim()) ?? ["", typed, ""];
  const since = dateTyped(last);
  const detail = since ? { amount: null, since } : /^-?\d{1,3}$/.test(last) ? { amount: Number(last), since: "" } : null;
  return { rest: detail ? rest.trim() : typed, detail };
}

/** Whether an entry takes such a detail. @param {PaletteEntry} entry @param {Detail} detail */
export const takes = (entry, detail) => (detail.since ? entry.is_dated : Boolean(entry.amount));

/** Ask for the number or the date; Escape and the second button leave everything as it is.
 * @param {HTMLElement} place @param {PaletteEntry} entry @param {Record<string, string>} words @returns {Promise<Detail | undefined>} nothing when it was left */
export function askDetail(place, entry, words) {
  const { amount } = entry;
  const hint = amount ? `${amount.unit} (${amount.least}–${amount.most})` : words.sinceWhen;
  /** @type {Record<string, string | number>} */
  const number = amount ? { type: "number", min: amount.least, max: amount.most, step: 1, inputmode: amount.least < 0 ? "text" : "numeric" } : { type: "text", maxlength: 10, placeholder: "2015", inputmode: "decimal" };
  const input = /** @type {HTMLInputElement} */ (html("input", { ...number, required: true, "aria-label": `${entry.title}, ${hint}` }));
  const leave = html("button", { type: "button", class: "btn btn-small btn-quiet" }, words.leave);
  const form = html("form", { class: "palette-slots" }, html("p", {}, html("strong", {}, entry.title)), html("label", { class: "row" }, input, ` ${hint}`), html("div", { class: "row" }, html("button", { class: "btn btn-small btn-primary" }, words.save), leave));
  place.replaceChildren(form);
  input.focus();
  return new Promise((resolve) => {
    const answer = (/** @type {Detail | undefined} */ detail) => {
      place.replaceChildren();
      resolve(detail);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer(amount ? { amount: Number(input.value), since: "" } : { amount: null, since: dateTyped(input.value.trim()) || input.value.trim() });
    });
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") answer(undefined);
    });
    leave.addEventListener("click", () => answer(undefined));
  });
}
