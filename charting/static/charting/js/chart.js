// The chart's page: loads the mouth, draws it, and joins choice, palette, story, slider and keys.
import { useSentences } from "./api.js";
import { Acts } from "./acts.js";
import { Comparison } from "./compare.js";
import { onDentition, onLayers, onWalking, pressDentition } from "./controls.js";
import { ordersFor } from "./entering.js";
import { listen, walk } from "./keyboard.js";
import { Mouth } from "./mouth.js";
import { draw, hideLayers, showChanged, showSelection } from "./odontogram.js";
import { Palette } from "./palette.js";
import { SelectedPanel } from "./selected.js";
import { Selection } from "./selection.js";
import { Status } from "./status.js";
import { isWriting, tell } from "./story.js";
import { readPlace } from "./place.js";
import { Player } from "./play.js";
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
const player = new Player(timeline, setup.words);
const comparison = new Comparison(setup, (teeth) => { changed = teeth; if (drawing) showChanged(drawing.parts, changed); });
const hidden = new Set(/** @type {string[]} */ ([]));
/** @type {ChartData | null} */
let chart = null;
/** @type {ReturnType<typeof draw> | null} */
let drawing = null;
let dentition = "";
let hovered = 0;
let changed = /** @type {Set<number>} */ (new Set());
let recent = /** @type {number[]} */ ([]); // just charted: their story stays beside the arch when the pointer leaves it

const isPast = () => !timeline.isNow;
const rows = () => drawing?.rows ?? [];
const known = () => new Map((chart?.teeth ?? []).map((tooth) => [tooth.number, tooth]));
const absent = () => new Set((chart?.teeth ?? []).filter((tooth) => ["missing", "unerupted"].includes(tooth.presence)).map((tooth) => tooth.number));
const isWalking = onWalking(() => focusTooth(selection.focused));
const acts = new Acts(status, setup.words, mouth);
/** @type {import("./keyboard.js").Board} */
const board = {
  rows, selection, known, absent, focusTooth, isWalking, repeat, undo: () => status.undoLast(), openPalette: () => palette.search.focus(),
  favourite: (slot, stay) => { const entry = palette.favourite(slot); if (entry) enter(entry, isWalking() ? (stay ? "stay" : "go on") : "wait"); },
};
palette.readPlace = (text) => readPlace(text, { rows: rows(), known: known(), words: setup.words });
mouth.addEventListener("change", () => {
  chart = mouth.chart;
  if (chart) player.know(chart.days);
  else player.stop();
  comparison.show(isPast() ? chart : null);
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
  showChanged(drawing.parts, changed);
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
  tell(byId("story"), chart, told, { setup, isPast: isPast(), act: (...order) => acts.act(...order), refuse: (text) => status.say(text, "warning") });
}

/** @param {number} number */
function focusTooth(number) {
  /** @type {SVGElement | undefined} */ (drawing?.parts.get(number)?.group)?.focus({ preventScroll: true });
}

/** @type {{entry: PaletteEntry, surfaces: string[], amount: number | null} | null} */
let last = null;

/** @param {PaletteEntry} entry @param {"wait" | "stay" | "go on"} then the choice ends when the entry is saved, or at once: on the same tooth, or on the next one
 * @param {boolean} isMeasured @param {number | null} [again] the number of the entry that is repeated */
async function enter(entry, then = "wait", isMeasured = false, again = null) {
  const amount = entry.amount && again === null ? await palette.amountFor(entry, isMeasured) : again;
  if (amount === undefined || !setup.mayWrite || isPast() || !chart) return;
  const isPlaced = entry.scope === "mouth" || (entry.type === "finding" && ["plaque", "calculus"].includes(entry.kind));
  if (selection.isEmpty && then !== "wait") selection.pick(selection.focused, false);
  if (selection.isEmpty && !isPlaced) return status.say(setup.words.chooseTeeth, "warning");
  const state = palette.mode === "condition" ? "proposed" : palette.mode;
  const order = (/** @type {number[]} */ numbers) => rows().flat().map((spot) => spot.number).filter((number) => numbers.includes(number));
  const [typed, chosen] = [palette.search.value, selection.key];
  last = { entry, surfaces: [...(selection.teeth.values().next().value ?? [])], amount };
  const context = { patient: setup.patient, seen: mouth.loaded?.at, state, note: "", absent: absent(), order, undoReason: setup.words.undoReason, roots: selected.roots, amount };
  const orders = ordersFor(entry, selection.teeth, context);
  if (then === "go on") walk(board, 1);
  else if (then === "stay") selection.clear();
  if (!(await acts.submit(orders))) return;
  if (palette.search.value === typed) palette.forget();
  recent = selection.finish(chosen);
  showChoice();
}

/** The last entry once more, with its surfaces where none are chosen. */
function repeat() {
  if (!last) return;
  if (selection.isEmpty) selection.pick(selection.focused, false);
  for (const surface of selection.hasSurfaces ? [] : last.surfaces) selection.toggleEverywhere(surface, known());
  enter(last.entry, isWalking() ? "go on" : "wait", false, last.amount);
}

palette.addEventListener("choose", (event) => { const { entry, isMeasured } = /** @type {CustomEvent} */ (event).detail; enter(entry, "wait", isMeasured); });
palette.addEventListener("place", (event) => selection.choose(/** @type {CustomEvent} */ (event).detail));
palette.addEventListener("refused", (event) => status.say(/** @type {CustomEvent} */ (event).detail, "danger"));
palette.addEventListener("leave", () => focusTooth(selection.focused));
timeline.addEventListener("change", () => mouth.load());
status.addEventListener("retry", () => mouth.load());
selection.addEventListener("change", showChoice);
pointAt(arch, selection, { rows, hover: (number) => { hovered = number; if (selection.isEmpty && !isWriting(byId("story"))) showChoice(); } });
listen(arch, board);
onLayers(hidden, () => drawing && hideLayers(drawing.root, hidden));
onDentition((chosen) => { dentition = chosen; redraw(); });
if (setup.mayWrite) palette.load().catch((error) => status.say(error.message, "danger"));
mouth.load();
