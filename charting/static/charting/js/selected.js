// What is chosen, in words, with large buttons for surfaces and roots: a finger can do what the keys do.
import { byId, html } from "./svg.js";
import { code } from "./teeth.js";

const MOST_NAMED = 4;

export class SelectedPanel {
  /** @param {import("./selection.js").Selection} selection @param {Record<string, string>} words */
  constructor(selection, words) {
    this.selection = selection;
    this.words = words;
    /** @type {string[]} */
    this.roots = [];
    this.heading = byId("selected-title");
    this.surfaces = byId("surface-buttons");
    this.several = byId("several");
    this.several.addEventListener("click", () => this.#switchSeveral());
    byId("clear-selection").addEventListener("click", () => this.selection.clear());
  }

  #switchSeveral() {
    this.selection.isAdding = !this.selection.isAdding;
    this.several.setAttribute("aria-pressed", String(this.selection.isAdding));
  }

  /** @param {number[]} told @param {Map<number, ToothData>} known */
  title(told, known) {
    const [first] = told;
    const many = told.length > MOST_NAMED && `${code(first)} … ${code(told[told.length - 1])} · ${told.length}`;
    const parts = told.map((number) => `${code(number)} ${[...(this.selection.teeth.get(number) ?? [])].join("")}`.trim());
    const name = told.length === 1 ? known.get(first)?.name ?? "" : "";
    this.heading.replaceChildren(told.length ? html("strong", {}, many || parts.join(", ")) : this.words.wholeMouth, name ? html("small", {}, name) : "");
  }

  /** @param {Map<number, ToothData>} known */
  show(known) {
    byId("clear-selection").hidden = this.selection.isEmpty;
    const chosen = this.selection.numbers.flatMap((number) => known.get(number) ?? []);
    const codes = [...new Set(chosen.flatMap((tooth) => tooth.surfaces))].filter((letter) => this.words[`surface${letter}`]);
    this.surfaces.replaceChildren(...codes.map((letter) => this.#surface(letter, known)), ...this.#rootButtons(chosen));
    if (!chosen.length) this.roots = [];
  }

  /** @param {string} code @param {Map<number, ToothData>} known */
  #surface(code, known) {
    const isOn = this.selection.numbers.some((number) => this.selection.teeth.get(number)?.has(code));
    const name = this.words[`surface${code}`];
    const button = html("button", { type: "button", class: `surface-button${code.startsWith("R") ? " is-root-surface" : ""}`, "aria-pressed": String(isOn), title: name, "aria-label": name }, code);
    button.addEventListener("click", () => this.selection.toggleEverywhere(code, known));
    return button;
  }

  /** Roots are offered for one tooth that has more than one. @param {ToothData[]} chosen */
  #rootButtons(chosen) {
    const codes = chosen.length === 1 && chosen[0].roots.length > 1 ? chosen[0].roots : [];
    this.roots = this.roots.filter((code) => codes.includes(code));
    return codes.map((code) => {
      const name = this.words[`root${code}`] ?? code;
      const button = html("button", { type: "button", class: "surface-button is-root", "aria-pressed": String(this.roots.includes(code)), title: name, "aria-label": name }, code);
      button.addEventListener("click", () => {
        this.roots = this.roots.includes(code) ? this.roots.filter((other) => other !== code) : [...this.roots, code];
        button.setAttribute("aria-pressed", String(this.roots.includes(code)));
      });
      return button;
    });
  }
}
