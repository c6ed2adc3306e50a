// Done at the chair: the procedure's line in an agreed plan is completed, with stock, charge and claim in one act. Only the clinic can do that;
// while it cannot be reached, the device keeps that it was done, when its writer has read what was not asked.
import { call, Refusal } from "./api.js";
import { entered } from "./entering.js";
import { html } from "./svg.js";

const UNREAD = ["precautions_unread", "interaction_stop"];

/**
 * @param {EntryData} entry
 * @param {HTMLElement} place where the question stands
 * @param {import("./story.js").StoryContext} context
 */
export async function complete(entry, place, context) {
  const { words } = context.setup;
  const path = `/procedures/${entry.id}/complete`;
  const body = entered(context.seen);
  const what = `${words.done}: ${entry.title} ${entry.part}`;
  try {
    const answer = await call(path, { method: "POST", body });
    const back = { path: `/items/${answer.item}/reverse`, body: { reason: words.undoReason } };
    await context.told({ path, body, words: `${what} – ${inMoney(answer.charged, answer.currency)}`, undo: back });
  } catch (error) {
    const refusal = /** @type {Refusal} */ (error);
    if (refusal.status === 0) askToKeep(place, words, () => context.act({ path, body, words: what, change: { id: entry.id, layer: "done" } }));
    else if (UNREAD.includes(refusal.code)) document.dispatchEvent(new CustomEvent("panel-open", { detail: { url: refusal.link } }));
    else context.refused(refusal, () => complete(entry, place, context));
  }
}

/** @param {string} amount @param {string} currency @returns {string} as the reader writes it */
const inMoney = (amount, currency) => new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency }).format(Number(amount));

/** @param {HTMLElement} place @param {Record<string, string>} words @param {() => void} keep */
function askToKeep(place, words, keep) {
  const button = html("button", { type: "button", class: "btn btn-small btn-primary" }, words.keepDone);
  button.addEventListener("click", keep);
  place.replaceChildren(html("div", { class: "alert-strip is-warning", role: "alert" }, html("div", {}, html("strong", {}, words.notAsked), html("p", {}, words.notAskedMore)), button));
  button.focus();
}
