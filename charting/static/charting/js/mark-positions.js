// Teeth that do not stand where they belong: the tooth itself is moved, turned, tipped or raised, and an arrow says which way.
// In a tooth's own space mesial is +x, the crown hangs down to +y; on the diagram the cheek is -y.

/** @typedef {import("./mark-findings.js").Pen} Pen */
/** @typedef {import("./mark-findings.js").Drawer} Drawer */

const [LEAST_DEGREES, MOST_DEGREES] = [8, 24];
/** @type {Record<string, [number, number]>} to the side in the side views, or up and down on the diagram */
const WAYS = { mesial: [1, 0], distal: [-1, 0], vestibular: [0, -1], lingual: [0, 1] };

/** A straight arrow through a point. @param {number} x @param {number} y @param {[number, number]} way @param {number} [half] */
function arrow(x, y, [dx, dy], half = 7.5) {
  const [tipX, tipY] = [x + dx * half, y + dy * half];
  const wing = (/** @type {1 | -1} */ side) => `${tipX - dx * 4.2 - side * dy * 3.6} ${tipY - dy * 4.2 + side * dx * 3.6}`;
  return `M${x - dx * half} ${y - dy * half}L${tipX} ${tipY}M${wing(1)}L${tipX} ${tipY}L${wing(-1)}`;
}

/** A bent arrow: its end points the way. @param {number} x @param {number} y @param {[number, number]} way */
function bow(x, y, [dx, dy]) {
  const at = (/** @type {number} */ along, /** @type {number} */ across) => `${x + dx * along + dy * across} ${y + dy * along + dx * across}`;
  return `M${at(-7, -5)}Q${at(5, -6)} ${at(6.5, 5)}M${at(2, 2)}L${at(6.5, 5)}L${at(10, 1)}`;
}

/** @param {number | null} amount @param {number} usual */
const degrees = (amount, usual) => Math.min(Math.max(amount ?? usual, LEAST_DEGREES), MOST_DEGREES);

/** @type {Drawer} */
function drift(pen, mark) {
  const way = WAYS[mark.direction] ?? WAYS.mesial;
  const far = 2.5 + Math.min(mark.amount ?? 2, 5) * 0.7;
  if (way[0]) {
    pen.move("everywhere", `translate(${way[0] * far} 0)`);
    pen.facialArrow(arrow(0, pen.shape.h * 0.48, way));
  } else {
    pen.move("top", `translate(0 ${way[1] * far})`);
    pen.topArrow(arrow(0, 0, way));
  }
}

/** @type {Drawer} */
function tipping(pen, mark) {
  const way = WAYS[mark.direction] ?? WAYS.mesial;
  if (way[0]) {
    pen.move("sides", `rotate(${-way[0] * degrees(mark.amount, 11)})`);
    pen.facialArrow(bow(0, pen.shape.h * 0.48, way));
  } else {
    pen.move("sides", "scale(1 0.84)");
    pen.move("top", `translate(0 ${way[1] * 3})`);
    pen.topArrow(bow(0, 0, way));
  }
}

/** The front of the tooth looks to the midline, or away from it. @type {Drawer} */
function rotation(pen, mark) {
  const side = mark.direction === "distal" ? -1 : 1;
  pen.move("sides", "scale(0.88 1)");
  pen.move("top", `rotate(${side * Math.min(degrees(mark.amount, 20) * 1.4, 60)})`);
  pen.topArrow(`M${-side * 7} 4.5A8 8 0 1 ${side > 0 ? 1 : 0} ${side * 7.4} 3M${side * 3} 1.6L${side * 7.4} 3.4L${side * 10.4} -0.6`);
}

/** @type {Drawer} */
function extrusion(pen, mark) {
  pen.move("sides", `translate(0 ${3 + Math.min(mark.amount ?? 2, 5) * 0.8})`);
  pen.facialArrow(arrow(0, pen.shape.h * 0.42, [0, 1]));
}

/** @type {Record<string, Drawer>} */
export const POSITIONS = { drift, tipping, rotation, extrusion };
