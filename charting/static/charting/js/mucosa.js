// The map of the mouth in place of the arch: tap a region, say what is there; it goes the way of every other entry.
import { entered } from "./entering.js";
import { REGIONS, SIZE } from "./mucosa-map.js";
import { shownMouth } from "./offline/waiting.js";
import { byId, html, svg } from "./svg.js";

export class Mucosa {
  /** @param {ChartSetup} setup @param {import("./acts.js").Acts} acts @param {() => string | undefined} seen the instant of the chart that is shown */
  constructor(setup, acts, seen) {
    this.setup = setup;
    this.acts = acts;
    this.seen = seen;
    this.chosen = "";
    this.isPast = false;
    this.panel = byId("mucosa");
    this.button = byId("mucosa-open");
    const { words } = setup;
    this.map = svg("svg", { viewBox: `0 0 ${SIZE[0]} ${SIZE[1]}`, class: "mucosa-map", role: "listbox", "aria-label": words.mucosaMap, "data-own-keys": "" });
    this.map.append(...REGIONS.map(([site, d], place) => svg("path", { d, "data-site": site, role: "option", tabindex: place ? -1 : 0, "aria-selected": "false" }, svg("title", {}))));
    this.form = html("form", { class: "mucosa-form" });
    this.panel.append(this.map, this.form);
    this.button.addEventListener("click", () => this.#turn());
    this.map.addEventListener("click", (event) => this.#choose(event));
    this.map.addEventListener("keydown", (event) => this.#key(event));
    this.form.addEventListener("submit", (event) => void this.#keep(event));
    this.#ask();
  }

  /** Somebody fills the form. */
  get isWriting() {
    return this.chosen !== "" && this.form.querySelector("input") !== null;
  }

  #turn() {
    const isShown = byId("chart-page").classList.toggle("shows-mucosa");
    this.button.setAttribute("aria-pressed", String(isShown));
    this.panel.hidden = !isShown;
    if (isShown) /** @type {SVGElement | null} */ (this.map.querySelector('[tabindex="0"]'))?.focus();
  }

  /** @param {ChartData} chart @param {boolean} isPast */
  show(chart, isPast) {
    const found = new Map();
    for (const { id, title } of chart.entries) {
      const site = chart.marks.find((mark) => mark.source === id)?.site;
      if (site) found.set(site, [...(found.get(site) ?? []), title]);
    }
    for (const region of this.map.querySelectorAll("[data-site]")) {
      const site = region.getAttribute("data-site") ?? "";
      const label = [this.setup.mucosa.sites[site], ...(found.get(site) ?? [])].join(": ");
      region.setAttribute("aria-label", label);
      region.classList.toggle("has-finding", found.has(site));
      /** @type {Element} */ (region.firstElementChild).textContent = label;
    }
    if (isPast !== this.isPast) [this.isPast, this.chosen] = [isPast, ""];
    if (!this.isWriting) this.#ask();
  }

  /** @param {Event} event */
  #choose(event) {
    const region = /** @type {Element} */ (event.target).closest("[data-site]");
    if (!region || this.isPast || !this.setup.mayWrite) return;
    this.#move(region);
    this.chosen = region.getAttribute("data-site") ?? "";
    for (const other of this.map.querySelectorAll("[data-site]")) other.setAttribute("aria-selected", String(other === region));
    this.#ask();
    this.form.querySelector("select")?.focus();
  }

  /** @param {Element} region */
  #move(region) {
    for (const other of this.map.querySelectorAll("[data-site]")) other.setAttribute("tabindex", other === region ? "0" : "-1");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const regions = /** @type {SVGElement[]} */ ([...this.map.querySelectorAll("[data-site]")]);
    const place = regions.indexOf(/** @type {SVGElement} */ (event.target));
    const by = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 })[event.key];
    if (by && place >= 0) {
      const next = regions[(place + by + regions.length) % regions.length];
      this.#move(next);
      next.focus();
    } else if (event.key === "Enter" || event.key === " ") this.#choose(event);
    else return;
    event.preventDefault();
  }

  #ask() {
    const { words, mucosa } = this.setup;
    if (!this.chosen) return this.form.replaceChildren(html("p", { class: "muted" }, words.mucosaChoose));
    const kinds = Object.entries(mucosa.lesions).map(([kind, label]) => html("option", { value: kind }, label));
    this.form.replaceChildren(
      html("strong", {}, mucosa.sites[this.chosen]),
      html("select", { name: "kind", "aria-label": words.what }, ...kinds),
      html("label", {}, words.mucosaSize, html("input", { name: "amount", type: "number", min: 1, max: 99, inputmode: "numeric" })),
      html("label", {}, words.mucosaNote, html("input", { name: "note", type: "text", maxlength: 500 })),
      html("button", { class: "btn btn-primary" }, words.mucosaSave),
    );
  }

  /** @param {Event} event */
  async #keep(event) {
    event.preventDefault();
    const { words, mucosa, patient } = this.setup;
    const asked = this.form.firstElementChild;
    const said = new FormData(/** @type {HTMLFormElement} */ (this.form));
    const [kind, site, note] = [String(said.get("kind")), this.chosen, String(said.get("note") ?? "").trim()];
    const amount = said.get("amount") ? Number(said.get("amount")) : null;
    const body = { ...entered(this.seen()), kind, severity: "", direction: "", site, amount, since: "", tooth: null, surfaces: [], roots: [], note };
    const title = `${mucosa.lesions[kind]}${amount === null ? "" : `, ${amount} mm`}`;
    const isKept = await this.acts.submit([{
      path: `/patients/${patient}/findings`, body, words: `${title} – ${mucosa.sites[site]}`, shown: shownMouth(body, title, mucosa.sites[site]),
      undo: { path: `/findings/${body.id}/error`, body: { reason: words.undoReason } },
    }]);
    if (!isKept || this.form.firstElementChild !== asked) return; // meanwhile another region was chosen
    this.chosen = "";
    this.#ask();
  }
}
