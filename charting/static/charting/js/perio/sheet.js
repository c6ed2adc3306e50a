// The sheet of one arch as SVG: a column per tooth, rows of numbers around drawn teeth, the pocket drawn on each site.
import { shapeOf } from "../shapes.js";
import { svg } from "../svg.js";
import { code } from "../teeth.js";
import { isMolar } from "./exam.js";
import { isRight, isUpper, sitesOf } from "./path.js";

export const COLUMN = 60;
export const LABELS = 76;
export const WIDTH = LABELS + COLUMN * 16;
const ROW = 17;
const ROWS = ["flags", "margin", "depth"];
const GRAPH = 62;
const NECK = 43; // from the graph's outer edge to the cemento-enamel junction
const MM = 3.3;
const MIDDLE = 30;
const HALF = ROWS.length * ROW + GRAPH;
export const HEIGHT = 2 * HALF + MIDDLE;

/** @typedef {{tooth: number, site: string, x: number, neck: number, out: 1 | -1}} Spot where a site stands; `out` points to the root */

/** @param {number[]} row @returns {Spot[]} */
export function spotsOf(row) {
  return row.flatMap((tooth, place) =>
    [true, false].flatMap((isTop) => {
      const side = isUpper(tooth) === isTop ? "V" : "L";
      return sitesOf(tooth, side).map((site, third) => ({
        tooth,
        site,
        x: LABELS + place * COLUMN + (third + 0.5) * (COLUMN / 3),
        neck: isTop ? ROWS.length * ROW + NECK : HEIGHT - ROWS.length * ROW - NECK,
        out: /** @type {1 | -1} */ (isTop ? -1 : 1),
      }));
    }),
  );
}

/** The y of a row's middle on the side of a spot. @param {Spot} spot @param {string} name */
export function rowAt(spot, name) {
  const offset = (ROWS.indexOf(name) + 0.5) * ROW;
  return spot.out === -1 ? offset : HEIGHT - offset;
}

/** The y of so many millimetres from the cemento-enamel junction towards the root. @param {Spot} spot @param {number} mm */
export const depthAt = (spot, mm) => spot.neck + spot.out * Math.min(Math.max(mm, -6), 15) * MM;

/** The empty sheet of an arch: teeth, lines, labels, and a place to press for every site.
 * @param {number[]} row @param {{absent: Set<number>, implants: Set<number>}} exam @param {Record<string, string>} words */
export function drawSheet(row, exam, words) {
  const sheet = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "perio-sheet", role: "img", "aria-label": isUpper(row[0]) ? words.upper : words.lower });
  sheet.append(...labels(row, words), ...lines());
  row.forEach((tooth, place) => sheet.append(column(tooth, LABELS + (place + 0.5) * COLUMN, exam)));
  for (const spot of spotsOf(row)) {
    if (!exam.absent.has(spot.tooth)) sheet.append(target(spot));
  }
  return sheet;
}

/** @param {number[]} row @param {Record<string, string>} words */
function labels(row, words) {
  const [top, bottom] = isUpper(row[0]) ? [words.vestibular, words.palatal] : [words.lingual, words.vestibular];
  const texts = ROWS.flatMap((name, place) => [
    svg("text", { x: 2, y: (place + 0.5) * ROW, class: "perio-label" }, words[name]),
    svg("text", { x: 2, y: HEIGHT - (place + 0.5) * ROW, class: "perio-label" }, words[name]),
  ]);
  texts.push(svg("text", { x: 2, y: HALF - GRAPH / 2, class: "perio-label perio-side" }, top), svg("text", { x: 2, y: HEIGHT - HALF + GRAPH / 2, class: "perio-label perio-side" }, bottom));
  return texts;
}

/** Lines of 2 mm from the cemento-enamel junction, which is the strong one. */
function lines() {
  const found = [];
  for (const [neck, out] of [[ROWS.length * ROW + NECK, -1], [HEIGHT - ROWS.length * ROW - NECK, 1]]) {
    for (let mm = 0; mm <= 12; mm += 2) {
      found.push(svg("line", { x1: LABELS, x2: WIDTH, y1: neck + out * mm * MM, y2: neck + out * mm * MM, class: mm ? "perio-line" : "perio-line perio-cej" }));
    }
  }
  return found;
}

/** @param {number} tooth @param {number} x @param {{absent: Set<number>, implants: Set<number>}} exam */
function column(tooth, x, exam) {
  const isAbsent = exam.absent.has(tooth);
  const group = svg("g", { class: `perio-tooth${isAbsent ? " is-absent" : ""}`, "data-tooth": tooth });
  group.append(svg("text", { x, y: HEIGHT / 2 - 5, class: "perio-number" }, code(tooth)), svg("text", { x, y: HEIGHT / 2 + 9, class: "perio-grades", "data-grades": tooth }));
  if (isAbsent) return group;
  for (const out of [-1, 1]) {
    const neck = out === -1 ? ROWS.length * ROW + NECK : HEIGHT - ROWS.length * ROW - NECK;
    group.append(drawTooth(tooth, x, neck, out, exam.implants.has(tooth)));
  }
  return group;
}

/** @param {number} tooth @param {number} x @param {number} neck @param {number} out @param {boolean} isImplant */
function drawTooth(tooth, x, neck, out, isImplant) {
  const position = tooth % 10;
  const kind = isMolar(tooth) ? "molar" : position > 3 ? "premolar" : position === 3 ? "canine" : "incisor";
  const shape = shapeOf({ number: tooth, arch: isUpper(tooth) ? "upper" : "lower", kind });
  const mirror = isRight(tooth) ? 1 : -1;
  const drawn = svg("g", { transform: `translate(${x} ${neck}) scale(${mirror * 1.12} ${-out * 0.62})`, class: "perio-body" });
  const screw = `M${-shape.n * 0.5} 0L${-shape.n * 0.34} ${-44}H${shape.n * 0.34}L${shape.n * 0.5} 0Z`;
  const roots = isImplant ? [svg("path", { d: screw, class: "perio-implant" })] : shape.roots.map((root) => svg("path", { d: root.path, class: "perio-root" }));
  drawn.append(...roots, svg("path", { d: shape.crown, class: "perio-crown" }));
  return drawn;
}

/** @param {Spot} spot */
function target(spot) {
  const [y, height] = spot.out === -1 ? [0, HALF] : [HEIGHT - HALF, HALF];
  return svg("rect", { x: spot.x - COLUMN / 6, y, width: COLUMN / 3, height, class: "perio-target", "data-site": `${spot.tooth} ${spot.site}` });
}
