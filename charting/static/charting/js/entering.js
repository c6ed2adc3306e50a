// Putting a palette's entry on the chosen teeth: each record has its own key, so trying again never records it twice.
import { newKey } from "./api.js";
import { queue } from "./offline/queue.js";
import { shownCombination, shownFinding, shownProcedure } from "./offline/waiting.js";
import { besideOf } from "./extras.js";
import { rolesFor } from "./roles.js";
import { code } from "./teeth.js";

/** @typedef {{path: string, method?: string, body: Record<string, any>}} Back what takes an order back */
/** @typedef {{path: string, method?: string, body: Record<string, any> & {id: string}, words: string, shown?: import("./offline/waiting.js").Shown, undo?: Back}} Order */

/** Said of everything that is entered: its key, and when and over which chart it was. @param {string | undefined} seen */
export const entered = (seen) => ({ id: newKey(), entered_at: new Date().toISOString(), seen_at: seen });

/** Findings that say whether a tooth is there: they are put on an absent tooth too. */
const PRESENCES = ["missing", "unerupted", "erupting", "erupted", "impacted", "supernumerary"];

/**
 * The requests that an entry means for the selection.
 * @param {PaletteEntry} entry
 * @param {Map<number, Set<string>>} selection
 * @param {{patient: string, state: string, note: string, absent: Set<number>, isGone: (number: number) => boolean, order: (numbers: number[]) => number[], undoReason: string, roots: string[], detail: import("./detail.js").Detail, roles: Map<number, string> | null, seen: string | undefined}} context
 * @returns {Order[]}
 */
export function ordersFor(entry, selection, context) {
  const numbers = context.order([...selection.keys()]);
  if (entry.type === "combination") return combinationOrders(entry, numbers, selection, context);
  return entry.type === "finding" ? findingOrders(entry, numbers, selection, context) : procedureOrders(entry, numbers, selection, context);
}

/** One gesture on each tooth: the finding, its diagnosis and the proposed act come and go together. @param {PaletteEntry} entry @param {number[]} numbers @param {Map<number, Set<string>>} selection @param {any} context @returns {Order[]} */
function combinationOrders(entry, numbers, selection, context) {
  return numbers.map((tooth) => {
    const surfaces = entry.scope === "surfaces" ? [...(selection.get(tooth) ?? [])] : [];
    const body = { ...entered(context.seen), combination: entry.combination, tooth, surfaces, roots: context.roots, note: context.note };
    return {
      path: `/patients/${context.patient}/combined-entries`,
      body,
      shown: shownCombination(entry, body),
      words: `${entry.title} – ${code(tooth)} ${surfaces.join("")}`,
      undo: { path: `/combined-entries/${body.id}/undo`, body: { reason: context.undoReason } },
    };
  });
}

/** @param {PaletteEntry} entry @param {number[]} numbers @param {Map<number, Set<string>>} selection @param {any} context @returns {Order[]} */
function findingOrders(entry, numbers, selection, context) {
  const present = PRESENCES.includes(entry.kind) || numbers.length === 1 ? numbers : standing(numbers, context);
  const places = numbers.length && entry.scope !== "mouth" ? present : [null];
  return places.map((chosen) => {
    const tooth = entry.kind === "supernumerary" && chosen ? besideOf(chosen) : chosen;
    const surfaces = tooth && entry.scope === "surfaces" ? [...(selection.get(tooth) ?? [])] : [];
    const { amount, since } = context.detail;
    const body = { ...entered(context.seen), kind: entry.kind, severity: entry.severity, direction: entry.direction, site: entry.site ?? "", amount, since, tooth, surfaces, roots: tooth ? context.roots : [], note: context.note };
    return {
      path: `/patients/${context.patient}/findings`,
      body,
      shown: shownFinding(entry, body),
      words: `${entry.title}${amount === null ? "" : `, ${amount} ${entry.amount?.unit}`}${since && `, ${since}`}${tooth ? ` – ${code(tooth)} ${surfaces.join("")}` : ""}`,
      undo: { path: `/findings/${body.id}/error`, body: { reason: context.undoReason } },
    };
  });
}

