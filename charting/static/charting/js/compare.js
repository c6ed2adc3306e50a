// Two days of one mouth beside each other: what came, what went, what became something else, in words and on the teeth.
import { call } from "./api.js";
import { byId, html } from "./svg.js";

/** @typedef {{kind: "came" | "went" | "became", entry: EntryData, before: EntryData | null}} Difference */

/** @param {ChartData} before @param {ChartData} after @returns {Difference[]} in the order of the teeth */
export function differences(before, after) {
  const held = (/** @type {ChartData} */ chart) => new Map(chart.entries.filter((entry) => entry.is_current).map((entry) => [entry.id, entry]));
  const [earlier, later] = [held(before), held(after)];
  /** @type {Difference[]} */
  const found = [];
  for (const [id, entry] of later) {
    const stood = earlier.get(id) ?? null;
    if (!stood) found.push({ kind: "came", entry, before: null });
    else if (stood.state !== entry.state) found.push({ kind: "became", entry, before: stood });
  }
  for (const [id, entry] of earlier) if (!later.has(id)) found.push({ kind: "went", entry, before: entry });
  return found.sort((a, b) => (a.entry.teeth[0] ?? 0) - (b.entry.teeth[0] ?? 0));
}

export class Comparison {
  /** @param {ChartSetup} setup @param {(teeth: Set<number>) => void} mark */
  constructor(setup, mark) {
    this.setup = setup;
    this.mark = mark;
    this.panel = byId("compare");
    this.until = /** @type {HTMLInputElement} */ (byId("compare-date"));
    this.list = byId("compare-list");
    /** @type {ChartData | null} */
    this.before = null;
    this.asked = 0;
    this.until.addEventListener("change", () => this.#ask());
  }

  /** The mouth of a past day is shown, or nothing is compared. @param {ChartData | null} before */
  show(before) {
    this.before = before;
    this.panel.hidden = !before;
    if (before) this.#ask();
    else this.mark(new Set());
  }

  async #ask() {
    const mine = (this.asked += 1);
    const { before } = this;
    if (!before) return;
    const at = this.until.value ? `?at=${this.until.value}T23:59:59` : "";
    try {
      const after = await call(`/patients/${this.setup.patient}/chart${at}`);
      if (mine === this.asked && before === this.before) this.#tell(differences(before, after));
    } catch (error) {
      if (mine === this.asked) this.#fail(/** @type {Error} */ (error).message);
    }
  }

  /** @param {Difference[]} found */
  #tell(found) {
    const { words } = this.setup;
    const rows = found.map(({ kind, entry, before }) => {
      const state = kind === "became" ? `${before?.state_label} → ${entry.state_label}` : entry.state_label;
      return html("li", { class: `compare-${kind}` }, html("strong", {}, entry.part || words.wholeMouth), ` ${entry.title} `, html("span", { class: "muted" }, `${words[kind]}: ${state}`));
    });
    this.list.replaceChildren(...(rows.length ? rows : [html("li", { class: "muted" }, words.nothingChanged)]));
    this.mark(new Set(found.flatMap(({ entry }) => entry.teeth)));
  }

  /** @param {string} message */
  #fail(message) {
    const again = html("button", { type: "button", class: "btn btn-small" }, this.setup.words.tryAgain);
    again.addEventListener("click", () => this.#ask());
    this.list.replaceChildren(html("li", { role: "alert" }, `${message} `, again));
    this.mark(new Set());
  }
}
