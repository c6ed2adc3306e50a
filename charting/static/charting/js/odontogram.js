// The drawing of the mouth: anatomy once, marks over it each time the chart changes.
import { extrasOf, isExtra } from "./extras.js";
import { joinTeeth } from "./joints.js";
import { layout } from "./layout.js";
import { drawMarks } from "./marks.js";
import { diagram, shapeOf, sideRegion } from "./shapes.js";
import { patternsFor, useLooks } from "./signs.js";
import { svg } from "./svg.js";
import { code } from "./teeth.js";

/** @typedef {import("./layout.js").Spot} Spot */
/** @typedef {{tooth: ToothData, spot: Spot, shape: import("./shapes.js").Shape, group: SVGElement, facial: SVGElement, lingual: SVGElement | null, occlusal: SVGElement, badges: SVGElement}} Parts */

const LINGUAL_SCALE = 0.82;
const LAYERS = ["condition", "planned", "done", "existing", "referred"];

/** Patterns tell the layers apart where colour does not. @param {MarkData[]} marks */
function definitions(marks) {
  const pattern = (/** @type {string} */ layer, /** @type {number} */ size, /** @type {SVGElement[]} */ ...inside) =>
    svg("pattern", { id: `p-${layer}`, class: `pattern pattern-${layer}`, width: size, height: size, patternUnits: "userSpaceOnUse" }, svg("rect", { width: size, height: size, class: "ground" }), ...inside);
  return svg(
    "defs",
    {},
    pattern("condition", 4, svg("path", { d: "M-1 1L1 -1M0 4L4 0M3 5L5 3", class: "ink" })),
    pattern("planned", 4, svg("circle", { cx: 2, cy: 2, r: 0.7, class: "dot" })),
    pattern("done", 4),
    pattern("existing", 4, svg("path", { d: "M0 2H4", class: "ink" })),
    pattern("referred", 4),
    ...patternsFor(marks),
  );
}

/**
 * Draw the whole mouth.
 * @param {ChartData} chart
 * @param {ChartData["dentition"]} dentition
 * @returns {{root: SVGElement, rows: Spot[][], parts: Map<number, Parts>}}
 */
export function draw(chart, dentition) {
  useLooks(chart.signs);
  const { width, height, rows } = layout(dentition, extrasOf(chart));
  const known = new Map(chart.teeth.map((tooth) => [tooth.number, tooth]));
  const joints = svg("g", { class: "joints" });
  const wires = svg("g", { class: "joints" });
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: `odontogram is-${dentition}`, role: "listbox", "aria-multiselectable": "true", "data-own-keys": "" });
  root.append(definitions(chart.marks), ...frame(width, height, rows), joints);
  const parts = new Map();
  for (const spot of rows.flat()) {
    const tooth = known.get(spot.number);
    if (tooth) parts.set(spot.number, drawTooth(tooth, spot));
  }
  root.append(...[...parts.values()].map((part) => part.group), wires);
  for (const part of parts.values()) drawMarks(part, chart.marks.filter((mark) => mark.tooth === part.tooth.number));
  joinTeeth(joints, wires, parts, chart.marks);
  return { root, rows, parts };
}

/** The midlines, and a quiet gum line through the necks of each row.
 * @param {number} width @param {number} height @param {Spot[][]} rows */
function frame(width, height, rows) {
  const lines = [svg("path", { class: "midline", d: `M${width / 2} 8V${height - 8}M8 ${height / 2}H${width - 8}` })];
  for (const row of rows) {
    const gum = (/** @type {"neck" | "lingualNeck"} */ edge) => svg("path", { class: "gum", d: `M${row[0].x - 22} ${row[0][edge]}H${row[row.length - 1].x + 22}` });
    lines.push(gum("neck"));
    if (row[0].lingualNeck) lines.push(gum("lingualNeck"));
  }
  return lines;
}

