// The story of a tooth beside the arch: what it has, since when, by whom, and what can be done about it.
import { complete } from "./completing.js";
import { attachCodeSearch } from "./diagnosis.js";
import { proposal } from "./eruption.js";
import { html } from "./svg.js";

/** @typedef {{setup: ChartSetup, isPast: boolean, shown: number[], judge: (isRight: boolean) => void, seen: string | undefined, act: (act: import("./acts.js").Act) => Promise<unknown>, told: (order: import("./entering.js").Order) => Promise<void>, refused: (error: Error, again: () => void) => void}} StoryContext */

/**
 * @param {HTMLElement} place
 * @param {ChartData} chart
 * @param {number[]} numbers the teeth told about; none is the whole mouth
 * @param {StoryContext} context
 */
export function tell(place, chart, numbers, context) {
  const { words } = context.setup;
  const told = chart.entries.filter((entry) => (numbers.length ? entry.teeth.some((tooth) => numbers.includes(tooth)) : entry.teeth.length === 0 && entry.is_current));
  const current = told.filter((entry) => entry.is_current);
  const past = told.filter((entry) => !entry.is_current);
  const rows = current.reverse().map((entry) => entryRow(entry, context));
  const teeth = chart.teeth.filter((tooth) => (numbers.length ? numbers.includes(tooth.number) : context.shown.includes(tooth.number)));
  const byAge = context.isPast || !context.setup.mayWrite ? [] : proposal(teeth, words, context.judge);
  const head = [...(numbers.length ? [] : [mouthFacts(chart, words)]), ...byAge];
  const empty = numbers.length && !told.length ? [html("p", { class: "muted" }, words.nothingOnTooth)] : [];
  place.replaceChildren(...head, ...empty, html("ul", { class: "story-list" }, ...rows));
  if (past.length) {
    const older = html("ul", { class: "story-list is-past" }, ...past.reverse().map((entry) => entryRow(entry, context)));
    place.append(html("details", { class: "story-past" }, html("summary", {}, `${words.earlier} (${past.length})`), older));
  }
}

/** @param {ChartData} chart @param {Record<string, string>} words */
function mouthFacts(chart, words) {
  const line = (/** @type {string} */ name, /** @type {CariesIndex} */ index) =>
    html("div", {}, html("dt", {}, name), html("dd", {}, `${index.total} `, html("small", { class: "muted" }, `${words.decayed} ${index.decayed} · ${words.missing} ${index.missing} · ${words.filled} ${index.filled}`)));
  const rows = [line(words.dmft, chart.dmft)];
  if (chart.dentition !== "permanent") rows.push(line(words.dmftPrimary, chart.dmft_primary));
  return html("dl", { class: "mouth-facts" }, ...rows);
}

/** @param {EntryData} entry @param {StoryContext} context */
function entryRow(entry, context) {
  const title = html("strong", {}, entry.title);
  const line = html("div", { class: "story-title" }, html("span", { class: `swatch swatch-${entry.layer}` }), html("span", {}, title, entry.part ? ` ${entry.part}` : "", entry.about ? `, ${entry.about}` : ""));
  const row = html("li", { class: `story-entry layer-${entry.layer}` }, line);
  for (const code of entry.diagnoses) row.append(html("p", { class: "story-code", lang: context.setup.codesLanguage }, code));
  row.append(html("p", { class: "story-meta" }, `${entry.state_label} · ${entry.meta}`));
  if (entry.note) row.append(html("p", { class: "story-note" }, entry.note));
  if (!context.isPast && context.setup.mayWrite) row.append(...buttons(entry, context));
  return row;
}

/** @param {EntryData} entry @param {StoryContext} context @returns {HTMLElement[]} */
function buttons(entry, context) {
  const { words } = context.setup;
  const bar = html("div", { class: "story-actions" });
  const extra = html("div", { class: "story-extra" });
  const add = (/** @type {string} */ text, /** @type {() => void} */ press) => {
    const button = html("button", { type: "button", class: "btn btn-small" }, text);
    button.addEventListener("click", press);
    bar.append(button);
  };
  const what = `${entry.title} ${entry.part}`;
  const gone = /** @type {const} */ ({ id: entry.id, layer: "gone" });
  if (entry.type === "finding" && entry.is_current) {
    const diagnose = (/** @type {string} */ code) => context.act({ path: "/diagnoses", body: { patient: context.setup.patient, code, finding: entry.id }, words: `${code} – ${what}`, change: { id: entry.id, code } });
    if (context.setup.mayDiagnose) add(words.icd10, () => attachCodeSearch(extra, context.setup, diagnose, entry.diagnosis_hint));
    add(words.resolve, () => context.act({ path: `/findings/${entry.id}/resolve`, body: {}, words: `${words.resolved}: ${what}`, change: gone, back: { path: `/findings/${entry.id}/reopen`, body: {} } }));
  }
  const withdraw = (/** @type {string} */ reason) => context.act({ path: `/${entry.type === "finding" ? "findings" : "diagnoses"}/${entry.id}/error`, body: { reason }, words: `${words.withdrawn}: ${what}`, change: gone });
  if (entry.type === "finding" || (entry.type === "diagnosis" && context.setup.mayDiagnose)) add(words.inError, () => askReason(extra, words, withdraw));
  if (entry.layer === "planned" && context.setup.mayComplete) {
    add(words.done, () => complete(entry, extra, context));
    bar.lastElementChild?.classList.add("btn-primary");
  }
  if (entry.layer === "planned" && context.setup.plansUrl) bar.append(html("a", { class: "btn btn-small", href: `${context.setup.plansUrl}?procedure=${entry.id}` }, words.openPlan));
  if (entry.type === "procedure" && ["planned", "referred", "existing"].includes(entry.layer)) {
    const change = (/** @type {string} */ state, /** @type {string} */ done, /** @type {Layer | "gone"} */ layer, reason = "") =>
      context.act({ path: `/procedures/${entry.id}`, method: "PATCH", body: { state, reason }, words: `${done}: ${what}`, change: { id: entry.id, layer } });
    if (entry.layer === "planned") add(words.refer, () => change("referred", words.referred, "referred"));
    if (entry.layer === "referred") add(words.madeElsewhere, () => change("existing_elsewhere", words.madeElsewhere, "existing"));
    add(entry.layer === "existing" ? words.inError : words.cancel, () => askReason(extra, words, (reason) => change("cancelled", words.cancelled, "gone", reason)));
  }
  return bar.childElementCount ? [bar, extra] : [];
}

/** Somebody types a reason or a code into the story: a passing pointer must not take it away. @param {HTMLElement} place */
export const isWriting = (place) => [...place.querySelectorAll("input")].some((input) => input.value !== "");

/** @param {HTMLElement} place @param {Record<string, string>} words @param {(reason: string) => void} done */
function askReason(place, words, done) {
  const input = /** @type {HTMLInputElement} */ (html("input", { type: "text", maxlength: 300, required: true, "aria-label": words.why, placeholder: words.why }));
  const form = html("form", { class: "story-form" }, input, html("button", { class: "btn btn-small btn-primary" }, words.save));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) done(input.value.trim());
  });
  place.replaceChildren(form);
  input.focus();
}
