// What goes to the clinic next, and what its answer means for each entry.
import { Refusal } from "../api.js";

/** @typedef {import("./queue.js").Entry} Entry */
/** `sent` arrived; `held` need their writer; `left` go again at once; `wait` says why all must wait; `isOver` that the session ended.
 * @typedef {{sent: Entry[], held: Entry[], left: Entry[], wait: string, isOver: boolean, answer: any}} Outcome */

const MOST = 100;
const TEMPORARY = [0, 401, 408, 429];
/** Whether the same words may arrive later. @param {number} status of the answer, 0 without one */
export const isTemporary = (status) => TEMPORARY.includes(status) || status >= 500;
const MEANWHILE = "charted_meanwhile";

/** @param {Entry[]} list in order @returns {Entry[]} */
export function parcelOf(list) {
  const waiting = list.filter((entry) => entry.state === "waiting" && entry.kind !== "text");
  const [first] = waiting;
  if (first?.kind !== "site") return waiting.slice(0, 1);
  const end = waiting.findIndex((entry) => entry.kind !== "site" || entry.path !== first.path);
  return waiting.slice(0, Math.min(end < 0 ? MOST : end, MOST));
}

/** @param {Entry[]} parcel @returns {[string, {method: string, body: unknown}]} */
export function requestOf(parcel) {
  const [{ kind, path, body }] = parcel;
  return [path, { method: "POST", body: kind === "site" ? { entries: parcel.map((entry) => entry.body) } : body }];
}

/** @param {Entry[]} parcel @param {any} answer @param {unknown} error @returns {Outcome} */
export function outcome(parcel, answer, error) {
  const nothing = { sent: [], held: [], left: [], wait: "", isOver: false, answer };
  if (!error) return { ...nothing, ...arrived(parcel, answer?.clashes ?? []) };
  const refusal = error instanceof Refusal ? error : new Refusal(String(error), 0, "lost");
  if (isTemporary(refusal.status)) return { ...nothing, wait: refusal.message || refusal.code, isOver: refusal.code === "not_authenticated" };
  if (refusal.code === MEANWHILE) return { ...nothing, held: parcel.map((entry) => asked(entry, refusal.message, { ...entry.body, seen_at: null })) };
  const wrong = parcel.filter((_entry, place) => `entries.${place}` in refusal.fields);
  const refused = wrong.length ? wrong : parcel;
  const held = refused.map((entry) => ({ ...entry, state: /** @type {const} */ ("refused"), message: refusal.message }));
  return { ...nothing, held, left: parcel.filter((entry) => !refused.includes(entry)) };
}

/** @param {Entry[]} parcel @param {{tooth: number, measure: string, place: string, stands: any}[]} clashes */
function arrived(parcel, clashes) {
  const held = parcel.flatMap((entry) => {
    const clash = clashes.find(({ tooth, measure, place }) => tooth === entry.body.tooth && measure === entry.body.measure && place === entry.body.place);
    return clash ? [asked(entry, String(clash.stands ?? "–"), { ...entry.body, seen: clash.stands })] : [];
  });
  return { sent: parcel.filter((entry) => !held.some(({ key }) => key === entry.key)), held };
}

/** @param {Entry} entry @param {string} theirs @param {Record<string, any>} again @returns {Entry} */
const asked = (entry, theirs, again) => ({ ...entry, state: "asked", theirs, again });
