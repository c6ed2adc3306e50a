// What is found on the mucosa as an order: the same road as every other entry.
import { entered } from "./entering.js";
import { shownMouth } from "./offline/waiting.js";
import { html } from "./svg.js";

/** @typedef {{kind: string, amount: number | null}} Found what was found, on whatever region
 * @typedef {Found & {site: string, note: string}} Lesion */

/** @param {Lesion} lesion @param {ChartSetup} setup @param {string | undefined} seen @returns {import("./entering.js").Order} */
export function lesionOrder({ kind, site, amount, note }, { words, mucosa, patient }, seen) {
  const body = { ...entered(seen), kind, severity: "", direction: "", site, amount, since: "", tooth: null, surfaces: [], roots: [], note };
  const title = `${mucosa.lesions[kind]}${amount === null ? "" : `, ${amount} mm`}`;
  return {
    path: `/patients/${patient}/findings`,
    body,
    words: `${title} – ${mucosa.sites[site]}`,
    shown: shownMouth(body, title, mucosa.sites[site]),
    undo: { path: `/findings/${body.id}/error`, body: { reason: words.undoReason } },
  };
}

/** What is asked of a region. @param {string} site @param {ChartSetup} setup */
export const lesionFields = (site, { words, mucosa }) => [
  html("strong", {}, mucosa.sites[site]),
  html("select", { name: "kind", "aria-label": words.what }, ...Object.entries(mucosa.lesions).map(([kind, label]) => html("option", { value: kind }, label))),
  html("label", {}, words.mucosaSize, html("input", { name: "amount", type: "number", min: 1, max: 99, inputmode: "numeric" })),
  html("label", {}, words.mucosaNote, html("input", { name: "note", type: "text", maxlength: 500 })),
  html("button", { class: "btn btn-primary" }, words.mucosaSave),
];

/** @param {HTMLFormElement} form @param {string} site @returns {Lesion} */
export function lesionSaid(form, site) {
  const said = new FormData(form);
  return { kind: String(said.get("kind")), site, amount: said.get("amount") ? Number(said.get("amount")) : null, note: String(said.get("note") ?? "").trim() };
}

/** What stands on each region. @param {ChartData} chart @returns {Map<string, string[]>} */
export function titlesOf(chart) {
  const found = new Map();
  for (const { id, title } of chart.entries) {
    const site = chart.marks.find((mark) => mark.source === id)?.site;
    if (site) found.set(site, [...(found.get(site) ?? []), title]);
  }
  return found;
}
