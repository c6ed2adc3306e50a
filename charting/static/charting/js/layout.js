// Where each tooth stands: columns of equal width, rows for the permanent, mixed and primary dentition.
import { isExtra, quadrantOf, withExtras } from "./extras.js";

const ROWS = {
  upper: [18, 17, 16, 15, 14, 13, 12, 11, 21, 22, 23, 24, 25, 26, 27, 28],
  lower: [48, 47, 46, 45, 44, 43, 42, 41, 31, 32, 33, 34, 35, 36, 37, 38],
  upperPrimary: [55, 54, 53, 52, 51, 61, 62, 63, 64, 65],
  lowerPrimary: [85, 84, 83, 82, 81, 71, 72, 73, 74, 75],
};
const COLUMN = 48;
const EXTRA = 0.72;
const FULL = { neck: 66, diagram: 122, lingualNeck: 172, number: 237, height: 250 };
const SHORT = { neck: 66, diagram: 122, lingualNeck: 0, number: 158, height: 164 };
const SMALL = { neck: 44, diagram: 93, lingualNeck: 0, number: 121, height: 131 };

/** Every row of teeth, also those that are not drawn now. */
export const ALL_ROWS = Object.values(ROWS);

/** @typedef {{number: number, x: number, isUpper: boolean, mirror: 1 | -1, neck: number, diagram: number, lingualNeck: number, label: number, top: number, bottom: number, scale: number, column: number}} Spot */

/** @param {ChartData["dentition"]} dentition @param {import("./extras.js").Extra[]} extras @returns {{width: number, height: number, rows: Spot[][]}} */
export function layout(dentition, extras) {
  const kinds = dentition === "mixed" ? ["upper", "upperPrimary", "lowerPrimary", "lower"] : dentition === "primary" ? ["upperPrimary", "lowerPrimary"] : ["upper", "lower"];
  const shown = kinds.map((kind) => withExtras(ROWS[/** @type {keyof typeof ROWS} */ (kind)], extras));
  const column = dentition === "primary" ? 64 : COLUMN;
  const width = Math.max(COLUMN * 16, ...shown.map((numbers) => 2 * Math.max(...sides(numbers, column))));
  if (dentition !== "mixed") {
    const height = FULL.height * 2;
    return { width, height, rows: shown.map((numbers) => row(numbers, FULL, column, { width, height, top: 0 })) };
  }
  const height = 2 * (SHORT.height + SMALL.height);
  const tops = [0, SHORT.height, SHORT.height, 0];
  return { width, height, rows: shown.map((numbers, at) => row(numbers, tops[at] ? SMALL : SHORT, column, { width, height, top: tops[at] })) };
}

const isRight = (/** @type {number} */ number) => [1, 4, 5, 8].includes(quadrantOf(number));
const columnOf = (/** @type {number} */ number, /** @type {number} */ column) => (isExtra(number) ? column * EXTRA : column);

/** How wide a row is on either side of the midline. @param {number[]} numbers @param {number} column */
function sides(numbers, column) {
  const wide = (/** @type {number[]} */ part) => part.reduce((sum, number) => sum + columnOf(number, column), 0);
  return [wide(numbers.filter(isRight)), wide(numbers.filter((number) => !isRight(number)))];
}

/** The lower row is the upper one mirrored in the midline between the arches.
 * @param {number[]} numbers @param {typeof FULL} band @param {number} column @param {{width: number, height: number, top: number}} frame @returns {Spot[]} */
function row(numbers, band, column, frame) {
  let edge = frame.width / 2 - sides(numbers, column)[0];
  return numbers.map((number) => {
    const isUpper = [1, 2, 5, 6].includes(quadrantOf(number));
    const y = (/** @type {number} */ offset) => (isUpper ? frame.top + offset : frame.height - frame.top - offset);
    const edges = [y(0), y(band.height)];
    const own = columnOf(number, column);
    edge += own;
    return {
      number,
      isUpper,
      x: edge - own / 2,
      mirror: isRight(number) ? 1 : -1,
      neck: y(band.neck),
      diagram: y(band.diagram),
      lingualNeck: band.lingualNeck ? y(band.lingualNeck) : 0,
      label: y(band.number),
      top: Math.min(...edges),
      bottom: Math.max(...edges),
      scale: own / COLUMN,
      column: own,
    };
  });
}

/** The tooth beside or opposite, for the arrow keys.
 * @param {Spot[][]} rows @param {number} number @param {string} key @returns {number} */
export function step(rows, number, key) {
  const at = rows.findIndex((spots) => spots.some((spot) => spot.number === number));
  const spots = rows[at];
  const place = spots.findIndex((spot) => spot.number === number);
  if (key === "ArrowLeft" || key === "ArrowRight") return spots[Math.min(Math.max(place + (key === "ArrowLeft" ? -1 : 1), 0), spots.length - 1)].number;
  if (key === "Home") return spots[0].number;
  if (key === "End") return spots[spots.length - 1].number;
  const other = rows[Math.min(Math.max(at + (key === "ArrowUp" ? -1 : 1), 0), rows.length - 1)];
  return other.reduce((best, spot) => (Math.abs(spot.x - spots[place].x) < Math.abs(best.x - spots[place].x) ? spot : best)).number;
}

/** All teeth from one to the other in the same row; only the two when they stand in different rows.
 * @param {Spot[][]} rows @param {number} first @param {number} last @returns {number[]} */
export function span(rows, first, last) {
  const spots = rows.find((found) => found.some((spot) => spot.number === first))?.map((spot) => spot.number) ?? [];
  if (!spots.includes(last)) return [first, last];
  const [from, to] = [spots.indexOf(first), spots.indexOf(last)].sort((a, b) => a - b);
  return spots.slice(from, to + 1);
}
