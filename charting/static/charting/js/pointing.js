// Choosing teeth and surfaces with a mouse or a finger, in the arch or by a picture of them.
import { joinStrip } from "./images/strip.js";
import { span } from "./layout.js";

/**
 * @param {HTMLElement} place
 * @param {import("./selection.js").Selection} selection
 * @param {{rows: () => import("./layout.js").Spot[][], hover: (number: number) => void}} board
 */
export function pointAt(place, selection, board) {
  let hovered = 0;

  /** @param {Event} event */
  const toothOf = (event) => Number(/** @type {Element} */ (event.target).closest("[data-tooth]")?.getAttribute("data-tooth") ?? 0);

  place.addEventListener("click", (event) => {
    const number = toothOf(event);
    if (!number) return;
    const surface = /** @type {Element} */ (event.target).closest("[data-surface]")?.getAttribute("data-surface");
    const add = event.ctrlKey || event.metaKey;
    if (event.shiftKey && !selection.isEmpty) selection.pickAll(span(board.rows(), selection.focused, number));
    else if (surface) selection.toggleSurface(number, surface, add);
    else selection.pick(number, add);
  });
  place.addEventListener("pointerover", (event) => {
    const number = toothOf(event);
    if (event.pointerType === "mouse" && number !== hovered) board.hover((hovered = number));
  });
  joinStrip(selection);
  place.addEventListener("pointerleave", () => board.hover((hovered = 0)));
  place.addEventListener("focusin", (event) => {
    const number = toothOf(event);
    if (number && number !== selection.focused) selection.focus(number);
  });
}
