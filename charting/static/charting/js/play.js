// The days on which the chart changed: marked under the slider, and played one after another.
import { byId } from "./svg.js";

const STEP_MS = 1200;

export class Player {
  /** @param {import("./timeline.js").Timeline} timeline @param {Record<string, string>} words */
  constructor(timeline, words) {
    this.timeline = timeline;
    this.words = words;
    this.button = byId("timeline-play");
    this.ticks = byId("timeline-days");
    /** @type {string[]} */
    this.days = [];
    this.timer = 0;
    this.button.addEventListener("click", () => (this.timer ? this.stop() : this.#start()));
  }

  /** @param {string[]} days ISO, ascending; those of the newest chart stay known while an older one is shown */
  know(days) {
    if (days.length <= this.days.length) return;
    this.days = days;
    this.button.hidden = days.length < 2;
    this.ticks.replaceChildren(...days.map((day) => new Option("", String(this.timeline.placeOf(day)))));
  }

  #start() {
    this.#press(true);
    const shown = this.timeline.isNow ? "" : this.timeline.date.value;
    this.#step(this.days.filter((day) => day > shown && shown !== "").length ? this.days.filter((day) => day > shown) : this.days);
  }

  /** @param {string[]} left */
  #step(left) {
    const [day, ...later] = left;
    if (day === undefined) return this.stop();
    if (later.length) this.timeline.showDay(day);
    else this.timeline.backToToday();
    this.timer = window.setTimeout(() => this.#step(later), STEP_MS);
  }

  stop() {
    window.clearTimeout(this.timer);
    this.timer = 0;
    this.#press(false);
  }

  /** @param {boolean} on */
  #press(on) {
    this.button.setAttribute("aria-pressed", String(on));
    this.button.setAttribute("aria-label", on ? this.words.pause : this.words.play);
    this.button.setAttribute("title", on ? this.words.pause : this.words.play);
  }
}
