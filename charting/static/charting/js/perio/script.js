// How this device measures: the path, what is asked at each site, the pedal's key, reading aloud. Kept on the device.
import { byId } from "../svg.js";

const KEPT = "perio-script";
const FIRST = { path: "zigzag", measures: "depth", pedal: "PageDown", aloud: false };

export class Script {
  /** @param {() => void} changed */
  constructor(changed) {
    this.chosen = { ...FIRST, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") };
    this.changed = changed;
    for (const name of /** @type {const} */ (["path", "measures"])) {
      const field = /** @type {HTMLSelectElement | null} */ (document.getElementById(`script-${name}`));
      if (!field) continue;
      field.value = this.chosen[name];
      field.addEventListener("change", () => this.#keep({ [name]: field.value }));
    }
    this.#aloud();
    this.#pedal();
  }

  get path() {
    return this.chosen.path;
  }

  get measures() {
    return this.chosen.measures;
  }

  get pedal() {
    return this.chosen.pedal;
  }

  get isAloud() {
    return this.chosen.aloud;
  }

  /** @param {Partial<typeof FIRST>} change */
  #keep(change) {
    Object.assign(this.chosen, change);
    localStorage.setItem(KEPT, JSON.stringify(this.chosen));
    this.changed();
    byId("perio-sheets").focus({ preventScroll: true });
  }

  #aloud() {
    const button = document.getElementById("script-aloud");
    button?.setAttribute("aria-pressed", String(this.chosen.aloud));
    button?.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(!this.chosen.aloud));
      this.#keep({ aloud: !this.chosen.aloud });
    });
  }

  /** The next key that is pressed on this button becomes the pedal's. */
  #pedal() {
    const button = document.getElementById("script-pedal");
    const shown = button?.querySelector("kbd");
    if (!button || !shown) return;
    shown.textContent = this.chosen.pedal;
    button.addEventListener("keydown", (event) => {
      if (["Tab", "Enter", "Space", "Escape"].includes(event.code)) return;
      event.preventDefault();
      event.stopPropagation();
      shown.textContent = event.code;
      this.#keep({ pedal: event.code });
    });
  }
}
