// What is happening, in words: loading, failed, saved with a way back, kept because it could not be saved.
import { Refusal } from "./api.js";
import { byId, html } from "./svg.js";

export class Status extends EventTarget {
  /** @param {Record<string, string>} words */
  constructor(words) {
    super();
    this.words = words;
    this.page = byId("chart-page");
    this.entry = byId("last-entry");
    this.kept = byId("kept");
    /** @type {(() => void) | null} */
    this.back = null;
    byId("chart-retry").addEventListener("click", () => this.dispatchEvent(new Event("retry")));
  }

  loading() {
    this.page.dataset.state = "loading";
    byId("arch").setAttribute("aria-busy", "true");
  }

  /** @param {string} at the past instant that is shown, if it is one */
  loaded(at) {
    this.page.dataset.state = at ? "past" : "now";
    byId("arch").removeAttribute("aria-busy");
    const style = /** @type {Intl.DateTimeFormatOptions} */ ({ dateStyle: "short", ...(at.length === "2026-01-01T12:00".length ? { timeStyle: "short" } : {}) });
    byId("past-day").textContent = at ? new Date(at).toLocaleString(document.documentElement.lang, style) : "";
  }

  /** @param {string} message */
  failed(message) {
    this.page.dataset.state = "failed";
    byId("chart-failure").textContent = message;
    byId("chart-retry").focus();
  }

  saving() {
    this.entry.replaceChildren(html("span", { class: "muted" }, this.words.saving));
  }

  /** @param {string[]} lines @param {(() => void) | null} back */
  entered(lines, back) {
    this.back = back;
    const text = lines.length > 3 ? `${lines.slice(0, 3).join("; ")} + ${lines.length - 3}` : lines.join("; ");
    this.entry.replaceChildren(html("span", {}, text));
    if (back) {
      const button = html("button", { type: "button", class: "btn btn-small" }, this.words.undo, html("kbd", {}, "Ctrl Z"));
      button.addEventListener("click", () => this.undoLast());
      this.entry.append(button);
    }
  }

  undoLast() {
    const back = this.back;
    this.back = null;
    if (back) back();
    else this.say(this.words.nothingToUndo, "warning");
  }

  /** @param {Error} error @param {() => void} again */
  refused(error, again) {
    this.#strip(this.words.notSaved, error.message, again, error instanceof Refusal ? error.link : "");
  }

  /** @param {string} head @param {string} reason @param {() => void} again @param {string} [link] where the refusal is mended */
  #strip(head, reason, again, link = "") {
    const strip = html("div", { class: "alert-strip is-danger", role: "alert" }, html("div", {}, html("strong", {}, head), html("p", {}, reason)));
    if (link) strip.append(html("a", { class: "btn btn-small btn-primary", href: link }, this.words.open));
    const retry = html("button", { type: "button", class: "btn btn-small" }, this.words.tryAgain);
    const leave = html("button", { type: "button", class: "btn btn-small btn-quiet" }, this.words.letGo);
    retry.addEventListener("click", () => { strip.remove(); again(); });
    leave.addEventListener("click", () => strip.remove());
    strip.append(retry, leave);
    this.kept.append(strip);
    this.entry.replaceChildren();
  }

  /** @param {string} text @param {string} level */
  say(text, level) {
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, level } }));
  }
}
