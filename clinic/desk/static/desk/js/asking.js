// Questions before an act: `data-confirm` on a form or button, `hx-confirm` for htmx, asked in the clinic's own dialog.

const question = /** @type {HTMLDialogElement | null} */ (document.getElementById("confirm"));

/**
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

document.addEventListener("submit", submitted, { capture: true });
document.addEventListener("htmx:confirm", htmxConfirm);
