// A form is sent once: while its answer is awaited, a second click, double click or Enter does nothing.

const PATIENCE_MS = 8_000; // a download or a lost answer leaves the page standing: then the form may be sent again

/** @param {HTMLFormElement} form */
function release(form) {
  delete form.dataset.sending;
  form.removeAttribute("aria-busy");
}

/** @param {SubmitEvent} event */
function sent(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || form.method !== "post" || form.target) return;
  if (form.dataset.sending) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sending = "1";
  form.setAttribute("aria-busy", "true");
  window.setTimeout(() => release(form), PATIENCE_MS);
}

/** @param {Event} event */
function answered(event) {
  const form = /** @type {Element} */ (event.target).closest?.("form[data-sending]");
  if (form) release(/** @type {HTMLFormElement} */ (form));
}

document.addEventListener("submit", sent, { capture: true });
document.addEventListener("htmx:afterRequest", answered);
document.addEventListener("htmx:validation:halted", answered);
document.addEventListener("htmx:confirm", (event) => /** @type {CustomEvent} */ (event).detail.question && answered(event));
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
