// A form is sent once: a second click does nothing, and nothing can be typed into it while it is on its way.

const PATIENCE_MS = 8_000; // a download or a lost answer leaves the page standing: then the form may be sent again

/** A field may be called "method": the attribute tells. @param {HTMLFormElement} form */
export const isPost = (form) => form.getAttribute("method")?.toLowerCase() === "post";

/** @param {HTMLFormElement} form */
export function release(form) {
  const field = document.getElementById(form.dataset.focus ?? "");
  delete form.dataset.sending;
  delete form.dataset.focus;
  form.removeAttribute("aria-busy");
  form.inert = false;
  if (field && document.activeElement === document.body) field.focus();
}

/** @param {SubmitEvent} event */
function sent(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || !isPost(form) || form.getAttribute("target")) return;
  if (form.dataset.sending) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sending = "1";
  form.dataset.focus = form.contains(document.activeElement) ? (document.activeElement?.id ?? "") : "";
  form.setAttribute("aria-busy", "true");
  if (form.matches(".form")) form.inert = true;
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
