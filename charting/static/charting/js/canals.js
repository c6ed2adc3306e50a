// The root canals of the chosen tooth as a table under the arch: length, file, obturation; Enter in a row keeps it, a correction is a new record.
import { letterOf } from "../../desk/js/stroke.js";
import { entered } from "./entering.js";
import { byId, html } from "./svg.js";
import { code } from "./teeth.js";

/** @typedef {{tooth: ToothData, records: CanalData[], procedure: string | null, isPast: boolean}} Shown */

const ENDODONTIC = ["root_canal", "pulpitis", "apical_periodontitis", "post"];
/** @type {[keyof CanalData, "number" | "text" | "list", Record<string, string | number>][]} */
const FIELDS = [
  ["length_mm", "number", { min: 5, max: 40, step: 0.5 }],
  ["reference", "text", { maxlength: 80 }],
  ["file_size", "number", { min: 6, max: 140 }],
  ["taper", "number", { min: 0, max: 12 }],
  ["method", "list", {}],
  ["material", "text", { maxlength: 80 }],
  ["quality", "list", {}],
];
const HEADS = /** @type {Record<string, string>} */ ({ length_mm: "length", file_size: "file" });

export class Canals {
  /** @param {ChartSetup} setup @param {import("./acts.js").Acts} acts @param {() => string | undefined} seen the instant of the chart that is shown */
  constructor(setup, acts, seen) {
    this.setup = setup;
    this.acts = acts;
    this.seen = seen;
    this.panel = byId("canals");
    this.body = byId("canals-body");
    this.key = "";
    this.tooth = 0;
    this.body.addEventListener("input", (event) => /** @type {Element} */ (event.target).closest("tr")?.classList.add("is-changed"));
    this.body.addEventListener("keydown", (event) => this.#typed(event));
    byId("canals-open").addEventListener("click", () => this.#enter());
    byId("arch").addEventListener("keydown", (event) => {
      if (letterOf(event) !== "K" || event.ctrlKey || event.metaKey || event.altKey || this.panel.hidden) return;
      event.preventDefault();
      this.#enter();
    });
    this.body.addEventListener("click", (event) => {
      if (/** @type {Element} */ (event.target).closest("[data-save]")) void this.#keep(event);
    });
  }

  /** Something is typed that nobody has yet. */
  get isWriting() {
    return this.body.querySelector(".is-changed") !== null;
  }

  /** On to the first canal that is not measured yet, else to the first one. */
  #enter() {
    const lengths = /** @type {HTMLInputElement[]} */ ([...this.body.querySelectorAll("[name=length_mm]")]);
    const next = lengths.find((input) => !input.value) ?? lengths[0];
    this.panel.scrollIntoView({ block: "end" });
    next?.focus();
    next?.select();
  }

  /** @param {ChartData} chart @param {number[]} numbers @param {boolean} isPast */
  show(chart, numbers, isPast) {
    const tooth = numbers.length === 1 ? chart.teeth.find((known) => known.number === numbers[0]) : undefined;
    const records = chart.canals.filter((record) => record.tooth === tooth?.number);
    const marks = chart.marks.filter((mark) => mark.tooth === tooth?.number && ENDODONTIC.includes(mark.what));
    this.panel.hidden = !tooth || (!records.length && !marks.length);
    if (!tooth || this.panel.hidden) return;
    const act = marks.filter((mark) => mark.what === "root_canal" && mark.layer !== "existing").at(-1);
    const key = JSON.stringify([tooth.number, records, act?.source, isPast]);
    if (key === this.key || (this.tooth === tooth.number && this.isWriting)) return;
    [this.key, this.tooth] = [key, tooth.number];
    byId("canals-title").textContent = `${this.setup.words.canals} · ${code(tooth.number)}`;
    this.#fill({ tooth, records, procedure: act?.source ?? null, isPast });
  }

  /** @param {Shown} shown */
  #fill(shown) {
    const { words } = this.setup;
    const heads = ["canal", ...FIELDS.map(([name]) => HEADS[name] ?? name)].map((name) => html("th", { scope: "col" }, words[name]));
    const rows = shown.tooth.canals.map((canal) => this.#row(canal, shown));
    this.body.replaceChildren(html("table", { class: "table table-compact canals-table" }, html("thead", {}, html("tr", {}, ...heads, html("td", {}))), html("tbody", {}, ...rows)));
  }

  /** @param {string} canal @param {Shown} shown */
  #row(canal, { tooth, records, procedure, isPast }) {
    const { words, mayWrite } = this.setup;
    const record = records.filter((known) => known.canal === canal).at(-1);
    const isOpen = mayWrite && !isPast;
    const cells = FIELDS.map(([name, type, limits]) => html("td", {}, isOpen ? this.#field(name, type, limits, record, canal) : this.#said(name, record)));
    const save = html("button", { type: "button", class: "btn btn-small btn-primary", "data-save": canal }, words.saveCanal);
    const own = procedure ?? record?.procedure ?? null;
    const replaces = record && record.procedure === own ? record.id : "";
    const name = html("th", { scope: "row" }, html("strong", {}, canal), " ", html("small", {}, words[`root${canal}`] ?? ""));
    return html("tr", { "data-canal": canal, "data-of": tooth.number, "data-procedure": own ?? "", "data-replaces": replaces }, name, ...cells, html("td", {}, ...(isOpen ? [save] : [])));
  }

  /** @param {keyof CanalData} name @param {CanalData | undefined} record */
  #said(name, record) {
    const value = String(record?.[name] ?? "");
    const labels = name === "method" || name === "quality" ? new Map(this.setup.canals[name]) : null;
    return (labels ? labels.get(value) : value) ?? "";
  }

  /** @param {keyof CanalData} name @param {string} type @param {Record<string, string | number>} limits @param {CanalData | undefined} record @param {string} canal */
  #field(name, type, limits, record, canal) {
    const value = String(record?.[name] ?? "");
    const common = { name, "aria-label": `${canal}: ${this.setup.words[HEADS[name] ?? name]}` };
    if (type !== "list") return html("input", { ...common, type, value, ...limits, ...(type === "number" ? { inputmode: "decimal" } : {}) });
    const choices = /** @type {[string, string][]} */ ([["", "–"], ...this.setup.canals[/** @type {"method" | "quality"} */ (name)]]);
    return html("select", common, ...choices.map(([option, label]) => html("option", { value: option, selected: option === value }, label)));
  }

