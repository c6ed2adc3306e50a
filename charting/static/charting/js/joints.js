// What joins the teeth of one act: the bar of a bridge, the base of a denture or a plate behind them, wires over them.
import { inkOf } from "./signs.js";
import { svg } from "./svg.js";

/** @typedef {import("./odontogram.js").Parts} Parts */
/** @typedef {import("./layout.js").Spot} Spot */
/** @typedef {{spot: Spot, role: string, mark: MarkData}[]} Joined from the left to the right */
/** @typedef {{class: string, d: string, isOver?: boolean}} Joint */

const HALF_TOOTH = 21;
const CROWN = 15;
const LINGUAL_CROWN = 12;
const TO_TONGUE = 12;

/** @param {Spot} spot */
const up = (spot) => (spot.isUpper ? spot.scale : -spot.scale);
/** @param {Joined} joined @param {(spot: Spot) => number} height */
const through = (joined, height) => `M${joined.map(({ spot }) => `${spot.x} ${height(spot)}`).join("L")}`;
/** @param {Joined} joined @param {number} y @param {number} [beyond] */
const across = (joined, y, beyond = 0) => `M${joined[0].spot.x - beyond} ${y}H${joined[joined.length - 1].spot.x + beyond}`;
const facial = (/** @type {Spot} */ spot) => spot.neck + up(spot) * CROWN;
const lingual = (/** @type {Spot} */ spot) => spot.lingualNeck - up(spot) * LINGUAL_CROWN;
const atTongue = (/** @type {Spot} */ spot) => spot.diagram + up(spot) * TO_TONGUE;

/** Teeth of the act that stand side by side. @param {Joined} joined @returns {Joined[]} */
function runs(joined) {
  /** @type {Joined[]} */
  const found = [];
  for (const one of joined) {
    const last = found.at(-1)?.at(-1);
    if (last && one.spot.x - last.spot.x < 2.5 * HALF_TOOTH * one.spot.scale) found.at(-1)?.push(one);
    else found.push([one]);
  }
  return found;
}

/** @param {Joined} joined @returns {Joint[]} */
function base(joined) {
  const [{ spot }] = joined;
  const saddles = runs(joined.filter(({ role }) => role !== "clasp")).map((run) => ({ class: "joint-denture", d: across(run, run[0].spot.neck, HALF_TOOTH) }));
  return [...saddles, { class: "joint-denture", d: across(joined, atTongue(spot), HALF_TOOTH) }, ...(spot.lingualNeck ? [{ class: "joint-denture", d: across(joined, spot.lingualNeck, HALF_TOOTH) }] : [])];
}

/** The base behind the teeth, and the bow before those in front with its loops at the canines. @param {Joined} joined @returns {Joint[]} */
function plate(joined) {
  const front = joined.filter(({ spot }) => spot.number % 10 <= 3);
  const y = front.length > 1 ? facial(front[0].spot) : 0;
  const loop = (/** @type {number} */ x) => `M${x - 7} ${y}V${y - up(front[0].spot) * 14}Q${x} ${y - up(front[0].spot) * 20} ${x + 7} ${y - up(front[0].spot) * 14}V${y}`;
  const bow = front.length > 1 ? [{ class: "joint-wire", d: `${across(front, y)}${loop(front[0].spot.x)}${loop(front[front.length - 1].spot.x)}`, isOver: true }] : [];
  return [...base(joined.map((one) => ({ ...one, role: "clasp" }))), ...bow];
}

/** @type {Record<string, (joined: Joined) => Joint[]>} */
const JOINTS = {
  bridge: (joined) => [joined[0].spot.neck + up(joined[0].spot) * CROWN, joined[0].spot.diagram, ...(joined[0].spot.lingualNeck ? [lingual(joined[0].spot)] : [])].map((y) => ({ class: "joint-bridge", d: across(joined, y) })),
  splint: (joined) => [{ class: "joint-wire", d: across(joined, joined[0].spot.lingualNeck ? lingual(joined[0].spot) : atTongue(joined[0].spot)) }],
  bracket: (joined) => [{ class: "joint-wire", d: through(joined, facial), isOver: true }],
  braces: (joined) => [{ class: "joint-wire", d: through(joined, facial), isOver: true }],
  retainer: (joined) => [atTongue, ...(joined[0].spot.lingualNeck ? [lingual] : [])].map((height) => ({ class: "joint-wire", d: through(joined, height), isOver: true })),
  denture: base,
  plate,
};

/** @param {SVGElement} behind the teeth @param {SVGElement} over them @param {Map<number, Parts>} parts @param {MarkData[]} marks */
export function joinTeeth(behind, over, parts, marks) {
  const joined = marks.filter((mark) => JOINTS[mark.what] && mark.tooth);
  for (const source of new Set(joined.map((mark) => mark.source))) {
    const group = joined.filter((mark) => mark.source === source).flatMap((mark) => {
      const spot = parts.get(mark.tooth ?? 0)?.spot;
      return spot ? [{ spot, role: mark.role, mark }] : [];
    });
    group.sort((a, b) => a.spot.x - b.spot.x);
    if (group.length < 2) continue;
    const { mark } = group[0];
    for (const joint of JOINTS[mark.what](group)) {
      (joint.isOver ? over : behind).append(svg("path", { class: `mark layer-${mark.layer}${inkOf(mark)} joint ${joint.class}`, d: joint.d }));
    }
  }
}
