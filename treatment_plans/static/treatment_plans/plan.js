// A plan's lines: drag one to another place, phase or alternative; a changed visit number saves itself.

/** @type {HTMLTableRowElement | null} */
let dragged = null;

/** @param {Event} event */
function rowOf(event) {
  return /** @type {HTMLTableRowElement | null} */ (/** @type {Element} */ (event.target).closest?.("tr[data-item]"));
}

function clearTargets() {
  document.querySelectorAll(".plan-items .is-target").forEach((element) => element.classList.remove("is-target"));
}

/** @param {DragEvent} event */
function started(event) {
  dragged = rowOf(event);
  dragged?.classList.add("is-dragged");
  if (dragged && event.dataTransfer) event.dataTransfer.effectAllowed = "move";
}

/** @param {DragEvent} event */
function over(event) {
  const body = /** @type {Element} */ (event.target).closest?.(".plan-items tbody");
  if (!dragged || !body) return;
  event.preventDefault();
  clearTargets();
  (rowOf(event) ?? body).classList.add("is-target");
}

/** @param {DragEvent} event */
function dropped(event) {
  const body = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest?.(".plan-items tbody"));
  const row = rowOf(event);
  if (!dragged || !body || row === dragged) return;
  event.preventDefault();
  const values = { phase: body.dataset.phase ?? "", visit_number: dragged.dataset.visit ?? "1", before: row?.dataset.item ?? "" };
  /** @type {any} */ (window).htmx.ajax("POST", dragged.dataset.url, { values, swap: "none", source: "#plan" });
}

function ended() {
  dragged?.classList.remove("is-dragged");
  dragged = null;
  clearTargets();
}

/** @param {Event} event */
function changed(event) {
  const input = /** @type {HTMLInputElement} */ (event.target);
  if (input.matches("[data-submit]") && input.checkValidity()) input.form?.requestSubmit();
}

/** The search for a line stands below the table: what it finds shall be seen. @param {Event} event */
function opened(event) {
  const details = /** @type {Element} */ (event.target);
  if (!details.matches(".plan-later[open]")) return;
  details.scrollIntoView({ block: "start" });
  /** @type {HTMLElement | null} */ (details.querySelector("input[name=teeth]"))?.focus({ preventScroll: true });
}

document.addEventListener("toggle", opened, true);
document.addEventListener("dragstart", started);
document.addEventListener("dragover", over);
document.addEventListener("drop", dropped);
document.addEventListener("dragend", ended);
document.addEventListener("change", changed);
