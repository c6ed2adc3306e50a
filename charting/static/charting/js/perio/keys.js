// The exam by keyboard, in every layout: digits are taken by their place on the board, a letter is the one that the key types or, in Cyrillic, the Latin one there.
import { letterOf } from "../../../desk/js/stroke.js";

/** @typedef {(name: string, value?: unknown) => void} Act */

/** @type {Record<string, string>} */
const FLAG_KEYS = { B: "bleeding", S: "suppuration", P: "plaque", C: "calculus" };
/** @type {Record<string, string>} */
const PREFIX_KEYS = { M: "mobility", F: "furcation", G: "gingiva", R: "prognosis" };

/** @param {HTMLElement} place @param {Act} act @param {() => string} pedal the code of the pedal's key */
export function listen(place, act, pedal) {
  place.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const isButton = target.closest("button, a, summary") && ["Enter", "Space"].includes(event.code);
    if (event.altKey || isButton || target.closest("input, select, textarea")) return;
    const meant = event.ctrlKey || event.metaKey ? (letterOf(event) === "Z" ? ["undo"] : null) : meaning(event, pedal());
    if (!meant) return;
    event.preventDefault();
    act(/** @type {string} */ (meant[0]), meant[1]);
  });
}

/** @type {Record<string, [string, unknown?]>} */
const MEANINGS = {
  Minus: ["sign"],
  NumpadSubtract: ["sign"],
  Backspace: ["back"],
  Space: ["next"],
  Enter: ["tooth"],
  NumpadEnter: ["tooth"],
  Escape: ["leave"],
};
/** @type {Record<string, [string, unknown?]>} */
const LETTERS = { T: ["triple"], V: ["voice"] };

/** @param {KeyboardEvent} event @param {string} pedal @returns {[string, unknown?] | null} */
function meaning(event, pedal) {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  if (digit) return ["number", Number(digit[1]) + (isTen(event) ? 10 : 0)];
  if (event.code === pedal) return ["next"];
  const letter = letterOf(event);
  if (FLAG_KEYS[letter]) return ["flag", FLAG_KEYS[letter]];
  if (PREFIX_KEYS[letter]) return ["prefix", PREFIX_KEYS[letter]];
  return event.key.startsWith("Arrow") ? ["move", event.key] : (LETTERS[letter] ?? MEANINGS[event.code] ?? null);
}

/** Shift with a digit is ten more. Some systems turn Shift on the number pad into arrows and hide the Shift. @param {KeyboardEvent} event */
function isTen(event) {
  return event.shiftKey || (event.code.startsWith("Numpad") && event.getModifierState("NumLock") && !/^\d$/.test(event.key));
}
