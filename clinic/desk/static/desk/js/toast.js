// Toasts: what happened, with a way back. Network failures and refusals never replace what was typed.

const LASTS_MS = 8000;

/** @param {HTMLElement} toast */
function expire(toast) {
  if (toast.classList.contains("is-danger") || toast.dataset.timed) return;
  toast.dataset.timed = "1";
  const timer = window.setTimeout(() => toast.remove(), LASTS_MS);
  toast.addEventListener("pointerenter", () => window.clearTimeout(timer), { once: true });
  toast.addEventListener("focusin", () => window.clearTimeout(timer), { once: true });
}

/**
 * Show a sentence; other modules send `new CustomEvent("toast", {detail: {text, level, link}})` to the document.
 * @param {string} text
 * @param {string} [level]
 * @param {string} [link] what explains it
 */
export function show(text, level = "info", link = "") {
  const region = document.getElementById("toasts");
  if (!region || !text) return;
  if ([...region.querySelectorAll("[data-toast] > span")].some((span) => span.textContent === text)) return;
  const toast = document.createElement("div");
  toast.className = `toast is-${level}`;
  toast.dataset.toast = "";
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "toast-close";
  close.dataset.dismiss = "";
  close.textContent = region.dataset.closeLabel ?? "";
  toast.append(words, ...(link ? [leading(link, region.dataset.openLabel ?? link)] : []), close);
  region.append(toast);
}

/** @param {string} address @param {string} label */
function leading(address, label) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = label;
  return link;
}

/** @param {string} name */
export const sentence = (name) => document.getElementById("toasts")?.dataset[name] ?? "";

/** @param {Event} event */
function beforeSwap(event) {
  const detail = /** @type {CustomEvent} */ (event).detail;
  const { status, responseText } = /** @type {XMLHttpRequest} */ (detail.xhr);
  if (status < 400) return;
  if (responseText.includes("data-refusal")) {
    detail.shouldSwap = true;
    detail.swapOverride = "none";
  } else if (status === 422 || status === 409) { // the form again, with what is wrong or what somebody else wrote meanwhile
    detail.shouldSwap = true;
    detail.isError = false;
  } else {
    detail.shouldSwap = false;
    if (status !== 403) show(sentence(status === 401 ? "expired" : "failed"), "danger");
  }
}

document.addEventListener("toast", (event) => {
  const { text, level, link } = /** @type {CustomEvent} */ (event).detail;
  show(text, level, link);
});
document.addEventListener("htmx:beforeSwap", beforeSwap);
document.addEventListener("htmx:sendError", () => show(sentence("lost"), "danger"));
document.addEventListener("htmx:timeout", () => show(sentence("lost"), "danger"));
document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-dismiss]")) target.closest("[data-toast]")?.remove();
});

const region = document.getElementById("toasts");
if (region) {
  const all = () => region.querySelectorAll("[data-toast]").forEach((toast) => expire(/** @type {HTMLElement} */ (toast)));
  new MutationObserver(all).observe(region, { childList: true });
  all();
}
