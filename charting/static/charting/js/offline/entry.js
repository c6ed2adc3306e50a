// What waits for the clinic: an entry, how it begins, and where it is made.

/**
 * `record` is one request; `site` is a part of the next request to its path; `text` is sent by its own page; `trace` tells of an entry that was let go.
 * `again` is the body to send when the writer keeps to it in spite of `theirs`, `ask` what the writer is asked, `link` what mends a refusal; `shown` is what the chart draws meanwhile.
 * @typedef {"meanwhile" | "again" | "then" | "read" | "reason" | ""} Ask
 * @typedef {{key: string, kind: "record" | "site" | "text" | "trace", path: string, method: string, body: Record<string, any>, words: string, where: {url: string, name: string}, patient: string,
 *   shown?: any, order: number, state: "waiting" | "refused" | "asked", message: string, link: string, theirs: string, ask: Ask, again: Record<string, any> | null}} Entry
 * @typedef {Pick<Entry, "key" | "kind" | "path" | "body" | "words"> & Partial<Pick<Entry, "method" | "patient" | "where" | "shown">>} NewEntry
 */

/** How every entry begins, and begins again. */
export const WAITING = /** @type {const} */ ({ state: "waiting", message: "", link: "", theirs: "", ask: "", again: null });

/** The page to come back to, and whose record it shows.
 * @returns {{where: {url: string, name: string}, patient: string}} */
export function here() {
  const head = /** @type {HTMLElement | null} */ (document.querySelector(".patient-head"));
  const name = head?.querySelector(".patient-name h1")?.textContent?.trim() ?? document.title;
  return { where: { url: window.location.pathname, name }, patient: head?.dataset.patient ?? "" };
}
