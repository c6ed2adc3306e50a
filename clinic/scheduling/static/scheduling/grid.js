// The frame of the day: hours, columns, working time, the line of now.

import { workingSpans } from "./check.js";

/**
 * @param {string} name
 * @param {string} [text]
 */
export function element(name, text = "", tag = "div") {
  const made = document.createElement(tag);
  made.className = name;
  if (text) made.textContent = text;
  return made;
}

/**
 * @param {HTMLElement} node
 * @param {number} start
 * @param {number} end
 */
export function place(node, start, end) {
  node.style.setProperty("--from", String(start));
  node.style.setProperty("--for", String(end - start));
}

/**
 * @param {HTMLElement} root
 * @param {import("./day.js").Day} day
 * @returns {Map<string, HTMLElement>} the columns by their id
 */
export function drawGrid(root, day) {
  const columns = new Map(day.columns.map((column) => [column.id, drawColumn(day, column)]));
  root.style.setProperty("--columns", String(day.columns.length));
  root.style.setProperty("--length", String(day.clock.length));
  const heads = day.columns.map(drawHead);
  root.replaceChildren(element("diary-corner"), ...heads, drawHours(day), ...columns.values());
  return columns;
}

/** @param {{id: string, name: string, note: string}} column */
function drawHead({ name, note }) {
  const head = element("diary-head");
  head.append(element("strong", name, "span"), element("small muted truncate", note, "span"));
  head.title = `${name} ${note}`.trim();
  return head;
}

/** @param {import("./day.js").Day} day */
function drawHours(day) {
  const axis = element("diary-hours");
  for (let minute = 0; minute < day.clock.length; minute += 60) {
    const label = element("diary-hour", day.clock.time(minute), "span");
    place(label, minute, minute + 60);
    axis.append(label);
  }
  return axis;
}

/**
 * @param {import("./day.js").Day} day
 * @param {{id: string, name: string}} column
 */
function drawColumn(day, { id, name }) {
  const node = element("diary-column");
  node.dataset.column = id;
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", name);
  const spans = workingSpans(day, id).map((shift) => [day.clock.minutes(shift.start), day.clock.minutes(shift.end)]);
  for (const [start, end] of spans.sort((a, b) => a[0] - b[0])) {
    const work = element("diary-work");
    place(work, Math.max(0, start), Math.min(day.clock.length, end));
    node.append(work);
  }
  return node;
}

/**
 * Move the line of now: its time among the hours, the line itself in every column, under the cards. There is none on other days.
 * @param {HTMLElement} root
 * @param {import("./day.js").Day} day
 */
export function drawNow(root, day) {
  const now = day.clock.now();
  const isShown = now >= 0 && now <= day.clock.length;
  for (const lane of root.querySelectorAll(".diary-hours, .diary-column")) {
    let line = /** @type {HTMLElement | null} */ (lane.querySelector(".diary-now"));
    if (!isShown) line?.remove();
    else {
      if (!line) lane.append((line = element("diary-now")));
      place(line, now, now);
      line.dataset.time = day.clock.time(now);
    }
  }
}

/**
 * @param {HTMLElement} column
 * @param {number} clientY
 * @param {number} length of the day in minutes
 */
export function minuteAt(column, clientY, length) {
  const box = column.getBoundingClientRect();
  return ((clientY - box.top) / box.height) * length;
}
