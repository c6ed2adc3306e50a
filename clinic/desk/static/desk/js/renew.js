// After a new login in another tab this page's token is old: a fresh one is fetched when the same person still acts.

import { show, sentence } from "./toast.js";

/**
 * Make this page able to save again.
 * @returns {Promise<boolean>} whether it is; if not, a toast says why
 */
export async function renew() {
  try {
    const answer = await fetch("/account/page-token/", { headers: { "X-Page-Form": "1" }, cache: "no-store" });
    const { user, token } = answer.ok ? await answer.json() : { user: "", token: "" };
    if (user && user === document.body.dataset.user) return keep(token);
    show(sentence(user ? "other" : "expired"), "danger");
  } catch {
    show(sentence("lost"), "danger");
  }
  return false;
}

/** @param {string} token */
function keep(token) {
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) /** @type {HTMLInputElement} */ (input).value = token;
  return true;
}

/** A part of the page was refused for its old token: it is sent once more. @param {Event} event */
async function refused(event) {
  const { xhr, requestConfig } = /** @type {CustomEvent} */ (event).detail;
  const form = requestConfig.elt;
  if (xhr.status !== 403 || xhr.responseText.includes("data-refusal") || !(form instanceof HTMLFormElement)) return;
  if (form.dataset.again || xhr.responseText.includes("data-refused")) {
    delete form.dataset.again;
    show(sentence("failed"), "danger");
    return;
  }
  if (!(await renew())) return;
  form.dataset.again = "1";
  form.requestSubmit(requestConfig.triggeringEvent?.submitter ?? null);
}

document.addEventListener("htmx:afterRequest", refused);
