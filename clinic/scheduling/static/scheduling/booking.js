// In the booking panel: a hit of the patient search is chosen, not opened; a type brings its usual length.

const PATIENT = /\/patients\/([0-9a-f-]{36})\//;

/** @param {HTMLAnchorElement} hit */
function choose(hit) {
  const form = hit.closest("form");
  const id = PATIENT.exec(hit.href)?.[1];
  const field = /** @type {HTMLInputElement | null} */ (form?.querySelector("[name=patient_id]") ?? null);
  if (!form || !id || !field) return;
  field.value = id;
  const chosen = /** @type {HTMLElement} */ (form.querySelector("[data-chosen]"));
  const name = hit.querySelector(".truncate") ?? hit;
  const words = [...name.childNodes].filter((node) => !(node instanceof Element && node.matches(".disc"))).map((node) => node.textContent ?? "");
  chosen.textContent = words.join(" ").replace(/\s+/g, " ").trim();
  chosen.hidden = false;
  const search = /** @type {HTMLInputElement} */ (form.querySelector("[data-patient-search]"));
  search.value = "";
  htmx.trigger(search, "htmx:abort");
  form.querySelector("[data-hits]")?.replaceChildren();
  /** @type {HTMLElement | null} */ (form.querySelector("[name=type_id]"))?.focus();
}

document.addEventListener(
  "click",
  (event) => {
    const hit = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest("[data-hits] a"));
    if (!hit || !PATIENT.test(hit.href)) return;
    event.preventDefault();
    event.stopPropagation();
    choose(hit);
  },
  { capture: true },
);

document.addEventListener("keydown", (event) => {
  const search = /** @type {HTMLElement} */ (event.target);
  if (event.key !== "Enter" || !search.matches?.("[data-patient-search]")) return;
  event.preventDefault();
  /** @type {HTMLElement | null} */ (search.closest("form")?.querySelector("[data-hits] a"))?.click();
});

document.addEventListener("change", (event) => {
  const select = /** @type {HTMLSelectElement} */ (event.target);
  if (!select.matches?.("[data-lengths] [name=type_id]")) return;
  const lengths = JSON.parse(/** @type {HTMLElement} */ (select.closest("[data-lengths]")).dataset.lengths ?? "{}");
  const minutes = /** @type {HTMLInputElement | null} */ (select.form?.querySelector("[name=minutes]") ?? null);
  if (minutes && lengths[select.value] && !select.form?.dataset.hasLength) minutes.value = lengths[select.value];
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  const search = detail.requestConfig.elt;
  if (search.matches?.("[data-patient-search]") && !search.value.trim()) detail.shouldSwap = false; // chosen meanwhile
});
