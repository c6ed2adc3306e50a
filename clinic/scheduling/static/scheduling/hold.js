// What fingers need: a long press before a drag, so that a swipe still scrolls; edges that scroll while something is held; a tap that finds its quarter.

const HOLD_MS = 350;
const SHAKE = 10;
const FINGER_EDGE = 44; // a finger cannot leave the screen, a mouse can pull over the border
const MOUSE_EDGE = 6;
const DWELL_MS = 300;
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

/** Scrolls the diary while something is held at its edge for a moment; what is let go in sight lands where it is seen. */
export class Edges {
  /**
   * @param {HTMLElement} root
   * @param {(x: number, y: number) => void} moved what lies under the pointer is now something else
   */
  constructor(root, moved) {
    this.root = root;
    this.moved = moved;
    this.frame = this.since = 0;
    this.x = this.y = 0;
    this.edge = MOUSE_EDGE;
  }

  /** @param {{clientX: number, clientY: number, pointerType: string}} at */
  follow({ clientX, clientY, pointerType }) {
    this.x = clientX;
    this.y = clientY;
    this.edge = pointerType === "touch" ? FINGER_EDGE : MOUSE_EDGE;
    if (!this.frame) this.frame = requestAnimationFrame((now) => this.step(now));
  }

  /** @param {number} now */
  step(now) {
    const [left, top] = this.pulls();
    const isAtEdge = left !== 0 || top !== 0;
    if (!isAtEdge) this.since = 0;
    else if (!this.since) this.since = now;
    const isWaiting = isAtEdge && now - this.since < DWELL_MS;
    const isMoving = isAtEdge && !isWaiting && this.scroll(left, top);
    this.frame = isWaiting || isMoving ? requestAnimationFrame((next) => this.step(next)) : 0;
  }

  pulls() {
    const box = this.root.getBoundingClientRect();
    const head = parseFloat(getComputedStyle(this.root).getPropertyValue("--head")) || 0;
    const hours = this.root.querySelector(".diary-corner")?.clientWidth ?? 0;
    return [pull(this.x, box.left + hours, box.right, this.edge), pull(this.y, box.top + head, box.bottom, this.edge)];
  }

  /**
   * @param {number} left
   * @param {number} top
   */
  scroll(left, top) {
    const { scrollTop, scrollLeft } = this.root;
    this.root.scrollBy(left, top);
    const isMoving = scrollTop !== this.root.scrollTop || scrollLeft !== this.root.scrollLeft;
    if (isMoving) this.moved(this.x, this.y);
    return isMoving;
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = this.since = 0;
  }
}

/**
 * @param {number} at
 * @param {number} first
 * @param {number} last
 * @param {number} edge
 */
function pull(at, first, last, edge) {
  if (at < first + edge) return -EDGE_STEP;
  return at > last - edge ? EDGE_STEP : 0;
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
