// Keys: any element with `data-key="n"` (or `data-key="g d"`, two strokes) is clicked or focused by it; `?` lists them.
import { strokeOf } from "./stroke.js";

const SEQUENCE_MS = 900;
let before = "";
let beforeAt = 0;

/**
 * A field of a panel just closed keeps the focus for a moment: it is hidden, and nobody types in it.
 * @param {EventTarget | null} target
 */
function isTyping(target) {
  return target instanceof HTMLElement && target.checkVisibility() && (target.isContentEditable || target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [data-own-keys]"));
}

/** What the key means here: what the page itself says goes before the bar and the rail. @param {string} stroke */
function find(stroke) {
  const scope = document.querySelector("dialog[open]") ?? document;
  const all = /** @type {HTMLElement[]} */ ([...scope.querySelectorAll("[data-key]")]);
  const meant = all.filter((element) => element.dataset.key === stroke && !element.hasAttribute("disabled"));
  return meant.find((element) => element.closest("main")) ?? meant[0];
}

/** @param {HTMLElement} element */
function act(element) {
  if (element.matches("input:not([type=checkbox], [type=radio], [type=submit]), textarea, select")) element.focus();
  else element.click();
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const isSecond = performance.now() - beforeAt < SEQUENCE_MS;
  const stroke = strokeOf(event);
  const element = (isSecond && find(`${before} ${stroke}`)) || find(stroke);
  before = stroke;
  beforeAt = performance.now();
  if (!element) return;
  event.preventDefault();
  act(element);
}

/** @param {HTMLElement} element */
function words(element) {
  const copy = /** @type {HTMLElement} */ (element.cloneNode(true));
  copy.querySelectorAll("kbd").forEach((cap) => cap.remove());
  const label = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? copy.textContent ?? "";
  return label.replace(/\s+/g, " ").trim();
}

/** @param {Element} list */
function fill(list) {
  const seen = new Set();
  const rows = [];
  const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("main [data-key]"), ...document.querySelectorAll("[data-key]")]);
  for (const element of all) {
    const stroke = element.dataset.key ?? "";
    if (!stroke || seen.has(stroke)) continue;
    seen.add(stroke);
    rows.push(row(stroke, words(element)));
  }
  list.replaceChildren(...rows);
}

/**
 * @param {string} stroke
 * @param {string} text
 */
function row(stroke, text) {
  const line = document.createElement("div");
  const label = document.createElement("span");
  const keys = document.createElement("span");
  label.textContent = text;
  for (const part of stroke.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = part;
    keys.append(cap, " ");
  }
  line.append(label, keys);
  return line;
}

document.addEventListener("keydown", pressed);
document.addEventListener("click", (event) => {
  const opener = /** @type {Element} */ (event.target).closest("[data-open=keys]");
  const list = document.querySelector("[data-keys]");
  if (opener && list) fill(list);
}, { capture: true });
