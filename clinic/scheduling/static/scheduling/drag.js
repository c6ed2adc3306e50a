// Drag to book, to move, to resize, by mouse, pen or finger; the ghost says whether the place is free before the drop.

import { verdict } from "./check.js";
import { STEP } from "./clock.js";
import { element, minuteAt, place } from "./grid.js";
import { Edges, LongPress, tappedStart } from "./hold.js";

const THRESHOLD = 4;

/** @param {number} minutes */
const snap = (minutes) => Math.round(minutes / STEP) * STEP;

export class Drag {
  /**
   * @param {HTMLElement} root
   * @param {import("./day.js").Day} day
   * @param {{book: (column: string, start: number, end: number | null) => void, move: (row: import("./day.js").Appointment, column: string, start: number, end: number) => void}} on
   */
  constructor(root, day, on) {
    this.root = root;
    this.day = day;
    this.on = on;
    this.isOn = false;
    this.ghost = element("diary-ghost");
    /** @type {{mode: "book" | "move" | "resize", row: import("./day.js").Appointment | null, x: number, y: number, grab: number, column: HTMLElement, start: number, end: number, isChanged: boolean} | null} */
    this.held = null;
    this.press = new LongPress(root, () => this.isOn);
    this.edges = new Edges(root, (x, y) => this.moveTo(x, y));
    root.addEventListener("pointerdown", (event) => this.take(event));
    root.addEventListener("pointermove", (event) => this.drag(event));
    root.addEventListener("pointerup", () => this.drop());
    root.addEventListener("pointercancel", () => this.leave());
    root.addEventListener("dragstart", (event) => event.preventDefault());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.leave());
  }

  /** @param {PointerEvent} event */
  take(event) {
    const target = /** @type {Element} */ (event.target);
    const column = /** @type {HTMLElement | null} */ (target.closest(".diary-column"));
    const card = /** @type {HTMLElement | null} */ (target.closest(".diary-card"));
    if (!this.day.mayWrite || event.button !== 0 || !column || !event.isPrimary || (card && !card.matches(".is-movable"))) return;
    const row = card ? (this.day.appointments.get(card.dataset.id ?? "") ?? null) : null;
    const at = minuteAt(column, event.clientY, this.day.clock.length);
    const start = row ? this.day.clock.minutes(row.starts_at) : Math.floor(at / STEP) * STEP;
    const end = row ? this.day.clock.minutes(row.ends_at) : start + STEP;
    const mode = !row ? "book" : target.closest(".diary-grip") ? "resize" : "move";
    this.held = { mode, row, x: event.clientX, y: event.clientY, grab: at - (mode === "resize" ? end : start), column, start, end, isChanged: false };
    if (event.pointerType === "touch") this.press.start(() => this.begin(event));
  }

  /** @param {PointerEvent} event */
  drag(event) {
    const held = this.held;
    if (!held) return;
    if (event.pointerType === "touch" && !this.isOn) {
      if (this.press.isSwipe(held, event)) this.leave();
      return;
    }
    if (!held.isChanged && Math.hypot(event.clientX - held.x, event.clientY - held.y) < THRESHOLD) return;
    if (!this.isOn) this.begin(event);
    held.isChanged = true;
    this.moveTo(event.clientX, event.clientY);
    this.edges.follow(event);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  moveTo(x, y) {
    const held = this.held;
    if (!held) return;
    const under = /** @type {HTMLElement | undefined} */ (document.elementsFromPoint(x, y).find((node) => node.matches(".diary-column")));
    if (held.mode === "move" && under) held.column = under;
    this.reach(held, minuteAt(held.column, y, this.day.clock.length));
    this.show(held);
  }

  /** @param {PointerEvent} event */
  begin(event) {
    this.isOn = true;
    this.root.classList.add("is-dragging");
    this.root.setPointerCapture(event.pointerId);
    if (this.held) this.show(this.held);
    const suppress = (/** @type {Event} */ click) => {
      click.preventDefault();
      click.stopImmediatePropagation();
    };
    window.addEventListener("click", suppress, { capture: true, once: true });
    window.addEventListener("pointerup", () => setTimeout(() => window.removeEventListener("click", suppress, { capture: true }), 50), { once: true });
  }

  /**
   * @param {NonNullable<Drag["held"]>} held
   * @param {number} at
   */
  reach(held, at) {
    const length = held.end - held.start;
    if (held.mode === "move") {
      held.start = snap(at - held.grab);
      held.end = held.start + length;
    } else {
      held.end = Math.max(held.start + STEP, Math.min(this.day.clock.length, snap(held.row ? at - held.grab : at)));
    }
  }

  /** @param {NonNullable<Drag["held"]>} held */
  show(held) {
    const { isFree, text } = verdict(this.day, this.wanted(held));
    place(this.ghost, held.start, held.end);
    this.ghost.classList.toggle("is-free", isFree);
    this.ghost.textContent = `${this.day.clock.span(held.start, held.end)} ${text}`;
    held.column.append(this.ghost);
  }

  /**
   * @param {NonNullable<Drag["held"]>} held
   * @returns {import("./check.js").Wanted}
   */
  wanted({ row, column, start, end }) {
    const here = column.dataset.column ?? "";
    const isByDentist = this.day.view === "dentists";
    const dentist = isByDentist ? here : row?.dentist.id;
    const people = [dentist, row?.assistant?.id].filter((person) => person !== undefined);
    return { start, end, chair: isByDentist ? (row?.chair.id ?? null) : here, people, patient: row?.patient.id ?? null, besides: row?.id ?? null };
  }

  drop() {
    const held = this.held;
    const wasOn = this.isOn;
    this.leave();
    if (!held) return;
    const column = held.column.dataset.column ?? "";
    if (held.row && wasOn && held.isChanged) this.on.move(this.day.latest(held.row), column, held.start, held.end);
    else if (!held.row && held.isChanged) this.on.book(column, held.start, held.end);
    else if (!held.row) this.on.book(column, tappedStart(this.day, column, held.start + held.grab), null);
  }

  leave() {
    this.held = null;
    this.isOn = false;
    this.press.stop();
    this.edges.stop();
    this.ghost.remove();
    this.root.classList.remove("is-dragging");
  }
}
