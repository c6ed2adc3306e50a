// The exam as a plain table: for readers of the screen, and for whoever would rather read than look.
import { html } from "../svg.js";
import { code } from "../teeth.js";
import { FLAGS, SITES } from "./path.js";

/** @param {HTMLElement} place @param {import("./exam.js").Exam} exam @param {Record<string, string>} words */
export function writeTable(place, exam, words) {
  const names = ["mobility", "furcation", "gingiva", "prognosis"];
  const sites = SITES.map((site) => html("th", { scope: "col", title: words[`site${site}`] }, site));
  const head = html("tr", {}, html("th", { scope: "col" }, words.tooth), ...sites, ...names.map((name) => html("th", { scope: "col" }, words[name])));
  const rows = exam.teeth.map((tooth) => line(tooth, exam, words));
  place.replaceChildren(html("table", { class: "table table-compact" }, html("thead", {}, head), html("tbody", {}, ...rows)));
}

/** @param {number} tooth @param {import("./exam.js").Exam} exam @param {Record<string, string>} words */
function line(tooth, exam, words) {
  const cells = SITES.map((site) => {
    const [depth, margin, loss] = [exam.number(tooth, "depth", site), exam.number(tooth, "margin", site), exam.loss(tooth, site)];
    const numbers = [depth === null ? "" : String(depth), margin === null ? "" : `/ ${margin}`, loss === null ? "" : `→ ${loss}`].filter(Boolean).join(" ");
    const signs = FLAGS.filter((flag) => exam.get(tooth, flag, site) === true).map((flag) => words[flag]);
    return html("td", {}, numbers || "–", ...(signs.length ? [html("small", {}, signs.join(", "))] : []));
  });
  const placed = (/** @type {string} */ name, /** @type {string[]} */ places) =>
    places.filter((place) => exam.number(tooth, name, place) !== null).map((place) => `${place} ${exam.number(tooth, name, place)}`).join(", ");
  const grades = [String(exam.number(tooth, "mobility", "") ?? ""), placed("furcation", ["V", "L", "M", "D"]), placed("gingiva", ["V", "L"]), words[`is_${exam.get(tooth, "prognosis")}`] ?? ""];
  return html("tr", {}, html("th", { scope: "row" }, code(tooth) + (exam.implants.has(tooth) ? ` (${words.implant})` : "")), ...cells, ...grades.map((text) => html("td", {}, text)));
}
