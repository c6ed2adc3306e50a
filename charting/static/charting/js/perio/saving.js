// What was typed goes to the server in small parcels, in order, and waits here until the server has it.
import { call, Refusal } from "../api.js";
import { keyOf } from "./exam.js";

/** @typedef {import("./exam.js").Entry & {seen: import("./exam.js").Value}} Sent */
/** @typedef {{tooth: number, measure: string, place: string, value: import("./exam.js").Value, stands: import("./exam.js").Value}} Clash */
/** @typedef {{saved: (exam: PerioExamData, clashes: Clash[]) => void, refused: (entries: Sent[], message: string) => void, changed: (count: number, message: string) => void}} Told */

const PAUSE_MS = 250;
const MOST = 100;
const LONGEST_WAIT_MS = 15000;

export class Saving {
  /** @param {string} exam @param {Told} told */
  constructor(exam, told) {
    this.address = `/perio-exams/${exam}/entries`;
    this.told = told;
    /** @type {Map<string, Sent>} */
    this.queue = new Map();
    /** @type {Map<string, Sent>} */
    this.sent = new Map();
    this.timer = 0;
    this.wait = 0;
    window.addEventListener("beforeunload", (event) => {
      if (this.count) event.preventDefault();
    });
    window.addEventListener("online", () => this.#later(0));
  }

  get count() {
    return new Set([...this.queue.keys(), ...this.sent.keys()]).size;
  }

  /** Keys of what the server does not have yet. */
  get waiting() {
    return new Set([...this.queue.keys(), ...this.sent.keys()]);
  }

  /** @param {import("./exam.js").Entry} entry @param {import("./exam.js").Value} seen what stood there before */
  add(entry, seen) {
    const key = keyOf(entry);
    const before = this.queue.get(key);
    this.queue.set(key, { ...entry, seen: before ? before.seen : (this.sent.get(key)?.value ?? seen) });
    this.told.changed(this.count, "");
    if (!this.sent.size && !this.wait) this.#later(PAUSE_MS);
  }

  /** @param {number} after */
  #later(after) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.send(), after);
  }

  async send() {
    if (this.sent.size || !this.queue.size) return;
    const parcel = [...this.queue].slice(0, MOST);
    for (const [key] of parcel) this.queue.delete(key);
    this.sent = new Map(parcel);
    let message = "";
    try {
      const answer = await call(this.address, { method: "POST", body: { entries: [...this.sent.values()] } });
      this.sent = new Map();
      this.wait = 0;
      this.told.saved(answer.exam, answer.clashes);
    } catch (error) {
      message = this.#failed(/** @type {Refusal} */ (error));
    }
    this.told.changed(this.count, message);
    if (this.queue.size) this.#later(this.wait || PAUSE_MS);
  }

  /** @param {Refusal} error */
  #failed(error) {
    const entries = [...this.sent.values()];
    this.sent = new Map();
    const wrong = entries.filter((_entry, place) => `entries.${place}` in error.fields);
    const isFinal = error.status >= 400 && error.status < 500 && ![401, 403, 408, 429].includes(error.status);
    const refused = wrong.length ? wrong : isFinal ? entries : [];
    const kept = entries.filter((entry) => !refused.includes(entry));
    this.queue = new Map([...kept.map((entry) => /** @type {[string, Sent]} */ ([keyOf(entry), this.#newest(entry)])), ...this.queue]);
    if (refused.length) {
      this.told.refused(refused, error.message);
      return "";
    }
    this.wait = Math.min(Math.max(this.wait * 2, 1000), LONGEST_WAIT_MS);
    return error.message;
  }

  /** What was typed meanwhile wins, but it says what stood before the first of both. @param {Sent} entry */
  #newest(entry) {
    const later = this.queue.get(keyOf(entry));
    if (!later) return entry;
    this.queue.delete(keyOf(entry));
    return { ...later, seen: entry.seen };
  }
}
