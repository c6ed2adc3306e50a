// What findings and procedures look like on a tooth. Each draws into the tooth's views; the layer gives colour and pattern.
import { FINDINGS } from "./mark-findings.js";
import { PROCEDURES } from "./mark-procedures.js";
import { inkOf, lookOf, patternOf } from "./signs.js";
import { svg } from "./svg.js";

/** @typedef {import("./odontogram.js").Parts} Parts */

const ORDER = ["existing", "done", "condition", "planned", "referred"];

/** @param {Parts} parts @param {MarkData[]} marks */
export function drawMarks(parts, marks) {
  const sorted = [...marks].sort((a, b) => ORDER.indexOf(a.layer) - ORDER.indexOf(b.layer));
  for (const mark of sorted) {
    const pen = penOf(parts, mark);
    const drawer = mark.layer === "condition" ? FINDINGS[mark.what] : PROCEDURES[mark.what];
    if (drawer) drawer(pen, mark);
    else pen.badge("•");
    pen.symbol(lookOf(mark).symbol);
  }
}

/**
 * A pen that draws in the layer of one mark.
 * @param {Parts} parts
 * @param {MarkData} mark
 */
export function penOf(parts, mark) {
  const layer = `mark layer-${mark.layer}${inkOf(mark)}`;
  const sides = [parts.facial, ...(parts.lingual ? [parts.lingual] : [])];
  const add = (/** @type {SVGElement} */ view, /** @type {SVGElement} */ element, place = ".marks") => view.querySelector(place)?.append(element);
  const filled = { class: `${layer} area`, fill: `url(#${patternOf(mark)})` };
  return {
    parts,
    shape: parts.shape,
    /** A filled area in both side views. @param {string} d @param {string} [extra] */
    sideArea(d, extra = "") {
      for (const view of sides) add(view, svg("path", { ...filled, class: `${filled.class} ${extra}`, d }));
    },
    /** A filled area in one side view, cut to the crown or to the roots. @param {"facial" | "lingual"} view @param {[number, number, number, number]} box @param {boolean} [isRoot] */
    sideBox(view, box, isRoot = false) {
      const target = view === "facial" ? parts.facial : parts.lingual;
      const clip = { "clip-path": `url(#clip-${isRoot ? "root-" : ""}${view}-${parts.tooth.number})` };
      if (target) add(target, svg("g", clip, svg("rect", { ...filled, x: box[0], y: box[1], width: box[2], height: box[3] })));
    },
    /** A filled area on the diagram. @param {string} d */
    topArea(d) {
      add(parts.occlusal, svg("path", { ...filled, d }));
    },
    /** A filled area in one side view. @param {string} d */
    facialArea(d) {
      add(parts.facial, svg("path", { ...filled, d }));
    },
    /** @param {string} d */
    lingualArea(d) {
      if (parts.lingual) add(parts.lingual, svg("path", { ...filled, d }));
    },
    /** A line over the diagram's outline. @param {string} d @param {string} [extra] */
    topLine(d, extra = "") {
      add(parts.occlusal, svg("path", { class: `${layer} line ${extra}`, d }), ".marks-over");
    },
    /** A line in both side views. @param {string} d @param {string} [extra] */
    sideLine(d, extra = "") {
      for (const view of sides) add(view, svg("path", { class: `${layer} line ${extra}`, d }));
    },
    /** A line in the facial view only. @param {string} d @param {string} [extra] */
    facialLine(d, extra = "") {
      add(parts.facial, svg("path", { class: `${layer} line ${extra}`, d }));
    },
    /** The tooth itself goes there, with all that is drawn on it. @param {"sides" | "top" | "everywhere"} where @param {string} transform */
    move(where, transform) {
      for (const view of [...(where === "top" ? [] : sides), ...(where === "sides" ? [] : [parts.occlusal])]) {
        view.setAttribute("transform", `${view.getAttribute("transform")} ${transform}`);
      }
    },
    /** An arrow on a light ground, over whatever the crown shows. @param {string} d */
    facialArrow(d) {
      for (const role of ["is-halo", "is-arrow"]) add(parts.facial, svg("path", { class: `${layer} line ${role}`, d }));
    },
    /** The same on the diagram. @param {string} d */
    topArrow(d) {
      for (const role of ["is-halo", "is-arrow"]) add(parts.occlusal, svg("path", { class: `${layer} line ${role}`, d }), ".marks-over");
    },
    /** A small sign between the tooth and its number. @param {number} x @param {string} d @param {string} [extra] */
    sign(x, d, extra = "") {
      const place = { transform: `translate(${parts.spot.x + x} ${parts.spot.label + (parts.spot.isUpper ? -13 : 13)})` };
      parts.badges.append(svg("g", { class: "sign", ...place }, ...["is-halo", extra].map((role) => svg("path", { class: `${layer} line ${role}`, d }))));
    },
    /** A filled circle in the facial view. @param {number} x @param {number} y @param {number} r */
    facialDot(x, y, r) {
      add(parts.facial, svg("circle", { ...filled, cx: x, cy: y, r }));
    },
    /** A few letters beside the number. @param {string} text */
    badge(text) {
      const place = { x: parts.spot.x + 11, y: parts.spot.label + 1 };
      parts.badges.append(svg("text", { class: `${layer} badge-text`, ...place }, text));
    },
    /** The clinic's symbol on the other side of the number; each once. @param {string | undefined} text */
    symbol(text) {
      const known = [...parts.badges.querySelectorAll(".symbol-text")].map((element) => element.textContent);
      if (!text || known.includes(text)) return;
      const place = { x: parts.spot.x - 10 - known.length * 9, y: parts.spot.label + 4 };
      parts.badges.append(svg("text", { class: `${layer} symbol-text`, ...place }, text));
    },
  };
}
