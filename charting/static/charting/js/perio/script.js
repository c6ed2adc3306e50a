// How a person measures: path, own order of runs, what is asked at each site (kept with the person); the pedal's key, triplets and reading
// aloud (kept on the device).
import { call } from "../api.js";
import { byId } from "../svg.js";
import { RunsEditor } from "./runs.js";

const KEPT = "perio-device";
const FIRST = { pedal: "PageDown", aloud: false, triple: false };

export class Script {
  /** @param {PerioSetup} setup @param {() => void} changed */
  constructor({ script, words }, changed) {
    this.person = script ?? { path: "zigzag", measures: "depth", runs: [] };
    this.device = { ...FIRST, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") };
    this.words = words;
    this.changed = changed;
    this.editor = document.getElementById("script-runs") && new RunsEditor(byId("script-runs"), words, (runs) => this.#order(runs));
    for (const name of /** @type {const} */ (["path", "measures"])) {
      const field = /** @type {HTMLSelectElement | null} */ (document.getElementById(`script-${name}`));
      if (!field) continue;
      field.value = this.person[name];
      field.addEventListener("change", () => this.#choose(name, field.value));
    }
    for (const name of /** @type {const} */ (["aloud", "triple"])) document.getElementById(`script-${name}`)?.addEventListener("click", () => this.turn(name));
    this.#pedal();
    this.#show();
  }

  /** @returns {import("./path.js").Plan} */
  get plan() {
    return { ...this.person, triple: this.device.triple };
  }

  get pedal() {
    return this.device.pedal;
  }

  get isAloud() {
    return this.device.aloud;
  }

  /** @param {"path" | "measures"} name @param {string} value */
  #choose(name, value) {
    if (value === "custom" && !this.person.runs.length) this.person.runs = RunsEditor.like(this.person.path);
    this.person[name] = value;
    void this.#keep();
    if (value !== "custom") byId("perio-sheets").focus({ preventScroll: true });
  }

  /** @param {string[]} runs */
  #order(runs) {
    this.person.runs = runs;
    void this.#keep();
  }

  async #keep() {
    this.#show();
    this.changed();
    const failure = byId("script-failure");
    try {
      await call("/perio-script", { method: "PUT", body: this.person });
      failure.hidden = true;
    } catch (error) {
      failure.textContent = `${this.words.scriptNotKept} ${/** @type {Error} */ (error).message}`;
      failure.hidden = false;
    }
  }

  /** Turn something of the device on or off. @param {"aloud" | "triple"} name */
  turn(name) {
    this.#keepDevice({ [name]: !this.device[name] });
    byId("perio-sheets").focus({ preventScroll: true });
  }

  /** @param {Partial<typeof FIRST>} change */
  #keepDevice(change) {
    Object.assign(this.device, change);
    localStorage.setItem(KEPT, JSON.stringify(this.device));
    this.#show();
    this.changed();
  }

  #show() {
    for (const name of /** @type {const} */ (["aloud", "triple"])) {
      for (const button of document.querySelectorAll(`[data-turns="${name}"]`)) button.setAttribute("aria-pressed", String(this.device[name]));
    }
    this.editor?.show(this.person.path === "custom", this.person.runs);
  }

  /** The next key that is pressed on this button becomes the pedal's. */
  #pedal() {
    const button = document.getElementById("script-pedal");
    const shown = button?.querySelector("kbd");
    if (!button || !shown) return;
    shown.textContent = this.device.pedal;
    button.addEventListener("keydown", (event) => {
      if (["Tab", "Enter", "Space", "Escape"].includes(event.code)) return;
      event.preventDefault();
      event.stopPropagation();
      shown.textContent = event.code;
      this.#keepDevice({ pedal: event.code });
    });
  }
}
