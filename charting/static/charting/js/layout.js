// Where each tooth stands: columns of equal width, rows for the permanent, mixed and primary dentition.

const ROWS = {
  upper: [18, 17, 16, 15, 14, 13, 12, 11, 21, 22, 23, 24, 25, 26, 27, 28],
  lower: [48, 47, 46, 45, 44, 43, 42, 41, 31, 32, 33, 34, 35, 36, 37, 38],
  upperPrimary: [55, 54, 53, 52, 51, 61, 62, 63, 64, 65],
  lowerPrimary: [85, 84, 83, 82, 81, 71, 72, 73, 74, 75],
};
const COLUMN = 48;
const FULL = { neck: 66, diagram: 122, lingualNeck: 172, number: 237, height: 250 };
const SHORT = { neck: 66, diagram: 122, lingualNeck: 0, number: 158, height: 164 };
const SMALL = { neck: 44, diagram: 93, lingualNeck: 0, number: 121, height: 131 };

/** @typedef {{number: number, x: number, isUpper: boolean, mirror: 1 | -1, neck: number, diagram: number, lingualNeck: number, label: number, top: number, bottom: number, scale: number}} Spot */

/** @param {ChartData["dentition"]} dentition @returns {{width: number, height: number, rows: Spot[][]}} */
export function layout(dentition) {
  const width = COLUMN * 16;
  if (dentition === "primary") return both(width, ROWS.upperPrimary, ROWS.lowerPrimary, FULL, 64);
  if (dentition === "permanent") return both(width, ROWS.upper, ROWS.lower, FULL, COLUMN);
  const height = 2 * (SHORT.height + SMALL.height);
  const inner = { top: SHORT.height, height };
  return {
    width,
    height,
    rows: [
      row(ROWS.upper, SHORT, COLUMN, { width, height, top: 0 }),
      row(ROWS.upperPrimary, SMALL, COLUMN, { width, ...inner }),
      row(ROWS.lowerPrimary, SMALL, COLUMN, { width, ...inner }),
      row(ROWS.lower, SHORT, COLUMN, { width, height, top: 0 }),
    ],
  };
}

/** @param {number} width @param {number[]} upper @param {number[]} lower @param {typeof FULL} band @param {number} column */
function both(width, upper, lower, band, column) {
  const height = band.height * 2;
  return { width, height, rows: [row(upper, band, column, { width, height, top: 0 }), row(lower, band, column, { width, height, top: 0 })] };
}

/** The lower row is the upper one mirrored in the midline between the arches.
 * @param {number[]} numbers @param {typeof FULL} band @param {number} column @param {{width: number, height: number, top: number}} frame @returns {Spot[]} */
function row(numbers, band, column, frame) {
  const start = (frame.width - numbers.length * column) / 2;
  return numbers.map((number, index) => {
    const isUpper = [1, 2, 5, 6].includes(Math.floor(number / 10));
    const y = (/** @type {number} */ offset) => (isUpper ? frame.top + offset : frame.height - frame.top - offset);
    const edges = [y(0), y(band.height)];
    return {
      number,
      isUpper,
      x: start + (index + 0.5) * column,
      mirror: [1, 4, 5, 8].includes(Math.floor(number / 10)) ? 1 : -1,
      neck: y(band.neck),
      diagram: y(band.diagram),
      lingualNeck: band.lingualNeck ? y(band.lingualNeck) : 0,
      label: y(band.number),
      top: Math.min(...edges),
      bottom: Math.max(...edges),
      scale: column / COLUMN,
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
