// A form is sent once, and only to a clinic that answers: a second click does nothing, a lost connection leaves the page with all that was typed.

const PATIENCE_MS = 8_000; // a download or a lost answer leaves the page standing: then the form may be sent again
const PROBE_MS = 4_000;

/** @param {HTMLFormElement} form */
function release(form) {
  delete form.dataset.sending;
  form.removeAttribute("aria-busy");
}

/** @param {SubmitEvent} event */
function hold(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** htmx tells of a lost connection itself; a plain form would leave the page for the browser's own error.
 * @param {HTMLFormElement} form
 */
const isPlain = (form) => !form.closest("[hx-post], [data-hx-post]") && document.getElementById("toasts") !== null;

/** @param {SubmitEvent} event */
function sent(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || form.method !== "post" || form.target) return;
  if (form.dataset.sending === "answered") {
    form.dataset.sending = "1";
    return;
  }
  if (form.dataset.sending) {
    hold(event);
    return;
  }
  form.dataset.sending = "1";
  form.setAttribute("aria-busy", "true");
  window.setTimeout(() => release(form), PATIENCE_MS);
  if (!isPlain(form)) return;
  hold(event);
  sendWhenAnswered(form, /** @type {HTMLElement | null} */ (event.submitter));
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
async function sendWhenAnswered(form, button) {
  try {
    await fetch("/healthz", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PROBE_MS) });
  } catch {
    release(form);
    document.dispatchEvent(new CustomEvent("htmx:sendError"));
    return;
  }
  form.dataset.sending = "answered";
  form.dataset.confirmed = "1";
  form.requestSubmit(button?.isConnected ? button : null);
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
