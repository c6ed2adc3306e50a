// Files dropped on the patient: each is sent by itself, with its own progress, answer and way to try again.

import { renew } from "../../../desk/js/renew.js";
import { toothTyped, useNotation } from "../teeth.js";

const NO_TOOTH = 0; // what is no tooth in the reader's notation must not be read as another one by FDI

/** @typedef {{patient: string, visit: string, words: Record<string, string>, notation: NotationData}} Setup */

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-upload]"));
const drop = /** @type {HTMLElement} */ (form.querySelector("[data-drop]"));
const input = /** @type {HTMLInputElement} */ (form.querySelector("[data-files]"));
const list = /** @type {HTMLElement} */ (form.querySelector("[data-uploads]"));
/** @type {Setup} */
const setup = JSON.parse(document.getElementById("upload-setup")?.textContent ?? "{}");
const { words } = setup;
useNotation(setup.notation);
/** @type {(() => Promise<boolean>)[]} */
const queue = [];
let running = false;
let stored = 0;

form.classList.add("has-script");

/** @param {FileList | null | undefined} files */
function takeIn(files) {
  for (const file of files ?? []) queue.push(() => sendFile(file, rowOf(file)));
  if (!running) void work();
}

async function work() {
  running = true;
  for (let next = queue.shift(); next; next = queue.shift()) stored += Number(await next());
  running = false;
  if (stored) await showGallery();
  stored = 0;
}

/** The pictures as they are now; the list of sent files stays, so that a refusal can be read. */
async function showGallery() {
  const answer = await fetch(window.location.href);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-gallery]");
  if (answer.ok && fresh) document.querySelector("[data-gallery]")?.replaceWith(fresh);
}

/** @param {File} file */
function rowOf(file) {
  const row = document.createElement("li");
  const name = Object.assign(document.createElement("span"), { className: "truncate", textContent: file.name });
  const bar = Object.assign(document.createElement("progress"), { className: "progress", max: 100, value: 0 });
  const state = Object.assign(document.createElement("span"), { className: "muted", textContent: words.waiting });
  bar.setAttribute("aria-label", file.name);
  row.append(name, bar, state);
  list.append(row);
  return { row, bar, state };
}

/** @typedef {ReturnType<typeof rowOf>} Row */

/** @param {File} file @param {Row} row @param {boolean} [confirmed] @param {boolean} [isAgain] @returns {Promise<boolean>} */
function sendFile(file, row, confirmed = false, isAgain = false) {
  const body = bodyOf(file, confirmed);
  row.row.querySelector("p")?.remove();
  row.state.textContent = words.sending;
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/images");
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", String(new FormData(form).get("csrfmiddlewaretoken")));
    request.upload.addEventListener("progress", (event) => {
      row.bar.value = event.lengthComputable ? (100 * event.loaded) / event.total : 50;
      if (event.loaded === event.total) row.state.textContent = words.checking;
    });
    request.addEventListener("load", async () => {
      const isOld = request.status === 403 && !isAgain && (await renew());
      resolve(isOld ? sendFile(file, row, confirmed, true) : settle(request, file, row));
    });
    request.addEventListener("error", () => resolve(refuse(file, row, words.lost, "")));
    request.send(body);
  });
}

/** @param {File} file @param {boolean} confirmed */
function bodyOf(file, confirmed) {
  const typed = new FormData(form);
  const body = new FormData();
  body.set("patient", setup.patient);
  body.set("kind", String(typed.get("kind") ?? ""));
  for (const tooth of String(typed.get("teeth") ?? "").split(/[\s,;]+/)) if (tooth) body.append("teeth", String(toothTyped(tooth) ?? NO_TOOTH));
  if (setup.visit) body.set("visit", setup.visit);
  if (confirmed) body.set("confirmed", "true");
  body.set("file", file);
  return body;
}

/** @param {XMLHttpRequest} request @param {File} file @param {Row} row */
function settle(request, file, row) {
  const answer = request.response;
  if (request.status === 201) {
    row.bar.value = 100;
    row.state.className = "is-good";
    row.state.textContent = answer.has_preview ? words.done : words.noPreview;
    return true;
  }
  const reasons = Object.values(answer?.fields ?? {});
  return refuse(file, row, reasons.length ? reasons.join(" ") : (answer?.message ?? words.broken), answer?.code ?? "", answer?.link ?? "");
}

/** @param {File} file @param {Row} row @param {string} text @param {string} code @param {string} link */
function refuse(file, row, text, code, link = "") {
  row.bar.value = 0;
  row.state.textContent = "";
  row.row.append(Object.assign(document.createElement("p"), { textContent: text }));
  const isOther = code === "other_person";
  if (!code || isOther) {
    const again = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small", textContent: isOther ? words.confirm : words.retry });
    again.addEventListener("click", () => {
      row.state.textContent = words.waiting;
      queue.push(() => sendFile(file, row, isOther));
      if (!running) void work();
    });
    row.state.replaceChildren(again);
  }
  if (link) row.state.replaceChildren(Object.assign(document.createElement("a"), { className: "btn btn-small", href: link, textContent: words.open }));
  return false;
}

for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => (event.preventDefault(), drop.classList.add("is-over")));
for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("is-over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  takeIn(event.dataTransfer?.files);
});
input.addEventListener("change", () => {
  takeIn(input.files);
  input.value = "";
});
form.addEventListener("submit", (event) => event.preventDefault());
