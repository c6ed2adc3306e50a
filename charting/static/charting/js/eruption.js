// What the patient's age says of teeth of which nothing is recorded: proposed, then confirmed or denied in one gesture.
import { ordersFor } from "./entering.js";
import { html } from "./svg.js";
import { code } from "./teeth.js";

const STATES = /** @type {const} */ (["unerupted", "erupting", "shed"]);
/** What is recorded when a proposal is right. @type {Record<string, string>} */
const CONFIRMED = { unerupted: "finding:unerupted", erupting: "finding:erupting", shed: "finding:missing:shed" };
const DENIED = "finding:erupted";

/** The orders that answer what is proposed of these teeth.
 * @param {ToothData[]} teeth @param {boolean} isRight @param {PaletteEntry[]} entries @param {Parameters<typeof ordersFor>[2]} context */
export function judged(teeth, isRight, entries, context) {
  const proposed = teeth.filter((tooth) => tooth.expected);
  return STATES.flatMap((state) => {
    const entry = entries.find(({ key }) => key === (isRight ? CONFIRMED[state] : DENIED));
    const meant = proposed.filter((tooth) => tooth.expected === state).map((tooth) => /** @type {[number, Set<string>]} */ ([tooth.number, new Set()]));
    return entry && meant.length ? ordersFor(entry, new Map(meant), { ...context, roots: [] }) : [];
  });
}

/** What is proposed, in words, with both answers.
 * @param {ToothData[]} teeth @param {Record<string, string>} words @param {(isRight: boolean) => void} decide @returns {HTMLElement[]} nothing when nothing is proposed */
export function proposal(teeth, words, decide) {
  const lines = STATES.flatMap((state) => {
    const numbers = teeth.filter((tooth) => tooth.expected === state).map((tooth) => code(tooth.number));
    return numbers.length ? [html("p", {}, html("strong", {}, words[`expected_${state}`]), ` ${numbers.join(", ")}`)] : [];
  });
  if (!lines.length) return [];
  const button = (/** @type {boolean} */ isRight, /** @type {string} */ key, /** @type {string} */ text) => {
    const made = html("button", { type: "button", class: "btn btn-small" }, text, " ", html("kbd", {}, key));
    made.addEventListener("click", () => decide(isRight));
    return made;
  };
  return [html("div", { class: "story-proposal" }, ...lines, html("div", { class: "row" }, button(true, "Y", words.confirmByAge), button(false, "N", words.denyByAge)))];
}
