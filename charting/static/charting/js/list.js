// The chart in words, tooth by tooth: for a reader of the screen, for paper, for whoever prefers words.
import { neighbourOf } from "./extras.js";
import { html } from "./svg.js";

/** @param {HTMLElement} place @param {ChartData} chart @param {Record<string, string>} words */
export function writeList(place, chart, words) {
  const shown = chart.entries.filter((entry) => entry.is_current);
  const groups = new Map();
  for (const entry of shown) {
    const key = entry.part || words.wholeMouth;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const sorted = [...groups.entries()].sort(([, a], [, b]) => neighbourOf(a[0].teeth[0] ?? 0) - neighbourOf(b[0].teeth[0] ?? 0));
  const rows = sorted.flatMap(([part, entries]) => entries.map((/** @type {EntryData} */ entry, /** @type {number} */ index) => row(index ? "" : part, entry)));
  const head = html("tr", {}, ...[words.where, words.what, words.state, words.who].map((text) => html("th", { scope: "col" }, text)));
  const empty = html("p", { class: "muted" }, words.nothingRecorded);
  place.replaceChildren(rows.length ? html("table", { class: "table table-compact" }, html("thead", {}, head), html("tbody", {}, ...rows)) : empty);
}

/** @param {string} part @param {EntryData} entry */
function row(part, entry) {
  const what = html("td", {}, entry.title);
  for (const text of [...(entry.about ? [entry.about] : []), ...entry.diagnoses, ...(entry.note ? [entry.note] : [])]) what.append(html("small", {}, text));
  const state = html("td", {}, html("span", { class: `swatch swatch-${entry.layer}` }), ` ${entry.state_label}`);
  return html("tr", {}, html("th", { scope: "row" }, part), what, state, html("td", { class: "muted" }, entry.meta));
}
