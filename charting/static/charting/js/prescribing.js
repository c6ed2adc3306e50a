// Usual prescriptions beside the form: one click fills the next empty drug in, in the language of the paper.
import { byId, html } from "./svg.js";

/** @typedef {{title: string, language: string, inn: string, form: string, strength: string, quantity: string, signa: string, drug_class: string}} Usual */

const NAMES = /** @type {const} */ (["inn", "form", "strength", "quantity", "signa", "drug_class"]);
const usual = /** @type {Usual[]} */ (JSON.parse(byId("usual-drugs").textContent ?? "[]"));

const form = () => /** @type {HTMLFormElement} */ (byId("prescription"));
const field = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (form().elements.namedItem(name));
const rows = () => [...form().querySelectorAll("[data-drug]")].map((row) => Number(/** @type {HTMLElement} */ (row).dataset.drug));
const isEmpty = (/** @type {number} */ row) => NAMES.every((name) => !field(`${name}${row}`).value);

/** @param {Usual} drug */
function fill(drug) {
  const row = rows().find(isEmpty);
  if (row === undefined) return;
  for (const name of NAMES) field(`${name}${row}`).value = drug[name];
  field(`signa${row}`).focus();
  field(`inn${row}`).dispatchEvent(new Event("input", { bubbles: true }));
}

function show() {
  const offered = usual.filter((drug) => drug.language === field("language").value);
  byId("usual").replaceChildren(...offered.map((drug) => {
    const button = html("button", { type: "button", class: "usual-drug" }, html("strong", {}, drug.title), html("small", { class: "muted" }, drug.signa));
    button.addEventListener("click", () => fill(drug));
    return html("li", {}, button);
  }));
}

document.addEventListener("change", (event) => {
  if (/** @type {HTMLElement} */ (event.target).id === field("language").id) show();
});
show();
