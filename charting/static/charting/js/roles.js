// What each tooth is in an act over several: abutment or pontic, replaced or clasped, bracket or band; as it usually is, or as it is told.
import { neighbourOf, quadrantOf } from "./extras.js";
import { html } from "./svg.js";
import { code } from "./teeth.js";

/** Held by the tooth: an act on a missing one leaves it out. */
const ON_CROWNS = ["braces", "retainer"];

/** @param {PaletteEntry} entry @param {number[]} numbers in the order of their row @param {Set<number>} absent @param {Map<number, string> | null} told @returns {[number, string][]} */
export function rolesFor(entry, numbers, absent, told) {
  if (told) return [...told];
  const meant = ON_CROWNS.includes(entry.effect) && numbers.some((tooth) => !absent.has(tooth)) ? numbers.filter((tooth) => !absent.has(tooth)) : numbers;
  const gaps = meant.filter((tooth) => absent.has(tooth));
  return meant.map((tooth, index) => [tooth, usual(entry.effect, tooth, { index, meant, gaps })]);
}

/** @param {string} effect @param {number} tooth @param {{index: number, meant: number[], gaps: number[]}} row */
function usual(effect, tooth, { index, meant, gaps }) {
  const isInside = gaps.length ? gaps.includes(tooth) : index > 0 && index < meant.length - 1;
  if (effect === "bridge") return isInside ? "pontic" : "abutment";
  if (effect === "denture") return gaps.length && !gaps.includes(tooth) ? "clasp" : "replaced";
  if (effect === "braces") return tooth % 10 >= 6 || (neighbourOf(tooth) > 50 && tooth % 10 >= 4) ? "band" : "bracket";
  if (effect === "retainer") return "bonded";
  return effect === "plate" && isLast(tooth, meant.filter((number) => !gaps.includes(number))) ? "clasp" : "treated";
}

const isRight = (/** @type {number} */ tooth) => [1, 4, 5, 8].includes(quadrantOf(tooth));

/** A back tooth with none of its side behind it. @param {number} tooth @param {number[]} standing */
const isLast = (tooth, standing) => tooth % 10 > 3 && standing.includes(tooth) && !standing.some((other) => isRight(other) === isRight(tooth) && other % 10 > tooth % 10);

/** Ask what each tooth is; Escape and the second button leave everything as it is.
 * @param {HTMLElement} place @param {PaletteEntry} entry @param {[number, string][]} usually @param {Record<string, string>} words @returns {Promise<Map<number, string> | null>} nothing when it was left */
export function askRoles(place, entry, usually, words) {
  const line = (/** @type {[number, string]} */ [tooth, role]) => {
    const choices = [...Object.entries(entry.roles), ["", words.notInAct]].map(([value, label]) => html("option", { value, selected: value === role }, label));
    return html("label", { class: "role-line" }, html("strong", {}, code(tooth)), html("select", { "data-role-of": tooth, "aria-label": `${code(tooth)}: ${words.roleOf}` }, ...choices));
  };
  const leave = html("button", { type: "button", class: "btn btn-small btn-quiet" }, words.leave);
  const buttons = html("div", { class: "row" }, html("button", { class: "btn btn-small btn-primary" }, words.save), leave);
  const form = html("form", { class: "palette-slots" }, html("p", {}, html("strong", {}, entry.title)), html("div", { class: "role-lines" }, ...usually.map(line)), buttons);
  place.replaceChildren(form);
  form.querySelector("select")?.focus();
  return new Promise((resolve) => {
    const answer = (/** @type {Map<number, string> | null} */ told) => {
      place.replaceChildren();
      resolve(told);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = /** @type {HTMLSelectElement[]} */ ([...form.querySelectorAll("select")]).filter((select) => select.value);
      answer(new Map(chosen.map((select) => [Number(select.dataset.roleOf), select.value])));
    });
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") answer(null);
    });
    leave.addEventListener("click", () => answer(null));
  });
}
