// The side panel: `<a data-panel href>` opens a page beside the work.
// Leaving a panel with typed text keeps it; opening the same address again brings the text back.

const panel = /** @type {HTMLDialogElement | null} */ (document.getElementById("panel"));
const htmx = () => /** @type {any} */ (window).htmx;
/** What was typed and left, by the address of its panel. @type {Map<string, Node[]>} */
const kept = new Map();

/** A form on its way holds its panel: its answer belongs there. */
const isSending = () => Boolean(panel?.open && panel.querySelector("form[data-sending]"));

/**
 * The newest wish wins: the answer to an earlier one never comes over what is typed since.
 * @param {string} url
 */
function openPanel(url) {
  if (!panel) return;
  htmx().trigger(panel, "htmx:abort");
  if (panel.dataset.url === url && panel.dataset.dirty) panel.showModal();
  else if (kept.has(url)) bringBack(url);
  else htmx().ajax("GET", url, { source: panel, target: panel, swap: "innerHTML" }).catch(() => {}); // a toast tells
}

/** Put what was typed aside before another page comes into the panel. */
function putAside() {
  if (!panel?.dataset.dirty || !panel.dataset.url) return;
  kept.set(panel.dataset.url, [...panel.childNodes]);
  panel.replaceChildren();
  delete panel.dataset.dirty;
}

/** @param {string} url */
function bringBack(url) {
  if (!panel) return;
  putAside();
  panel.replaceChildren(...(kept.get(url) ?? []));
  kept.delete(url);
  panel.dataset.url = url;
  panel.dataset.dirty = "1";
  panel.showModal();
}

/** @param {Event} event */
function beforeSwap(event) {
  const { detail } = /** @type {CustomEvent} */ (event);
  if (!panel || detail.target !== panel || !detail.shouldSwap || detail.swapOverride === "none") return;
  const { elt } = detail.requestConfig;
  if (elt === panel) putAside();
  else if (!elt.isConnected) detail.shouldSwap = false;
}

/** What the clinic has taken is no longer only typed. @param {CustomEvent} event */
function taken({ detail }) {
  if (panel?.contains(detail.elt) && detail.elt.matches("form") && detail.xhr.status < 400) delete panel.dataset.dirty;
}

/** @param {CustomEvent} event */
function filled({ target, detail }) {
  if (!panel || target !== panel) return;
  const isOpening = detail.requestConfig.elt === panel;
  if (isOpening) panel.dataset.url = detail.pathInfo.requestPath;
  const isAsked = isOpening || detail.xhr.status >= 400; // a refusal is shown even when the panel was closed meanwhile
  if (isAsked && panel.childElementCount && !panel.open) panel.showModal();
  if (isAsked) firstField(panel)?.focus();
}

/**
 * Where typing starts, or goes on: left to itself the browser picks the close button when the fields are not laid out yet.
 * @param {HTMLElement} within
 * @returns {HTMLElement | null}
 */
function firstField(within) {
  return within.querySelector("[aria-invalid=true]:not([type=hidden])") ?? within.querySelector("[autofocus]") ?? within.querySelector("form :is(input:not([type=hidden]), select, textarea):enabled");
}

function closePanel() {
  if (!isSending()) panel?.close();
}

/** @param {MouseEvent} event */
function clicked(event) {
  const target = /** @type {Element} */ (event.target);
  const link = /** @type {HTMLAnchorElement | null} */ (target.closest("a[data-panel]"));
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    if (!isSending()) openPanel(link.href);
  }
  if (target.closest("[data-close]")) closePanel();
  if (target === panel) closePanel();
  const opener = /** @type {HTMLElement | null} */ (target.closest("[data-open]"));
  if (opener) /** @type {HTMLDialogElement | null} */ (document.getElementById(opener.dataset.open ?? ""))?.showModal();
  const back = target.closest("a[data-back]");
  if (back && window.history.length > 1) {
    event.preventDefault();
    window.history.back();
  }
}

document.addEventListener("click", clicked);
document.addEventListener("htmx:beforeSwap", beforeSwap);
document.addEventListener("htmx:beforeOnLoad", (event) => taken(/** @type {CustomEvent} */ (event)));
document.addEventListener("htmx:afterSettle", (event) => filled(/** @type {CustomEvent} */ (event)));
document.addEventListener("panel-close", () => {
  if (panel) delete panel.dataset.dirty;
  panel?.close();
});
document.addEventListener("panel-open", (event) => openPanel(/** @type {CustomEvent} */ (event).detail.url));
panel?.addEventListener("input", () => (panel.dataset.dirty = "1"));
panel?.addEventListener("cancel", (event) => isSending() && event.preventDefault());
