// Supernumerary teeth: their code is 100 and the tooth beside them; each stands in its row, in a narrower column, where it was found.
const BESIDE = 100;

/** @typedef {{number: number, isMesial: boolean}} Extra */

/** The tooth that gives it its place; a usual tooth itself. @param {number} number */
export const neighbourOf = (number) => number % BESIDE;

/** The code of the supernumerary tooth beside this one. @param {number} number */
export const besideOf = (number) => BESIDE + neighbourOf(number);

/** @param {number} number */
export const isExtra = (number) => number > BESIDE;

/** @param {number} number @returns {number} as the patient has it: 1 upper right … 8 */
export const quadrantOf = (number) => Math.floor(neighbourOf(number) / 10);

/** Those that stand in the mouth, each on its side of the neighbour. @param {ChartData} chart @returns {Extra[]} */
export function extrasOf(chart) {
  return chart.teeth.filter(({ number, presence }) => isExtra(number) && presence !== "missing").map(({ number }) => {
    const found = chart.marks.find((mark) => mark.what === "supernumerary" && mark.tooth === number);
    return { number, isMesial: found?.direction === "mesial" };
  });
}

/** A row with those that belong into it. @param {number[]} numbers from the patient's right @param {Extra[]} extras */
export function withExtras(numbers, extras) {
  return numbers.flatMap((number) => {
    const extra = extras.find((one) => neighbourOf(one.number) === number);
    if (!extra) return [number];
    const isRight = [1, 4, 5, 8].includes(quadrantOf(number));
    return extra.isMesial === isRight ? [number, extra.number] : [extra.number, number];
  });
}

/** What was found and is not recorded yet, as a tooth to be drawn. @param {ToothData[]} teeth @param {MarkData[]} marks @param {(number: number) => string} label */
export function withFresh(teeth, marks, label) {
  const fresh = marks.flatMap(({ what, tooth }) => (what === "supernumerary" && tooth && !teeth.some(({ number }) => number === tooth) ? [tooth] : []));
  const made = fresh.flatMap((number) => {
    const beside = teeth.find((tooth) => tooth.number === neighbourOf(number));
    return beside ? [{ ...beside, number, roots: ["R"], canals: ["C"], presence: /** @type {const} */ ("present"), label: label(number) }] : [];
  });
  return [...teeth, ...made];
}
