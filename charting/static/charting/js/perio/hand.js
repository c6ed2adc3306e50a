// The hand that measures: where it is, what a key, a tap or a word means there, and the way back.
import { graded } from "./grades.js";
import { beside, steps } from "./path.js";

/** @typedef {import("./path.js").Step} Step */
/** @typedef {import("./exam.js").Entry} Entry */

export class Hand {
  /** @param {import("./exam.js").Exam} exam @param {(entry: Entry) => void} write @param {() => void} moved @param {(name: string) => void} refused what cannot be graded here */
  constructor(exam, write, moved, refused) {
    this.exam = exam;
    this.write = write;
    this.moved = moved;
    this.refused = refused;
    /** @type {Step[]} */
    this.path = [];
    /** @type {Step | null} nothing once the path is gone to its end */
    this.at = null;
    /** @type {Step | null} what was typed last: a sign pressed right after belongs to it */
    this.last = null;
    this.prefix = "";
    this.isNegative = false;
    /** @type {Entry[][]} what stood before each stroke */
    this.undone = [];
  }

  /** Follow a plan, from its first place that is still empty. @param {import("./path.js").Plan} plan */
  follow(plan) {
    this.path = steps(plan, this.exam);
    const isEmpty = (/** @type {Step} */ step) => step.measure === "flags" || step.sites.some((site) => this.exam.get(step.tooth, step.measure, site) === null);
    this.go(this.path.find(isEmpty) ?? null);
  }

  /** @param {Step | null} step */
  go(step) {
    this.at = step;
    this.last = null;
    this.#reset();
  }

  /** Go to a site, on the path or off it. @param {{tooth: number, site: string}} place @param {string} [measure] */
  goTo({ tooth, site }, measure = "depth") {
    const found = this.path.find((step) => step.tooth === tooth && step.sites.includes(site));
    this.go(found ?? { tooth, site, measure, sites: [site] });
  }

  /** Go to where the path meets a tooth. @param {number} tooth */
  goToTooth(tooth) {
    const found = this.path.find((step) => step.tooth === tooth);
    if (found) this.go(found);
    else this.refused("tooth");
  }

  #reset() {
    this.prefix = "";
    this.isNegative = false;
    this.moved();
  }

  /** The next number is a degree, a width or a prognosis of the tooth. @param {string} name */
  ask(name) {
    this.prefix = name;
    this.moved();
  }

  /** The next number is negative, or no longer; after the letter of a degree it takes the degree away. */
  turnSign() {
    if (this.prefix) return this.#grade(null);
    this.isNegative = !this.isNegative;
    this.moved();
  }

  /** @param {number} by */
  step(by) {
    const { at, path } = this;
    const from = at ? path.findIndex((step) => step.tooth === at.tooth && step.site === at.site && step.measure === at.measure) : path.length;
    if (at && from < 0) this.goTo(beside(at, by < 0 ? "ArrowLeft" : "ArrowRight", this.exam), at.measure);
    else this.at = path[Math.max(from + by, 0)] ?? null;
    this.last = null;
    this.#reset();
  }

  /** @param {string} key an arrow */
  move(key) {
    if (this.at) this.goTo(beside(this.at, key, this.exam), this.at.measure);
    else this.step(-1);
  }

  /** On to the next tooth of the path. */
  tooth() {
    const from = this.at?.tooth;
    const at = this.path.findIndex((step) => step.tooth === from && step.site === this.at?.site);
    this.go(this.path.slice(Math.max(at, 0)).find((step) => step.tooth !== from) ?? this.at);
  }

  /** @param {number} value */
  number(value) {
    if (this.prefix) return this.#grade(value);
    if (!this.at || this.at.measure === "flags") return;
    const { tooth, sites, measure } = this.at;
    const typed = this.at;
    this.enter(sites.map((place) => ({ tooth, measure, place, value: this.isNegative ? -value : value })));
    this.step(1);
    this.last = typed;
  }

  /** A degree, a width or the prognosis of the tooth, after its letter; null takes it away. @param {number | null} value */
  #grade(value) {
    const step = this.last ?? this.at;
    const entry = step && graded(this.exam, this.prefix, step, value);
    if (entry) this.enter([entry]);
    else this.refused(this.prefix);
    this.#reset();
  }

  /** A sign belongs to what was typed last, or to where the hand is; pressed again it goes. @param {string} name */
  flag(name) {
    const step = this.last ?? this.at;
    if (!step) return;
    const isSet = step.sites.every((site) => this.exam.get(step.tooth, name, site) === true);
    this.enter(step.sites.map((place) => ({ tooth: step.tooth, measure: name, place, value: !isSet })));
    this.moved();
  }

  /** One step back, which is emptied to be measured again. */
  back() {
    if (this.prefix || this.isNegative) return this.#reset();
    this.step(-1);
    const { at } = this;
    const filled = at && at.measure !== "flags" ? at.sites.filter((site) => this.exam.get(at.tooth, at.measure, site) !== null) : [];
    if (at && filled.length) this.enter(filled.map((place) => ({ tooth: at.tooth, measure: at.measure, place, value: null })));
    this.moved();
  }

  /** What one stroke enters. @param {Entry[]} entries */
  enter(entries) {
    this.undone.push(entries.map((entry) => ({ ...entry, value: this.exam.stands(entry) })));
    for (const entry of entries) this.write(entry);
  }

  undo() {
    const entries = this.undone.pop();
    if (!entries) return;
    for (const entry of entries) this.write(entry);
    const [{ tooth, measure, place }] = entries;
    const step = this.path.find((found) => found.tooth === tooth && found.measure === measure && found.sites.includes(place));
    if (step) this.go(step);
    else this.moved();
  }
}
