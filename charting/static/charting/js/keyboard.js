// The chart by keyboard. A letter is the one that the key types; in a Cyrillic layout the Latin one in its place.
import { letterOf } from "../../desk/js/stroke.js";
import { span, step } from "./layout.js";
import { ROOT_SURFACES, SURFACES } from "./place.js";
import { stepOn, widen } from "./walk.js";

/**
 * @typedef {{rows: () => import("./layout.js").Spot[][], selection: import("./selection.js").Selection, known: () => Map<number, ToothData>, absent: () => Set<number>,
 *   openPalette: () => void, favourite: (slot: string, stay: boolean) => void, repeat: () => void, judge: (isRight: boolean) => void, undo: () => void, focusTooth: (number: number) => void, isWalking: () => boolean}} Board
 */

/** @param {HTMLElement} place @param {Board} board */
export function listen(place, board) {
  place.addEventListener("keydown", (event) => {
    if (event.altKey) return;
    const isTaken = event.ctrlKey || event.metaKey ? undoKey(event, board) : walkKey(event, board) || moveKey(event, board) || surfaceKey(event, board) || actKey(event, board);
    if (isTaken) event.preventDefault();
  });
}

/** @param {KeyboardEvent} event @param {Board} board */
function undoKey(event, board) {
  const isUndo = letterOf(event) === "Z";
  if (isUndo) board.undo();
  return isUndo;
}

/** While walking, Space says that a tooth is looked at and goes on, Backspace goes back. @param {KeyboardEvent} event @param {Board} board */
function walkKey(event, board) {
  if (!board.isWalking() || ![" ", "Backspace"].includes(event.key)) return false;
  walk(board, event.key === " " ? 1 : -1);
  return true;
}

/** @param {Board} board @param {1 | -1} by */
export function walk(board, by) {
  const next = stepOn(board.rows(), board.absent(), board.selection.focused, by);
  board.selection.clear();
  board.selection.focus(next);
  board.focusTooth(next);
}

/** @param {KeyboardEvent} event @param {Board} board */
function moveKey(event, board) {
  if (!/^(Arrow|Home$|End$)/.test(event.key)) return false;
  const { selection } = board;
  const next = step(board.rows(), selection.focused, event.key);
  if (event.shiftKey) selection.pickAll(span(board.rows(), selection.focused, next));
  else if (selection.teeth.size <= 1 && !selection.isAdding) selection.pick(next, false);
  else selection.focus(next);
  board.focusTooth(next);
  return true;
}

/** A letter is a surface of the crown; with Shift it is the root's. @param {KeyboardEvent} event @param {Board} board */
function surfaceKey(event, board) {
  const letter = letterOf(event);
  const codes = event.shiftKey && ROOT_SURFACES[letter] ? [ROOT_SURFACES[letter]] : SURFACES[letter];
  if (!codes) return false;
  const { selection } = board;
  if (selection.isEmpty) selection.pick(selection.focused, false);
  for (const code of codes) {
    const has = selection.numbers.some((number) => board.known().get(number)?.surfaces.includes(code));
    if (has) selection.toggleEverywhere(code, board.known());
  }
  return true;
}

/** @param {KeyboardEvent} event @param {Board} board */
function actKey(event, board) {
  const { selection } = board;
  const letter = letterOf(event);
  if (event.key === " ") selection.pick(selection.focused, true);
  else if (event.key === "Enter") board.openPalette();
  else if (event.key === "Escape") selection.clear();
  else if (letter === "Q") selection.pickOnly(widen(board.rows(), selection.focused, selection.numbers));
  else if (letter === "R") board.repeat();
  else if (letter === "Y" || letter === "N") board.judge(letter === "Y");
  else if (/^Digit[1-9]$/.test(event.code)) board.favourite(event.code.slice(5), event.shiftKey);
  else return false;
  return true;
}
