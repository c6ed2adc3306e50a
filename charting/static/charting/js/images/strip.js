// The patient's pictures beside the chart: chosen teeth leave only their pictures, a picture marks its teeth, its corner opens it large.
import { call } from "../api.js";
import { html, svg } from "../svg.js";
import { code } from "../teeth.js";

/** @typedef {import("../selection.js").Selection} Selection */

const PAGE = 100;
const OPEN = "M15 3h6v6M21 3l-7 7M9 21H3v-6M3 21l7-7";

class Strip {
  /** @param {HTMLElement} place @param {Selection} selection */
  constructor(place, selection) {
    this.place = place;
    this.selection = selection;
    /** @type {{patient: string, words: Record<string, string>}} */
    this.setup = JSON.parse(document.getElementById("strip-setup")?.textContent ?? "{}");
    this.list = /** @type {HTMLElement} */ (place.querySelector("ul"));
    this.count = /** @type {HTMLElement} */ (place.querySelector("[data-count]"));
    /** @type {ImageOut[]} */
    this.images = [];
    this.shown = "";
    selection.addEventListener("change", () => this.draw());
    void this.load();
  }

  async load() {
    try {
      const path = `/patients/${this.setup.patient}/images`;
      const found = [];
      for (let page = await call(`${path}?page_size=${PAGE}`); page; page = page.next ? await call(`${path}${new URL(page.next).search}`) : null) {
        found.push(...page.results);
        this.images = [...found];
        this.shown = "";
        this.draw();
      }
    } catch {
      const again = html("button", { type: "button", class: "btn btn-small" }, this.setup.words.retry);
      again.addEventListener("click", () => this.load());
      this.place.dataset.state = "failed";
      this.list.replaceChildren(html("li", { class: "strip-failed", role: "alert" }, this.setup.words.failed, again));
    }
  }

  draw() {
    const { words } = this.setup;
    const { numbers } = this.selection;
    const found = numbers.length ? this.images.filter((image) => image.teeth.some((tooth) => numbers.includes(tooth))) : this.images;
    const marked = found.filter((image) => this.isMarked(image));
    const key = JSON.stringify([found.map((image) => image.id), marked.map((image) => image.id), numbers.length > 0]);
    if (key === this.shown) return;
    this.shown = key;
    this.place.dataset.state = "shown";
    this.count.textContent = numbers.length && this.images.length ? `${found.length} / ${this.images.length}` : String(this.images.length);
    const nothing = html("li", { class: "muted small" }, this.images.length ? words.noneOfTooth : words.none);
    const focused = this.list.querySelector("button:focus")?.getAttribute("data-image");
    this.list.replaceChildren(...(found.length ? found.map((image) => this.shot(image)) : [nothing]));
    if (focused) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-image="${focused}"]`))?.focus({ preventScroll: true });
  }

  /** @param {ImageOut} image */
  isMarked(image) {
    return image.teeth.length > 0 && image.teeth.length === this.selection.numbers.length && image.teeth.every((tooth) => this.selection.teeth.has(tooth));
  }

  /** @param {ImageOut} image */
  shot(image) {
    const { words } = this.setup;
    const day = new Date(image.taken_at).toLocaleDateString(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang);
    const teeth = image.teeth.map(code).join(", ") || words.noTeeth;
    const told = `${image.title || words[image.kind]}, ${day}, ${teeth}`;
    const look = image.has_preview ? html("img", { src: `/images/${image.id}/preview/`, alt: "", loading: "lazy", draggable: "false" }) : html("span", { class: "strip-none" }, "–");
    const mark = html("button", { type: "button", class: "strip-shot", "data-image": image.id, "aria-pressed": String(this.isMarked(image)), "aria-label": `${words.mark}: ${told}`, title: told }, look, html("span", { class: "truncate" }, `${teeth}`));
    mark.addEventListener("click", () => this.mark(image));
    const icon = svg("svg", { viewBox: "0 0 24 24", width: 16, height: 16, fill: "none", stroke: "currentColor", "stroke-width": 2, "aria-hidden": "true" }, svg("path", { d: OPEN }));
    const open = html("a", { class: "strip-open", href: `/images/${image.id}/`, "aria-label": `${words.open}: ${told}`, title: words.open }, icon);
    return html("li", {}, mark, open);
  }

  /** Its teeth are chosen in the chart; pressed again they are left. @param {ImageOut} image */
  mark(image) {
    const drawn = image.teeth.filter((tooth) => document.querySelector(`#arch [data-tooth="${tooth}"]`));
    const isMarked = this.isMarked(image);
    this.selection.teeth.clear();
    if (drawn.length && !isMarked) this.selection.pickAll(drawn);
    else this.selection.clear();
  }
}

/** @param {Selection} selection */
export function joinStrip(selection) {
  const place = document.getElementById("image-strip");
  if (place) new Strip(place, selection);
}
