// How a tooth is written and typed by the person at the screen. Records, requests and papers speak FDI.

/** @type {Map<number, string>} */
let written = new Map();
/** @type {Map<string, number>} */
let typed = new Map();

/** @param {NotationData} notation */
export function useNotation(notation) {
  written = new Map(Object.entries(notation.codes).map(([number, code]) => [Number(number), code]));
  typed = new Map(Object.entries(notation.typed));
}

/** @param {number} number FDI */
export const code = (number) => written.get(number) ?? String(number);

/** The tooth that was typed, or nothing. @param {string} text @returns {number | undefined} */
export const toothTyped = (text) => typed.get(text.toUpperCase());
