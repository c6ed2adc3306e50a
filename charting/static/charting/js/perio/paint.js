// What was measured, painted on the sheet: numbers, flags, pockets, and where the hand is.
import { svg } from "../svg.js";
import { PROGNOSIS_SHAPES } from "./grades.js";
import { FLAGS } from "./path.js";
import { COLUMN, depthAt, rowAt, spotsOf } from "./sheet.js";

/** @typedef {import("./exam.js").Exam} Exam */
/** @typedef {import("./sheet.js").Spot} Spot */

/** @param {number | null} depth */
const band = (depth) => (depth === null || depth < 4 ? "" : depth < 6 ? " is-4" : " is-6");

/** Paint one arch anew. @param {SVGElement} sheet @param {number[]} row @param {Exam} exam @param {import("./path.js").Step | null} at @param {Record<string, string>} words */
export function paint(sheet, row, exam, at, words) {
  sheet.querySelector(".perio-values")?.remove();
  const values = svg("g", { class: "perio-values" });
  const spots = spotsOf(row).filter((spot) => !exam.absent.has(spot.tooth));
  if (at && row.includes(at.tooth)) values.append(...cursor(spots, at));
  for (const out of [-1, 1]) values.append(...margins(spots.filter((spot) => spot.out === out), exam), ...junctions(spots.filter((spot) => spot.out === out), exam));
  for (const spot of spots) values.append(...site(spot, exam));
  sheet.insertBefore(values, sheet.querySelector(".perio-target"));
  for (const tooth of row) grades(sheet, tooth, exam, words);
}

/** @param {Spot[]} spots @param {import("./path.js").Step} at */
function cursor(spots, at) {
  const name = at.measure === "margin" || at.measure === "flags" ? at.measure : "depth";
  return spots
    .filter((spot) => spot.tooth === at.tooth && at.sites.includes(spot.site))
    .map((spot) => svg("rect", { x: spot.x - COLUMN / 6 - 1, y: rowAt(spot, name) - 9, width: COLUMN / 3 + 2, height: 18, rx: 3, class: "perio-cursor" }));
}

/** @param {Spot} spot @param {Exam} exam */
function site(spot, exam) {
  const [depth, margin] = [exam.number(spot.tooth, "depth", spot.site), exam.number(spot.tooth, "margin", spot.site)];
  const found = [];
  if (depth !== null) {
    const [from, to] = [depthAt(spot, margin ?? 0), depthAt(spot, (margin ?? 0) + depth)];
    const style = `perio-pocket${band(depth)}${margin === null ? " is-loose" : ""}`;
    found.push(svg("rect", { x: spot.x - 4, y: Math.min(from, to), width: 8, height: Math.abs(to - from), class: style }));
    found.push(svg("text", { x: spot.x, y: rowAt(spot, "depth"), class: `perio-value${band(depth)}` }, String(depth)));
  }
  if (margin !== null) found.push(svg("text", { x: spot.x, y: rowAt(spot, "margin"), class: "perio-value perio-margin" }, margin < 0 ? `−${-margin}` : String(margin)));
  const flags = FLAGS.filter((flag) => exam.get(spot.tooth, flag, spot.site) === true);
  flags.forEach((flag, place) => found.push(mark(flag, spot.x + (place - (flags.length - 1) / 2) * 5, rowAt(spot, "flags"))));
  return found;
}

/** Each sign has its own shape besides its colour. @param {string} flag @param {number} x @param {number} y */
function mark(flag, x, y) {
  const style = `perio-flag is-${flag}`;
  if (flag === "bleeding") return svg("path", { d: `M${x} ${y - 5}C${x + 4} ${y} ${x + 3} ${y + 4} ${x} ${y + 4}S${x - 4} ${y} ${x} ${y - 5}Z`, class: style });
  if (flag === "plaque") return svg("rect", { x: x - 2.5, y: y - 2.5, width: 5, height: 5, class: style });
  if (flag === "calculus") return svg("path", { d: `M${x} ${y - 4}L${x + 3.5} ${y + 3}H${x - 3.5}Z`, class: style });
  return svg("circle", { cx: x, cy: y, r: 3, class: style });
}

/** The gingival margin as a line through the sites where it is known. @param {Spot[]} spots @param {Exam} exam */
function margins(spots, exam) {
  const lines = /** @type {SVGElement[]} */ ([]);
  let points = /** @type {string[]} */ ([]);
  const end = () => {
    if (points.length > 1) lines.push(svg("polyline", { points: points.join(" "), class: "perio-gingiva" }));
    points = [];
  };
  for (const spot of spots) {
    const margin = exam.number(spot.tooth, "margin", spot.site);
    if (margin === null) end();
    else points.push(`${spot.x},${depthAt(spot, margin)}`);
  }
  end();
  return lines;
}

/** The mucogingival junction of each tooth whose keratinised gingiva is known, with its width; from the cemento-enamel junction as long as
 * the margin is not known. @param {Spot[]} spots @param {Exam} exam */
function junctions(spots, exam) {
  return spots.flatMap((spot) => {
    const width = ["V", "L"].includes(spot.site) ? exam.number(spot.tooth, "gingiva", spot.site) : null;
    if (width === null) return [];
    const [y, end] = [depthAt(spot, (exam.number(spot.tooth, "margin", spot.site) ?? 0) + width), spot.x + COLUMN / 2 - 3];
    const line = svg("line", { x1: spot.x - COLUMN / 2 + 3, x2: end, y1: y, y2: y, class: "perio-junction" });
    return [line, svg("text", { x: end, y: y - 2, class: "perio-junction-width" }, String(width))];
  });
}

/** Mobility, furcations and prognosis beside the tooth's number: `M2 FV1 ◑`. @param {SVGElement} sheet @param {number} tooth @param {Exam} exam @param {Record<string, string>} words */
function grades(sheet, tooth, exam, words) {
  const place = sheet.querySelector(`[data-grades="${tooth}"]`);
  if (!place) return;
  const mobility = exam.number(tooth, "mobility", "");
  const furcations = ["V", "L", "M", "D"].filter((entrance) => exam.number(tooth, "furcation", entrance));
  const prognosis = String(exam.get(tooth, "prognosis") ?? "");
  const parts = [mobility ? `M${mobility}` : "", ...furcations.map((entrance) => `F${entrance}${exam.number(tooth, "furcation", entrance)}`), PROGNOSIS_SHAPES[prognosis] ?? ""];
  place.textContent = parts.filter(Boolean).join(" ");
  if (prognosis) place.append(svg("title", {}, `${words.prognosis}: ${words[`is_${prognosis}`]}`));
}
