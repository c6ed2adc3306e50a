// The bar above the sheets: where the hand is, what was entered last, how much is done, what still waits for the server.
import { byId } from "../svg.js";
import { code } from "../teeth.js";

/** @typedef {import("./exam.js").Exam} Exam */

export class Status {
  /** @param {HTMLElement} page @param {Record<string, string>} words */
  constructor(page, words) {
    this.page = page;
    this.words = words;
  }

  /** @param {import("./hand.js").Hand} hand @param {Exam} exam */
  here(hand, exam) {
    const step = (hand.prefix && hand.last) || hand.at;
    const asked = hand.prefix || hand.at?.measure || "";
    byId("perio-here").textContent = step ? `${code(step.tooth)} ${hand.prefix ? "" : step.sites.join(" ")}`.trim() : "✓";
    byId("perio-asked").textContent = step ? `${this.words[asked] ?? ""}${hand.isNegative ? " −" : ""}` : this.words.pathDone;
    byId("perio-site").textContent = this.words[`asks_${hand.prefix}`] ?? (step?.sites.length === 1 ? this.words[`site${step.site}`] : "");
    byId("perio-count").textContent = `${exam.measured} / ${exam.expected}`;
    const progress = /** @type {HTMLProgressElement} */ (byId("perio-progress"));
    progress.max = exam.expected;
    progress.value = exam.measured;
  }

  /** `16 MV · depth 4`. @param {import("./exam.js").Entry} entry */
  inWords(entry) {
    const value = entry.value === null || entry.value === "" ? "–" : typeof entry.value === "boolean" ? (entry.value ? "✓" : "–") : (this.words[`is_${entry.value}`] ?? String(entry.value).replace("-", "−"));
    return `${code(entry.tooth)} ${entry.place}`.trim() + ` · ${this.words[entry.measure] ?? ""} ${value}`;
  }

  /** @param {import("./exam.js").Entry} entry */
  last(entry) {
    byId("perio-last").textContent = this.inWords(entry);
    byId("perio-told").querySelector("[data-refused]")?.remove();
  }

  /** What was asked for is not to be had here. @param {string} name */
  cannot(name) {
    byId("perio-last").textContent = this.words[`no_${name}`] ?? this.words.noGrade;
  }

  /** What was said, and what of it was not understood. @param {string} said @param {string[]} unclear */
  heard(said, unclear) {
    byId("perio-heard").textContent = unclear.length ? `“${said}” · ${this.words.unclear} ${unclear.join(" ")}` : `“${said}”`;
    byId("perio-heard").classList.toggle("chip-warning", unclear.length > 0);
  }

  /** @param {string} text nothing when it is off because it was asked to be @param {boolean} isWarning */
  listening(text, isWarning) {
    byId("perio-heard").hidden = !text;
    byId("perio-heard").textContent = text;
    byId("perio-heard").classList.toggle("chip-warning", isWarning);
  }

  /** @param {PerioExamData["figures"]} figures @param {Exam} exam */
  figures(figures, exam) {
    for (const [id, value, unit] of [["bleeding", figures.bleeding, " %"], ["plaque", figures.plaque, " %"], ["mean-depth", figures.mean_depth, ` ${this.words.mm}`], ["mean-loss", figures.mean_loss, ` ${this.words.mm}`]]) {
      byId(`perio-${id}`).textContent = value === null ? "–" : `${Number(value).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })}${unit}`;
    }
    byId("perio-from-4").textContent = String(figures.by_depth[1] + figures.by_depth[2]);
    byId("perio-from-6").textContent = String(figures.by_depth[2]);
    this.page.classList.toggle("is-complete", exam.measured === exam.expected);
  }

  /** What was not taken stays readable, to be entered elsewhere. @param {string} message @param {import("./exam.js").Entry[]} entries */
  refused(message, entries) {
    const strip = document.createElement("div");
    strip.className = "alert-strip is-danger";
    strip.setAttribute("role", "alert");
    strip.dataset.refused = "";
    strip.textContent = `${message} ${this.words.notTaken} ${entries.map((entry) => this.inWords(entry)).join("; ")}`;
    byId("perio-told").querySelector("[data-refused]")?.remove();
    byId("perio-told").append(strip);
  }

  /** @param {number} count @param {string} message why it waits, when it does */
  unsent(count, message) {
    const place = byId("perio-unsent");
    place.hidden = count === 0;
    place.classList.toggle("is-waiting", Boolean(message));
    place.title = place.textContent = count ? `${this.words.unsent} ${count}${message ? `. ${message}` : ""}` : "";
    byId("perio-saved").hidden = count > 0;
  }
}
