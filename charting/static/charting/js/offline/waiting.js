// What waits for the clinic is drawn and told like everything else, marked as not sent yet.
import { code } from "../teeth.js";
import { queue } from "./queue.js";

/** @typedef {{marks: MarkData[], entry: Omit<EntryData, "state_label" | "meta">}} Shown */

const LAYERS = /** @type {Record<string, Layer>} */ ({ proposed: "planned", planned: "planned", referred: "referred", existing_here: "existing", existing_elsewhere: "existing" });

/** @param {PaletteEntry} entry @param {any} body @returns {Shown} */
export function shownFinding(entry, body) {
  const mark = { layer: /** @type {Layer} */ ("condition"), what: entry.kind, source: body.id, tooth: body.tooth, surfaces: body.surfaces, roots: body.roots, role: /** @type {const} */ ("treated"), severity: body.severity, direction: body.direction, amount: body.amount, state: "open" };
  return { marks: [mark], entry: told(entry, body.id, "condition", body.tooth ? [body] : [], "finding") };
}

/** @param {PaletteEntry} entry @param {any} body @returns {Shown} */
export function shownProcedure(entry, body) {
  const layer = LAYERS[body.state] ?? "planned";
  const marks = body.teeth.map((/** @type {Place} */ place) => ({ layer, what: entry.effect, source: body.id, tooth: place.tooth, surfaces: place.surfaces, roots: place.roots, role: place.role, severity: "", direction: "", amount: null, state: body.state }));
  return { marks, entry: told(entry, body.id, layer, body.teeth, "procedure") };
}

/** @param {PaletteEntry} entry @param {string} id @param {Layer} layer @param {{tooth: number, surfaces: string[]}[]} places @param {"finding" | "procedure"} type */
function told(entry, id, layer, places, type) {
  const part = places.map(({ tooth, surfaces }) => `${code(tooth)} ${surfaces.join("")}`.trim()).join(", ");
  return { id, type, layer, teeth: places.map(({ tooth }) => tooth), part, title: entry.title, about: "", state: "unsent", note: "", is_current: true, diagnoses: [], service: entry.service };
}

const LATELY_MS = 10000;
/** What just arrived is drawn until the chart brings it. @type {Map<string, {shown: Shown, path: string, until: number}>} */
const lately = new Map();
queue.addEventListener("sent", (event) => {
  for (const { key, shown, path } of /** @type {CustomEvent} */ (event).detail.entries) if (shown) lately.set(key, { shown, path, until: Date.now() + LATELY_MS });
});

/** Entries of this patient that are to be drawn. @param {string} patient */
export const unsentOf = (patient) => queue.list.filter((entry) => entry.shown && entry.path.startsWith(`/patients/${patient}/`));

/** The chart with what this device has not sent yet. @param {ChartData} chart @param {string} patient @param {string} label @returns {ChartData} */
export function withUnsent(chart, patient, label) {
  const known = new Set(chart.entries.map(({ id }) => id));
  for (const [key, { until }] of lately) if (known.has(key) || until < Date.now()) lately.delete(key);
  const arrived = [...lately.values()].filter(({ path }) => path.startsWith(`/patients/${patient}/`));
  const waiting = unsentOf(patient).filter((entry) => entry.state === "waiting" && !known.has(entry.key));
  const fresh = [...arrived, ...waiting].map(({ shown }) => /** @type {Shown} */ (shown));
  const entries = fresh.map(({ entry }) => ({ ...entry, state_label: label, meta: "" }));
  const marks = fresh.flatMap((shown) => shown.marks);
  const told = new Set(marks.map(({ tooth }) => tooth));
  const teeth = chart.teeth.map((tooth) => (told.has(tooth.number) ? { ...tooth, expected: /** @type {const} */ ("") } : tooth));
  return { ...chart, teeth, marks: [...chart.marks, ...marks], entries: [...chart.entries, ...entries] };
}
