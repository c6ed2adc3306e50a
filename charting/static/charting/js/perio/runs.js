// A person's own path: which run of teeth comes after which. Each line moves up, down or goes; what is left out is told.
import { html } from "../svg.js";
import { RUNS } from "./path.js";

const PARTS = { U: "12", L: "34", 1: "1", 2: "2", 3: "3", 4: "4" };

/** The quadrants and sides that a run passes, `1V`. @param {string} run @returns {string[]} */
export const passedBy = (run) => [...PARTS[/** @type {"U"} */ (run[0])]].map((quadrant) => quadrant + run[1]);

export class RunsEditor {
  /** @param {HTMLElement} place @param {Record<string, string>} words @param {(runs: string[]) => void} changed */
  constructor(place, words, changed) {
    this.place = place;
    this.words = words;
    this.changed = changed;
    /** @type {string[]} */
    this.runs = [];
    place.addEventListener("click", (event) => this.#press(/** @type {HTMLElement} */ (event.target).closest("button"), event));
  }

  /** Runs to begin with: those of another path. @param {string} path */
  static like(path) {
    return [...(RUNS[path] ?? RUNS.zigzag)];
  }

  /** @param {boolean} isShown @param {string[]} runs */
  show(isShown, runs) {
    this.runs = runs;
    this.place.hidden = !isShown;
    const list = html("ol", {}, ...runs.map((run, at) => html("li", {}, html("div", {}, html("span", {}, this.#inWords(run)), this.#button("up", at, "↑"), this.#button("down", at, "↓"), this.#button("turn", at, "⇄"), this.#button("drop", at, "×")))));
    const left = this.left();
    const add = left.map((run) => html("button", { type: "button", class: "btn btn-small", "data-add": run }, `+ ${this.#inWords(run)}`));
    const told = left.length ? [html("p", { class: "small muted" }, this.words.runsLeft), html("div", { class: "perio-runs-left" }, ...add)] : [];
    this.place.replaceChildren(list, ...told);
  }

  /** Sides of quadrants on no run, as the runs that would pass them. */
  left() {
    const passed = new Set(this.runs.flatMap(passedBy));
    return ["1", "2", "3", "4"].flatMap((quadrant) => ["V", "L"].filter((side) => !passed.has(quadrant + side)).map((side) => `${quadrant}${side}>`));
  }

  /** @param {string} run */
  #inWords(run) {
    const side = run[1] === "V" ? this.words.vestibular : ["U", "1", "2"].includes(run[0]) ? this.words.palatal : this.words.lingual;
    return `${this.words[`part${run[0]}`]} · ${side} ${run[2] === ">" ? "→" : "←"}`;
  }

  /** @param {"up" | "down" | "turn" | "drop"} does @param {number} at @param {string} sign */
  #button(does, at, sign) {
    const label = `${this.words[`run_${does}`]}: ${this.#inWords(this.runs[at])}`;
    return html("button", { type: "button", class: "btn btn-small btn-icon", "data-run": `${does} ${at}`, "aria-label": label, title: this.words[`run_${does}`] }, sign);
  }

  /** @param {HTMLElement | null} button @param {Event} event */
  #press(button, event) {
    const [does, at] = [button?.dataset.run?.split(" ")[0] ?? "", Number(button?.dataset.run?.split(" ")[1])];
    const runs = [...this.runs];
    if (button?.dataset.add) runs.push(button.dataset.add);
    else if (does === "drop" && runs.length > 1) runs.splice(at, 1);
    else if (does === "turn") runs[at] = runs[at].slice(0, 2) + (runs[at][2] === ">" ? "<" : ">");
    else if (does === "up" && at > 0) runs.splice(at - 1, 0, ...runs.splice(at, 1));
    else if (does === "down" && at < runs.length - 1) runs.splice(at + 1, 0, ...runs.splice(at, 1));
    else return;
    event.stopPropagation();
    this.changed(runs);
    const again = /** @type {HTMLElement | null} */ (this.place.querySelector(`[data-run="${does} ${Math.min(does === "up" ? at - 1 : does === "down" ? at + 1 : at, runs.length - 1)}"]`));
    again?.focus();
  }
}
