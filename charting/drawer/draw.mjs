// Reads what is to be drawn from standard input, by name, and writes the drawings with the colours of paper.
import "./document.mjs";
import { readFileSync } from "node:fs";
import { drawMap } from "../static/charting/js/mucosa-map.js";
import { draw } from "../static/charting/js/odontogram.js";
import { Exam } from "../static/charting/js/perio/exam.js";
import { paint } from "../static/charting/js/perio/paint.js";
import { drawSheet } from "../static/charting/js/perio/sheet.js";
import { svg } from "../static/charting/js/svg.js";
import { useNotation } from "../static/charting/js/teeth.js";

/** @typedef {import("./document.mjs").Shape} Shape */
/** @typedef {{kind: "mouth", chart: ChartData, dentition: ChartData["dentition"], codes: Record<string, string>}} MouthAsked */
/** @typedef {{kind: "mucosa", numbers: Record<string, number>, found: string[]}} MucosaAsked */
/** @typedef {{kind: "perio", exam: PerioExamData, arch: "upper" | "lower", words: Record<string, string>, codes: Record<string, string>}} PerioAsked */

const OF_THE_SCREEN = ["role", "tabindex", "aria-label", "aria-hidden", "aria-selected", "aria-multiselectable", "data-tooth", "data-surface", "data-root", "data-own-keys", "data-grades", "data-site"];
const LEFT_OUT = ["tooth-column", "perio-target"];

/** @param {MouthAsked} asked */
function mouth({ chart, dentition, codes }) {
  useNotation({ codes, typed: {} });
  return draw(chart, dentition).root;
}

/** @param {MucosaAsked} asked */
const mucosa = ({ numbers, found }) => drawMap(numbers, new Set(found));

/** @param {PerioAsked} asked */
function perio({ exam: told, arch, words, codes }) {
  useNotation({ codes, typed: {} });
  const exam = new Exam();
  exam.take(told, new Set());
  const sheet = drawSheet(exam.rows[arch], exam, words);
  paint(sheet, exam.rows[arch], exam, null, words);
  return sheet;
}

/** @param {MouthAsked | MucosaAsked | PerioAsked} asked */
const drawn = (asked) => (asked.kind === "mouth" ? mouth(asked) : asked.kind === "mucosa" ? mucosa(asked) : perio(asked));

/** @param {Shape} shape */
function strip(shape) {
  for (const name of OF_THE_SCREEN) shape.attributes.delete(name);
  shape.children = shape.children.filter((child) => typeof child === "string" || !child.classes.some((name) => LEFT_OUT.includes(name)));
  for (const child of shape.children) if (typeof child !== "string") strip(child);
}

/** @param {MouthAsked | MucosaAsked | PerioAsked} asked */
function paper(asked) {
  const root = drawn(asked);
  strip(/** @type {Shape} */ (/** @type {unknown} */ (root)));
  root.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  root.append(svg("style", {}, readFileSync(new URL(`${asked.kind}.css`, import.meta.url), "utf8")));
  return root.toString();
}

/** @type {Record<string, MouthAsked | MucosaAsked | PerioAsked>} */
const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(Object.fromEntries(Object.entries(asked).map(([name, what]) => [name, paper(what)]))));
