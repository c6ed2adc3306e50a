// What was entered and the clinic does not have yet: kept on the device, sent in order, once; refused and disputed entries wait for their writer.
import { call } from "../api.js";
import { here, WAITING } from "./entry.js";
import { outcome, parcelOf, requestOf, traceOf } from "./sending.js";
import { Shelf } from "./shelf.js";
import { forget } from "./vault.js";

/** @typedef {import("./entry.js").Entry} Entry */

const LONGEST_WAIT_MS = 15000;
const CHANNEL = "clinic-entries";

export class Queue extends EventTarget {
  /** @param {string} owner the person whose page this is: nobody else's entries are read or sent */
  constructor(owner) {
    super();
    this.owner = owner;
    this.shelf = new Shelf(owner);
    this.entries = /** @type {Map<string, Entry>} */ (new Map());
    this.flying = /** @type {Set<Entry>} */ (new Set());
    this.message = "";
    [this.wait, this.timer, this.last] = [0, 0, 0];
    this.turn = Promise.resolve();
    this.others = new BroadcastChannel(`${CHANNEL} ${owner}`);
    this.others.addEventListener("message", () => this.#follow());
    this.ready = this.shelf.open().then(() => this.#follow());
    window.addEventListener("online", () => this.later(0));
    window.addEventListener("beforeunload", (event) => !this.shelf.isSafe && event.preventDefault());
  }

  get list() {
    return [...this.entries.values()].sort((a, b) => a.order - b.order);
  }

  /** @param {import("./entry.js").NewEntry} entry the same key again is the newer word on the same matter */
  add(entry) {
    const before = this.entries.get(entry.key);
    const isEarlier = before?.state === "waiting" && entry.kind === "site";
    const body = isEarlier ? { ...entry.body, seen: this.flying.has(before) ? before.body.value : before.body.seen } : entry.body;
    this.last = Math.max(this.last + 1, Date.now() * 1000);
    const { where, patient } = before ?? here();
    this.#set({ method: "POST", where, patient, ...entry, body, order: before?.order ?? this.last, ...WAITING });
  }

  /** @param {string} key whether it is on its way right now */
  isFlying(key) {
    return [...this.flying].some((entry) => entry.key === key);
  }

  /** @param {string} key the writer keeps to it: it is sent (again) @param {Record<string, any>} [said] what else the writer says */
  again(key, said = {}) {
    const entry = /** @type {Entry} */ (this.entries.get(key));
    this.#set({ ...entry, body: { ...(entry.again ?? entry.body), ...said }, ...WAITING });
    void this.send();
  }

  /** @param {string} key the writer lets go of what was refused or disputed: that it was entered stays in the patient's history @param {string} why */
  letGo(key, why) {
    const entry = this.entries.get(key);
    this.drop(key);
    if (entry?.patient && entry.kind !== "trace") this.add(traceOf(entry, why));
    void this.send();
  }

  /** @param {string} key it is said elsewhere, or no more */
  drop(key) {
    if (!this.entries.delete(key)) return;
    this.shelf.put(key, null);
    this.dispatchEvent(new Event("changed"));
  }

  /** @param {Entry} entry */
  #set(entry) {
    this.entries.set(entry.key, entry);
    this.shelf.put(entry.key, entry);
    this.dispatchEvent(new Event("changed"));
  }

  /** Another page of the same person wrote or sent something. */
  async #follow() {
    const before = new Set(this.entries.keys());
    const unsure = new Set(this.shelf.dirty.keys());
    const found = await this.shelf.read();
    if (!found) return;
    const read = new Map(found.map((entry) => [entry.key, entry]));
    const isMine = (/** @type {string} */ key) => unsure.has(key) || this.shelf.dirty.has(key);
    for (const key of before) if (!isMine(key) && !read.has(key)) this.entries.delete(key);
    for (const [key, entry] of read) if (!isMine(key) && (!before.has(key) || this.entries.get(key)?.state !== entry.state)) this.entries.set(key, entry);
    this.dispatchEvent(new Event("changed"));
  }

  /** @param {number} after milliseconds */
  later(after) {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.send(), after);
  }

  /** Send what waits, after what is being sent; one page of the device at a time. @returns {Promise<void>} when it is sent, or must wait */
  send() {
    const mine = async () => {
      await this.ready;
      await (navigator.locks ? navigator.locks.request(`${CHANNEL} ${this.owner}`, () => this.#sendAll()) : this.#sendAll());
    };
    this.turn = this.turn.then(mine, mine);
    return this.turn;
  }

  async #sendAll() {
    window.clearTimeout(this.timer);
    await this.shelf.open();
    await this.#follow();
    for (let parcel = parcelOf(this.list); parcel.length; parcel = parcelOf(this.list)) {
      this.flying = new Set(parcel);
      const result = await call(...requestOf(parcel)).then((answer) => outcome(parcel, answer, null), (error) => outcome(parcel, null, error));
      this.flying = new Set();
      this.message = result.wait;
      this.wait = result.wait ? Math.min(Math.max(this.wait * 2, 1000), LONGEST_WAIT_MS) : 0;
      this.#apply(parcel, result);
      if (result.isOver) await forget().catch(() => {});
      if (result.wait) break;
    }
    if (this.message) this.later(this.wait);
    await this.shelf.writing;
    this.others.postMessage("changed");
  }

  /** @param {Entry[]} parcel @param {import("./sending.js").Outcome} result */
  #apply(parcel, result) {
    const held = new Map(result.held.map((entry) => [entry.key, entry]));
    for (const entry of result.wait ? [] : parcel) {
      const next = held.get(entry.key) ?? null;
      if (this.entries.get(entry.key) !== entry) continue; // there is a newer word on it
      if (next) this.#set(next);
      else if (!result.left.includes(entry)) this.drop(entry.key);
    }
    for (const entry of [...(result.wait ? parcel : []), ...result.left]) this.#restore(entry);
    if (result.sent.length) this.dispatchEvent(new CustomEvent("sent", { detail: { entries: result.sent, answer: result.answer } }));
    if (result.held.length) this.dispatchEvent(new CustomEvent("held", { detail: { entries: result.held } }));
    this.dispatchEvent(new Event("changed"));
  }

  /** What did not arrive says no more what the newer word on it has seen. @param {Entry} entry */
  #restore(entry) {
    const newer = this.entries.get(entry.key);
    if (newer && newer !== entry && entry.kind === "site") this.#set({ ...newer, body: { ...newer.body, seen: entry.body.seen } });
  }
}

/** The entries of whoever acts on this page. */
export const queue = new Queue(document.body.dataset.user ?? "");
