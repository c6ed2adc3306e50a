// The hand that measures: where it is, what a key or a tap means there, and the way back.
import { entranceAt } from "./exam.js";
import { beside, steps } from "./path.js";

/** @typedef {import("./path.js").Step} Step */
/** @typedef {import("./exam.js").Entry} Entry */

export class Hand {
  /** @param {import("./exam.js").Exam} exam @param {(entry: Entry) => void} write @param {() => void} moved */
  constructor(exam, write, moved) {
    this.exam = exam;
    this.write = write;
    this.moved = moved;
    /** @type {Step[]} */
    this.path = [];
    /** @type {Step | null} */
    this.at = null;
    /** @type {Step | null} the site typed last: a sign pressed right after belongs to it */
    this.last = null;
    this.prefix = "";
    this.isNegative = false;
    /** @type {Entry[]} what stood before each entry */
    this.undone = [];
  }

  /** Follow a script, from its first place that is still empty. @param {string} path @param {string} measures */
  follow(path, measures) {
    this.path = steps(path, measures, this.exam.absent);
    this.go(this.path.find((step) => step.measure !== "flags" && this.exam.get(step.tooth, step.measure, step.site) === null) ?? this.path[0] ?? null);
  }

  /** @param {Step | null} step */
  go(step) {
    this.at = step;
    this.last = null;
    this.#reset();
  }

  #reset() {
    this.prefix = "";
    this.isNegative = false;
    this.moved();
  }

  /** The next number is a degree or a width of the tooth. @param {string} name */
  ask(name) {
    this.prefix = name;
    this.moved();
  }

  /** The next number is negative, or no longer. */
  turnSign() {
    this.isNegative = !this.isNegative;
    this.moved();
  }

  /** @param {number} by */
  step(by) {
    const at = this.path.findIndex((step) => step.tooth === this.at?.tooth && step.site === this.at.site && step.measure === this.at.measure);
    if (at >= 0) this.at = this.path[Math.min(Math.max(at + by, 0), this.path.length - 1)];
    this.#reset();
  }

  /** @param {string} key an arrow */
  move(key) {
    if (!this.at) return;
    const place = beside(this.at, key, this.exam.absent);
    this.go(this.path.find((step) => step.tooth === place.tooth && step.site === place.site) ?? { ...this.at, ...place });
  }

  /** On to the next tooth of the path. */
  tooth() {
    const from = this.at?.tooth;
    const at = this.path.findIndex((step) => step.tooth === from && step.site === this.at?.site);
    this.go(this.path.slice(at).find((step) => step.tooth !== from) ?? this.at);
  }

  /** @param {number} value */
  number(value) {
    if (!this.at) return;
    if (this.prefix) this.#grade(value);
    else if (this.at.measure !== "flags") {
      const { tooth, site, measure } = this.at;
      this.enter({ tooth, measure, place: site, value: this.isNegative ? -value : value });
      this.last = this.at;
      this.step(1);
    }
  }

  /** A degree or a width of the tooth, after its letter. @param {number} value */
  #grade(value) {
    if (!this.at) return;
    const { tooth, site } = this.last ?? this.at;
    const side = site.endsWith("V") ? "V" : "L";
    const place = { mobility: "", gingiva: side, furcation: entranceAt(this.exam, tooth, site) }[this.prefix];
    if (place !== null && place !== undefined) this.enter({ tooth, measure: this.prefix, place, value });
    this.#reset();
  }

  /** A sign belongs to the site that was typed last, or to the one where the hand is. @param {string} name */
  flag(name) {
    const place = this.last ?? this.at;
    if (place) this.enter({ tooth: place.tooth, measure: name, place: place.site, value: this.exam.get(place.tooth, name, place.site) !== true });
    this.moved();
  }

  back() {
    if (this.prefix || this.isNegative) return this.#reset();
    this.last = null;
    this.step(-1);
    if (this.at && this.at.measure !== "flags" && this.exam.get(this.at.tooth, this.at.measure, this.at.site) !== null) {
      this.enter({ tooth: this.at.tooth, measure: this.at.measure, place: this.at.site, value: null });
    }
    this.moved();
  }

  /** @param {Entry} entry */
  enter(entry) {
    const stood = this.exam.get(entry.tooth, entry.measure, entry.place);
    this.undone.push({ ...entry, value: stood ?? (typeof entry.value === "boolean" ? false : null) });
    this.write(entry);
  }

  undo() {
    const entry = this.undone.pop();
    if (!entry) return;
    this.write(entry);
    const step = this.path.find((found) => found.tooth === entry.tooth && found.site === entry.place && found.measure === entry.measure);
    if (step) this.go(step);
    else this.moved();
  }
}
