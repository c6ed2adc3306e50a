// The date slider: the mouth as it was at the end of any past day, or at a time of it.
import { byId } from "./svg.js";

const DAY_MS = 86400000;

export class Timeline extends EventTarget {
  constructor() {
    super();
    this.slider = /** @type {HTMLInputElement} */ (byId("timeline"));
    this.date = /** @type {HTMLInputElement} */ (byId("timeline-date"));
    this.time = /** @type {HTMLInputElement} */ (byId("timeline-time"));
    this.today = byId("timeline-today");
    this.first = Date.now();
    this.slider.addEventListener("input", () => this.#show(this.#dayAt(Number(this.slider.value))));
    this.slider.addEventListener("change", () => this.#tell());
    this.date.addEventListener("change", () => this.#typed());
    this.time.addEventListener("change", () => this.#tell());
    this.today.addEventListener("click", () => this.backToToday());
  }

  /** The range starts at the first entry. @param {string | null} firstAt */
  span(firstAt) {
    if (!firstAt) return;
    this.first = Math.min(this.first, new Date(firstAt).getTime());
    const days = Math.max(1, Math.ceil((Date.now() - this.first) / DAY_MS));
    const isNow = this.isNow;
    this.slider.max = String(days);
    if (isNow) this.slider.value = String(days);
    this.slider.disabled = false;
    this.date.min = this.#text(this.first);
    this.date.max = this.#text(Date.now());
    if (document.activeElement !== this.date) this.#show(this.#dayAt(Number(this.slider.value)));
  }

  get isNow() {
    return this.slider.value === this.slider.max && !this.time.value;
  }

  /** The instant to ask for: the time of the chosen day, else its end, or nothing for now. */
  get at() {
    return this.isNow ? "" : `${this.date.value}T${this.time.value || "23:59:59"}`;
  }

  /** Where a day stands on the slider: a past one never at its end, which is the present. @param {string} day ISO */
  placeOf(day) {
    const end = Number(this.slider.max);
    if (day >= this.#text(Date.now())) return end;
    return Math.max(0, Math.min(Math.floor((new Date(day).getTime() + DAY_MS - this.first) / DAY_MS), end - 1));
  }

  /** @param {string} day ISO */
  showDay(day) {
    this.time.value = "";
    this.date.value = day;
    this.#typed();
  }

  backToToday() {
    this.time.value = "";
    this.slider.value = this.slider.max;
    this.#show(Date.now());
    this.#tell();
  }

  /** @param {number} days */
  #dayAt(days) {
    return Math.min(Date.now(), this.first + days * DAY_MS);
  }

  #typed() {
    const time = new Date(this.date.value).getTime();
    if (Number.isNaN(time)) return;
    this.slider.value = String(this.placeOf(this.date.value));
    if (this.isNow) this.#show(Date.now()); // a day to come is the present
    this.#tell();
  }

  /** @param {number} time */
  #show(time) {
    this.date.value = this.#text(time);
    this.today.hidden = this.isNow;
  }

  /** @param {number} time */
  #text(time) {
    const day = new Date(time);
    return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
  }

  #tell() {
    this.today.hidden = this.isNow;
    this.dispatchEvent(new Event("change"));
  }
}
