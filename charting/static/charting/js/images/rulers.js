// The lines over a picture: dark under light so that they are seen on black and on white, the words always upright.
import { svg } from "../svg.js";

/** @typedef {import("./view.js").View} View */

const TICK = 7;

/** @param {SVGElement} overlay @param {View} view */
export function drawLines(overlay, view) {
  const kept = view.showsLines ? view.lines.filter((line) => line.frame === view.frame) : [];
  const drawn = kept.map((line) => ruler(view, line.start, line.end, wordsOf(view, line), "ruler"));
  if (view.draft) drawn.push(ruler(view, view.draft.start, view.draft.end, view.lengthOf(view.draft.start, view.draft.end), "ruler is-draft"));
  if (view.cross) drawn.push(crossAt(view, view.cross));
  overlay.replaceChildren(...drawn);
}

/** @param {View} view @param {ImageLine} line */
const wordsOf = (view, line) => [line.length_mm === null ? "" : `${line.length_mm.toFixed(1)} ${view.words.mm}`, line.label].filter(Boolean).join(" · ");

/** @param {View} view @param {ImagePlace} from @param {ImagePlace} to @param {string} words @param {string} style */
function ruler(view, from, to, words, style) {
  const [start, end] = [view.placing.toStage(from), view.placing.toStage(to)];
  const path = `M${start.x} ${start.y}L${end.x} ${end.y}${tick(start, end)}${tick(end, start)}`;
  const isRight = (start.x + end.x) / 2 < view.stage.clientWidth - 120;
  const at = { x: (start.x + end.x) / 2 + (isRight ? 10 : -10), y: (start.y + end.y) / 2 - 8 };
  const text = svg("text", { x: at.x, y: at.y, "text-anchor": isRight ? "start" : "end" }, words);
  return svg("g", { class: style }, svg("path", { d: path, class: "under" }), svg("path", { d: path }), text);
}

/** A short line across the end. @param {{x: number, y: number}} at @param {{x: number, y: number}} other */
function tick(at, other) {
  const length = Math.hypot(other.x - at.x, other.y - at.y) || 1;
  const [x, y] = [((other.y - at.y) / length) * TICK, (-(other.x - at.x) / length) * TICK];
  return `M${at.x - x} ${at.y - y}L${at.x + x} ${at.y + y}`;
}

/** @param {View} view @param {ImagePlace} place */
function crossAt(view, place) {
  const { x, y } = view.placing.toStage(place);
  const path = `M${x - 14} ${y}H${x + 14}M${x} ${y - 14}V${y + 14}`;
  return svg("g", { class: "ruler is-cross" }, svg("path", { d: path, class: "under" }), svg("path", { d: path }));
}
