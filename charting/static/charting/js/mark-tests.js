// Tests of pulp and ligament: a sign per test between tooth and number; thin when all is well, strong when not, struck out without an answer.

/** @typedef {import("./mark-findings.js").Drawer} Drawer */

/** Each in its own place: cold a flake, heat a flame, current a flash, percussion a blow. @type {Record<string, {x: number, d: string}>} */
const SIGNS = {
  cold_test: { x: -18, d: "M0 -4V4M-3.5 -2L3.5 2M-3.5 2L3.5 -2" },
  heat_test: { x: -9, d: "M0 -4.5C4 -1 3.4 4 0 4S-4 -1 0 -4.5Z" },
  electric_test: { x: 0, d: "M1.8 -4.4L-2 0.4H2L-1.8 4.4" },
  "percussion vertical": { x: 9, d: "M-3.5 4H3.5M0 -4.5V2M-2.4 -0.6L0 2L2.4 -0.6" },
  "percussion horizontal": { x: 18, d: "M4 -3.5V3.5M-4.5 0H2M-0.6 -2.4L2 0L-0.6 2.4" },
};

/** @type {Drawer} */
function test(pen, mark) {
  const { x, d } = SIGNS[`${mark.what} ${mark.direction}`.trim()];
  const isWell = mark.severity === "normal" || (mark.what === "electric_test" && mark.severity === "");
  pen.sign(x, `${d}${mark.severity === "none" ? "M-5 4.5L5 -4.5" : ""}`, isWell ? "" : "is-strong");
}

/** @type {Record<string, Drawer>} */
export const TESTS = { cold_test: test, heat_test: test, electric_test: test, percussion: test };
