// What was typed goes to the server in small parcels, in order, and waits on the device until the server has it.
import { queue } from "../offline/queue.js";
import { keyOf } from "./exam.js";

/** @typedef {import("./exam.js").Entry & {seen: import("./exam.js").Value}} Sent */
/** @typedef {{key: string, tooth: number, measure: string, place: string, value: import("./exam.js").Value, stands: import("./exam.js").Value}} Clash */
/** @typedef {{saved: (exam: PerioExamData) => void, asked: (clashes: Clash[]) => void, refused: (entries: Sent[], message: string) => void, changed: (count: number, message: string) => void}} Told */

const PAUSE_MS = 250;

export class Saving {
  /** @param {string} exam @param {Told} told @param {(entry: import("./exam.js").Entry) => string} inWords */
  constructor(exam, told, inWords) {
    this.path = `/perio-exams/${exam}/entries`;
    this.told = told;
    this.inWords = inWords;
    queue.addEventListener("changed", () => told.changed(this.typed.length, queue.message));
    queue.addEventListener("sent", (event) => {
      const { entries, answer } = /** @type {CustomEvent} */ (event).detail;
      if (this.#mine(entries).length) told.saved(answer.exam);
    });
    queue.addEventListener("held", (event) => this.#held(/** @type {CustomEvent} */ (event).detail.entries));
  }

  /** @param {import("../offline/queue.js").Entry[]} entries */
  #mine(entries) {
    return entries.filter((entry) => entry.path === this.path);
  }

  /** What the server does not have yet. @returns {Sent[]} */
  get typed() {
    return this.#mine(queue.list).filter((entry) => entry.state === "waiting").map((entry) => /** @type {Sent} */ (entry.body));
  }

  /** Keys of what the server does not have yet. */
  get waiting() {
    return new Set(this.typed.map(keyOf));
  }

  /** @param {import("./exam.js").Entry} entry @param {import("./exam.js").Value} seen what stood there before */
  add(entry, seen) {
    queue.add({ key: `${this.path} ${keyOf(entry)}`, kind: "site", path: this.path, body: { ...entry, seen }, words: this.inWords(entry) });
    if (!queue.message) queue.later(PAUSE_MS);
  }

  /** What an earlier page of this exam left undecided. */
  remind() {
    this.#held(queue.list);
  }

  /** @param {import("../offline/queue.js").Entry[]} entries */
  #held(entries) {
    const mine = this.#mine(entries);
    const asked = mine.filter(({ state }) => state === "asked");
    const refused = mine.filter(({ state }) => state === "refused");
    this.told.asked(asked.map(({ key, body, again }) => /** @type {Clash} */ ({ ...body, key, stands: again?.seen })));
    if (refused.length) this.told.refused(refused.map((entry) => /** @type {Sent} */ (entry.body)), refused[0].message);
  }
}
