// Done at the chair: the procedure's line in an agreed plan is completed, with stock, charge and claim in one act.
import { call } from "./api.js";

/** @typedef {{id: string, procedure: string, agreed_document: string | null, performance: string | null, cancelled_at: string | null}} Item */

/** The line of a plan that agrees this procedure, if there is one.
 * @param {string} patient @param {string} procedure @returns {Promise<Item | null>} */
async function agreedItem(patient, procedure) {
  const plans = /** @type {{results: {id: string}[]}} */ (await call(`/plans?patient=${patient}`));
  for (const plan of plans.results) {
    const whole = /** @type {{alternatives: {items: Item[]}[]}} */ (await call(`/plans/${plan.id}`));
    const found = whole.alternatives.flatMap(({ items }) => items).find((item) => item.procedure === procedure && item.agreed_document && !item.cancelled_at && !item.performance);
    if (found) return found;
  }
  return null;
}

/**
 * @param {EntryData} entry
 * @param {import("./story.js").StoryContext} context
 */
export async function complete(entry, { setup, act, refuse }) {
  const { words } = setup;
  try {
    const item = await agreedItem(setup.patient, entry.id);
    if (!item) return refuse(words.notAgreed);
    if ((await call(`/procedures/${entry.id}/interactions`)).length) {
      document.dispatchEvent(new CustomEvent("panel-open", { detail: { url: `/items/${item.id}/override/` } }));
      return;
    }
    const told = (/** @type {any} */ answer) => `${words.done}: ${entry.title} ${entry.part} – ${answer.charged} ${answer.currency}`;
    await act(`/items/${item.id}/complete`, "POST", {}, told, { path: `/items/${item.id}/reverse`, method: "POST", body: { reason: words.undoReason } });
  } catch (error) {
    refuse(/** @type {Error} */ (error).message);
  }
}
