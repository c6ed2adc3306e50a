// Lines are kept with words and taken back; the list beside the picture says who drew them and when.
import { call, newKey } from "../api.js";
import { html } from "../svg.js";

/** @typedef {import("./view.js").View} View */

/** @param {Element} root @param {string} selector */
const find = (root, selector) => /** @type {HTMLElement} */ (root.querySelector(selector));

export class LineDesk {
  /** @param {HTMLElement} viewer @param {View[]} views @param {{mayWrite: boolean, words: Record<string, string>}} setup @param {(text: string) => void} say */
  constructor(viewer, views, setup, say) {
    this.viewer = viewer;
    this.views = views;
    this.setup = setup;
    this.say = say;
    this.form = /** @type {HTMLFormElement} */ (find(viewer, "[data-line-form]"));
    this.length = find(viewer, "[data-line-length]");
    this.label = /** @type {HTMLInputElement} */ (find(this.form, "input"));
    this.list = find(document.body, "[data-line-list]");
    this.key = "";
    /** @type {View | null} */
    this.view = null;
    this.label.closest("label")?.toggleAttribute("hidden", !setup.mayWrite);
    this.form.addEventListener("submit", (event) => (event.preventDefault(), void this.keep()));
    this.form.addEventListener("keydown", (event) => event.key === "Escape" && this.drop());
    find(this.form, "[data-line-drop]").addEventListener("click", () => this.drop());
    find(document.body, "[data-lines-shown]").addEventListener("change", (event) => {
      for (const view of views) view.showsLines = /** @type {HTMLInputElement} */ (event.target).checked;
      for (const view of views) view.draw();
    });
    this.write();
  }

  /** A line was drawn: ask what it shows. @param {View} view */
  ask(view) {
    const { draft, setup, words } = view;
    if (this.view && this.view !== view) this.drop();
    this.form.hidden = !draft;
    if (!draft) return;
    this.view = view;
    this.key = newKey();
    this.length.textContent = setup.scale ? `${view.lengthOf(draft.start, draft.end)} ${words[setup.scale.basis]}` : words.noScale;
    this.form.classList.toggle("is-unscaled", !setup.scale);
    if (this.setup.mayWrite) this.label.focus({ preventScroll: true });
  }

  drop() {
    if (this.view) Object.assign(this.view, { draft: null, cross: null });
    this.view?.draw();
    this.label.value = "";
    if (this.form.contains(document.activeElement)) this.viewer.focus({ preventScroll: true });
    this.form.hidden = true;
    this.view = null;
  }

  async keep() {
    const { view } = this;
    if (!view?.draft || !this.setup.mayWrite) return;
    try {
      const body = { id: this.key, frame: view.frame, ...view.draft, label: this.label.value };
      const line = await call(`/images/${view.setup.id}/lines`, { method: "POST", body });
      view.lines.push(line);
      this.drop();
      this.write();
      this.say(this.setup.words.kept);
    } catch (error) {
      this.say(/** @type {Error} */ (error).message);
    }
  }

  write() {
    const rows = this.views.flatMap((view) => view.lines.map((line) => this.row(view, line)));
    this.list.replaceChildren(...(rows.length ? rows : [html("li", { class: "muted" }, this.setup.words.noLines)]));
  }

  /** @param {View} view @param {ImageLine} line */
  row(view, line) {
    const { words } = this.setup;
    const length = line.length_mm === null ? "" : `${line.length_mm.toFixed(1)} ${words.mm}`;
    const day = new Date(line.drawn_at).toLocaleDateString(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang);
    const what = html("span", {}, html("strong", {}, [length, line.label].filter(Boolean).join(" · ") || "–"));
    const facts = [this.views.length > 1 ? view.setup.name : "", view.setup.frames > 1 ? `${words.frame} ${line.frame + 1}` : "", line.drawn_by, day];
    what.append(html("small", { class: "muted" }, facts.filter(Boolean).join(" · ")));
    if (line.length_mm !== null) what.append(html("small", { class: "muted" }, words[line.basis]));
    const back = html("button", { type: "button", class: "btn btn-small" }, words.takeBack);
    back.addEventListener("click", () => this.withdraw(view, line));
    return html("li", {}, what, ...(this.setup.mayWrite ? [back] : []));
  }

  /** @param {View} view @param {ImageLine} line */
  async withdraw(view, line) {
    try {
      await call(`/images/${view.setup.id}/lines/${line.id}/withdraw`, { method: "POST" });
      view.lines.splice(view.lines.indexOf(line), 1);
      view.draw();
      this.write();
      this.say(this.setup.words.takenBack);
    } catch (error) {
      this.say(/** @type {Error} */ (error).message);
    }
  }
}