  /** @param {KeyboardEvent} event */
  #typed(event) {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    void this.#keep(event);
  }

  /** @param {Event} event */
  async #keep(event) {
    const { words, patient } = this.setup;
    const row = /** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest("tr"));
    const value = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (row.querySelector(`[name="${name}"]`)).value.trim();
    const length = /** @type {HTMLInputElement} */ (row.querySelector('[name="length_mm"]'));
    if (!length.value || !length.validity.valid) {
      length.focus();
      return this.acts.status.say(words.canalLength, "warning");
    }
    const number = (/** @type {string} */ name) => (value(name) ? Number(value(name)) : null);
    const texts = { reference: value("reference"), method: value("method"), material: value("material"), quality: value("quality") };
    const { canal = "", replaces, procedure } = row.dataset;
    const body = { ...entered(this.seen()), tooth: Number(row.dataset.of), canal, length_mm: length.value, file_size: number("file_size"), taper: number("taper"), ...texts, note: "", procedure: procedure || null, replaces: replaces || null };
    const told = `${code(body.tooth)} ${canal}: ${length.value} mm`;
    row.classList.remove("is-changed");
    const isKept = await this.acts.submit([{
      path: `/patients/${patient}/canals`, body, words: told, shown: { canals: [{ ...body, told }] },
      undo: { path: `/canals/${body.id}/error`, body: { reason: words.undoReason } },
    }]);
    if (!isKept) row.classList.add("is-changed");
  }
}
