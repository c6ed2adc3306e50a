// The palette beside the arch: typing finds a finding or a service, number keys give the favourites.
import { call } from "./api.js";
import { askDetail, detailTyped, NOTHING, takes } from "./detail.js";
import { askSlot, slotOf } from "./favourites.js";
import { matching } from "./matching.js";
import { keysOf, lineOf } from "./palette-rows.js";
import { byId, html } from "./svg.js";

const SHOWN = 60;

export class Palette extends EventTarget {
  /** @param {Record<string, string>} words */
  constructor(words) {
    super();
    this.words = words;
    this.search = /** @type {HTMLInputElement} */ (byId("palette-search"));
    this.list = byId("palette-list");
    this.keys = byId("palette-keys");
    this.slots = byId("palette-slots");
    /** @type {PaletteData} */
    this.data = { entries: [], favourites: {} };
    this.mode = "condition";
    this.place = "";
    this.isMap = false;
    this.isAwaited = false; // Enter was pressed before the palette came, and the hand is still there
    /** @type {(text: string) => import("./place.js").Typed} */
    this.readPlace = (text) => ({ teeth: null, rest: text });
    this.search.addEventListener("input", () => this.show());
    for (const change of ["input", "blur"]) this.search.addEventListener(change, () => { this.isAwaited = false; });
    this.search.addEventListener("keydown", (event) => this.#typed(event));
    byId("palette-mode").addEventListener("change", (event) => this.set({ mode: /** @type {HTMLInputElement} */ (event.target).value }));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    for (const list of [this.list, this.keys]) list.addEventListener("click", (event) => this.#clicked(event));
  }

  async load() {
    this.data = await call("/chart-palette");
    this.show();
    if (this.isAwaited) this.#choose(this.matches()[0]?.key ?? "");
  }

  /** What is entered, and whether the map of the mouth is shown in place of the teeth. @param {{mode?: string, isMap?: boolean}} told */
  set({ mode = this.mode, isMap = this.isMap }) {
    [this.mode, this.isMap] = [mode, isMap];
    this.show();
  }

  /** Nothing is typed any more. */
  forget() {
    this.search.value = "";
    this.show();
  }

  /** The entries that fit what is typed behind the place; a digit is the entry under its key. */
  matches() {
    const { rest, site } = this.readPlace(this.search.value);
    const isOnMap = Boolean(site) || (this.isMap && !rest.trim());
    const held = this.favourite(rest, isOnMap || this.isMap);
    return held ? [held] : matching(isOnMap ? this.data.entries.filter(({ scope }) => scope === "mucosa") : this.data.entries, this.mode, rest);
  }

  show() {
    this.#choosePlace();
    const found = this.matches().slice(0, SHOWN);
    let group = "";
    /** @type {HTMLElement[]} */
    const rows = [];
    for (const entry of found) {
      if (entry.group !== group) rows.push(html("li", { class: "palette-group" }, entry.group));
      group = entry.group;
      rows.push(lineOf(entry, this.data, this.words, this.isMap));
    }
    this.list.replaceChildren(...(rows.length || !this.data.entries.length ? rows : [html("li", { class: "muted" }, this.words.nothingFound)]));
    this.list.querySelector(".palette-entry")?.classList.add("is-next");
    this.keys.replaceChildren(...keysOf(this.data, this.isMap));
  }

  /** Teeth typed before the finding are chosen while they are typed. */
  #choosePlace() {
    const { teeth } = this.readPlace(this.search.value);
    const place = teeth ? JSON.stringify([...teeth].map(([number, surfaces]) => [number, ...surfaces])) : "";
    if (place && place !== this.place) this.dispatchEvent(new CustomEvent("place", { detail: teeth }));
    this.place = place;
  }

  /** @param {string} digit @param {boolean} [isMap] */
  favourite(digit, isMap = this.isMap) {
    return this.data.entries.find((entry) => entry.key === this.data.favourites[slotOf(digit, isMap)]);
  }

  /** @param {KeyboardEvent} event */
  #typed(event) {
    const buttons = /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll(".palette-entry")]);
    const at = buttons.findIndex((button) => button.classList.contains("is-next"));
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && buttons.length) {
      event.preventDefault();
      buttons[at]?.classList.remove("is-next");
      const next = buttons[(at + move + buttons.length) % buttons.length];
      next.classList.add("is-next");
      next.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && (at >= 0 || !this.data.entries.length)) {
      event.preventDefault();
      this.isAwaited = at < 0 && !event.altKey && Boolean(this.search.value.trim());
      (event.altKey ? this.#keep : this.#choose).call(this, buttons[at]?.dataset.entry ?? "");
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.forget();
      this.dispatchEvent(new Event("leave"));
    }
  }

  /** @param {Event} event */
  #clicked(event) {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-entry], [data-keep], [data-measure]"));
    if (button?.dataset.keep) this.#keep(button.dataset.keep);
    else if (button?.dataset.measure) this.#choose(button.dataset.measure, true);
    else if (button) this.#choose(button.dataset.entry ?? "");
  }

  /** @param {string} key @param {boolean} [isAsked] with a number or a date, though it could go without */
  #choose(key, isAsked = false) {
    const entry = this.data.entries.find((known) => known.key === key);
    if (entry) this.dispatchEvent(new CustomEvent("choose", { detail: { entry, isAsked } }));
  }

  /** The number or the date that goes with an entry: what is typed behind it, else asked for where it is needed or wanted.
   * @param {PaletteEntry} entry @param {boolean} isAsked @returns {Promise<import("./detail.js").Detail | undefined>} nothing when it was asked for and not told */
  async detailFor(entry, isAsked) {
    const { rest } = this.readPlace(this.search.value);
    const typed = this.favourite(rest) ? null : detailTyped(rest).detail;
    if (typed && takes(entry, typed)) return typed;
    return isAsked || entry.amount?.is_needed ? askDetail(this.slots, entry, this.words) : NOTHING;
  }

  /** Put an entry under a number key, or off it; what that key held moves to the entry's old one. @param {string} key */
  async #keep(key) {
    const entry = this.data.entries.find((known) => known.key === key);
    const slot = entry && (await askSlot(this.slots, entry, this.data, this.words, this.isMap));
    if (!slot) return this.search.focus();
    try {
      const slots = Object.keys(this.data.favourites).filter((held) => held.length === (this.isMap ? 2 : 1));
      const place = slot === "free" ? slots.find((held) => this.data.favourites[held] === key) : slotOf(slot, this.isMap);
      this.data = await call(`/chart-palette/${place}`, { method: "PUT", body: { entry: slot === "free" ? "" : key } });
      this.show();
    } catch (error) {
      this.dispatchEvent(new CustomEvent("refused", { detail: /** @type {Error} */ (error).message }));
    }
  }
}
