// The service worker: the clinic first; when it cannot be reached, the files of the pages and the copies of what was opened today.
import { copyOf, dropOld, isKept, keepCopy } from "./copies.js";
import { SHELL } from "./shell.js";

/** @typedef {Event & {request: Request, respondWith: (answer: Promise<Response>) => void, waitUntil: (work: Promise<unknown>) => void}} FetchEvent */

const worker = /** @type {any} */ (self);
const HASHED = /\.[0-9a-f]{12}\./;
const PATIENCE_MS = 8000; // a line that hangs is a line that is cut, when there is a copy
const GONE = [502, 503, 504];
const DAY = "/chair/";

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {FetchEvent} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (/** @type {FetchEvent} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(file(event));
  else if (isKept(request)) event.respondWith(record(event));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch((error) => listInstead(request, error)));
});

/** A file of the pages: its name says its content, or else the clinic is asked first. @param {FetchEvent} event @returns {Promise<Response>} */
async function file({ request }) {
  const held = await caches.match(request, { ignoreVary: true });
  if (held && HASHED.test(request.url)) return held;
  try {
    const answer = await fetch(request);
    if (!answer.ok) return answer;
    const copy = answer.clone();
    void caches.open(SHELL).then((cache) => cache.put(request, copy)).catch(() => {}); // a full disk: the page has its file all the same
    return answer;
  } catch (error) {
    if (held) return held;
    throw error;
  }
}

/** @param {FetchEvent} event @returns {Promise<Response>} */
async function record(event) {
  const { request } = event;
  const isPoll = request.headers.has("If-None-Match");
  try {
    const answer = await (isPoll ? fetch(request) : Promise.race([fetch(request), hanging(request.url)]));
    if (answer.ok) event.waitUntil(keepCopy(request.url, answer.clone()).then(dropOld).catch(() => {})); // without room there is no copy
    return (GONE.includes(answer.status) && !isPoll && (await copyOf(request.url))) || answer;
  } catch (error) {
    const copy = isPoll ? null : await copyOf(request.url).catch(() => null);
    if (copy) return copy;
    return listInstead(request, error);
  }
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
