// One picture on its stage: its points, its shade, its place, the lines over it. It tells its page by `change`.
import { Placing } from "./placing.js";
import { load } from "./points.js";
import { drawLines } from "./rulers.js";
import { paint } from "./shading.js";
import { html, svg } from "../svg.js";

export class View extends EventTarget {
  /** @param {HTMLElement} figure @param {ImageSetup} setup @param {Record<string, string>} words */
  constructor(figure, setup, words) {
    super();
    this.figure = figure;
    this.setup = setup;
    this.words = words;
    this.stage = /** @type {HTMLElement} */ (figure.querySelector("[data-stage]"));
    this.canvas = /** @type {HTMLCanvasElement} */ (figure.querySelector("[data-picture]"));
    this.readout = /** @type {HTMLElement} */ (figure.querySelector("[data-readout]"));
    this.overlay = svg("svg", { class: "rulers", "aria-hidden": "true" });
    this.stage.append(this.overlay);
    this.placing = new Placing(this.stage, setup.scale ? setup.scale.row_mm / setup.scale.column_mm : 1);
    this.shade = { low: 0, high: 255, negative: false };
    /** @type {ImagePoints | null} */
    this.points = null;
    this.frame = setup.middle;
    this.lines = setup.lines;
    this.showsLines = true;
    /** @type {{start: ImagePlace, end: ImagePlace} | null} a line that is being drawn */
    this.draft = null;
    /** @type {ImagePlace | null} the cross that the keyboard moves */
    this.cross = null;
    this.asked = 0;
    this.isStale = true;
    new ResizeObserver(() => this.draw()).observe(this.stage);
  }

  /** @param {number} frame */
  async open(frame) {
    const mine = (this.asked += 1);
    this.stage.dataset.state = "loading";
    try {
      const points = await load(this.setup, frame);
      if (mine !== this.asked) return;
      const isFirst = !this.points;
      this.points = points;
      this.frame = frame;
      [this.placing.columns, this.placing.rows] = [points.columns * points.factor, points.rows * points.factor];
      if (isFirst) this.asSaved();
      this.show();
    } catch {
      if (mine === this.asked) this.refuse(frame);
    }
  }

  show() {
    this.stage.dataset.state = "shown";
    this.stage.querySelector(".view-failed")?.remove();
    this.stage.querySelector("[data-preview]")?.remove();
    this.canvas.hidden = false;
    this.repaint();
  }

  /** @param {number} frame */
  refuse(frame) {
    this.stage.dataset.state = "failed";
    const again = html("button", { type: "button", class: "btn btn-primary" }, this.words.retry);
    again.addEventListener("click", () => this.open(frame));
    this.stage.querySelector(".view-failed")?.remove();
    this.stage.append(html("div", { class: "view-failed", role: "alert" }, html("p", {}, this.words.failed), again));
  }

  /** As it was kept for everybody, or as the file asks. */
  asSaved() {
    const { display } = this.setup;
    const { low, high } = this.points ?? { low: 0, high: 255 };
    this.shade = { low: display?.low ?? low, high: display?.high ?? high, negative: display?.is_negative ?? false };
    Object.assign(this.placing, { turns: display?.quarter_turns ?? 0, mirrored: display?.is_mirrored ?? false });
    this.placing.home();
  }

  /** The shade changed: the points are painted anew before the next picture of the screen. */
  repaint() {
    this.isStale = true;
    this.draw();
  }

  draw() {
    cancelAnimationFrame(this.waiting ?? 0);
    this.waiting = requestAnimationFrame(() => this.drawNow());
  }

  drawNow() {
    if (!this.points) return;
    if (this.isStale) paint(this.canvas, this.points, this.shade);
    this.isStale = false;
    const { factor } = this.points;
    this.canvas.style.transform = this.placing.matrix.scale(factor).toString();
    this.canvas.classList.toggle("is-pixelated", this.placing.fit * this.placing.scale * factor > 3);
    drawLines(this.overlay, this);
    this.readout.textContent = this.summary();
    this.dispatchEvent(new Event("change"));
  }

  summary() {
    const zoom = `${Math.round(this.placing.scale * 100)} %`;
    const frame = this.setup.frames > 1 ? ` · ${this.words.frame} ${this.frame + 1} / ${this.setup.frames}` : "";
    const shown = this.setup.isDicom ? ` · ${this.words.window} ${Math.round(this.shade.low)} – ${Math.round(this.shade.high)}` : "";
    return zoom + frame + shown;
  }

  /** The length of a line in words, or why it has none. @param {ImagePlace} start @param {ImagePlace} end */
  lengthOf(start, end) {
    const { scale } = this.setup;
    if (!scale) return "";
    return `${Math.hypot((end[0] - start[0]) * scale.column_mm, (end[1] - start[1]) * scale.row_mm).toFixed(1)} ${this.words.mm}`;
  }

  /** Where on the stage an event happened. @param {MouseEvent} event */
  pointOf(event) {
    const box = this.stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
}
