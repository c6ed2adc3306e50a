// The anatomy of a tooth as paths. An upper right tooth seen from the front: the neck lies on y = 0, the crown hangs
// down to y = h, roots reach up to y = -r, mesial is +x. Other quadrants and the lingual view are mirrored by the drawer.
import { isExtra, neighbourOf } from "./extras.js";

const WIDTHS = {
  upper: [0, 35, 29, 32, 31, 31, 43, 42, 38],
  lower: [0, 24, 26, 30, 31, 32, 44, 43, 40],
  primary: [0, 28, 25, 29, 37, 41],
};
const HEIGHT = 32;
const ROOTS = [0, 48, 47, 56, 50, 50, 50, 47, 42];

/** @typedef {{code: string, path: string, canal: string, apex: [number, number], behind: boolean}} Root */
/** @typedef {{w: number, h: number, r: number, n: number, b: number, crown: string, roots: Root[], chamber: string, occlusal: [number, number]}} Shape */

/** @param {Pick<ToothData, "number" | "arch" | "kind">} tooth @returns {Shape} */
export function shapeOf(tooth) {
  const position = tooth.number % 10;
  const isPrimary = neighbourOf(tooth.number) > 50;
  const w = isPrimary ? WIDTHS.primary[position] : WIDTHS[tooth.arch][position];
  const h = isPrimary ? HEIGHT * 0.86 : HEIGHT;
  const r = isPrimary ? ROOTS[position] * 0.8 : ROOTS[position];
  const b = w / 2;
  const n = b * (tooth.kind === "molar" ? 0.8 : 0.72);
  const depth = tooth.kind === "molar" ? 20 : tooth.kind === "premolar" ? 19 : tooth.kind === "canine" ? 15 : 13;
  return { w, h, r, n, b, crown: crown(tooth.kind, n, b, h), roots: rootsOf(tooth, n, r), chamber: chamber(tooth.kind, n, h), occlusal: [b, depth] };
}

/** @param {string} kind @param {number} n @param {number} b @param {number} h */
function crown(kind, n, b, h) {
  const neck = `Q0 ${-h * 0.16} ${-n} 0Z`;
  const left = `M${-n} 0C${-n * 1.05} ${h * 0.22} ${-b} ${h * 0.34}`;
  const right = `C${b} ${h * 0.34} ${n * 1.05} ${h * 0.22} ${n} 0`;
  const edges = {
    incisor: `${-b} ${h * 0.86}Q${-b} ${h} ${-b * 0.76} ${h}L${b * 0.8} ${h}Q${b} ${h} ${b} ${h * 0.88}`,
    canine: `${-b} ${h * 0.62}C${-b * 0.98} ${h * 0.8} ${-b * 0.32} ${h * 0.92} ${b * 0.04} ${h * 1.06}C${b * 0.4} ${h * 0.94} ${b} ${h * 0.84} ${b} ${h * 0.64}`,
    premolar: `${-b} ${h * 0.6}C${-b} ${h * 0.84} ${-b * 0.42} ${h * 0.86} 0 ${h}C${b * 0.42} ${h * 0.86} ${b} ${h * 0.84} ${b} ${h * 0.6}`,
    molar: `${-b} ${h * 0.6}C${-b} ${h * 0.9} ${-b * 0.76} ${h * 0.98} ${-b * 0.48} ${h * 0.95}C${-b * 0.26} ${h * 0.92} ${-b * 0.16} ${h * 0.82} 0 ${h * 0.82}C${b * 0.16} ${h * 0.82} ${b * 0.26} ${h * 0.94} ${b * 0.5} ${h * 0.97}C${b * 0.78} ${h} ${b} ${h * 0.92} ${b} ${h * 0.62}`,
  };
  return `${left} ${edges[/** @type {keyof typeof edges} */ (kind)]}${right}${neck}`;
}

/** @param {string} kind @param {number} n @param {number} h */
function chamber(kind, n, h) {
  const half = n * (kind === "molar" ? 0.62 : 0.3);
  const top = h * (kind === "molar" ? 0.4 : 0.5);
  return `M${-half} -1Q${-half * 0.9} ${top} 0 ${top * (kind === "molar" ? 0.82 : 1)}Q${half * 0.9} ${top} ${half} -1Z`;
}

/** @param {Pick<ToothData, "number" | "arch" | "kind">} tooth @param {number} n @param {number} r @returns {Root[]} */
function rootsOf(tooth, n, r) {
  if (isExtra(tooth.number)) return [cone("R", 0, n, r * 0.8, false)];
  if (tooth.kind === "molar") return tooth.arch === "upper" ? upperMolar(n, r) : lowerMolar(n, r);
  if (tooth.number === 14 || tooth.number === 24) return [cone("PR", -n * 0.24, n * 0.62, r * 1.02, true), cone("BR", n * 0.1, n * 0.9, r * 0.94, false)];
  return [cone("R", 0, n, r, false)];
}

/** A single root around x, with its tip a little to the distal side.
 * @param {string} code @param {number} x @param {number} half @param {number} r @param {boolean} behind @returns {Root} */
