// The side panel and the questions: `<a data-panel href>` opens a page beside the work, `data-confirm` asks first.
// Leaving a panel with typed text hides it; opening the same address again brings the text back.

const panel = /** @type {HTMLDialogElement | null} */ (document.getElementById("panel"));
const question = /** @type {HTMLDialogElement | null} */ (document.getElementById("confirm"));
const htmx = () => /** @type {any} */ (window).htmx;

/** @param {string} url */
function openPanel(url) {
  if (!panel) return;
  if (panel.dataset.url === url && panel.dataset.dirty) {
    panel.showModal();
    return;
  }
  htmx()
    .ajax("GET", url, { target: "#panel", swap: "innerHTML" })
    .then(() => {
      panel.dataset.url = url;
      delete panel.dataset.dirty;
      if (panel.childElementCount && !panel.open) panel.showModal();
      firstField(panel)?.focus();
    });
}

/**
 * Where typing starts: left to itself the browser picks the close button when the fields are not laid out yet.
 * @param {HTMLElement} within
 * @returns {HTMLElement | null}
 */
function firstField(within) {
  return within.querySelector("[autofocus]") ?? within.querySelector("form :is(input:not([type=hidden]), select, textarea):enabled");
}

function closePanel() {
  panel?.close();
}

/**
 * Ask in the clinic's own dialog.
 * @param {string} text
 * @param {string | undefined} verb
 * @returns {Promise<boolean>}
 */
function ask(text, verb) {
  if (!question) return Promise.resolve(window.confirm(text));
  const yes = /** @type {HTMLButtonElement} */ (question.querySelector("[value=yes]"));
  /** @type {HTMLElement} */ (question.querySelector("p")).textContent = text;
  yes.textContent = verb || yes.dataset.default || "";
  question.returnValue = "no";
  question.showModal();
  return new Promise((answer) => {
    question.addEventListener("close", () => answer(question.returnValue === "yes"), { once: true });
  });
}

/** @param {MouseEvent} event */
function clicked(event) {
  const target = /** @type {Element} */ (event.target);
  const link = /** @type {HTMLAnchorElement | null} */ (target.closest("a[data-panel]"));
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    openPanel(link.href);
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

/** @param {SubmitEvent} event */
async function submitted(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  const text = button?.dataset.confirm ?? form.dataset.confirm;
  if (!text || form.dataset.confirmed) {
    delete form.dataset.confirmed;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(text, button?.dataset.confirmVerb ?? form.dataset.confirmVerb ?? button?.textContent?.trim())) {
    form.dataset.confirmed = "1";
    form.requestSubmit(button);
  }
}

/** @param {Event} event */
async function htmxConfirm(event) {
  const detail = /** @type {CustomEvent} */ (event).detail;
  if (!detail.question) return;
  event.preventDefault();
  const verb = detail.elt.dataset.confirmVerb ?? detail.elt.textContent?.trim();
  if (await ask(detail.question, verb)) detail.issueRequest(true);
}

document.addEventListener("click", clicked);
document.addEventListener("submit", submitted, { capture: true });
document.addEventListener("htmx:confirm", htmxConfirm);
document.addEventListener("panel-close", () => {
  if (panel) delete panel.dataset.dirty;
  closePanel();
});
document.addEventListener("panel-open", (event) => openPanel(/** @type {CustomEvent} */ (event).detail.url));
panel?.addEventListener("input", () => (panel.dataset.dirty = "1"));
