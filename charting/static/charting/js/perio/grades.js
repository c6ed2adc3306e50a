// What is said of a tooth besides its sites: mobility, furcation, keratinised gingiva, prognosis.
import { entranceAt } from "./exam.js";
import { sideOf } from "./path.js";

/** Prognoses under the digits that stand for them; 0 takes the prognosis away. */
export const PROGNOSES = ["", "good", "fair", "poor", "questionable", "hopeless"];
/** A shape for each prognosis, fuller the better. @type {Record<string, string>} */
export const PROGNOSIS_SHAPES = { good: "●", fair: "◕", poor: "◑", questionable: "◔", hopeless: "✕" };
/** @type {Record<string, number>} */
const MOST = { mobility: 3, furcation: 3, gingiva: 15, prognosis: 5 };

/** The grade that a number after its letter means at a site, or nothing when the tooth has none there; null takes it away.
 * @param {import("./exam.js").Exam} exam @param {string} name @param {{tooth: number, site: string}} where @param {number | null} value @returns {import("./exam.js").Entry | null} */
export function graded(exam, name, { tooth, site }, value) {
  if (value !== null && (value < 0 || value > MOST[name])) return null;
  const place = { mobility: "", prognosis: "", gingiva: sideOf(site), furcation: entranceAt(exam, tooth, site) }[name] ?? null;
  return place === null ? null : { tooth, measure: name, place, value: name === "prognosis" ? PROGNOSES[value ?? 0] : value };
}
