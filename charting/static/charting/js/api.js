// Talking to the API: an answer, or an error in words that the page can show with a way to try again.
import { renew } from "../../desk/js/renew.js";

/** @param {string} name */
const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

const TIMEOUT_MS = 15000;

/** What went wrong, in the user's words. */
export class Refusal extends Error {
  /** @param {string} message @param {number} status @param {string} code @param {string} [link] to the page that helps on @param {Record<string, string>} [fields] what is wrong where */
  constructor(message, status, code, link = "", fields = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.link = link;
    this.fields = fields;
  }
}

/** @type {{lost: string, broken: string}} */
const sentences = { lost: "", broken: "" };

/** @param {{lost: string, broken: string}} words */
export function useSentences(words) {
  Object.assign(sentences, words);
}

/** @type {WeakMap<object, string>} */
const tags = new WeakMap();

/** The ETag with which this answer came. @param {object} answer */
export const tagOf = (answer) => tags.get(answer) ?? "";

/** @type {WeakSet<object>} */
const copies = new WeakSet();

/** Whether this answer is the copy that the device kept. @param {object} answer */
export const isCopy = (answer) => copies.has(answer);

let last = new Date().toISOString();

/** Tell the page whether the clinic answers now. @param {string} since the instant of what is shown, when it does not */
function heard(since) {
  if (!since) last = new Date().toISOString();
  document.dispatchEvent(new CustomEvent("heard", { detail: since }));
}

function csrfToken() {
  const headers = document.body.getAttribute("hx-headers");
  return headers ? JSON.parse(headers)["X-CSRFToken"] : cookie("csrftoken");
}

/**
 * @param {string} path under /api/v1
 * @param {{method?: string, body?: unknown, held?: string, asked?: Promise<Response>}} [options] `held`: the ETag of what the page has; nothing is
 *   answered while it is still the same; `asked`: the answer to the same question that is on its way already
 * @returns {Promise<any>}
 */
export async function call(path, { method = "GET", body, held, asked } = {}, isAgain = false) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken(), ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...(held ? { "If-None-Match": held } : {}) };
  let response;
  if (method !== "GET") headers["Device-Time"] = new Date().toISOString();
  try {
    response = await (asked ?? fetch(`/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(TIMEOUT_MS) }));
  } catch {
    if (method === "GET") heard(last);
    throw new Refusal(sentences.lost, 0, "lost");
  }
  const isSilent = method === "GET" && response.status >= 500;
  heard(isSilent ? last : response.headers.get("X-As-Of") ?? "");
  if (response.status === 304) return null;
  const answer = await response.json().catch(() => null);
  if (response.status === 403 && method !== "GET" && !isAgain) {
    if (await renew()) return call(path, { method, body }, true);
    throw new Refusal(answer?.message ?? sentences.broken, 401, "not_renewed");
  }
  if (response.ok && answer !== null) {
    if (typeof answer === "object") tags.set(answer, response.headers.get("ETag") ?? "");
    if (typeof answer === "object" && response.headers.has("X-As-Of")) copies.add(answer);
    return answer;
  }
  const words = answer?.fields ? [...new Set([answer.message, ...Object.values(answer.fields)])].join(" ") : answer?.message;
  throw new Refusal(words ?? sentences.broken, response.status, answer?.code ?? "broken", answer?.link ?? "", answer?.fields ?? {});
}

let newest = 0;

/** A record's key, made here so that a repeated request is the same record (UUID version 7); keys follow each other as they were asked for. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  newest = Math.max(Date.now(), newest + 1);
  let milliseconds = newest;
  for (let place = 5; place >= 0; place -= 1) {
    bytes[place] = milliseconds % 256;
    milliseconds = Math.floor(milliseconds / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
