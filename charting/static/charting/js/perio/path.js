// The order in which sites are measured, and where each stands on the sheet. Pure: no page, no server.

export const UPPER = [18, 17, 16, 15, 14, 13, 12, 11, 21, 22, 23, 24, 25, 26, 27, 28];
export const LOWER = [48, 47, 46, 45, 44, 43, 42, 41, 31, 32, 33, 34, 35, 36, 37, 38];
export const SITES = ["MV", "V", "DV", "ML", "L", "DL"];
export const FLAGS = ["bleeding", "suppuration", "plaque", "calculus"];

/** @typedef {"V" | "L"} Side vestibular or lingual */
/** @typedef {{tooth: number, site: string, measure: string}} Step one thing to measure */
/** @typedef {{row: number[], side: Side, back?: boolean}} Pass along an arch from the patient's right to the left; `back` the other way */

/** @type {Record<string, Pass[]>} */
const PASSES = {
  zigzag: [
    { row: UPPER, side: "V" },
    { row: UPPER, side: "L", back: true },
    { row: LOWER, side: "V" },
    { row: LOWER, side: "L", back: true },
  ],
  arches: [
    { row: UPPER, side: "V" },
    { row: UPPER, side: "L" },
    { row: LOWER, side: "V" },
    { row: LOWER, side: "L" },
  ],
  quadrants: [UPPER.slice(0, 8), UPPER.slice(8), LOWER.slice(8), LOWER.slice(0, 8)].flatMap((row) => [
    { row, side: /** @type {Side} */ ("V") },
    { row, side: /** @type {Side} */ ("L"), back: true },
  ]),
  teeth: [...UPPER, ...LOWER.toReversed()].flatMap((tooth) => [
    { row: [tooth], side: /** @type {Side} */ ("V") },
    { row: [tooth], side: /** @type {Side} */ ("L"), back: true },
  ]),
};
export const PATHS = Object.keys(PASSES);
/** @type {Record<string, string[]>} what is measured at each site */
export const MEASURES = { depth: ["depth"], both: ["depth", "margin"], margin: ["margin"], flags: ["flags"] };

/** @param {number} tooth */
export const isRight = (tooth) => [1, 4, 5, 8].includes(Math.floor(tooth / 10));

/** The three sites of a side as they stand on the sheet, from left to right.
 * @param {number} tooth @param {Side} side */
export function sitesOf(tooth, side) {
  const sites = [`M${side}`, side, `D${side}`];
  return isRight(tooth) ? sites.reverse() : sites;
}

/** @param {string} site @returns {Side} */
export const sideOf = (site) => (site.endsWith("V") ? "V" : "L");

/** Every step of a script, without the teeth that are absent.
 * @param {string} path @param {string} measures @param {Set<number>} absent @returns {Step[]} */
export function steps(path, measures, absent) {
  return PASSES[path].flatMap(({ row, side, back }) => {
    const places = row.filter((tooth) => !absent.has(tooth)).flatMap((tooth) => sitesOf(tooth, side).map((site) => ({ tooth, site })));
    if (back) places.reverse();
    return places.flatMap((place) => MEASURES[measures].map((measure) => ({ ...place, measure })));
  });
}

/** The site beside, on the other side of the tooth, or in the other arch, for the arrow keys.
 * @param {Step} step @param {string} key @param {Set<number>} absent @returns {{tooth: number, site: string}} */
export function beside({ tooth, site }, key, absent) {
  const row = UPPER.includes(tooth) ? UPPER : LOWER;
  const side = sideOf(site);
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const places = row.filter((number) => !absent.has(number)).flatMap((number) => sitesOf(number, side).map((code) => ({ tooth: number, site: code })));
    const at = places.findIndex((place) => place.tooth === tooth && place.site === site);
    return places[Math.min(Math.max(at + (key === "ArrowLeft" ? -1 : 1), 0), places.length - 1)];
  }
  const lines = [[UPPER, "V"], [UPPER, "L"], [LOWER, "L"], [LOWER, "V"]];
  const at = lines.findIndex(([found, letter]) => found === row && letter === side);
  const [other, letter] = /** @type {[number[], Side]} */ (lines[Math.min(Math.max(at + (key === "ArrowUp" ? -1 : 1), 0), lines.length - 1)]);
  const number = other[row.indexOf(tooth)];
  return absent.has(number) ? { tooth, site } : { tooth: number, site: site.replace(/[VL]$/, letter) };
}
