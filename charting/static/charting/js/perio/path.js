// The order in which sites are measured, and which stands beside which. Pure: no page, no server.

const UPPER = [18, 17, 16, 15, 14, 13, 12, 11, 21, 22, 23, 24, 25, 26, 27, 28];
const LOWER = [48, 47, 46, 45, 44, 43, 42, 41, 31, 32, 33, 34, 35, 36, 37, 38];
export const SITES = ["MV", "V", "DV", "ML", "L", "DL"];
export const FLAGS = ["bleeding", "suppuration", "plaque", "calculus"];

/** @typedef {"V" | "L"} Side vestibular or lingual */
/** @typedef {{tooth: number, site: string, measure: string, sites: string[]}} Step one thing to measure; `sites` are all that one number fills */
/** @typedef {{upper: number[], lower: number[]}} Rows the teeth of both arches from the patient's right to the left */
/** @typedef {{path: string, measures: string, runs: string[], triple: boolean}} Plan how it is measured; a run is `UV>`: see charting/perio/paths.py */
/** @typedef {{rows: Rows, absent: Set<number>}} Mouth */

/** @type {Record<string, string[]>} */
export const RUNS = {
  zigzag: ["UV>", "UL<", "LV>", "LL<"],
  arches: ["UV>", "UL>", "LV>", "LL>"],
  quadrants: ["1V>", "1L<", "2V>", "2L<", "3V>", "3L<", "4V>", "4L<"],
};
/** @type {Record<string, string[]>} what is measured at each site */
export const MEASURES = { depth: ["depth"], both: ["depth", "margin"], margin: ["margin"], flags: ["flags"] };

/** @param {number} tooth */
export const isRight = (tooth) => [1, 4, 5, 8].includes(Math.floor(tooth / 10));
/** @param {number} tooth */
export const isUpper = (tooth) => [1, 2, 5, 6].includes(Math.floor(tooth / 10));

/** The rows of a mouth: a primary tooth stands in the place of its successor. @param {Iterable<number>} primary @returns {Rows} */
export function rowsWith(primary) {
  const kept = new Map([...primary].map((tooth) => [tooth - 40, tooth]));
  const stand = (/** @type {number[]} */ row) => row.map((tooth) => kept.get(tooth) ?? tooth);
  return { upper: stand(UPPER), lower: stand(LOWER) };
}

/** The three sites of a side as they stand on the sheet, from left to right. @param {number} tooth @param {Side} side */
export function sitesOf(tooth, side) {
  const sites = [`M${side}`, side, `D${side}`];
  return isRight(tooth) ? sites.reverse() : sites;
}

/** @param {string} site @returns {Side} */
export const sideOf = (site) => (site.endsWith("V") ? "V" : "L");

/** @param {string} part U or L for an arch, 1 to 4 for a quadrant @param {Rows} rows @returns {number[]} */
function partOf(part, { upper, lower }) {
  return { U: upper, L: lower, 1: upper.slice(0, 8), 2: upper.slice(8), 3: lower.slice(8), 4: lower.slice(0, 8) }[part] ?? [];
}

/** @param {Plan} plan @param {Rows} rows @returns {{row: number[], side: Side, back: boolean}[]} */
function passes({ path, runs }, rows) {
  if (path !== "teeth") return (path === "custom" ? runs : RUNS[path]).map((run) => ({ row: partOf(run[0], rows), side: /** @type {Side} */ (run[1]), back: run[2] === "<" }));
  return [...rows.upper, ...rows.lower.toReversed()].flatMap((tooth) => [
    { row: [tooth], side: /** @type {Side} */ ("V"), back: false },
    { row: [tooth], side: /** @type {Side} */ ("L"), back: true },
  ]);
}

/** Every step of a plan, without the teeth that are absent. @param {Plan} plan @param {Mouth} mouth @returns {Step[]} */
export function steps(plan, { rows, absent }) {
  return passes(plan, rows).flatMap(({ row, side, back }) => {
    const teeth = row.filter((tooth) => !absent.has(tooth));
    return (back ? teeth.toReversed() : teeth).flatMap((tooth) => {
      const sites = back ? sitesOf(tooth, side).toReversed() : sitesOf(tooth, side);
      const groups = plan.triple ? [sites] : sites.map((site) => [site]);
      return groups.flatMap((group) => MEASURES[plan.measures].map((measure) => ({ tooth, site: group[0], measure, sites: group })));
    });
  });
}

/** The site beside, on the other side of the tooth, or in the other arch, for the arrow keys.
 * @param {{tooth: number, site: string}} step @param {string} key @param {Mouth} mouth @returns {{tooth: number, site: string}} */
export function beside({ tooth, site }, key, { rows, absent }) {
  const row = isUpper(tooth) ? rows.upper : rows.lower;
  const side = sideOf(site);
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const places = row.filter((number) => !absent.has(number)).flatMap((number) => sitesOf(number, side).map((code) => ({ tooth: number, site: code })));
    const at = places.findIndex((place) => place.tooth === tooth && place.site === site);
    return places[Math.min(Math.max(at + (key === "ArrowLeft" ? -1 : 1), 0), places.length - 1)];
  }
  const lines = [[rows.upper, "V"], [rows.upper, "L"], [rows.lower, "L"], [rows.lower, "V"]];
  const at = lines.findIndex(([found, letter]) => found === row && letter === side);
  const [other, letter] = /** @type {[number[], Side]} */ (lines[Math.min(Math.max(at + (key === "ArrowUp" ? -1 : 1), 0), lines.length - 1)]);
  const number = other[row.indexOf(tooth)];
  return absent.has(number) ? { tooth, site } : { tooth: number, site: site.replace(/[VL]$/, letter) };
}
