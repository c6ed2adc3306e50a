// The service worker: the clinic first; when it cannot be reached, the files of the pages and the copies of what was opened today.
import { copyOf, dropOld, isKept, keepCopy } from "./copies.js";
import { SHELL } from "./shell.js";

/** @typedef {Event & {request: Request, preloadResponse?: Promise<Response | undefined>, respondWith: (answer: Promise<Response>) => void, waitUntil: (work: Promise<unknown>) => void}} FetchEvent */

const worker = /** @type {any} */ (self);
const HASHED = /\.[0-9a-f]{12}\.|^[^?]+\/static\/[0-9a-f]{12}\//;
const DRAWN_MS = 1000; // a page is drawn first, its copy sealed then
const PATIENCE_MS = 8000; // a line that hangs is a line that is cut, when there is a copy
const GONE = [502, 503, 504];
const DAY = "/chair/";

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {FetchEvent} */ event) => event.waitUntil(Promise.all([worker.clients.claim(), worker.registration.navigationPreload?.enable()])));
worker.addEventListener("fetch", (/** @type {FetchEvent} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(file(event));
  else if (isKept(request)) event.respondWith(record(event));
  else if (request.mode === "navigate") event.respondWith(asked(event).catch((error) => listInstead(request, error)));
});

/** The clinic's answer; to a page it was asked while this worker woke up. @param {FetchEvent} event @returns {Promise<Response>} */
const asked = async ({ request, preloadResponse }) => (await preloadResponse) ?? fetch(request);

/** A file of the pages: its name says its content, or else the clinic is asked first. @param {FetchEvent} event @returns {Promise<Response>} */
async function file(event) {
  const { request } = event;
  const held = () => caches.match(request, { ignoreVary: true });
  const steady = HASHED.test(request.url) && (await held());
  if (steady) return steady;
  try {
    const answer = await fetch(request);
    if (answer.ok) event.waitUntil(keepFile(request, answer.clone()).catch(() => {})); // a full disk: the page has its file all the same
    return answer;
  } catch (error) {
    const copy = await held();
    if (copy) return copy;
    throw error;
  }
}

/** Only what is not held already is written. @param {Request} request @param {Response} answer */
async function keepFile(request, answer) {
  const cache = await caches.open(SHELL);
  const tag = answer.headers.get("ETag");
  const held = tag && (await cache.match(request, { ignoreVary: true }));
  if (!held || held.headers.get("ETag") !== tag) await cache.put(request, answer);
}

/** @param {FetchEvent} event @returns {Promise<Response>} */
async function record(event) {
  const { request } = event;
  const isPoll = request.headers.has("If-None-Match");
  try {
    const answer = await (isPoll ? fetch(request) : Promise.race([asked(event), hanging(request.url)]));
    if (answer.ok) event.waitUntil(sealed(request, answer.clone()).then(dropOld).catch(() => {})); // without room there is no copy
    return (GONE.includes(answer.status) && !isPoll && (await copyOf(request.url))) || answer;
  } catch (error) {
    const copy = isPoll ? null : await copyOf(request.url).catch(() => null);
    if (copy) return copy;
    return listInstead(request, error);
  }
}

/** What is brought along is kept at once; what is looked at is drawn first. @param {Request} request @param {Response} answer */
async function sealed(request, answer) {
  if (!request.headers.has("X-Offline-Copy")) await new Promise((resolve) => setTimeout(resolve, DRAWN_MS));
  await keepCopy(request.url, answer);
}

/** A page that is not on the device: the list of those that are stands in for it. @param {Request} request @param {unknown} error @returns {Promise<Response>} */
async function listInstead({ mode, url, headers }, error) {
  const isPage = mode === "navigate" && !headers.has("HX-Request");
  const list = isPage ? await copyOf(new URL(DAY, url).href, url).catch(() => null) : null;
  if (list) return list;
  throw error;
}

/** The copy, once the clinic has been silent for too long; never, when there is none. @param {string} url @returns {Promise<Response>} */
function hanging(url) {
  return new Promise((resolve) => setTimeout(async () => {
    const copy = await copyOf(url).catch(() => null);
    if (copy) resolve(copy);
  }, PATIENCE_MS));
}
