// Dentures, plates, braces and retainers: what a tooth carries of them; what joins the teeth is drawn by `joints.js`.
import { diagram } from "./shapes.js";

/** @typedef {import("./mark-findings.js").Drawer} Drawer */
/** @typedef {import("./mark-findings.js").Pen} Pen */

/** An artificial tooth: a crown without a root. @type {Drawer} */
export function artificial(pen) {
  pen.sideArea(pen.shape.crown);
  pen.topArea(diagram(pen.shape, pen.parts.tooth).outline);
  pen.parts.group.classList.add("is-pontic");
}

/** An arm around the cheek side, seen from above as a ring that is open to the midline. @type {Drawer} */
function clasp(pen) {
  const { b, h, occlusal } = pen.shape;
  const [x, y] = occlusal;
  pen.facialArrow(`M${-b * 1.04} ${h * 0.16}Q${-b * 1.16} ${h * 0.6} 0 ${h * 0.6}Q${b * 0.72} ${h * 0.58} ${b * 0.92} ${h * 0.34}`);
  pen.topArrow(`M${x * 0.7} ${-y * 1.04}C${-x * 0.5} ${-y * 1.42} ${-x * 1.3} ${-y * 0.8} ${-x * 1.12} 0C${-x * 1.3} ${y * 0.8} ${-x * 0.5} ${y * 1.42} ${x * 0.7} ${y * 1.04}`);
}

/** @type {Drawer} */
function denture(pen, mark) {
  if (mark.role === "clasp") clasp(pen, mark);
  else artificial(pen, mark);
}

/** The edge of the base plate follows the necks on the tongue's side. @type {Drawer} */
function plate(pen, mark) {
  if (mark.role === "replaced") return artificial(pen, mark);
  if (mark.role === "clasp") clasp(pen, mark);
  const [x, y] = pen.shape.occlusal;
  pen.topLine(`M${-x} ${y * 1.12}Q0 ${y * 0.62} ${x} ${y * 1.12}`, "is-strong");
}

/** A bracket with its wings and its slot, or a band around the crown with its tube. @type {Drawer} */
function braces(pen, mark) {
  const { b, h, occlusal } = pen.shape;
  const y = h * 0.47;
  if (mark.role === "band") {
    pen.facialArea(`M${-b * 0.98} ${h * 0.24}H${b * 0.98}V${h * 0.7}H${-b * 0.98}Z`);
    pen.facialArea(`M-7 ${y - 4}H7V${y + 4}H-7Z`);
    pen.topLine(diagram(pen.shape, pen.parts.tooth).outline, "is-strong");
  } else {
    pen.facialArea(`M-5.5 ${y - 6}H-1.5V${y - 3}H1.5V${y - 6}H5.5V${y + 6}H1.5V${y + 3}H-1.5V${y + 6}H-5.5Z`);
    pen.topLine(`M-4 ${-occlusal[1] - 1}H4V${-occlusal[1] - 4.5}H-4Z`);
  }
}

/** A drop of composite over the wire, on the tongue's side. @type {Drawer} */
function retainer(pen) {
  const [, y] = pen.shape.occlusal;
  pen.lingualArea(`M-4.6 ${pen.shape.h * 0.5}a4.6 4.6 0 1 0 9.2 0a4.6 4.6 0 1 0 -9.2 0`);
  pen.topArea(`M-3 ${y * 0.66}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0`);
}

/** What is to be taken off is struck out on the crown; once it is off, nothing is left to draw. @type {Drawer} */
function removal(pen, mark) {
  if (mark.layer === "done" || mark.layer === "existing") return;
  const { b, h } = pen.shape;
  pen.sideLine(`M${-b * 0.9} ${h * 0.06}L${b * 0.9} ${h}M${b * 0.9} ${h * 0.06}L${-b * 0.9} ${h}`, "is-strong");
}

/** @type {Record<string, Drawer>} */
export const APPLIANCES = { denture, plate, braces, retainer, removal };
