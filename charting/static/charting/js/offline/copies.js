// Copies of the pages and answers that were opened today or brought along for it, sealed like everything else here: read when the clinic cannot be reached, gone with the session and the day.
import { amend, get, put, removeBefore } from "./db.js";
import { heldVault, seal, unseal } from "./vault.js";

const KEY = "[0-9a-f-]{36}";
const PAGES = new RegExp(`^/($|chair/$|patients/${KEY}/((chart|perio|visits|plans|health|indices(/[a-z]+)?)/)?$|(perio|visits|plans)/${KEY}/$)`);
const ANSWERS = new RegExp(`^/api/v1/(patients/${KEY}/chart|perio-exams/${KEY}|visits/${KEY}|chart-palette|diagnosis-codes/oral)$`);
const HEADERS = ["Content-Type", "Content-Security-Policy", "Content-Language", "ETag"];

/** The end of the device's own day: an instant, so that it is the same for the worker and for every page. */
function endOfDay() {
  const end = new Date();
  end.setHours(24, 0, 0, 0);
  return end.toISOString();
}

/** @param {{day: string}} row */
const isOfToday = (row) => row.day > new Date().toISOString();

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
  await put("copies", { url: new URL(url).pathname, owner: vault.owner, day: endOfDay(), at, sealed: await seal(vault, { text, headers }) });
}

/** The copy, marked with the instant for which it holds, if this person's device took it today.
 * @param {string} url @param {string} [asked] the page that was asked for, when this one stands in for it @returns {Promise<Response | null>} */
export async function copyOf(url, asked = "") {
  const vault = await heldVault();
  const row = vault && (await get("copies", new URL(url).pathname));
  if (!row || row.owner !== vault.owner || !isOfToday(row)) return null;
  const { text, headers } = await unseal(vault, row.sealed);
  const marks = `data-as-of="${row.at}"${asked && ` data-instead`}`;
  return new Response(text.replace("<html ", `<html ${marks} `), { headers: [...headers, ["X-As-Of", row.at]] });
}

/** What was opened before today. */
export const dropOld = () => removeBefore("copies", "day", new Date().toISOString());

/** The instant for which today's copy holds; nothing without one. @param {string} path @returns {Promise<string>} */
export async function heldSince(path) {
  const [vault, row] = [await heldVault(), await get("copies", path)];
  return vault && row && row.owner === vault.owner && isOfToday(row) ? row.at : "";
}

/** The clinic says that nothing has changed: the copy holds for this instant too. @param {string} path @param {string} at */
export const confirm = (path, at) => amend("copies", path, (row) => (row.at < at ? { ...row, at } : row));
