// The open mouth as regions: the patient's right is on the left. Bands between two ovals, and ovals.
import { svg } from "./svg.js";

/** @typedef {[number, number, number, number]} Oval centre and half axes */

/** A band between two ovals around one centre, from one angle to the other; 180 is the patient's right, 270 above.
 * @param {Oval} oval @param {number} depth @param {number} from @param {number} to */
function band([x, y, rx, ry], depth, from, to) {
  const at = (/** @type {number} */ angle, /** @type {number} */ inner) => {
    const turn = (angle * Math.PI) / 180;
    return `${(x + (rx - inner) * Math.cos(turn)).toFixed(1)} ${(y + (ry - inner) * Math.sin(turn)).toFixed(1)}`;
  };
  return `M${at(from, 0)}A${rx} ${ry} 0 0 1 ${at(to, 0)}L${at(to, depth)}A${rx - depth} ${ry - depth} 0 0 0 ${at(from, depth)}Z`;
}

/** A band with its middle. @param {Oval} oval @param {number} depth @param {number} from @param {number} to @returns {[string, number, number]} */
function banded(oval, depth, from, to) {
  const turn = ((from + to) * Math.PI) / 360;
  const [x, y, rx, ry] = oval;
  return [band(oval, depth, from, to), x + (rx - depth / 2) * Math.cos(turn), y + (ry - depth / 2) * Math.sin(turn)];
}

/** @param {number} x @param {number} y @param {number} rx @param {number} ry */
const oval = (x, y, rx, ry) => `M${x - rx} ${y}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0Z`;

const LIPS = /** @type {Oval} */ ([300, 225, 290, 218]);
const VESTIBULE = /** @type {Oval} */ ([300, 225, 258, 186]);
const UPPER = /** @type {Oval} */ ([300, 205, 196, 138]);
const LOWER = /** @type {Oval} */ ([300, 245, 196, 138]);

export const SIZE = [600, 450];

/** Name, outline and middle, in the order in which the arrow keys go through the mouth. @type {[string, string, number, number][]} */
export const REGIONS = [
  ["lip_upper", ...banded(LIPS, 28, 190, 350)],
  ["vestibule_upper", ...banded(VESTIBULE, 26, 200, 340)],
  ["gingiva_1", ...banded(UPPER, 34, 184, 238)],
  ["gingiva_2", band(UPPER, 34, 240, 300), 300, 76],
  ["gingiva_3", ...banded(UPPER, 34, 302, 356)],
  ["palate_hard", "M148 176A152 92 0 0 1 452 176L432 178A132 20 0 0 0 168 178Z", 300, 128],
  ["palate_soft", "M166 182A134 20 0 0 1 434 182L420 196Q300 178 180 196Z", 300, 176],
  ["uvula", "M290 190H310L308 204Q300 214 292 204Z", 300, 200],
  ["pillar_right", "M178 200Q222 188 284 192L282 202Q226 198 196 220Z", 206, 204],
  ["pillar_left", "M422 200Q378 188 316 192L318 202Q374 198 404 220Z", 394, 204],
  ["pharynx", "M204 220Q236 204 282 206L291 214Q300 222 309 214L318 206Q364 204 396 220Q300 238 204 220Z", 300, 222],
  ["retromolar_right", oval(132, 226, 22, 13), 132, 226],
  ["retromolar_left", oval(468, 226, 22, 13), 468, 226],
  ["corner_right", oval(28, 225, 15, 20), 28, 225],
  ["corner_left", oval(572, 225, 15, 20), 572, 225],
  ["cheek_right", "M54 176Q74 166 92 184V266Q74 284 54 274Q44 225 54 176Z", 69, 225],
  ["cheek_left", "M546 176Q526 166 508 184V266Q526 284 546 274Q556 225 546 176Z", 531, 225],
  ["tongue_right", "M206 236Q192 268 214 304L238 294Q226 264 234 238Z", 216, 268],
  ["tongue_dorsum", "M238 238Q300 248 362 238Q374 268 358 292Q300 304 242 292Q226 264 238 238Z", 300, 268],
  ["tongue_left", "M394 236Q408 268 386 304L362 294Q374 264 366 238Z", 384, 268],
  ["tongue_tip", "M216 308L242 297Q300 309 358 297L384 308Q342 330 300 330Q258 330 216 308Z", 300, 316],
  ["tongue_ventral", "M210 314Q300 352 390 314L380 326Q344 342 300 342Q256 342 220 326Z", 300, 336],
  ["mouth_floor", "M186 300L204 318Q240 346 300 346Q360 346 396 318L414 300A150 100 0 0 1 186 300Z", 398, 318],
  ["gingiva_6", ...banded(LOWER, 34, 122, 176)],
  ["gingiva_5", ...banded(LOWER, 34, 60, 120)],
  ["gingiva_4", ...banded(LOWER, 34, 4, 58)],
  ["vestibule_lower", ...banded(VESTIBULE, 26, 20, 160)],
  ["lip_lower", ...banded(LIPS, 28, 10, 170)],
];

/** The map with the numbers of its regions, those with a finding marked. @param {Record<string, number>} numbers @param {Set<string>} found @returns {SVGElement} */
export function drawMap(numbers, found) {
  const named = (/** @type {string} */ site) => `region is-${site.split("_")[0]}${found.has(site) ? " has-finding" : ""}`;
  const regions = REGIONS.map(([site, d]) => svg("path", { d, class: named(site) }));
  return svg("svg", { viewBox: `0 0 ${SIZE[0]} ${SIZE[1]}`, class: "mucosa-drawing" }, ...regions, ...numbered(numbers, found));
}

/** The numbers of the regions, over all of them. @param {Record<string, number>} numbers @param {Set<string>} found */
export const numbered = (numbers, found) =>
  REGIONS.map(([site, , x, y]) => svg("text", { x: x.toFixed(1), y: y.toFixed(1), "aria-hidden": "true", class: `region-number${found.has(site) ? " is-found" : ""}` }, String(numbers[site])));
