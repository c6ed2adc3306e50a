// Brings the day's patients of this person to the device, quietly, one after another: chart, newest periodontal exam, alerts; to be read when the line is cut.
import { byId } from "../svg.js";
import { dropOld, isFresh, keepCopy } from "./copies.js";
import { queue } from "./queue.js";
import { keepShell } from "./shell.js";

const SOON_MS = 4000;
const FRESH_MS = 30 * 60 * 1000;
const { worker } = byId("unsent").dataset;

async function start() {
  if (!worker || !navigator.serviceWorker || !window.isSecureContext) return;
  await navigator.serviceWorker.register(worker, { type: "module", scope: "/" });
  await queue.ready;
  await dropOld();
  window.setTimeout(() => navigator.locks.request("clinic-pack", { ifAvailable: true }, (lock) => lock && bring()).catch(() => {}), SOON_MS); // next page, next try
}

async function bring() {
  const answered = await fetch("/offline-pack/", { headers: { "X-Page-Form": "1" }, cache: "no-store" });
  if (!answered.ok) return;
  const pack = /** @type {{addresses: string[], files: string[]}} */ (await answered.json());
  await keepShell(pack.files);
  for (const address of pack.addresses) {
    if (await isFresh(address, Date.now() - FRESH_MS)) continue;
    const answer = await fetch(address, { headers: { "X-Offline-Copy": "1" }, cache: "no-store" });
    if (!navigator.serviceWorker.controller) await keepCopy(new URL(address, window.location.href).href, answer);
  }
}

start().catch(() => {}); // a browser without service workers has the queue all the same
