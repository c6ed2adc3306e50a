// The bar above the arch: which dentition is drawn, which layers are shown.
import { byId } from "./svg.js";

const WALKING = "chart-walking";
const choices = () => document.querySelectorAll("[data-dentition]");

/** @param {string} shown */
export function pressDentition(shown) {
  for (const choice of choices()) choice.setAttribute("aria-pressed", String(choice.getAttribute("data-dentition") === shown));
}

/** The paper shows the teeth and the day that the screen shows. @param {string} dentition @param {string} at */
export function printShown(dentition, at) {
  const link = /** @type {HTMLAnchorElement} */ (byId("chart-print"));
  link.search = new URLSearchParams({ dentition, ...(at ? { at } : {}) }).toString();
}

/** @param {(dentition: string) => void} choose */
export function onDentition(choose) {
  for (const choice of choices()) choice.addEventListener("click", () => choose(choice.getAttribute("data-dentition") ?? ""));
}

/** Walking goes on to the next tooth by itself; this browser remembers it. @param {() => void} changed @returns {() => boolean} whether one walks */
export function onWalking(changed) {
  const button = document.getElementById("walking");
  const isOn = () => button?.getAttribute("aria-pressed") === "true";
  const press = (/** @type {boolean} */ on) => button?.setAttribute("aria-pressed", String(on));
  press(localStorage.getItem(WALKING) === "on");
  button?.addEventListener("click", () => {
    press(!isOn());
    localStorage.setItem(WALKING, isOn() ? "on" : "off");
    changed();
  });
  return isOn;
}

/** @param {Set<string>} hidden kept up to date @param {() => void} changed */
export function onLayers(hidden, changed) {
  byId("legend").addEventListener("change", (event) => {
    const box = /** @type {HTMLInputElement} */ (event.target);
    hidden[box.checked ? "delete" : "add"](box.value);
    changed();
  });
}
