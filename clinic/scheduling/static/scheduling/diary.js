// The diary's page: draws the day, follows changes by others, books and moves.

import { Press } from "../desk/js/press.js";
import { countWaiting, drawCards } from "./cards.js";
import { Day } from "./day.js";
import { Drag } from "./drag.js";
import { drawGrid, drawNow } from "./grid.js";

const POLL_MS = 5_000;
const TICK_MS = 15_000;
const MARKS_MS = 60_000;

const root = /** @type {HTMLElement} */ (document.getElementById("diary"));
const day = new Day(JSON.parse(document.getElementById("diary-data")?.textContent ?? "{}"));
const columns = drawGrid(root, day);
const trouble = document.getElementById("diary-trouble");

/** @param {string} text */
const tell = (text, level = "info", link = "") => document.dispatchEvent(new CustomEvent("toast", { detail: { text, level, link } }));

/** @param {string} url */
const openPanel = (url) => document.dispatchEvent(new CustomEvent("panel-open", { detail: { url } }));

new Drag(root, day, {
  book(column, start, end) {
    const chosen = new URLSearchParams({ start: day.clock.iso(start), [day.view === "dentists" ? "dentist_id" : "chair_id"]: column });
    if (end !== null) chosen.set("minutes", String(end - start));
    openPanel(`${day.urls.book}&${chosen}`);
  },
  async move(row, column, start, end) {
    press.end();
    /** @type {Record<string, unknown>} */
    const changes = { starts_at: day.clock.iso(start), ends_at: day.clock.iso(end) };
    if (column !== day.columnOf(row)) changes[day.view === "dentists" ? "dentist_id" : "chair_id"] = column;
    show({ ...row, ...changes, ...(day.view === "dentists" ? { dentist: { ...row.dentist, id: column } } : { chair: { ...row.chair, id: column } }) });
    const { isSaved, message, link } = await day.move(row, changes);
    if (isSaved) tell(day.words.moved.replace("{time}", day.clock.span(start, end)), "success");
    else {
      show(row);
      tell(message, "danger", link);
    }
    await follow();
  },
});
const press = new Press(root, () => isOld && redraw());
let isOld = false;

/** Draw what is known, but never under a hand: what it holds or clicks would be gone. */
function redraw() {
  isOld = press.isOn;
  if (!isOld) drawCards(day, columns);
}

/** @param {import("./day.js").Appointment} row */
function show(row) {
  day.appointments.set(row.id, row);
  redraw();
}

async function follow() {
  if (press.isOn || document.hidden) return;
  try {
    if (await day.refresh()) redraw();
    if (trouble) trouble.hidden = true;
  } catch {
    if (trouble) trouble.hidden = false;
  }
}

async function mark() {
  await day.refreshMarks().catch(() => {});
  redraw();
}

function tick() {
  drawNow(root, day);
  countWaiting(day);
}

/** Bring now, or the first appointment of another day, into view. */
function scrollToWork() {
  const first = Math.min(...[...day.appointments.values()].map((row) => day.clock.minutes(row.starts_at)));
  const now = day.clock.now();
  const minute = now > 0 && now < day.clock.length ? now - 60 : Number.isFinite(first) ? first - 30 : 0;
  root.scrollTop = (Math.max(0, minute) / day.clock.length) * root.scrollHeight;
}

drawCards(day, columns);
tick();
scrollToWork();
mark();
setInterval(follow, POLL_MS);
setInterval(tick, TICK_MS);
setInterval(mark, MARKS_MS);
document.addEventListener("visibilitychange", follow);
document.addEventListener("diary-changed", follow);
document.getElementById("diary-day")?.addEventListener("change", (event) => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  if (input.value) input.form?.requestSubmit();
});
const asked = new URLSearchParams(location.search).get("appointment");
if (asked && day.appointments.has(asked)) window.addEventListener("load", () => openPanel(`${day.urls.open}${asked}/`));
