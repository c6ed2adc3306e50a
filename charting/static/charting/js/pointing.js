// Choosing teeth and surfaces with a mouse or a finger, in the arch or by a picture of them.
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

  /** Pulling across teeth chooses all of them; the click that ends the pull is none. */
  let [pulledFrom, pulledTo] = [0, 0];
  place.addEventListener("pointerdown", (event) => {
    pulledFrom = event.button === 0 && event.isPrimary && !event.shiftKey ? toothOf(event) : 0; // a second finger is a pinch
    pulledTo = 0;
  });
  place.addEventListener("pointermove", (event) => {
    const number = Number(document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-tooth]")?.getAttribute("data-tooth") ?? 0);
    if (!pulledFrom || !event.buttons || !number || number === (pulledTo || pulledFrom)) return;
    pulledTo = number;
    selection.pickOnly(span(board.rows(), pulledFrom, number));
  });
  for (const end of ["pointerup", "pointercancel"]) place.addEventListener(end, () => { pulledFrom = 0; });

  place.addEventListener("click", (event) => {
    const number = toothOf(event);
    if (!number || pulledTo) return;
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
  place.addEventListener("pointerleave", () => board.hover((hovered = 0)));
  place.addEventListener("focusin", (event) => {
    const number = toothOf(event);
    if (number && number !== selection.focused) selection.focus(number);
  });
}
