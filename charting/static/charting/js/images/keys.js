// The viewer by keyboard. Arrows do what the chosen tool does: lead to the neighbours, shade, or move the cross that measures.
import { letterOf } from "../../../desk/js/stroke.js";
import { shadeBy } from "./gestures.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./gestures.js").Tool} Tool */
/** @typedef {{view: () => View | undefined, tool: () => Tool, choose: (tool: Tool) => void, does: Record<string, () => void>, placed: (view: View) => void, measured: (view: View) => void, drop: () => void}} Keyboard */

const FAR = 12;
const SHADE_STEP = 0.05;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** @type {Record<string, string>} */
const LETTERS = { R: "turnRight", F: "mirror", I: "negative" };
/** @type {Record<string, string>} */
const SIGNS = { "+": "zoomIn", "=": "zoomIn", "-": "zoomOut", 0: "reset" };
/** @type {Record<string, Tool>} */
const TOOLS = { V: "move", W: "window", M: "measure" };

/** @param {HTMLElement} viewer @param {Keyboard} keyboard */
export function listenToKeys(viewer, keyboard) {
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("input:not([type=checkbox]), textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
    const isOnButton = Boolean(target.closest("a, button, summary, input"));
    if (!press(viewer, keyboard, event, isOnButton)) return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
}

/** @param {HTMLElement} viewer @param {Keyboard} keyboard @param {KeyboardEvent} event @param {boolean} isOnButton */
function press(viewer, keyboard, event, isOnButton) {
  const letter = letterOf(event);
  const does = letter === "R" && event.shiftKey ? "turnLeft" : (LETTERS[letter] ?? SIGNS[event.key]);
  const isArrow = Boolean(ARROWS[event.key]);
  if (!keyboard.view() && !isArrow) return false;
  if (does) keyboard.does[does]();
  else if (TOOLS[letter]) keyboard.choose(TOOLS[letter]);
  else if (event.key === "Escape" && keyboard.tool() !== "move") keyboard.choose("move");
  else if (event.key === "Enter" && keyboard.tool() === "measure" && !isOnButton) setEnd(keyboard);
  else if (isArrow) return arrow(viewer, keyboard, event);
  else return false;
  return true;
}

/** @param {HTMLElement} viewer @param {Keyboard} keyboard @param {KeyboardEvent} event */
function arrow(viewer, keyboard, event) {
  const [x, y] = ARROWS[event.key];
  const view = keyboard.view();
  if (keyboard.tool() === "move" && !event.shiftKey) return lead(viewer, view, x, y);
  if (!view?.points) return false;
  if (keyboard.tool() === "measure") moveCross(view, x * (event.shiftKey ? 1 : FAR), y * (event.shiftKey ? 1 : FAR));
  else if (keyboard.tool() === "window") shadeBy(view, x * SHADE_STEP, y * SHADE_STEP);
  else movePicture(keyboard, view, -x * FAR * 3, -y * FAR * 3);
  view.draw();
  return true;
}

/** Left and right lead to the neighbours, up and down through the frames. @param {HTMLElement} viewer @param {View | undefined} view @param {number} x @param {number} y */
function lead(viewer, view, x, y) {
  const link = /** @type {HTMLElement | null} */ (viewer.querySelector(x < 0 ? "[data-newer]" : "[data-older]"));
  if (x) link?.click();
  else if (view && view.setup.frames > 1) void view.open(Math.min(Math.max(view.frame + y, 0), view.setup.frames - 1));
  else return false;
  return true;
}

/** @param {Keyboard} keyboard @param {View} view @param {number} x @param {number} y */
function movePicture(keyboard, view, x, y) {
  view.placing.move(x, y);
  keyboard.placed(view);
}

/** @param {View} view @param {number} x @param {number} y points of the screen */
function moveCross(view, x, y) {
  const at = view.cross ? view.placing.toStage(view.cross) : { x: view.stage.clientWidth / 2, y: view.stage.clientHeight / 2 };
  view.cross = view.placing.toPicture({ x: at.x + x, y: at.y + y });
  if (view.draft) view.draft.end = view.cross;
}

/** Enter sets the first end, then the second. @param {Keyboard} keyboard */
function setEnd(keyboard) {
  const view = keyboard.view();
  if (!view) return;
  if (!view.cross) moveCross(view, 0, 0);
  const at = /** @type {ImagePlace} */ (view.cross);
  if (!view.draft) view.draft = { start: at, end: at };
  else if (view.draft.start.join() !== at.join()) {
    view.cross = null;
    keyboard.measured(view);
  }
  view.draw();
}
