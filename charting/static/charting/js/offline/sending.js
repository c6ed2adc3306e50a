// What goes to the clinic next, and what its answer means for each entry.
import { newKey, Refusal } from "../api.js";

/** @typedef {import("./queue.js").Entry} Entry */
/** `sent` arrived; `held` need their writer; `left` go again at once; `wait` says why all must wait; `isOver` that the session ended.
 * @typedef {{sent: Entry[], held: Entry[], left: Entry[], wait: string, isOver: boolean, answer: any}} Outcome */

const MOST = 100;
const TEMPORARY = [0, 401, 408, 429];
/** Whether the same words may arrive later. @param {number} status of the answer, 0 without one */
export const isTemporary = (status) => TEMPORARY.includes(status) || status >= 500;
/** For these reasons the writer is asked; `again` is what is sent when the writer keeps to it.
 * @type {Record<string, {ask: import("./entry.js").Ask, again: (body: any, fields: Record<string, string>) => Record<string, any>}>} */
const ASKED = {
  charted_meanwhile: { ask: "meanwhile", again: (body) => ({ ...body, seen_at: null }) },
  already_proposed: { ask: "again", again: (body) => ({ ...body, again: true }) },
  noted_already: { ask: "again", again: (body) => ({ ...body, again: true }) },
  not_then: { ask: "then", again: (body) => ({ ...body, entered_at: null }) },
  precautions_unread: { ask: "read", again: (body, fields) => ({ ...body, precautions: [...(body.precautions ?? []), ...Object.keys(fields).map((name) => name.replace("precautions.", ""))] }) },
  interaction_stop: { ask: "reason", again: (body) => body },
};

/** @param {Entry[]} list in order; what is about an entry that its writer must decide waits for that @returns {Entry[]} */
export function parcelOf(list) {
  const undecided = list.filter(({ state, kind }) => state !== "waiting" && kind === "record").map(({ key }) => key);
  const isAbout = (/** @type {Entry} */ entry) => undecided.some((key) => entry.path.includes(key) || entry.body.finding === key);
  const waiting = list.filter((entry) => entry.state === "waiting" && entry.kind !== "text" && !isAbout(entry));
  const [first] = waiting;
  if (first?.kind !== "site") return waiting.slice(0, 1);
  const end = waiting.findIndex((entry) => entry.kind !== "site" || entry.path !== first.path);
  return waiting.slice(0, Math.min(end < 0 ? MOST : end, MOST));
}

/** @param {Entry[]} parcel @returns {[string, {method: string, body: unknown}]} */
export function requestOf(parcel) {
  const [{ kind, path, method, body }] = parcel;
  return [path, { method: method ?? "POST", body: kind === "site" ? { entries: parcel.map((entry) => entry.body) } : body }];
}

/** @param {Entry[]} parcel @param {any} answer @param {unknown} error @returns {Outcome} */
export function outcome(parcel, answer, error) {
  const nothing = { sent: [], held: [], left: [], wait: "", isOver: false, answer };
  if (!error) return { ...nothing, ...arrived(parcel, answer?.clashes ?? []) };
  const refusal = error instanceof Refusal ? error : new Refusal(String(error), 0, "lost");
  if (isTemporary(refusal.status)) return { ...nothing, wait: refusal.message || refusal.code, isOver: refusal.code === "not_authenticated" };
  if (parcel[0].kind === "trace") return { ...nothing, sent: parcel }; // the clinic cannot keep it
  const question = ASKED[refusal.code];
  if (question) return { ...nothing, held: parcel.map((entry) => ({ ...asked(entry, refusal.message, question.again(entry.body, refusal.fields)), ask: question.ask, link: refusal.link })) };
  const wrong = parcel.filter((_entry, place) => `entries.${place}` in refusal.fields);
  const refused = wrong.length ? wrong : parcel;
  const held = refused.map((entry) => ({ ...entry, state: /** @type {const} */ ("refused"), message: refusal.message, link: refusal.link }));
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
const asked = (entry, theirs, again) => ({ ...entry, state: "asked", ask: "meanwhile", theirs, again });

/** What the clinic is told of an entry that its writer lets go. @param {Entry} entry @param {string} why it was not recorded @returns {import("./entry.js").NewEntry} */
export function traceOf({ kind, words, path, method, body, patient, where }, why) {
  const id = newKey();
  const content = kind === "text" ? { text: body.text } : body;
  const told = { id, what: words, address: `${method ?? "POST"} ${path}`, content, why, entered_at: body.entered_at ?? null };
  return { key: id, kind: "trace", path: `/patients/${patient}/dropped-entries`, body: told, words, patient, where };
}
