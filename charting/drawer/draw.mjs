// Reads a chart from standard input and writes its drawing with the colours of paper.
import "./document.mjs";
import { readFileSync } from "node:fs";
import { draw } from "../static/charting/js/odontogram.js";
import { svg } from "../static/charting/js/svg.js";

const OF_THE_SCREEN = ["role", "tabindex", "aria-label", "aria-selected", "aria-multiselectable", "data-tooth", "data-surface", "data-root", "data-own-keys"];

/** @param {any} shape */
function strip(shape) {
  for (const name of OF_THE_SCREEN) shape.attributes.delete(name);
  shape.children = shape.children.filter((/** @type {any} */ child) => typeof child === "string" || !child.classes.includes("tooth-column"));
  for (const child of shape.children) if (typeof child !== "string") strip(child);
}

const { chart, dentition } = JSON.parse(readFileSync(0, "utf8"));
const { root } = draw(chart, dentition);
strip(root);
root.setAttribute("xmlns", "http://www.w3.org/2000/svg");
root.append(svg("style", {}, readFileSync(new URL("paper.css", import.meta.url), "utf8")));
process.stdout.write(root.toString());
