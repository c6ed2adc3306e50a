// What comes by itself (`hx-trigger="every …"`) is not put under a hand: what is pressed would get no click. The next round brings it.
import { Press } from "./press.js";

const press = new Press(document.documentElement, () => {});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  if (press.isOn && detail.requestConfig.elt.getAttribute("hx-trigger")?.startsWith("every")) detail.shouldSwap = false;
});
