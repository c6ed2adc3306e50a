// Walking through a mouth tooth by tooth: the upper arch from the patient's right to the left, then the lower one; absent teeth are passed over.

import { quadrantOf } from "./extras.js";

/** @param {import("./layout.js").Spot[][]} rows @param {Set<number>} absent @param {number} from @param {1 | -1} by @returns {number} the next tooth, or the same one at the end */
export function stepOn(rows, absent, from, by) {
  const path = rows.flat().map((spot) => spot.number);
  for (let place = path.indexOf(from) + by; place >= 0 && place < path.length; place += by) {
    if (!absent.has(path[place])) return path[place];
  }
  return from;
}

/** Wider each time: the tooth, its quadrant, its arch, the mouth. @param {import("./layout.js").Spot[][]} rows @param {number} focused @param {number[]} chosen @returns {number[]} */
export function widen(rows, focused, chosen) {
  const all = rows.flat();
  const isUpper = all.find((spot) => spot.number === focused)?.isUpper;
  const circles = [
    all.filter((spot) => quadrantOf(spot.number) === quadrantOf(focused)),
    all.filter((spot) => spot.isUpper === isUpper),
    all,
  ].map((spots) => spots.map((spot) => spot.number));
  return circles.find((circle) => circle.length > chosen.length) ?? [focused];
}
