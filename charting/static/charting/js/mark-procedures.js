// Procedures: what was made, is planned or was referred; the layer says which.
import { APPLIANCES } from "./mark-appliances.js";
import { surfaces } from "./mark-findings.js";
import { diagram, rootsMeant } from "./shapes.js";

/** @typedef {import("./mark-findings.js").Drawer} Drawer */
/** @typedef {import("./mark-findings.js").Pen} Pen */

/** @param {Pen} pen */
const wholeTop = (pen) => pen.topArea(diagram(pen.shape, pen.parts.tooth).outline);

/** @type {Drawer} */
function crown(pen) {
  pen.sideArea(pen.shape.crown);
  wholeTop(pen);
}

/** @type {Drawer} */
function bridge(pen, mark) {
  crown(pen, mark);
  if (mark.role === "pontic") pen.parts.group.classList.add("is-pontic");
}

/** @type {Drawer} */
function filling(pen, mark) {
  if (mark.surfaces.length) surfaces(pen, mark);
  else wholeTop(pen);
}

/** @type {Drawer} */
function inlay(pen, mark) {
  filling(pen, mark);
  const [a, b] = pen.shape.occlusal;
  pen.topLine(`M${-a * 0.3} ${-b * 0.26}H${a * 0.3}V${b * 0.26}H${-a * 0.3}Z`);
}

/** @type {Drawer} */
function rootCanal(pen, mark) {
  for (const root of rootsMeant(pen.shape, mark.roots)) pen.sideLine(root.canal, "is-canal");
  pen.sideArea(pen.shape.chamber, "is-solid");
}

/** @type {Drawer} */
function post(pen, mark) {
  const root = rootsMeant(pen.shape, mark.roots)[0];
  const [x, y] = [root.apex[0] * 0.7, root.apex[1] * 0.6];
  pen.sideArea(`M${x - 2.6} ${y}H${x + 2.6}L${x * 0.5 + 4} ${pen.shape.h * 0.46}H${x * 0.5 - 4}Z`);
  const rungs = [0.25, 0.5, 0.75].map((k) => `M${x - 3.4} ${y * k}H${x + 3.4}`).join("");
  pen.sideLine(rungs);
}

/** @type {Drawer} */
function extraction(pen, mark) {
  if (mark.layer === "done" || mark.layer === "existing") return;
  const { b, h, r } = pen.shape;
  pen.sideLine(`M${-b * 0.85} ${h}L${b * 0.85} ${-r}M${b * 0.85} ${h}L${-b * 0.85} ${-r}`, "is-cross");
}

/** A screw in the bone with its abutment. @type {Drawer} */
function implant(pen) {
  const { r, b } = pen.shape;
  const half = Math.min(b * 0.4, 7);
  pen.sideArea(`M${-half} -3L${-half * 0.6} ${-r * 0.9}Q0 ${-r * 1.04} ${half * 0.6} ${-r * 0.9}L${half} -3Z`);
  const threads = [0.2, 0.36, 0.52, 0.68, 0.84].map((k) => `M${-half * (1.24 - k * 0.4)} ${-r * k}L${half * (1.24 - k * 0.4)} ${-r * k - 3}`).join("");
  pen.sideLine(threads);
  pen.sideArea(`M${-half} -3H${half}L${half * 0.6} 8H${-half * 0.6}Z`);
  pen.topLine("M-4 0A4 4 0 1 1 4 0A4 4 0 1 1 -4 0");
}

/** @type {Drawer} */
function sealant(pen) {
  const a = pen.shape.occlusal[0] * 0.46;
  pen.topLine(`M${-a} 0Q${-a * 0.5} -7 0 0T${a} 0`, "is-strong");
}

/** @type {Drawer} */
function bracket(pen) {
  const y = pen.shape.h * 0.47;
  pen.facialLine(`M-5 ${y - 5}H5V${y + 5}H-5Z`, "is-strong");
}

/** @type {Record<string, Drawer>} */
export const PROCEDURES = {
  ...APPLIANCES,
  filling,
  inlay,
  crown,
  bridge,
  post,
  extraction,
  implant,
  sealant,
  bracket,
  root_canal: rootCanal,
  veneer: (pen) => {
    pen.sideBox("facial", [-pen.shape.b, -6, pen.shape.b * 2, pen.shape.h + 8]);
    pen.topArea(diagram(pen.shape, pen.parts.tooth).surfaces.V);
  },
  splint: (pen) => pen.topLine(`M${-pen.shape.occlusal[0]} ${pen.shape.occlusal[1] * 0.6}H${pen.shape.occlusal[0]}`, "is-strong"),
  none: (pen) => pen.badge("•"),
};
