// The mouth that the page shows: what the clinic has, what others just entered, and what this device has not sent yet.
import { call, isCopy, Refusal, tagOf } from "./api.js";
import { writeList } from "./list.js";
import { Live } from "./offline/live.js";
import { queue } from "./offline/queue.js";
import { unsentOf, withUnsent } from "./offline/waiting.js";
import { byId } from "./svg.js";

/** Tells `change` when there is another chart to draw. */
export class Mouth extends EventTarget {
  /** @param {ChartSetup} setup @param {import("./timeline.js").Timeline} timeline @param {import("./status.js").Status} status @param {() => boolean} isBusy somebody types into what would be drawn anew */
  constructor(setup, timeline, status, isBusy) {
    super();
    this.setup = setup;
    this.timeline = timeline;
    this.status = status;
    this.isBusy = isBusy;
    this.path = `/patients/${setup.patient}/chart`;
    /** The chart as the clinic gave it, and as it is drawn. @type {ChartData | null} */
    this.loaded = null;
    /** @type {ChartData | null} */
    this.chart = null;
    /** The instant for which the clinic gave it. */
    this.loadedAt = "";
    this.asked = 0;
    this.unsent = "";
    queue.addEventListener("changed", () => this.#follow());
    this.live = new Live(this.path, (found) => this.#hear(found), () => this.loaded !== null && timeline.isNow);
  }

  async load() {
    const mine = (this.asked += 1);
    const { at } = this.timeline;
    this.status.loading();
    try {
      const asked = at ? undefined : globalThis.askedEarly;
      globalThis.askedEarly = undefined;
      const found = await call(`${this.path}${at ? `?at=${encodeURIComponent(at)}` : ""}`, { asked });
      if (mine !== this.asked) return;
      if (isCopy(found) && this.#shows(at)) this.status.loaded(at); // what is shown is newer
      else this.#take(found);
    } catch (error) {
      if (mine !== this.asked) return;
      const isLost = error instanceof Refusal && (error.status === 0 || error.status >= 500);
      if (isLost && this.#shows(at)) this.status.loaded(at); // what is shown stays, marked with its hour
      else this.#fail(/** @type {Error} */ (error));
    }
  }

  /** @param {string} at */
  #shows(at) {
    return this.loaded !== null && this.loadedAt === at;
  }

  /** @param {ChartData} found */
  #take(found) {
    this.loaded = found;
    this.loadedAt = this.timeline.at;
    this.live.tag = tagOf(found);
    this.status.loaded(this.timeline.at);
    this.timeline.span(found.first_at);
    this.#compose();
  }

  /** @param {Error} error */
  #fail(error) {
    this.loaded = this.chart = null;
    for (const id of ["arch", "story", "chart-list"]) byId(id).replaceChildren();
    this.dispatchEvent(new Event("change"));
    this.status.failed(error.message);
  }

  /** Somebody entered something on another screen. @param {ChartData} found */
  #hear(found) {
    if (!this.timeline.isNow || this.isBusy()) return;
    this.asked += 1; // an answer that is still on its way is older
    this.#take(found);
  }

  #follow() {
    const now = unsentOf(this.setup.patient).map(({ key, state }) => `${key} ${state}`).join();
    if (now === this.unsent) return;
    this.unsent = now;
    queueMicrotask(() => { if (now === this.unsent) this.#compose(); }); // once for all that changes now; what is no longer waiting has then arrived
  }

  #compose() {
    if (!this.loaded) return;
    this.chart = this.timeline.isNow ? withUnsent(this.loaded, this.setup.patient, this.setup.words.unsent) : this.loaded;
    this.dispatchEvent(new Event("change"));
    this.#writeLater(this.chart);
  }

  /** The list lies below the teeth: it is written once they are drawn. @param {ChartData} chart */
  #writeLater(chart) {
    requestIdleCallback(() => { if (chart === this.chart) writeList(byId("chart-list"), chart, this.setup.words); }, { timeout: 500 });
  }
}
