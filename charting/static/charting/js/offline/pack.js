// Brings the day's patients of this person and this chair to the device, quietly, one after another, and again when something of them has changed; to be read when the line is cut.
import { byId } from "../svg.js";
import { confirm, dropOld, heldSince, keepCopy } from "./copies.js";
import { queue } from "./queue.js";
import { keepShell } from "./shell.js";
import { forget, heldVault } from "./vault.js";

/** @typedef {{patients: {changed: number, addresses: string[]}[], always: string[], files: string[], now: number}} Pack */

const SOON_MS = 4000;
const ASK_MS = 2 * 60 * 1000;
const LISTS_MS = 5 * 60 * 1000;
const MARGIN_MS = 10 * 1000; // a change is dated by the start of its transaction
const HEADERS = { "X-Page-Form": "1", "X-Offline-Copy": "1" };
const { worker } = byId("unsent").dataset;
/** @type {{pack: Pack, tag: string, skew: number} | null} */
let held = null;

async function start() {
  if (!worker || !navigator.serviceWorker || !window.isSecureContext) return;
  await navigator.serviceWorker.register(worker, { type: "module", scope: "/" });
  await queue.ready;
  await turn();
}

/** What the day or the session has left behind goes at every turn, whether or not the clinic answers. */
async function turn() {
  await heldVault();
  await dropOld();
  window.setTimeout(() => navigator.locks.request("clinic-pack", { ifAvailable: true }, (lock) => lock && !document.hidden && bring()).catch(() => {}), SOON_MS); // next turn, next try
  window.setTimeout(() => turn().catch(() => {}), ASK_MS);
}

async function bring() {
  const asked = new Date().toISOString();
  const found = await ask();
  if (!found) return;
  const { pack, skew } = found;
  await keepShell(pack.files);
  for (const address of pack.always) if (!(Date.parse(await heldSince(address)) > Date.now() - LISTS_MS)) await fetchCopy(address);
  for (const { changed, addresses } of pack.patients) {
    for (const address of addresses) {
      if (Date.parse(await heldSince(address)) > changed + skew + MARGIN_MS) await confirm(address, asked);
      else await fetchCopy(address);
    }
  }
  document.dispatchEvent(new Event("packed"));
}

/** The pack as it is now; the clinic answers with nothing when it is still the same. */
async function ask() {
  const answer = await fetch("/offline-pack/", { headers: { ...HEADERS, ...(held ? { "If-None-Match": held.tag } : {}) }, cache: "no-store" });
  if (answer.status === 401) await forget();
  if (answer.ok || answer.status === 304) document.dispatchEvent(new CustomEvent("heard", { detail: "" }));
  if (!answer.ok) return answer.status === 304 ? held : null;
  const pack = /** @type {Pack} */ (await answer.json());
  held = { pack, tag: answer.headers.get("ETag") ?? "", skew: Date.now() - pack.now };
  return held;
}

/** @param {string} address */
async function fetchCopy(address) {
  const answer = await fetch(address, { headers: { "X-Offline-Copy": "1" }, cache: "no-store" });
  if (!navigator.serviceWorker.controller) await keepCopy(new URL(address, window.location.href).href, answer);
}

start().catch(() => {}); // a browser without service workers has the queue all the same
