// What the clinic asks of a note is asked before the signature: every missing part is named where it belongs, and the cursor stands in the first.
// Places that a template left open (___) are asked about once more: signed, they would stay.
import { call } from "./api.js";
import { html } from "./svg.js";

/** @typedef {{part: string, is_missing: boolean, ask: string}} Need */

/** @param {string} part */
const cardOf = (part) => document.getElementById(part === "diagnosis" ? "diagnoses" : part);

/** Where the part is entered: its text, or the first button of its card. @param {string} part @returns {HTMLElement | null} */
const fieldOf = (part) => document.getElementById(`note-${part}`) ?? cardOf(part)?.querySelector("[data-find], [data-panel]") ?? null;

/** @param {Need} need */
function told(need) {
  const id = `missing-${need.part}`;
  const line = html("p", { class: "field-error", id, "data-missing": need.part }, need.ask);
  const field = fieldOf(need.part);
  field?.setAttribute("aria-describedby", id);
  if (field instanceof HTMLTextAreaElement) {
    field.setAttribute("aria-invalid", "true");
    field.after(line);
  } else cardOf(need.part)?.querySelector(".card-head")?.after(line);
}

/** @param {HTMLElement | null} field */
function settle(field) {
  if (!field?.hasAttribute("aria-invalid")) return;
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
  document.getElementById(`missing-${field.id.replace("note-", "")}`)?.remove();
}

/** @param {Need[]} missing @param {Record<string, string>} words */
function show(missing, words) {
  for (const line of document.querySelectorAll("[data-missing]")) line.remove();
  for (const field of document.querySelectorAll(".note-section textarea")) settle(/** @type {HTMLElement} */ (field));
  document.getElementById("note-missing")?.replaceChildren(...(missing.length ? [html("p", { class: "alert-strip is-danger", role: "alert" }, words.missing)] : []));
  missing.forEach(told);
  if (missing.length) fieldOf(missing[0].part)?.focus();
}

const hasGaps = () => [...document.querySelectorAll(".note-section textarea")].some((area) => /** @type {HTMLTextAreaElement} */ (area).value.includes("___"));

/** What is asked before the note is signed. @param {HTMLFormElement} form @param {Record<string, string>} words */
function setQuestion(form, words) {
  form.dataset.usual ??= form.dataset.confirm ?? "";
  form.dataset.confirm = hasGaps() ? words.gaps : form.dataset.usual;
}

/** @param {string} visit @param {() => Promise<boolean>} save @param {Record<string, string>} words */
export function attachRequired(visit, save, words) {
  let isAsked = false;
  document.addEventListener("click", async (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest?.("#sign-form button");
    if (!(button instanceof HTMLButtonElement)) return;
    if (isAsked) return void (isAsked = false);
    event.preventDefault();
    if (!(await save())) return;
    const needs = /** @type {Need[]} */ (await call(`/visits/${visit}/requirements`).catch(() => []));
    const missing = needs.filter((need) => need.is_missing);
    show(missing, words);
    if (missing.length) return;
    isAsked = true;
    if (button.form) setQuestion(button.form, words);
    button.click();
  });
  document.getElementById("note")?.addEventListener("input", (event) => settle(/** @type {HTMLElement} */ (event.target)));
}
