// Findings: red, hatched, each with a shape of its own.
import { POSITIONS } from "./mark-positions.js";
import { TESTS } from "./mark-tests.js";
import { diagram, rootsMeant, sideRegion } from "./shapes.js";

/** @typedef {ReturnType<typeof import("./marks.js").penOf>} Pen */
/** @typedef {(pen: Pen, mark: MarkData) => void} Drawer */

/** Surfaces on the diagram and on both sides; without surfaces the biting one, as a sign for the whole crown. @type {Drawer} */
export function surfaces(pen, mark) {
  const { parts, shape } = pen;
  const faces = diagram(shape, parts.tooth).surfaces;
  for (const surface of mark.surfaces) {
    if (faces[surface]) pen.topArea(faces[surface]);
    for (const view of /** @type {const} */ (["facial", "lingual"])) {
      const region = sideRegion(shape, surface, view);
      if (region) pen.sideBox(view, region, surface.startsWith("R"));
    }
  }
}

/** @type {Drawer} */
function caries(pen, mark) {
  if (mark.surfaces.length) surfaces(pen, mark);
  else pen.facialDot(0, pen.shape.h * 0.52, pen.shape.b * 0.36);
  if (["deep", "icdas6"].includes(mark.severity)) pen.facialLine(`M0 ${pen.shape.h * 0.6}V${pen.shape.h * 0.16}`, "is-strong");
}

/** @type {Drawer} */
function fracture(pen, mark) {
  const { b, h, r } = pen.shape;
  if (mark.severity === "root") pen.sideLine(`M${-b * 0.6} ${-r * 0.42}L${-b * 0.2} ${-r * 0.5}L${b * 0.05} ${-r * 0.36}L${b * 0.6} ${-r * 0.48}`, "is-strong");
  else pen.sideLine(`M${-b * 0.9} ${h * 0.66}L${-b * 0.3} ${h * 0.44}L${b * 0.02} ${h * 0.66}L${b * 0.4} ${h * 0.34}L${b * 0.9} ${h * 0.5}`, "is-strong");
}

/** A band along the neck: soft for plaque, jagged for calculus. @param {boolean} isHard @returns {Drawer} */
function deposit(isHard) {
  return (pen) => {
    const { n } = pen.shape;
    const bumps = [-0.8, -0.4, 0, 0.4, 0.8].map((k) => `Q${n * (k - 0.2)} ${isHard ? 7 : 3} ${n * k} ${isHard ? 1 : 3}`).join("");
    pen.sideLine(`M${-n} 2${bumps}L${n} 2`, isHard ? "is-strong" : "is-dotted");
  };
}

/** @type {Drawer} */
function recession(pen) {
  const { n, r } = pen.shape;
  pen.facialLine(`M${-n - 3} 0Q${-n * 0.5} ${-r * 0.36} 0 ${-r * 0.36}Q${n * 0.5} ${-r * 0.36} ${n + 3} 0`, "is-strong");
}

/** @type {Drawer} */
function cross(pen) {
  const { b, h, r } = pen.shape;
  pen.facialLine(`M${-b * 0.8} ${h}L${b * 0.8} ${-r}M${b * 0.8} ${h}L${-b * 0.8} ${-r}`, "is-absent");
}

/** At the tips of the roots: a ring of the lesion's size where bone is lost, a disc where it is dense, a rim where the ligament is wide. @type {Drawer} */
function periapical(pen, mark) {
  const r = 4 + Math.min(mark.amount ?? 3, 14) * 0.5;
  for (const { apex: [x, y] } of rootsMeant(pen.shape, mark.roots)) {
    if (mark.severity === "radiopaque") pen.facialDot(x, y, r);
    else if (mark.severity === "widened") pen.facialLine(`M${x - 4.5} ${y + 7}Q${x - 4.5} ${y - 3.5} ${x} ${y - 3.5}T${x + 4.5} ${y + 7}`, "is-strong");
    else pen.facialLine(`M${x - r} ${y}a${r} ${r} 0 1 0 ${r * 2} 0a${r} ${r} 0 1 0 ${-r * 2} 0`, "is-strong");
  }
}

/** @type {Record<string, Drawer>} */
export const FINDINGS = {
  ...POSITIONS,
  ...TESTS,
  periapical_lesion: periapical,
  caries,
  fracture,
  recession,
  missing: cross,
  plaque: deposit(false),
  calculus: deposit(true),
  pulpitis: (pen) => pen.sideArea(pen.shape.chamber, "is-solid"),
  apical_periodontitis: (pen, mark) => rootsMeant(pen.shape, mark.roots).forEach((root) => pen.facialDot(root.apex[0], root.apex[1] + 1, 5.5)),
  fistula: (pen) => {
    pen.facialDot(0, -pen.shape.r * 0.5, 4.5);
    pen.facialLine(`M0 ${-pen.shape.r * 0.5 - 1}V${-pen.shape.r * 0.5 + 1}`, "is-strong");
  },
  mobility: (pen, mark) => pen.badge({ 1: "I", 2: "II", 3: "III" }[mark.severity] ?? "↔"),
  wear: (pen) => {
    const { b, h } = pen.shape;
    pen.sideLine(`M${-b} ${h * 0.84}H${b}`, "is-strong");
    pen.topLine(`M${-b * 0.5} 0H${b * 0.5}`, "is-strong");
  },
  sensitivity: (pen) => pen.facialLine(`M3 ${pen.shape.h * 0.14}L-3 ${pen.shape.h * 0.5}H3L-3 ${pen.shape.h * 0.86}`, "is-strong"),
  discoloration: (pen) => pen.sideArea(pen.shape.crown, "is-faint"),
  erupted: () => {},
  supernumerary: (pen, mark) => {
    if (mark.direction === "vestibular" || mark.direction === "lingual") pen.move("top", `translate(0 ${mark.direction === "lingual" ? 11 : -11})`);
  },
  erupting: (pen) => {
    pen.move("sides", "translate(0 -9)");
    pen.facialLine(`M${-pen.shape.b} 11H${pen.shape.b}`, "is-dotted");
    pen.facialArrow(`M0 ${pen.shape.h * 0.5}V${pen.shape.h + 4}M-4 ${pen.shape.h}L0 ${pen.shape.h + 4}L4 ${pen.shape.h}`);
  },
  unerupted: (pen) => pen.facialLine(`M${-pen.shape.b * 0.8} ${pen.shape.h + 4}H${pen.shape.b * 0.8}`, "is-dotted is-absent"),
  impacted: (pen) => pen.facialLine(`M${-pen.shape.b} ${pen.shape.h + 5}H${pen.shape.b}M-5 ${pen.shape.h * 0.7}L0 ${pen.shape.h * 0.2}L5 ${pen.shape.h * 0.7}`, "is-strong"),
  retained_root: (pen) => pen.facialLine(`M${-pen.shape.n - 2} -1H${pen.shape.n + 2}`, "is-strong"),
};