/** @param {ToothData} tooth @param {Spot} spot @returns {Parts} */
function drawTooth(tooth, spot) {
  const { column } = spot;
  const shape = shapeOf(tooth);
  const up = spot.isUpper ? 1 : -1;
  const side = spot.mirror * spot.scale;
  const place = (/** @type {number} */ y, /** @type {number} */ flip) => ({ transform: `translate(${spot.x} ${y}) scale(${side} ${flip * spot.scale})` });
  const facial = sideView(tooth, shape, "facial", place(spot.neck, up));
  const lingual = spot.lingualNeck ? sideView(tooth, shape, "lingual", place(spot.lingualNeck, -up * LINGUAL_SCALE)) : null;
  const occlusal = topView(tooth, shape, place(spot.diagram, up));
  const badges = svg("g", { class: "badges" });
  const group = svg("g", { class: `tooth is-${tooth.presence}${isExtra(tooth.number) ? " is-extra" : ""}${tooth.expected ? ` expects-${tooth.expected}` : ""}`, "data-tooth": tooth.number, role: "option", "aria-selected": "false", "aria-label": tooth.label, tabindex: -1 });
  const box = { x: spot.x - column / 2, y: spot.top + 1, width: column, height: spot.bottom - spot.top - 2, rx: 6 };
  const label = svg("text", { class: "tooth-number", x: spot.x, y: spot.label + 4 }, code(tooth.number), ...(tooth.expected ? [svg("tspan", { class: "tooth-doubt" }, "?")] : []));
  group.append(svg("rect", { class: "tooth-column", ...box }), facial, ...(lingual ? [lingual] : []), occlusal, label, badges);
  return { tooth, spot, shape, group, facial, lingual, occlusal, badges };
}

/** A tooth from the cheek or from the tongue: roots, crown, and the surfaces that can be pointed at.
 * @param {ToothData} tooth @param {import("./shapes.js").Shape} shape @param {"facial" | "lingual"} view @param {{transform: string}} place */
function sideView(tooth, shape, view, place) {
  const clip = `clip-${view}-${tooth.number}`;
  const group = svg("g", { class: `view ${view}`, ...place });
  const roots = [...shape.roots].sort((a, b) => Number(b.behind) - Number(a.behind));
  group.append(svg("clipPath", { id: clip }, svg("path", { d: shape.crown })));
  group.append(svg("clipPath", { id: `clip-root-${view}-${tooth.number}` }, ...roots.map((root) => svg("path", { d: root.path }))));
  group.append(svg("g", { class: "anatomy roots" }, ...roots.map((root) => svg("path", { class: root.behind ? "root is-behind" : "root", d: root.path, "data-root": root.code }))));
  group.append(svg("path", { class: "anatomy crown", d: shape.crown }));
  const zones = tooth.surfaces.filter((surface) => /^[VL]5?$/.test(surface)).map((surface) => zone(shape, surface, view));
  group.append(svg("g", { "clip-path": `url(#${clip})`, class: "zones" }, ...zones.filter((found) => found !== null)));
  group.append(svg("g", { class: "marks" }));
  return group;
}

/** @param {import("./shapes.js").Shape} shape @param {string} surface @param {"facial" | "lingual"} view */
function zone(shape, surface, view) {
  const region = sideRegion(shape, surface, view);
  return region && svg("rect", { class: "surface", "data-surface": surface, x: region[0], y: region[1], width: region[2], height: region[3] });
}

/** The diagram from above with its five surfaces.
 * @param {ToothData} tooth @param {import("./shapes.js").Shape} shape @param {{transform: string}} place */
function topView(tooth, shape, place) {
  const { outline, surfaces } = diagram(shape, tooth);
  const clip = `clip-top-${tooth.number}`;
  const faces = Object.entries(surfaces).map(([surface, path]) => svg("path", { class: "surface", "data-surface": surface, d: path }));
  const group = svg("g", { class: "view occlusal", ...place });
  group.append(svg("clipPath", { id: clip }, svg("path", { d: outline })), svg("g", { "clip-path": `url(#${clip})` }, ...faces, svg("g", { class: "marks" })));
  group.append(svg("path", { class: "outline", d: outline }), svg("g", { class: "marks-over" }));
  return group;
}

/** Show or hide layers by class, so that nothing is drawn again.
 * @param {SVGElement} root @param {Set<string>} hidden */
export function hideLayers(root, hidden) {
  for (const layer of LAYERS) root.classList.toggle(`hides-${layer}`, hidden.has(layer));
}

/** Mark the teeth that differ from another day. @param {Map<number, Parts>} parts @param {Set<number>} changed */
export function showChanged(parts, changed) {
  for (const [number, { group }] of parts) group.classList.toggle("is-changed", changed.has(number));
}

/** Show what is selected.
 * @param {Map<number, Parts>} parts @param {Map<number, Set<string>>} selection @param {number} focused */
export function showSelection(parts, selection, focused) {
  for (const [number, { group }] of parts) {
    const surfaces = selection.get(number);
    group.setAttribute("aria-selected", String(Boolean(surfaces)));
    group.setAttribute("tabindex", number === focused ? "0" : "-1");
    for (const face of group.querySelectorAll("[data-surface]")) face.classList.toggle("is-selected", surfaces?.has(face.getAttribute("data-surface") ?? "") ?? false);
  }
}
