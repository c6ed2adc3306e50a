// The day as the page knows it: columns, shifts, appointments, and the server behind them.

import { renew } from "../desk/js/renew.js";
import { Clock } from "./clock.js";

/**
 * @typedef {{id: string, name: string}} Named
 * @typedef {{id: string, version: number, patient: Named, dentist: Named, assistant: Named | null, chair: Named,
 *   type: {name: string, colour: string, minutes: number} | null, starts_at: string, ends_at: string, state: string, state_name: string,
 *   state_at: string, note: string, is_first: boolean, has_alerts: boolean}} Appointment
 * @typedef {{user: string, name: string, chair: string | null, start: string, end: string}} Shift
 * @typedef {{kind: string, text: string}} Mark
 */

export class Day {
  /** @param {any} data */
  constructor(data) {
    this.view = /** @type {"chairs" | "dentists"} */ (data.view);
    this.columns = /** @type {{id: string, name: string, note: string}[]} */ (data.columns);
    this.shifts = /** @type {Shift[]} */ (data.shifts);
    this.words = /** @type {Record<string, string>} */ (data.words);
    this.urls = /** @type {Record<string, string>} */ (data.urls);
    this.mayWrite = Boolean(data.mayWrite);
    this.clock = new Clock(data);
    this.etag = "";
    this.asked = 0;
    /** @type {Map<string, Appointment>} */
    this.appointments = new Map();
    /** @type {Record<string, Mark[]>} */
    this.marks = {};
    this.take(data.appointments);
  }

  /** @param {Appointment[]} rows */
  take(rows) {
    this.appointments = new Map(rows.map((row) => [row.id, row]));
  }

  /** As it is known now, unless somebody moved it meanwhile: whoever holds it still means this place. @param {Appointment} row */
  latest(row) {
    const known = this.appointments.get(row.id);
    const place = (/** @type {Appointment} */ at) => [at.starts_at, at.ends_at, at.chair.id, at.dentist.id].join();
    return known && place(known) === place(row) ? known : row;
  }

  /** @param {Appointment} row */
  columnOf(row) {
    return this.view === "dentists" ? row.dentist.id : row.chair.id;
  }

  /** Ask for changes by others; true when there are some. An answer older than a later wish or a move of one's own says nothing. */
  async refresh() {
    const mine = (this.asked += 1);
    const headers = new Headers(this.etag ? { "If-None-Match": this.etag } : {});
    const answer = await fetch(this.urls.poll, { headers, cache: "no-store" });
    if (answer.status === 304) return false;
    if (!answer.ok) throw new Error(String(answer.status));
    const rows = await answer.json();
    if (mine !== this.asked) return false;
    this.take(rows);
    this.etag = answer.headers.get("ETag") ?? "";
    return true;
  }

  async refreshMarks() {
    if (!this.urls.marks) return;
    const answer = await fetch(this.urls.marks, { cache: "no-store" });
    if (answer.ok) this.marks = (await answer.json()).marks;
  }

  /**
   * @param {Appointment} row
   * @param {Record<string, unknown>} changes
   * @returns {Promise<{isSaved: boolean, message: string, link?: string}>} `link` leads to what explains the refusal
   */
  async move(row, changes, isAgain = false) {
    const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
    const body = JSON.stringify({ version: row.version, starts_at: row.starts_at, ends_at: row.ends_at, ...changes });
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    this.asked += 1;
    try {
      const answer = await fetch(`${this.urls.api}${row.id}`, { method: "PATCH", headers, body });
      if (answer.status === 403 && !isAgain && (await renew())) return this.move(row, changes, true);
      const reply = await answer.json();
      if (!answer.ok) return { isSaved: false, message: reply.code === "stale" ? this.words.stale : `${reply.message} ${this.words.back}`, link: reply.link };
      this.appointments.set(row.id, reply);
      return { isSaved: true, message: "" };
    } catch {
      return { isSaved: false, message: this.words.lost };
    } finally {
      this.asked += 1;
    }
  }
}