/** Those of the teeth that are there; when age alone says that none is, those not recorded as gone; when all are, one of which the clinic says so. @param {number[]} numbers @param {any} context @returns {number[]} */
function standing(numbers, { absent, isGone }) {
  const [there, notGone] = [numbers.filter((number) => !absent.has(number)), numbers.filter((number) => !isGone(number))];
  return there.length ? there : notGone.length ? notGone : numbers.slice(0, 1);
}

/** @param {PaletteEntry} entry @param {number[]} numbers @param {Map<number, Set<string>>} selection @param {any} context @returns {Order[]} */
function procedureOrders(entry, numbers, selection, context) {
  const place = (/** @type {number} */ tooth, role = "treated") => ({ tooth, surfaces: entry.scope === "surfaces" ? [...(selection.get(tooth) ?? [])] : [], roots: entry.scope === "root" ? context.roots : [], role });
  const groups = entry.scope === "mouth" ? [[]] : ["span", "arch"].includes(entry.scope) ? [rolesFor(entry, numbers, context.absent, context.roles).map(([tooth, role]) => place(tooth, role))] : numbers.map((tooth) => [place(tooth)]);
  return (groups.length ? groups : [[]]).map((teeth) => ({ teeth, body: { ...entered(context.seen), service: entry.service, state: context.state, teeth, note: context.note } })).map(({ teeth, body }) => ({
    path: `/patients/${context.patient}/procedures`,
    body,
    shown: shownProcedure(entry, body),
    words: `${entry.title}${teeth.length ? ` – ${teeth.map((found) => `${code(found.tooth)} ${found.surfaces.join("")}`.trim()).join(", ")}` : ""}`,
    undo: { path: `/procedures/${body.id}`, method: "PATCH", body: { state: "cancelled", reason: context.undoReason } },
  }));
}

/** What is on its way, without its keys. */
let sending = "";

/** @param {Order[]} orders */
const meaning = (orders) => JSON.stringify(orders.map(({ path, body }) => [path, { ...body, id: "", entered_at: "" }]));

/**
 * Put the orders into the queue of this device and send it. A key pressed twice sends once.
 * @param {Order[]} orders
 * @returns {Promise<{done: Order[], held: Order[], waiting: Order[]}>} what arrived, what needs its writer, what waits for the clinic to be reachable
 */
export async function send(orders) {
  const mine = meaning(orders);
  if (mine === sending) return { done: [], held: [], waiting: [] };
  sending = mine;
  for (const { path, method = "POST", body, words, shown } of orders) queue.add({ key: body.id, kind: "record", path, method, body, words, shown });
  await queue.send();
  if (sending === mine) sending = "";
  const state = (/** @type {Order} */ order) => queue.entries.get(order.body.id)?.state;
  return { done: orders.filter((order) => !state(order)), held: orders.filter((order) => ["refused", "asked"].includes(state(order) ?? "")), waiting: orders.filter((order) => state(order) === "waiting") };
}

/** What was not sent yet is forgotten; what arrived is taken back visibly, by the same road. @param {Order[]} orders @param {string} word before the words of what is taken back */
export async function undo(orders, word) {
  const backs = [...orders].reverse().flatMap((order) => {
    if (!queue.entries.has(order.body.id) || queue.isFlying(order.body.id)) return order.undo ? [backOf(order, order.undo, word)] : [];
    queue.drop(order.body.id);
    return [];
  });
  await send(backs);
}

/** @param {Order} order @param {Back} back @param {string} word @returns {Order} */
function backOf(order, back, word) {
  const shown = order.shown?.entry ? { change: { id: order.body.id, layer: /** @type {const} */ ("gone") } } : undefined;
  return { ...back, body: { ...entered(undefined), ...back.body }, words: `${word}: ${order.words}`, shown };
}
