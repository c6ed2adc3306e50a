// How the clinic draws its marks otherwise than they are shipped: colour and hatch as a pattern of their own, a symbol beside the number.
import { svg } from "./svg.js";

/** @type {Record<string, Look>} */
let looks = {};

/** @param {Record<string, Look>} chosen by subject: `finding:caries`, `effect:crown` */
export function useLooks(chosen) {
  looks = chosen;
}

const SIZE = 4;
const HATCHES = /** @type {Record<string, string>} */ ({
  stripes: "M-1 1L1 -1M0 4L4 0M3 5L5 3",
  cross: "M0 0L4 4M0 4L4 0",
  lines: "M0 2H4",
  bars: "M2 0V4",
});
const OWN = /** @type {Record<Layer, string>} */ ({ condition: "stripes", planned: "dots", done: "solid", existing: "lines", referred: "" });

/** @param {Pick<MarkData, "layer" | "what">} mark @returns {Look} */
export const lookOf = (mark) => looks[`${mark.layer === "condition" ? "finding" : "effect"}:${mark.what}`] ?? {};

/** The pattern that fills a mark. @param {Pick<MarkData, "layer" | "what">} mark */
export function patternOf(mark) {
  const { colour, hatch } = lookOf(mark);
  return colour || hatch ? ["p", mark.layer, colour, hatch].filter(Boolean).join("-") : `p-${mark.layer}`;
}

/** The class that gives a mark the clinic's colour. @param {Pick<MarkData, "layer" | "what">} mark */
export const inkOf = (mark) => (lookOf(mark).colour ? ` ink-${lookOf(mark).colour}` : "");

/** Patterns beside those of the layers, one for each look that occurs. @param {MarkData[]} marks @returns {SVGElement[]} */
export function patternsFor(marks) {
  const found = new Map();
  for (const mark of marks) {
    const id = patternOf(mark);
    if (id !== `p-${mark.layer}`) found.set(id, mark);
  }
  return [...found].map(([id, mark]) => pattern(id, mark));
}

/** @param {string} id @param {MarkData} mark */
function pattern(id, mark) {
  const { colour, hatch } = lookOf(mark);
  const drawn = hatch ?? OWN[mark.layer];
  const inside = HATCHES[drawn] ? [svg("path", { d: HATCHES[drawn], class: "ink" })] : drawn === "dots" ? [svg("circle", { cx: 2, cy: 2, r: 0.8, class: "dot" })] : [];
  const ink = colour ? `ink-${colour}` : `layer-${mark.layer}`;
  const kind = `pattern pattern-hatched ${ink}${drawn === "solid" ? " is-solid" : ""}`;
  return svg("pattern", { id, class: kind, width: SIZE, height: SIZE, patternUnits: "userSpaceOnUse" }, svg("rect", { width: SIZE, height: SIZE, class: "ground" }), ...inside);
}
