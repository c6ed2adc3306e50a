// What fingers need: a long press before a drag, so that a swipe still scrolls; edges that scroll while something is held; a tap that finds its quarter.

const HOLD_MS = 350;
const SHAKE = 10;
const EDGE = 44;
const EDGE_STEP = 12;
const QUARTER = 15;

export class LongPress {
  /**
   * @param {HTMLElement} root
   * @param {() => boolean} isHeld whether something is being dragged: the page must then stand still
   */
  constructor(root, isHeld) {
    this.timer = 0;
    root.addEventListener("touchmove", (event) => isHeld() && event.cancelable && event.preventDefault(), { passive: false });
    root.addEventListener("contextmenu", (event) => (this.timer || isHeld()) && event.preventDefault());
  }

  /** @param {() => void} then */
  start(then) {
    this.stop();
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      navigator.vibrate?.(15);
      then();
    }, HOLD_MS);
  }

  stop() {
    window.clearTimeout(this.timer);
    this.timer = 0;
  }

  /**
   * Whether the finger went so far before the time was over that it means to scroll.
   * @param {{x: number, y: number}} from
   * @param {PointerEvent} event
   */
  isSwipe(from, event) {
    return this.timer > 0 && Math.hypot(event.clientX - from.x, event.clientY - from.y) > SHAKE;
  }
}

/** Scrolls the diary while something is held at its edge. */
export class Edges {
  /**
   * @param {HTMLElement} root
   * @param {(x: number, y: number) => void} moved what lies under the pointer is now something else
   */
  constructor(root, moved) {
    this.root = root;
    this.moved = moved;
    this.frame = 0;
    this.x = this.y = 0;
  }

  /** @param {{clientX: number, clientY: number}} at */
  follow({ clientX, clientY }) {
    this.x = clientX;
    this.y = clientY;
    if (!this.frame) this.frame = requestAnimationFrame(() => this.step());
  }

  step() {
    const box = this.root.getBoundingClientRect();
    const { scrollTop, scrollLeft } = this.root;
    const head = parseFloat(getComputedStyle(this.root).getPropertyValue("--head")) || 0;
    this.root.scrollBy(pull(this.x, box.left + EDGE, box.right), pull(this.y, box.top + head, box.bottom));
    const isMoving = scrollTop !== this.root.scrollTop || scrollLeft !== this.root.scrollLeft;
    if (isMoving) this.moved(this.x, this.y);
    this.frame = isMoving ? requestAnimationFrame(() => this.step()) : 0;
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }
}

/**
 * @param {number} at
 * @param {number} first
 * @param {number} last
 */
function pull(at, first, last) {
  if (at < first + EDGE) return -EDGE_STEP;
  return at > last - EDGE ? EDGE_STEP : 0;
}

/**
 * The start that a tap means: the quarter of an hour it fell into, or the end of the appointment that reaches into that quarter.
 * @param {import("./day.js").Day} day
 * @param {string} column
 * @param {number} at
 */
export function tappedStart(day, column, at) {
  const quarter = Math.floor(at / QUARTER) * QUARTER;
  const ends = [...day.appointments.values()]
    .filter((row) => day.columnOf(row) === column && !["cancelled", "no_show"].includes(row.state))
    .map((row) => day.clock.minutes(row.ends_at));
  return Math.max(quarter, ...ends.filter((end) => end > quarter && end <= at));
}
