// The exam by keyboard. Letters and digits are taken by their place on the board, so they work in every layout.

/** @typedef {(name: string, value?: unknown) => void} Act */

/** @type {Record<string, string>} */
const FLAG_KEYS = { KeyB: "bleeding", KeyS: "suppuration", KeyP: "plaque", KeyC: "calculus" };
/** @type {Record<string, string>} */
const PREFIX_KEYS = { KeyM: "mobility", KeyF: "furcation", KeyG: "gingiva", KeyR: "prognosis" };

/** @param {HTMLElement} place @param {Act} act @param {() => string} pedal the code of the pedal's key */
export function listen(place, act, pedal) {
  place.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const isButton = target.closest("button, a, summary") && ["Enter", "Space"].includes(event.code);
    if (event.altKey || isButton || target.closest("input, select, textarea")) return;
    const meant = event.ctrlKey || event.metaKey ? (event.code === "KeyZ" ? ["undo"] : null) : meaning(event, pedal());
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
  KeyT: ["triple"],
  KeyV: ["voice"],
};

/** @param {KeyboardEvent} event @param {string} pedal @returns {[string, unknown?] | null} */
function meaning(event, pedal) {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  if (digit) return ["number", Number(digit[1]) + (isTen(event) ? 10 : 0)];
  if (event.code === pedal) return ["next"];
  if (FLAG_KEYS[event.code]) return ["flag", FLAG_KEYS[event.code]];
  if (PREFIX_KEYS[event.code]) return ["prefix", PREFIX_KEYS[event.code]];
  return event.key.startsWith("Arrow") ? ["move", event.key] : (MEANINGS[event.code] ?? null);
}

/** Shift with a digit is ten more. Some systems turn Shift on the number pad into arrows and hide the Shift. @param {KeyboardEvent} event */
function isTen(event) {
  return event.shiftKey || (event.code.startsWith("Numpad") && event.getModifierState("NumLock") && !/^\d$/.test(event.key));
}
