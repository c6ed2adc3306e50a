// The chart's page: loads the mouth, draws it, and joins choice, palette, story, slider and keys.
import { call, useSentences } from "./api.js";
import { onDentition, onLayers, pressDentition } from "./controls.js";
import { ordersFor, send, undo } from "./entering.js";
import { listen } from "./keyboard.js";
import { Mouth } from "./mouth.js";
import { draw, hideLayers, showSelection } from "./odontogram.js";
import { Palette } from "./palette.js";
import { SelectedPanel } from "./selected.js";
import { Selection } from "./selection.js";
import { Status } from "./status.js";
import { isWriting, tell } from "./story.js";
import { byId } from "./svg.js";
import { useNotation } from "./teeth.js";
import { Timeline } from "./timeline.js";
import { pointAt } from "./pointing.js";

/** @type {ChartSetup} */
const setup = JSON.parse(byId("chart-setup").textContent ?? "{}");
useNotation(setup.notation);
useSentences({ lost: setup.words.lost, broken: setup.words.broken });

const arch = byId("arch");
const selection = new Selection();
const palette = new Palette(setup.words);
const timeline = new Timeline();
const status = new Status(setup.words);
const mouth = new Mouth(setup, timeline, status, () => isWriting(byId("story")));
const selected = new SelectedPanel(selection, setup.words);
const hidden = new Set(/** @type {string[]} */ ([]));
/** @type {ChartData | null} */
let chart = null;
/** @type {ReturnType<typeof draw> | null} */
let drawing = null;
let dentition = "";
let hovered = 0;
let recent = /** @type {number[]} */ ([]); // just charted: their story stays beside the arch when the pointer leaves it

const isPast = () => !timeline.isNow;
const known = () => new Map((chart?.teeth ?? []).map((tooth) => [tooth.number, tooth]));
mouth.addEventListener("change", () => {
  chart = mouth.chart;
  if (!chart) drawing = null;
  redraw();
});

function redraw() {
  if (!chart) return;
  const shown = /** @type {ChartData["dentition"]} */ (dentition || chart.dentition);
  pressDentition(shown);
  const hadFocus = arch.contains(document.activeElement);
  drawing = draw(chart, shown);
  drawing.root.setAttribute("aria-label", setup.words.mouth);
  if (!drawing.parts.has(selection.focused)) selection.focused = drawing.rows[0][0].number;
  for (const number of selection.numbers) if (!drawing.parts.has(number)) selection.teeth.delete(number);
  hideLayers(drawing.root, hidden);
  arch.replaceChildren(drawing.root);
  showChoice();
  if (hadFocus) focusTooth(selection.focused);
}

function showChoice() {
  if (!chart || !drawing) return;
  showSelection(drawing.parts, selection.teeth, selection.focused);
  selected.show(known());
  byId("chart-page").classList.toggle("has-selection", !selection.isEmpty);
  if (!selection.isEmpty) recent = [];
  const told = selection.isEmpty ? (hovered ? [hovered] : recent) : selection.numbers;
  selected.title(told, known());
  tell(byId("story"), chart, told, { setup, isPast: isPast(), act, refuse: (text) => status.say(text, "warning") });
}

/** @param {number} number */
function focusTooth(number) {
  /** @type {SVGElement | undefined} */ (drawing?.parts.get(number)?.group)?.focus({ preventScroll: true });
}

/** @param {PaletteEntry} entry */
async function enter(entry) {
  if (!setup.mayWrite || isPast() || !chart) return;
  const isPlaced = entry.scope === "mouth" || (entry.type === "finding" && ["plaque", "calculus"].includes(entry.kind));
  if (selection.isEmpty && !isPlaced) return status.say(setup.words.chooseTeeth, "warning");
  const state = palette.mode === "condition" ? "proposed" : palette.mode;
  const absent = new Set(chart.teeth.filter((tooth) => ["missing", "unerupted"].includes(tooth.presence)).map((tooth) => tooth.number));
  const order = (/** @type {number[]} */ numbers) => (drawing?.rows.flat() ?? []).map((spot) => spot.number).filter((number) => numbers.includes(number));
  const [typed, chosen] = [palette.search.value, selection.key];
  if (!(await submit(ordersFor(entry, selection.teeth, { patient: setup.patient, seen: mouth.loaded?.at, state, note: "", absent, order, undoReason: setup.words.undoReason, roots: selected.roots })))) return;
  if (palette.search.value === typed) palette.forget();
  recent = selection.finish(chosen);
  showChoice();
}

/** @param {import("./entering.js").Order[]} orders */
async function submit(orders) {
  status.saving();
  const { done, held, waiting } = await send(orders);
  const kept = [...done, ...waiting];
  if (kept.length + held.length) status.entered(kept.map((order) => order.words), kept.length ? () => takeBack(kept) : null);
  if (done.length) await mouth.load();
  return kept.length > 0;
}

/** @param {import("./entering.js").Order[]} entered */
async function takeBack(entered) {
  try {
    await undo(entered);
    status.entered([setup.words.undone], null);
    await mouth.load();
  } catch (error) {
    status.say(/** @type {Error} */ (error).message, "danger");
  }
}

/** @type {import("./story.js").StoryContext["act"]} */
async function act(path, method, body, words, back) {
  try {
    const answer = await call(path, { method, body });
    status.entered([typeof words === "string" ? words : words(answer)], back ? () => act(back.path, back.method, back.body, setup.words.undone) : null);
    await mouth.load();
  } catch (error) {
    status.refused(/** @type {Error} */ (error), () => act(path, method, body, words, back));
  }
}

palette.addEventListener("choose", (event) => enter(/** @type {CustomEvent} */ (event).detail));
palette.addEventListener("refused", (event) => status.say(/** @type {CustomEvent} */ (event).detail, "danger"));
palette.addEventListener("leave", () => focusTooth(selection.focused));
timeline.addEventListener("change", () => mouth.load());
status.addEventListener("retry", () => mouth.load());
selection.addEventListener("change", showChoice);
pointAt(arch, selection, { rows: () => drawing?.rows ?? [], hover: (number) => { hovered = number; if (selection.isEmpty && !isWriting(byId("story"))) showChoice(); } });
listen(arch, { rows: () => drawing?.rows ?? [], selection, known, focusTooth, openPalette: () => palette.search.focus(), undo: () => status.undoLast(), favourite: (slot) => { const entry = palette.favourite(slot); if (entry) enter(entry); } });
onLayers(hidden, () => drawing && hideLayers(drawing.root, hidden));
onDentition((chosen) => { dentition = chosen; redraw(); });
if (setup.mayWrite) palette.load().catch((error) => status.say(error.message, "danger"));
mouth.load();
