// What is measured, as the screen knows it: the server's exam with what was typed on top.
import { isUpper, rowsWith, SITES, sideOf } from "./path.js";

/** @typedef {number | boolean | string | null} Value */
/** @typedef {{tooth: number, measure: string, place: string, value: Value}} Entry */

/** @param {{tooth: number, measure: string, place: string}} entry */
export const keyOf = ({ tooth, measure, place }) => `${tooth} ${measure} ${place}`;

export class Exam {
  constructor() {
    /** @type {Map<string, Value>} */
    this.values = new Map();
    this.absent = /** @type {Set<number>} */ (new Set());
    this.implants = /** @type {Set<number>} */ (new Set());
    this.rows = rowsWith([]);
    this.isDraft = false;
  }

  /** Take the server's exam, but leave alone what is still on its way to the server.
   * @param {PerioExamData} data @param {Set<string>} waiting */
  take(data, waiting) {
    this.absent = new Set(data.absent);
    this.implants = new Set(data.implants);
    this.rows = rowsWith(data.primary);
    this.isDraft = data.state === "draft";
    const kept = [...this.values].filter(([key]) => waiting.has(key));
    this.values = new Map();
    for (const tooth of data.teeth) this.#takeTooth(tooth);
    for (const [key, value] of kept) this.values.set(key, value);
  }

  /** @param {PerioToothData} row */
  #takeTooth(row) {
    for (const name of ["depth", "margin", "furcation", "gingiva"]) {
      for (const [place, value] of Object.entries(row[/** @type {"depth"} */ (name)])) this.set({ tooth: row.tooth, measure: name, place, value });
    }
    for (const flag of ["bleeding", "suppuration", "plaque", "calculus"]) {
      for (const place of row[/** @type {"bleeding"} */ (flag)]) this.set({ tooth: row.tooth, measure: flag, place, value: true });
    }
    this.set({ tooth: row.tooth, measure: "mobility", place: "", value: row.mobility });
    this.set({ tooth: row.tooth, measure: "prognosis", place: "", value: row.prognosis });
  }

  /** @param {Entry} entry */
  set(entry) {
    this.values.set(keyOf(entry), entry.value);
  }

  /** @param {number} tooth @param {string} measure @param {string} [place] @returns {Value} */
  get(tooth, measure, place = "") {
    return this.values.get(keyOf({ tooth, measure, place })) ?? null;
  }

  /** What the server would say stands where this is entered. @param {Entry} entry @returns {Value} */
  stands({ tooth, measure, place, value }) {
    return this.get(tooth, measure, place) ?? (typeof value === "boolean" ? false : measure === "prognosis" ? "" : null);
  }

  /** @param {number} tooth @param {string} measure @param {string} place @returns {number | null} */
  number(tooth, measure, place) {
    const value = this.get(tooth, measure, place);
    return typeof value === "number" ? value : null;
  }

  /** Clinical attachment loss, mm. @param {number} tooth @param {string} site */
  loss(tooth, site) {
    const [depth, margin] = [this.number(tooth, "depth", site), this.number(tooth, "margin", site)];
    return depth === null || margin === null ? null : Math.max(depth + margin, 0);
  }

  /** Sites whose depth is known. */
  get measured() {
    return [...this.values].filter(([key, value]) => key.includes(" depth ") && value !== null).length;
  }

  /** The teeth that are in the mouth, as they stand. */
  get teeth() {
    return [...this.rows.upper, ...this.rows.lower].filter((tooth) => !this.absent.has(tooth));
  }

  get expected() {
    return this.teeth.length * SITES.length;
  }
}

/** Whether a tooth is a molar, permanent or primary. @param {number} tooth */
export const isMolar = (tooth) => tooth % 10 > (tooth > 50 ? 3 : 5);

/** The entrance of the furcation that is probed from this site, if the tooth has one there.
 * @param {Exam} exam @param {number} tooth @param {string} site */
export function entranceAt(exam, tooth, site) {
  if (exam.implants.has(tooth)) return null;
  const entrance = site.startsWith("D") ? "D" : "M";
  if (tooth === 14 || tooth === 24) return entrance;
  if (!isMolar(tooth)) return null;
  if (sideOf(site) === "V") return "V";
  return isUpper(tooth) ? entrance : "L";
}
