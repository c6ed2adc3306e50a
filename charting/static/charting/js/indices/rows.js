// The places of an index as they are drawn: a row for each arch, the place that is scored now marked.
import { html } from "../svg.js";

/** @typedef {{key: string, label: string, hint: string, title: string, row: string}} Place */
/** `most`: the highest score; `isCode`: scores are codes as text, or X, with a star where `star`.
 * @typedef {{patient: string, kind: string, name: string, places: Place[], filled: Record<string, string>, next: string, words: Record<string, string>,
 *   most: number, isCode: boolean, star: boolean}} Setup */

/** @param {Setup} setup @param {Map<string, string | number>} scores @param {number} at the place that is scored now */
export function rowsOf(setup, scores, at) {
  /** @type {Map<string, Element[]>} */
  const rows = new Map();
  setup.places.forEach((place, number) => {
    const score = scores.get(place.key);
    const cell = html("button", { type: "button", class: "index-place", tabindex: "-1", title: place.title, "data-at": number, "aria-current": number === at ? "true" : "false" },
      html("small", {}, place.label), html("b", {}, score === undefined ? "·" : String(score)), html("small", { class: "muted" }, place.hint));
    rows.set(place.row, [...(rows.get(place.row) ?? []), cell]);
  });
  return [...rows.values()].map((cells) => html("div", { class: `index-row is-${setup.kind}` }, ...cells));
}
