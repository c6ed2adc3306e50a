// The map of the mouth in place of the arch: tap a region, say what is there; it goes the way of every other entry.
import { numbered, REGIONS, SIZE } from "./mucosa-map.js";
import { lesionFields, lesionOrder, lesionSaid, titlesOf } from "./mucosa-order.js";
import { byId, html, svg } from "./svg.js";

/** @typedef {import("./mucosa-order.js").Found} Found */

export class Mucosa {
  /** @param {ChartSetup} setup @param {import("./acts.js").Acts} acts @param {() => string | undefined} seen the instant of the chart that is shown
   * @param {{turned: (isShown: boolean) => void, favourite: (digit: string) => void, undo: () => void, repeat: () => void, found: (lesion: Found) => void}} keys what the map tells the page */
  constructor(setup, acts, seen, keys) {
    this.keys = keys;
    /** What was chosen before its region. @type {Found | null} */
    this.pending = null;
    this.setup = setup;
    this.acts = acts;
    this.seen = seen;
    this.chosen = "";
    this.isPast = false;
    this.panel = byId("mucosa");
    this.button = byId("mucosa-open");
    this.map = svg("svg", { viewBox: `0 0 ${SIZE[0]} ${SIZE[1]}`, class: "mucosa-map", role: "listbox", "aria-label": setup.words.mucosaMap, "data-own-keys": "" });
    this.map.append(...REGIONS.map(([site, d], place) => svg("path", { d, "data-site": site, role: "option", tabindex: place ? -1 : 0, "aria-selected": "false" }, svg("title", {}))), ...numbered(/** @type {any} */ (setup.mucosa.numbers), new Set()));
    this.form = html("form", { class: "mucosa-form" });
    this.panel.append(this.map, this.form);
    this.button.addEventListener("click", () => this.turn());
    byId("arch").addEventListener("keydown", (event) => this.#turnKey(event));
    this.map.addEventListener("click", (event) => this.#choose(event));
    this.map.addEventListener("keydown", (event) => this.#key(event));
    this.form.addEventListener("submit", (event) => void this.#keep(event));
    this.#ask();
  }

  /** Somebody fills the form. */
  get isWriting() {
    return this.chosen !== "" && this.form.querySelector("input") !== null;
  }

  /** The region in hand: the one that is chosen, else the one that has the focus. */
  get region() {
    const focused = this.panel.contains(document.activeElement) ? document.activeElement?.getAttribute("data-site") : "";
    return this.chosen || focused || "";
  }

  /** @param {import("./mucosa-order.js").Lesion} lesion */
  put(lesion) {
    this.keys.found(lesion);
    return this.acts.submit([lesionOrder(lesion, this.setup, this.seen())]);
  }

  /** What was found is known, its region not yet: the next one that is chosen is meant. @param {Found} lesion */
  askWhere(lesion) {
    this.pending = lesion;
    if (this.panel.hidden) this.turn();
    else this.#focus();
  }

  /** @param {KeyboardEvent} event */
  #turnKey(event) {
    if (event.code !== "KeyU" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.turn();
  }

  #focus() {
    /** @type {SVGElement | null} */ (this.map.querySelector('[tabindex="0"]'))?.focus();
  }

  /** The map in place of the teeth, or they again. */
  turn() {
    const isShown = byId("chart-page").classList.toggle("shows-mucosa");
    this.button.setAttribute("aria-pressed", String(isShown));
    this.panel.hidden = !isShown;
    if (isShown) this.#focus();
    else this.pending = null;
    this.keys.turned(isShown);
  }

  /** @param {ChartData} chart @param {boolean} isPast */
  show(chart, isPast) {
    const found = titlesOf(chart);
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
    if (this.pending) return this.#place(this.pending);
    for (const other of this.map.querySelectorAll("[data-site]")) other.setAttribute("aria-selected", String(other === region));
    this.#ask();
    this.form.querySelector("select")?.focus();
  }

  /** @param {Found} lesion */
  #place(lesion) {
    const site = this.chosen;
    [this.pending, this.chosen] = [null, ""];
    void this.put({ ...lesion, site, note: "" });
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
    else if (/^Digit[1-9]$/.test(event.code) && !event.altKey && !event.ctrlKey) this.keys.favourite(event.code.slice(5));
    else if (event.code === "KeyZ" && (event.ctrlKey || event.metaKey)) this.keys.undo();
    else if (event.code === "KeyR" && !event.ctrlKey && !event.metaKey && !event.altKey) this.keys.repeat();
    else if (event.key === "Escape" || (event.code === "KeyU" && !event.ctrlKey)) this.turn();
    else return;
    event.preventDefault();
  }

  #ask() {
    const { words } = this.setup;
    const hints = [words.mucosaChoose, words.mucosaKeys].map((text) => html("p", { class: "muted" }, text));
    this.form.replaceChildren(...(this.chosen ? lesionFields(this.chosen, this.setup) : hints));
  }

  /** @param {Event} event */
  async #keep(event) {
    event.preventDefault();
    const asked = this.form.firstElementChild;
    const isKept = await this.put(lesionSaid(/** @type {HTMLFormElement} */ (this.form), this.chosen));
    if (!isKept || this.form.firstElementChild !== asked) return; // meanwhile another region was chosen
    this.chosen = "";
    this.#ask();
  }
}
