// What waits for the clinic is drawn and told like everything else, marked as not sent yet.
import { withFresh } from "../extras.js";
import { code } from "../teeth.js";
import { queue } from "./queue.js";

/** What is new on the chart; or what an act changes on something that stands.
 * @typedef {{id: string, layer?: Layer | "gone", code?: string}} Change
 * @typedef {{marks?: MarkData[], entry?: Omit<EntryData, "state_label" | "meta">, canals?: CanalData[], change?: Change}} Shown */

const LAYERS = /** @type {Record<string, Layer>} */ ({ proposed: "planned", planned: "planned", referred: "referred", existing_here: "existing", existing_elsewhere: "existing" });

/** @param {PaletteEntry} entry @param {any} body @returns {Shown} */
export function shownFinding(entry, body) {
  const mark = { layer: /** @type {Layer} */ ("condition"), what: entry.kind, source: body.id, tooth: body.tooth, surfaces: body.surfaces, roots: body.roots, role: /** @type {const} */ ("treated"), severity: body.severity, direction: body.direction, amount: body.amount, site: body.site ?? "", state: "open" };
  return { marks: [mark], entry: told(entry, body.id, "condition", body.tooth ? [body] : [], "finding") };
}

/** @param {PaletteEntry} entry @param {any} body @returns {Shown} */
export function shownProcedure(entry, body) {
  const layer = LAYERS[body.state] ?? "planned";
  const marks = body.teeth.map((/** @type {Place} */ place) => ({ layer, what: entry.effect, source: body.id, tooth: place.tooth, surfaces: place.surfaces, roots: place.roots, role: place.role, severity: "", direction: "", amount: null, site: "", state: body.state }));
  return { marks, entry: told(entry, body.id, layer, body.teeth, "procedure") };
}

/** A finding at a place that is no tooth. @param {any} body @param {string} title @param {string} part @returns {Shown} */
export function shownMouth(body, title, part) {
  const mark = { layer: /** @type {const} */ ("condition"), what: body.kind, source: body.id, tooth: null, surfaces: [], roots: [], role: /** @type {const} */ ("treated"), severity: "", direction: "", amount: body.amount, site: body.site, state: "open" };
  return { marks: [mark], entry: { id: body.id, type: "finding", layer: "condition", teeth: [], part, title, about: "", state: "unsent", note: body.note, is_current: true, diagnoses: [], service: "", diagnosis_hint: "" } };
}

/** Finding and proposed act of one gesture, told as one. @param {PaletteEntry} entry @param {any} body @returns {Shown} */
export function shownCombination(entry, body) {
  const finding = shownFinding(entry, { direction: "", amount: null, ...body });
  const acts = (finding.marks ?? []).map((mark) => ({ ...mark, layer: /** @type {Layer} */ ("planned"), what: entry.effect, severity: "", state: "proposed" }));
  return { ...finding, marks: [...(finding.marks ?? []), ...acts] };
}

/** @param {PaletteEntry} entry @param {string} id @param {Layer} layer @param {{tooth: number, surfaces: string[]}[]} places @param {"finding" | "procedure"} type */
function told(entry, id, layer, places, type) {
  const part = places.map(({ tooth, surfaces }) => `${code(tooth)} ${surfaces.join("")}`.trim()).join(", ");
  return { id, type, layer, teeth: places.map(({ tooth }) => tooth), part, title: entry.title, about: "", state: "unsent", note: "", is_current: true, diagnoses: [], service: entry.service, diagnosis_hint: entry.diagnosis };
}

const LATELY_MS = 10000;
/** What just arrived is drawn until the chart brings it, over the chart that was shown then. @type {Map<string, {shown: Shown, patient: string, until: number, over: ChartData | null}>} */
const lately = new Map();
/** @type {ChartData | null} */
let last = null;
queue.addEventListener("sent", (event) => {
  for (const { key, shown, patient } of /** @type {CustomEvent} */ (event).detail.entries) if (shown) lately.set(key, { shown, patient, until: Date.now() + LATELY_MS, over: last });
});

/** Entries of this patient that are to be drawn. @param {string} patient */
export const unsentOf = (patient) => queue.list.filter((entry) => entry.shown && entry.patient === patient);

/** The chart with what this device has not sent yet. @param {ChartData} chart @param {string} patient @param {string} label @returns {ChartData} */
export function withUnsent(chart, patient, label) {
  const known = new Set([...chart.entries, ...chart.canals].map(({ id }) => id));
  last = chart;
  for (const [key, { shown, until, over }] of lately) if (known.has(key) || (over !== chart && (shown.change || until < Date.now()))) lately.delete(key);
  const arrived = [...lately.values()].filter((late) => late.patient === patient);
  const waiting = unsentOf(patient).filter((entry) => entry.state === "waiting" && !known.has(entry.key));
  const fresh = [...arrived, ...waiting].map(({ shown }) => /** @type {Shown} */ (shown));
  const entries = fresh.flatMap(({ entry }) => (entry ? [{ ...entry, state_label: label, meta: "" }] : []));
  const marks = fresh.flatMap((shown) => shown.marks ?? []);
  const canals = [...chart.canals, ...fresh.flatMap((shown) => shown.canals ?? [])];
  const told = new Set(marks.map(({ tooth }) => tooth));
  const teeth = withFresh(chart.teeth, marks, code).map((tooth) => (told.has(tooth.number) ? { ...tooth, expected: /** @type {const} */ ("") } : tooth));
  const whole = { ...chart, teeth, marks: [...chart.marks, ...marks], entries: [...chart.entries, ...entries], canals };
  return fresh.flatMap(({ change }) => change ?? []).reduce((found, change) => changed(found, change, label), whole);
}

/** @param {ChartData} chart @param {Change} change @param {string} label @returns {ChartData} */
function changed(chart, { id, layer, code: diagnosis }, label) {
  const marks = layer === "gone" ? chart.marks.filter(({ source }) => source !== id) : chart.marks.map((mark) => (layer && mark.source === id ? { ...mark, layer } : mark));
  const state = layer === "gone" ? { is_current: false, state_label: label } : layer ? { layer, state_label: label } : {};
  const entries = chart.entries.map((entry) => (entry.id === id ? { ...entry, ...state, diagnoses: [...entry.diagnoses, ...(diagnosis ? [`${diagnosis} (${label})`] : [])] } : entry));
  return { ...chart, marks, entries };
}
