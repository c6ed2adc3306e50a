// Putting a palette's entry on the chosen teeth: each record has its own key, so trying again never records it twice.
import { call, newKey } from "./api.js";
import { code } from "./teeth.js";

/** @typedef {{path: string, body: Record<string, unknown>, words: string, undo: (answer: any) => {path: string, method: string, body: unknown}}} Order */

/**
 * The requests that an entry means for the selection.
 * @param {PaletteEntry} entry
 * @param {Map<number, Set<string>>} selection
 * @param {{patient: string, state: string, note: string, absent: Set<number>, order: (numbers: number[]) => number[], undoReason: string, roots: string[]}} context
 * @returns {Order[]}
 */
export function ordersFor(entry, selection, context) {
  const numbers = context.order([...selection.keys()]);
  return entry.type === "finding" ? findingOrders(entry, numbers, selection, context) : procedureOrders(entry, numbers, selection, context);
}

/** @param {PaletteEntry} entry @param {number[]} numbers @param {Map<number, Set<string>>} selection @param {any} context @returns {Order[]} */
function findingOrders(entry, numbers, selection, context) {
  const places = numbers.length ? numbers : [null];
  return places.map((tooth) => {
    const surfaces = tooth && entry.scope === "surfaces" ? [...(selection.get(tooth) ?? [])] : [];
    return {
      path: `/patients/${context.patient}/findings`,
      body: { id: newKey(), kind: entry.kind, severity: entry.severity, tooth, surfaces, roots: tooth ? context.roots : [], note: context.note },
      words: `${entry.title}${tooth ? ` – ${code(tooth)} ${surfaces.join("")}` : ""}`,
      undo: (answer) => ({ path: `/findings/${answer.id}/error`, method: "POST", body: { reason: context.undoReason } }),
    };
  });
}

/** @param {PaletteEntry} entry @param {number[]} numbers @param {Map<number, Set<string>>} selection @param {any} context @returns {Order[]} */
function procedureOrders(entry, numbers, selection, context) {
  const place = (/** @type {number} */ tooth, role = "treated") => ({ tooth, surfaces: entry.scope === "surfaces" ? [...(selection.get(tooth) ?? [])] : [], roots: entry.scope === "root" ? context.roots : [], role });
  const groups = entry.scope === "mouth" ? [[]] : ["span", "arch"].includes(entry.scope) ? [spanPlaces(entry, numbers, context.absent, place)] : numbers.map((tooth) => [place(tooth)]);
  return (groups.length ? groups : [[]]).map((teeth) => ({
    path: `/patients/${context.patient}/procedures`,
    body: { id: newKey(), service: entry.service, state: context.state, teeth, note: context.note },
    words: `${entry.title}${teeth.length ? ` – ${teeth.map((found) => `${code(found.tooth)} ${found.surfaces.join("")}`.trim()).join(", ")}` : ""}`,
    undo: (answer) => ({ path: `/procedures/${answer.id}`, method: "PATCH", body: { state: "cancelled", reason: context.undoReason } }),
  }));
}

/** A bridge rests on its ends; what is missing between them (or, with none missing, what stands between) is a pontic.
 * @param {PaletteEntry} entry @param {number[]} numbers @param {Set<number>} absent @param {(tooth: number, role?: string) => Place} place @returns {Place[]} */
function spanPlaces(entry, numbers, absent, place) {
  if (entry.effect !== "bridge") return numbers.map((tooth) => place(tooth));
  const hasGap = numbers.some((tooth) => absent.has(tooth));
  return numbers.map((tooth, index) => {
    const isPontic = hasGap ? absent.has(tooth) : index > 0 && index < numbers.length - 1;
    return place(tooth, isPontic ? "pontic" : "abutment");
  });
}

/** What is on its way, without its keys, and what waits behind it. */
let sending = "";
/** @type {Promise<unknown>} */
let queue = Promise.resolve();

/** @param {Order[]} orders */
const meaning = (orders) => JSON.stringify(orders.map(({ path, body }) => [path, { ...body, id: "" }]));

/**
 * Send the orders one after another, after those before them; what failed is handed back whole, to be kept on the screen and tried again.
 * A key pressed twice sends once.
 * @param {Order[]} orders
 * @returns {Promise<{done: {order: Order, answer: any}[], failed: {order: Order, error: Error}[]}>}
 */
export async function send(orders) {
  const mine = meaning(orders);
  if (mine === sending) return { done: [], failed: [] };
  sending = mine;
  const sent = queue.then(() => sendAll(orders));
  queue = sent;
  const result = await sent;
  if (sending === mine) sending = "";
  return result;
}

/** @param {Order[]} orders */
async function sendAll(orders) {
  /** @type {{order: Order, answer: any}[]} */
  const done = [];
  /** @type {{order: Order, error: Error}[]} */
  const failed = [];
  for (const order of orders) {
    try {
      done.push({ order, answer: await call(order.path, { method: "POST", body: order.body }) });
    } catch (error) {
      failed.push({ order, error: /** @type {Error} */ (error) });
    }
  }
  return { done, failed };
}

/** @param {{order: Order, answer: any}[]} done */
export async function undo(done) {
  for (const { order, answer } of [...done].reverse()) {
    const { path, method, body } = order.undo(answer);
    await call(path, { method, body });
  }
}