function cone(code, x, half, r, behind) {
  const tip = x - half * 0.16;
  const path = `M${x - half} 0C${x - half * 0.98} ${-r * 0.42} ${tip - half * 0.42} ${-r * 0.97} ${tip} ${-r}C${tip + half * 0.42} ${-r * 0.98} ${x + half * 0.98} ${-r * 0.42} ${x + half} 0Q${x} -5 ${x - half} 0Z`;
  return { code, path, canal: `M${x} 2Q${x} ${-r * 0.5} ${tip} ${-r * 0.9}`, apex: [tip, -r], behind };
}

/** One of two splayed roots: from the neck's middle (the furcation) to the outer side.
 * @param {string} code @param {number} n @param {number} r @param {1 | -1} side @returns {Root} */
function splayed(code, n, r, side) {
  const x = (/** @type {number} */ k) => side * n * k;
  const path = `M${x(0)} ${-r * 0.24}C${x(0.06)} ${-r * 0.5} ${x(0.3)} ${-r * 0.96} ${x(0.6)} ${-r}C${x(0.88)} ${-r * 0.98} ${x(1.06)} ${-r * 0.4} ${x(1)} 0Q${x(0.5)} -4 ${x(0)} -4.5Z`;
  return { code, path, canal: `M${x(0.34)} 1C${x(0.5)} ${-r * 0.3} ${x(0.58)} ${-r * 0.6} ${x(0.62)} ${-r * 0.9}`, apex: [x(0.62), -r], behind: false };
}

/** @param {number} n @param {number} r @returns {Root[]} */
function lowerMolar(n, r) {
  return [splayed("DR", n, r * 0.96, -1), splayed("MR", n, r, 1)];
}

/** @param {number} n @param {number} r @returns {Root[]} */
function upperMolar(n, r) {
  return [cone("P", 0, n * 0.5, r * 1.08, true), splayed("DB", n, r * 0.9, -1), splayed("MB", n, r * 0.96, 1)];
}

/** @type {Record<string, string>} */
const CANAL_OF = { MB1: "MB", MB2: "MB", DB1: "DB", P1: "P", MBC: "MR", MLC: "MR", DC: "DR", DBC: "DR", DLC: "DR" };

/** Roots meant by root or canal codes; none named means all of them.
 * @param {Shape} shape @param {string[]} codes */
export function rootsMeant(shape, codes) {
  const wanted = new Set(codes.map((code) => CANAL_OF[code] ?? code));
  const found = shape.roots.filter((root) => wanted.has(root.code));
  return found.length ? found : shape.roots;
}

/** The diagram from above: facial is -y, mesial +x. The biting surface lies in the middle.
 * @param {Shape} shape @param {ToothData} tooth @returns {{outline: string, surfaces: Record<string, string>}} */
export function diagram(shape, tooth) {
  const [a, b] = shape.occlusal;
  const isFront = tooth.surfaces.includes("I");
  const [ia, ib] = isFront ? [a * 0.62, 3.4] : [a * 0.5, b * 0.46];
  const k = isFront ? 0.9 : 0.62;
  const outline = `M${-a} 0C${-a} ${-b * k} ${-a * k} ${-b} 0 ${-b}S${a} ${-b * k} ${a} 0S${a * k} ${b} 0 ${b}S${-a} ${b * k} ${-a} 0Z`;
  const quad = (/** @type {number[]} */ ...p) => `M${p[0]} ${p[1]}L${p[2]} ${p[3]}L${p[4]} ${p[5]}L${p[6]} ${p[7]}Z`;
  const middle = `M${-ia} ${-ib}H${ia}V${ib}H${-ia}Z`;
  return {
    outline,
    surfaces: {
      V: quad(-a, -b, a, -b, ia, -ib, -ia, -ib),
      L: quad(-a, b, a, b, ia, ib, -ia, ib),
      M: quad(a, -b, a, b, ia, ib, ia, -ib),
      D: quad(-a, -b, -a, b, -ia, ib, -ia, -ib),
      [isFront ? "I" : "O"]: middle,
    },
  };
}

/** Where a surface lies on the crown seen from the side, as a rectangle cut out by the crown's outline.
 * @param {Shape} shape @param {string} surface @param {"facial" | "lingual"} view @returns {[number, number, number, number] | null} x, y, width, height */
export function sideRegion({ b, h, n, r }, surface, view) {
  const [own, cervical, root] = view === "facial" ? ["V", "V5", "RV"] : ["L", "L5", "RL"];
  const top = -h * 0.12;
  /** @type {Record<string, [number, number, number, number]>} */
  const regions = {
    [own]: [-b * 0.52, h * 0.3, b * 1.04, h * 0.42],
    [cervical]: [-b, top, b * 2, h * 0.42],
    M: [b * 0.52, top, b * 0.5, h * 1.3],
    D: [-b * 1.02, top, b * 0.5, h * 1.3],
    O: [-b, h * 0.72, b * 2, h * 0.4],
    I: [-b, h * 0.76, b * 2, h * 0.4],
    [root]: [-n * 0.55, -r * 0.42, n * 1.1, r * 0.36],
    RM: [n * 0.5, -r * 0.6, n * 0.7, r * 0.55],
    RD: [-n * 1.2, -r * 0.6, n * 0.7, r * 0.55],
  };
  return regions[surface] ?? null;
}
