// A closer look at the arch: keys + and -, buttons, two fingers; Ctrl+0 takes it back. What is chosen and in focus stays as it is.
import { byId } from "./svg.js";

const STEP = 1.25;
const MOST = 4;

export class Zoom {
  /** @param {HTMLElement} place the frame that scrolls; its drawing grows */
  constructor(place) {
    this.place = place;
    this.scale = 1;
    this.spread = 0;
    for (const [id, by] of /** @type {[string, number][]} */ ([["zoom-in", STEP], ["zoom-out", 1 / STEP], ["zoom-reset", 0]])) byId(id).addEventListener("click", () => this.by(by));
    place.addEventListener("wheel", (event) => this.#turned(event), { passive: false });
    place.addEventListener("touchmove", (event) => this.#pinched(event), { passive: false });
    for (const end of ["touchend", "touchcancel"]) place.addEventListener(end, () => { this.spread = 0; });
    document.addEventListener("keydown", (event) => this.#pressed(event));
    this.#show();
  }

  /** Closer by a factor, around a point of the frame; 0 takes all of it back. @param {number} factor @param {{x: number, y: number}} [around] */
  by(factor, around = this.#middle()) {
    const before = this.scale;
    this.scale = factor ? Math.min(Math.max(before * factor, 1), MOST) : 1;
    if (this.scale < 1.02) this.scale = 1;
    const { scrollLeft, scrollTop } = this.place;
    this.#show();
    const grown = this.scale / before;
    this.place.scrollTo((scrollLeft + around.x) * grown - around.x, (scrollTop + around.y) * grown - around.y);
  }

  /** The tooth in focus, else the middle of what is seen. */
  #middle() {
    const frame = this.place.getBoundingClientRect();
    const tooth = this.place.querySelector('.tooth[tabindex="0"]')?.getBoundingClientRect();
    const isSeen = tooth && this.place.contains(document.activeElement) && tooth.width > 0;
    return isSeen ? { x: tooth.x + tooth.width / 2 - frame.x, y: tooth.y + tooth.height / 2 - frame.y } : { x: frame.width / 2, y: frame.height / 2 };
  }

  #show() {
    const level = Math.round(this.scale * 100);
    this.place.classList.toggle("is-zoomed", this.scale > 1);
    this.place.style.setProperty("--zoom", String(this.scale));
    byId("zoom-level").textContent = `${level} %`;
    for (const id of ["zoom-out", "zoom-reset"]) /** @type {HTMLButtonElement} */ (byId(id)).disabled = this.scale === 1;
    /** @type {HTMLButtonElement} */ (byId("zoom-in")).disabled = this.scale === MOST;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const target = /** @type {Element} */ (event.target);
    const isCtrl = event.ctrlKey || event.metaKey;
    if (isCtrl && event.code === "Digit0" && this.scale > 1) this.by(0);
    else if (event.defaultPrevented || isCtrl || event.altKey || target.closest("input, textarea, select, dialog")) return;
    else if (event.key === "+" || event.key === "=") this.by(STEP);
    else if (event.key === "-") this.by(1 / STEP);
    else return;
    event.preventDefault();
  }

  /** @param {WheelEvent} event */
  #turned(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const frame = this.place.getBoundingClientRect();
    this.by(event.deltaY < 0 ? STEP : 1 / STEP, { x: event.clientX - frame.x, y: event.clientY - frame.y });
  }

  /** @param {TouchEvent} event */
  #pinched(event) {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    const [one, other] = event.touches;
    const spread = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const frame = this.place.getBoundingClientRect();
    const around = { x: (one.clientX + other.clientX) / 2 - frame.x, y: (one.clientY + other.clientY) / 2 - frame.y };
    if (this.spread) this.by(spread / this.spread, around);
    this.spread = spread;
  }
}
