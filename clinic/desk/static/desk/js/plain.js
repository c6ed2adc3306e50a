// A page's own form is sent by script: the page stands, with all that was typed, until the clinic has taken it.

import { isPost, release } from "./once.js";
import { renew } from "./renew.js";
import { sentence, show } from "./toast.js";

/** @param {HTMLFormElement} form */
const isMine = (form) => Boolean(document.body.dataset.user) && !form.closest("[hx-post], [data-hx-post], .filters, [role=search]") && !form.getAttribute("target");

/** @param {SubmitEvent} event */
function submitted(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || !isPost(form) || !isMine(form)) return;
  event.preventDefault();
  void send(form, /** @type {HTMLElement | null} */ (event.submitter));
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
async function send(form, button, isAgain = false) {
  const body = new FormData(form, button);
  try {
    const answer = await fetch(form.getAttribute("action") || window.location.href, { method: "POST", body, headers: { "X-Page-Form": "1" }, cache: "no-store" });
    const next = answer.headers.get("X-Go");
    if (next) leave(form, next);
    else if (answer.status === 403 && !isAgain && !(await isRefusal(answer))) await sendRenewed(form, button);
    else take(form, answer.status, new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    release(form);
    show(sentence("lost"), "danger");
  }
}

/** Words of the clinic, not of its doorkeeper. @param {Response} answer */
const isRefusal = async (answer) => (await answer.clone().text()).includes("data-refused");

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
async function sendRenewed(form, button) {
  if (await renew()) await send(form, button, true);
  else release(form);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} url
 */
function leave(form, url) {
  delete form.dataset.dirty;
  const to = new URL(url, window.location.href);
  const isHere = to.href.split("#")[0] === window.location.href.split("#")[0];
  window.location.assign(to);
  if (isHere && to.hash) window.location.reload();
}

/**
 * The form as the clinic gives it back, with its errors; an answer that is another page is shown whole, a refusal in words.
 * @param {HTMLFormElement} form
 * @param {number} status
 * @param {Document} page
 */
function take(form, status, page) {
  release(form);
  const main = page.querySelector("main");
  const twin = status >= 400 && main ? [...main.querySelectorAll("form")].find((other) => isTwin(form, other)) : undefined;
  if (status === 401) show(sentence("expired"), "danger");
  else if (status >= 500 || !main) show(sentence("failed"), "danger");
  else if (twin) place(form, twin);
  else if (status >= 400 && status !== 422) show(main.querySelector("[role=alert]")?.textContent?.trim() || sentence("failed"), "danger");
  else place(/** @type {HTMLElement} */ (document.querySelector("main")), main);
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLFormElement} other
 */
const isTwin = (form, other) => ["id", "class", "action"].every((name) => form.getAttribute(name) === other.getAttribute(name));

/**
 * @param {HTMLElement} old
 * @param {HTMLElement} fresh
 */
function place(old, fresh) {
  const { dirty } = old.dataset;
  old.replaceWith(document.adoptNode(fresh));
  if (dirty) fresh.dataset.dirty = dirty;
  window.htmx.process(fresh);
  const wrong = /** @type {HTMLElement | null} */ (fresh.querySelector("[aria-invalid=true]:not([type=hidden])"));
  if (wrong) wrong.focus();
  else fresh.querySelector("[role=alert]")?.scrollIntoView({ block: "center" });
}

/** @param {Event} event */
function typed(event) {
  const form = /** @type {Element} */ (event.target).closest("main form.form");
  if (form instanceof HTMLFormElement && isPost(form)) form.dataset.dirty = "1";
}

/** @param {BeforeUnloadEvent} event */
function leaving(event) {
  const isTyped = document.querySelector("main form[data-dirty]:not([data-sending]), dialog[open][data-dirty]:not(:has([data-sending]))");
  if (isTyped) event.preventDefault();
}

document.addEventListener("submit", submitted);
document.addEventListener("input", typed);
window.addEventListener("beforeunload", leaving);
