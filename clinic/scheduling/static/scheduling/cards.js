// Cards of appointments: time, name, type, state in colour, icon and words, marks, minutes of waiting.

import { minutesSince } from "./clock.js";
import { element, place } from "./grid.js";

const FREED = new Set(["cancelled", "no_show"]);
const MOVABLE = new Set(["booked", "confirmed", "arrived", "seated"]);

/** @param {string} name */
function icon(name) {
  const source = /** @type {HTMLTemplateElement | null} */ (document.getElementById(`icon-${name}`));
  return source ? source.content.cloneNode(true) : "";
}

/**
 * @param {import("./day.js").Day} day
 * @param {import("./day.js").Appointment} row
 */
function drawCard(day, row) {
  const start = day.clock.minutes(row.starts_at);
  const end = day.clock.minutes(row.ends_at);
  const card = /** @type {HTMLAnchorElement} */ (element(`diary-card state-${row.state}`, "", "a"));
  card.href = `${day.urls.open}${row.id}/`;
  card.dataset.panel = "";
  card.dataset.id = row.id;
  card.dataset.drawn = signature(day, row);
  card.draggable = false;
  place(card, Math.max(0, start), Math.min(day.clock.length, end));
  card.classList.toggle("is-freed", FREED.has(row.state));
  card.classList.toggle("is-movable", day.mayWrite && MOVABLE.has(row.state));
  card.dataset.size = end - start <= 15 ? "line" : end - start < 45 ? "short" : "full";
  if (row.type) card.style.setProperty("--type", row.type.colour);
  const marks = (day.marks[row.id] ?? []).map((mark) => mark.text);
  card.title = [day.clock.span(start, end), row.patient.name, row.type?.name, row.state_name, row.dentist.name, row.chair.name, row.note, ...marks].filter(Boolean).join("\n");
  card.append(drawTime(day, start, end), drawState(day, row), element("diary-name", row.patient.name, "span"), drawType(day, row), drawMarks(day, row));
  if (card.classList.contains("is-movable")) card.append(element("diary-grip"));
  return card;
}

/**
 * @param {import("./day.js").Day} day
 * @param {number} start
 * @param {number} end
 */
function drawTime(day, start, end) {
  const time = element("diary-time", day.clock.time(start), "span");
  time.append(element("diary-until", `–${day.clock.time(end)}`, "span"));
  return time;
}

/**
 * @param {import("./day.js").Day} day
 * @param {import("./day.js").Appointment} row
 */
function drawState(day, row) {
  const state = element("diary-state", "", "span");
  state.append(icon(row.state), element("truncate", row.state_name, "span"));
  if (row.state === "arrived") state.append(waiting(day, row));
  return state;
}

/**
 * @param {import("./day.js").Day} day
 * @param {import("./day.js").Appointment} row
 */
function waiting(day, row) {
  const node = element("diary-wait", "", "span");
  node.dataset.since = row.state_at;
  node.textContent = day.words.minutes.replace("{count}", String(minutesSince(row.state_at)));
  return node;
}

/**
 * @param {import("./day.js").Day} day
 * @param {import("./day.js").Appointment} row
 */
function drawType(day, row) {
  const node = element("diary-type truncate", row.type?.name ?? "", "span");
  node.append(element("diary-other", `${row.type ? " · " : ""}${day.view === "dentists" ? row.chair.name : row.dentist.name}`, "span"));
  return node;
}

/**
 * @param {import("./day.js").Day} day
 * @param {import("./day.js").Appointment} row
 */
function drawMarks(day, row) {
  const slot = element("diary-marks", "", "span");
  /** @type {import("./day.js").Mark[]} */
  const marks = [];
  if (row.has_alerts) marks.push({ kind: "alert", text: day.words.alert });
  if (row.is_first) marks.push({ kind: "new", text: day.words.first });
  for (const { kind, text } of day.marks[row.id] ?? marks) {
    const chip = element(`diary-mark is-${kind}`, "", "span");
    chip.append(icon(kind), element("truncate", kind === "new" ? day.words.first : text, "span"));
    slot.append(chip);
  }
  return slot;
}

/**
 * @param {import("./day.js").Day} day
 * @param {import("./day.js").Appointment} row
 */
const signature = (day, row) => JSON.stringify([row, day.marks[row.id]]);

/**
 * Put every appointment on its column; cards that have not changed stay the same nodes, focus stays where it was.
 * @param {import("./day.js").Day} day
 * @param {Map<string, HTMLElement>} columns
 */
export function drawCards(day, columns) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.id;
  for (const [id, column] of columns) {
    const rows = [...day.appointments.values()].filter((row) => day.columnOf(row) === id);
    const old = new Map([.../** @type {NodeListOf<HTMLElement>} */ (column.querySelectorAll(".diary-card"))].map((card) => [card.dataset.id, card]));
    for (const row of rows) {
      const before = old.get(row.id);
      old.delete(row.id);
      if (before?.dataset.drawn === signature(day, row)) continue;
      before?.remove();
      column.append(drawCard(day, row));
    }
    for (const card of old.values()) card.remove();
  }
  if (focused) /** @type {HTMLElement | null} */ (document.querySelector(`.diary-card[data-id="${focused}"]`))?.focus();
}

/** @param {import("./day.js").Day} day */
export function countWaiting(day) {
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".diary-wait"))) {
    node.textContent = day.words.minutes.replace("{count}", String(minutesSince(node.dataset.since ?? "")));
  }
}
