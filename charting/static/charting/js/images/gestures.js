// Mouse, pen and fingers on a stage: one drags by the chosen tool, two zoom and move, the wheel zooms to the pointer, the right button shades.
import { STEP } from "./placing.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {"move" | "window" | "measure"} Tool */
/** @typedef {{tool: () => Tool, placed: (view: View) => void, measured: (view: View) => void, touched: (view: View) => void}} Hands */

const RIGHT = 2;
const SHORTEST = 4;

/** @param {View} view @param {Hands} hands */
export function listen(view, hands) {
  const { stage } = view;
  /** @type {Map<number, PointerEvent>} */
  const down = new Map();
  /** @type {Tool | ""} */
  let tool = "";
  stage.addEventListener("pointerdown", (event) => {
    if (/** @type {HTMLElement} */ (event.target).closest("button") || !view.points) return;
    stage.setPointerCapture(event.pointerId);
    down.set(event.pointerId, event);
    hands.touched(view);
    tool = down.size === 1 ? (event.button === RIGHT ? "window" : hands.tool()) : "";
    if (down.size > 1) view.draft = null;
    else if (tool === "measure") begin(view, event);
  });
  stage.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    if (down.size === 2) pinch(view, down, event);
    else if (down.size === 1) ACTS[tool || "move"](view, event, before);
    down.set(event.pointerId, event);
    if (down.size === 2 || (tool || "move") === "move") hands.placed(view);
    view.draw();
  });
  const up = (/** @type {PointerEvent} */ event) => {
    if (!down.delete(event.pointerId)) return;
    if (tool === "measure" && !down.size) end(view, hands);
    tool = "";
  };
  stage.addEventListener("pointerup", up);
  stage.addEventListener("pointercancel", up);
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(view, hands, event.deltaY < 0 ? STEP : 1 / STEP, event);
  }, { passive: false });
  stage.addEventListener("dblclick", (event) => {
    if (hands.tool() !== "measure") zoom(view, hands, view.placing.scale > 1 ? 0 : 3, event);
  });
}

/** @param {View} view @param {Hands} hands @param {number} factor @param {MouseEvent} event */
function zoom(view, hands, factor, event) {
  hands.touched(view);
  view.placing.zoom(factor, view.pointOf(event));
  hands.placed(view);
  view.draw();
}

/** @type {Record<Tool, (view: View, event: PointerEvent, before: PointerEvent) => void>} */
const ACTS = {
  move: (view, event, before) => view.placing.move(event.clientX - before.clientX, event.clientY - before.clientY),
  window: (view, event, before) => shadeBy(view, (event.clientX - before.clientX) / 300, (event.clientY - before.clientY) / 300),
  measure: (view, event) => {
    if (view.draft) view.draft.end = view.placing.toPicture(view.pointOf(event));
  },
};

/** To the right and up: more contrast and lighter. @param {View} view @param {number} right @param {number} downwards parts of the window */
export function shadeBy(view, right, downwards) {
  const width = view.shade.high - view.shade.low;
  const half = (width * 2 ** -right) / 2;
  const middle = (view.shade.low + view.shade.high) / 2 + downwards * width;
  Object.assign(view.shade, { low: middle - half, high: middle + half });
  view.repaint();
}

/** @param {View} view @param {Map<number, PointerEvent>} down @param {PointerEvent} event */
function pinch(view, down, event) {
  const before = [...down.values()].map((pointer) => view.pointOf(pointer));
  const after = [...down.keys()].map((id, place) => (id === event.pointerId ? view.pointOf(event) : before[place]));
  const apart = (/** @type {{x: number, y: number}[]} */ [first, second]) => Math.hypot(first.x - second.x, first.y - second.y) || 1;
  const middle = (/** @type {{x: number, y: number}[]} */ [first, second]) => ({ x: (first.x + second.x) / 2, y: (first.y + second.y) / 2 });
  const [from, to] = [middle(before), middle(after)];
  view.placing.zoom(apart(after) / apart(before), from);
  view.placing.move(to.x - from.x, to.y - from.y);
}

/** @param {View} view @param {PointerEvent} event */
function begin(view, event) {
  const place = view.placing.toPicture(view.pointOf(event));
  view.cross = null;
  view.draft = { start: place, end: place };
}

/** @param {View} view @param {Hands} hands */
function end(view, hands) {
  if (!view.draft) return;
  const [start, stop] = [view.placing.toStage(view.draft.start), view.placing.toStage(view.draft.end)];
  if (Math.hypot(start.x - stop.x, start.y - stop.y) < SHORTEST) view.draft = null;
  view.draw();
  hands.measured(view);
}
