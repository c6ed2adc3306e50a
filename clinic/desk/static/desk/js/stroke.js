// Which key is meant, whatever the board: what it types, or, in another alphabet, what stands in its place on a Latin board.

/** @type {Record<string, string>} */
const SIGNS = { BracketLeft: "[", BracketRight: "]", Slash: "/", Minus: "-", Equal: "=", Comma: ",", Period: "." };

/** Whether it types a letter or sign of another alphabet: then nothing of a Latin board can be typed but by its place. @param {string} key */
const isForeign = (key) => [...key].length === 1 && !/[\x20-\x7e]/.test(key) && key.toLowerCase() !== key.toUpperCase() && !/\p{Script=Latin}/u.test(key);

/** `n`, `N`, `/`, `Enter`, as `KeyboardEvent.key` of a Latin board would say. @param {KeyboardEvent} event */
export function strokeOf({ key, code, shiftKey }) {
  if (!isForeign(key)) return key;
  const letter = code.startsWith("Key") ? code.slice(3) : "";
  return letter ? (shiftKey ? letter : letter.toLowerCase()) : (SIGNS[code] ?? key);
}

/** The Latin letter that is meant, as a capital; nothing when it is no letter. @param {KeyboardEvent} event */
export function letterOf(event) {
  const stroke = strokeOf(event);
  return /^[a-z]$/i.test(stroke) ? stroke.toUpperCase() : "";
}
