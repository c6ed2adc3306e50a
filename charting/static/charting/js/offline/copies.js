// Copies of the pages and answers that were opened today, sealed like everything else here: read when the clinic cannot be reached, gone with the session and the day.
import { get, put, removeBefore } from "./db.js";
import { heldVault, seal, unseal } from "./vault.js";

const KEY = "[0-9a-f-]{36}";
const PAGES = new RegExp(`^/($|patients/${KEY}/(chart/|perio/|visits/)?$|perio/${KEY}/$|visits/${KEY}/$)`);
const ANSWERS = new RegExp(`^/api/v1/(patients/${KEY}/chart|perio-exams/${KEY}|visits/${KEY}|chart-palette|diagnosis-codes/oral)$`);
const HEADERS = ["Content-Type", "Content-Security-Policy", "Content-Language", "ETag"];

/** The device's own day. */
const today = () => new Date().toLocaleDateString("sv");

/** Whether the answer to this request may be kept: a whole page or the present state, never a part or a past one. @param {Request} request */
export function isKept({ method, url, headers }) {
  const { pathname, search } = new URL(url);
  return method === "GET" && search === "" && !headers.has("HX-Request") && (PAGES.test(pathname) || ANSWERS.test(pathname));
}

/** @param {string} url @param {Response} answer */
export async function keepCopy(url, answer) {
  const vault = await heldVault();
  const isWhole = answer.status === 200 && !answer.redirected && !answer.headers.has("X-As-Of");
  if (!vault || !isWhole) return;
  const text = await answer.text();
  const isPage = (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
  if (isPage && !text.includes(`data-user="${vault.owner}"`)) return;
  const headers = HEADERS.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name)]] : []));
  const at = new Date().toISOString();
  await put("copies", { url: new URL(url).pathname, owner: vault.owner, day: today(), at, sealed: await seal(vault, { text, headers, at }) });
}

/** The copy, marked with the instant it was made, if this person opened it here today. @param {string} url @returns {Promise<Response | null>} */
export async function copyOf(url) {
  const vault = await heldVault();
  const row = vault && (await get("copies", new URL(url).pathname));
  if (!row || row.owner !== vault.owner || row.day !== today()) return null;
  const { text, headers, at } = await unseal(vault, row.sealed);
  return new Response(text.replace("<html ", `<html data-as-of="${at}" `), { headers: [...headers, ["X-As-Of", at]] });
}

/** What was opened before today. */
export const dropOld = () => removeBefore("copies", "day", today());

/** Whether there is a copy made after this instant. @param {string} path @param {number} since */
export async function isFresh(path, since) {
  const row = await get("copies", path);
  return Boolean(row && row.day === today() && Date.parse(row.at) >= since);
}
