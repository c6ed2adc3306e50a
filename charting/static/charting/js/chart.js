// The chart's page: loads the mouth, draws it, and joins choice, palette, story, slider and keys.
import { Press } from "../../desk/js/press.js";
import { useSentences } from "./api.js";
import { Acts } from "./acts.js";
import { Canals } from "./canals.js";
import { Comparison } from "./compare.js";
import { onDentition, onLayers, onWalking, pressDentition, printShown } from "./controls.js";
import { fit } from "./fit.js";
import { Hand } from "./hand.js";
import { joinStrip } from "./images/strip.js";
import { listen } from "./keyboard.js";
import { Mouth } from "./mouth.js";
import { Mucosa } from "./mucosa.js";
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
import { Zoom } from "./zoom.js";

/** @type {ChartSetup} */
const setup = JSON.parse(byId("chart-setup").textContent ?? "{}");
useNotation(setup.notation);
useSentences({ lost: setup.words.lost, broken: setup.words.broken });

const arch = byId("arch");
const selection = new Selection();
const palette = new Palette(setup.words);
const timeline = new Timeline();
const status = new Status(setup.words);
const mouth = new Mouth(setup, timeline, status, () => isWriting(byId("story")) || canals.isWriting || mucosa.isWriting);
const selected = new SelectedPanel(selection, setup.words);
const player = new Player(timeline, setup.words);
const comparison = new Comparison(setup, (teeth) => { changed = teeth; if (drawing) showChanged(drawing.parts, changed); });
const hidden = new Set(/** @type {string[]} */ ([]));
/** @type {ChartData | null} */
let chart = null;
/** @type {ReturnType<typeof draw> | null} */
let drawing = null;
/** The palette is on its way: keys pressed meanwhile wait for it. @type {Promise<void> | null} */
let coming = null;
let dentition = "";
let hovered = 0;
let changed = /** @type {Set<number>} */ (new Set());
let recent = /** @type {number[]} */ ([]); // just charted: their story stays beside the arch when the pointer leaves it

const isPast = () => !timeline.isNow;
const rows = () => drawing?.rows ?? [];
const known = () => new Map((chart?.teeth ?? []).map((tooth) => [tooth.number, tooth]));
const absent = () => new Set((chart?.teeth ?? []).filter((tooth) => ["missing", "unerupted"].includes(tooth.expected || tooth.presence) || tooth.expected === "shed").map((tooth) => tooth.number));
const isWalking = onWalking(() => focusTooth(selection.focused));
const acts = new Acts(status, setup.words, mouth);
const canals = new Canals(setup, acts, () => mouth.loaded?.at);
const mucosa = new Mucosa(setup, acts, () => mouth.loaded?.at, { turned: (isMap) => { palette.set({ isMap }); if (!isMap) focusTooth(selection.focused); }, favourite: (digit) => board.favourite(digit, true), undo: () => board.undo(), repeat: () => hand.repeat(), found: ({ kind, amount }) => { hand.last = { lesion: { kind, amount } }; } });
new Zoom(arch);
fit(byId("chart-page"), arch);
/** @type {import("./keyboard.js").Board} */
const board = {
  rows, selection, known, absent, focusTooth, isWalking, repeat: () => hand.repeat(), judge: (isRight) => hand.judge(isRight, [selection.focused]), undo: () => status.undoLast(), openPalette: () => palette.search.focus(),
  favourite: (slot, stay) => {
    const enter = () => { const entry = palette.favourite(slot); if (entry) hand.enter(entry, isWalking() ? (stay ? "stay" : "go on") : "wait"); };
    if (coming) coming.then(enter);
    else enter();
  },
};
palette.readPlace = (text) => readPlace(text, { rows: rows(), known: known(), words: setup.words, regions: setup.mucosa.numbers });
mouth.addEventListener("change", () => {
  chart = mouth.chart;
  if (chart) player.know(chart.days);
  else player.stop();
  comparison.show(isPast() ? chart : null);
  if (!chart) drawing = null;
  else mucosa.show(chart, isPast());
  redraw();
});

const press = new Press(byId("chart-page"), () => isOld && redraw());
let isOld = false;

function redraw() {
  isOld = press.isOn;
  if (!chart || isOld) return;
  const shown = /** @type {ChartData["dentition"]} */ (dentition || chart.dentition);
  pressDentition(shown);
  printShown(shown, timeline.at);
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

/** Both dentitions: what is typed is seen. */
function showAll() {
  dentition = "mixed";
  redraw();
}

function showChoice() {
  if (!chart || !drawing) return;
  showSelection(drawing.parts, selection.teeth, selection.focused);
  selected.show(known());
  byId("chart-page").classList.toggle("has-selection", !selection.isEmpty);
  if (!selection.isEmpty) recent = [];
  const shown = [...drawing.parts.keys()];
  const told = selection.isEmpty ? (hovered ? [hovered] : recent) : selection.numbers;
  selected.title(told, known());
  canals.show(chart, selection.numbers.length ? selection.numbers : recent, isPast());
  tell(byId("story"), chart, told, { setup, shown, judge: (isRight) => hand.judge(isRight, shown), isPast: isPast(), seen: mouth.loaded?.at, act: (act) => acts.act(act), told: (order) => acts.told(order), refused: (error, again) => status.refused(error, again) });
}

/** @param {number} number */
function focusTooth(number) {
  /** @type {SVGElement | undefined} */ (drawing?.parts.get(number)?.group)?.focus({ preventScroll: true });
}

const hand = new Hand({ setup, palette, acts, status, mouth, mucosa, selected, board, isPast, told: (teeth) => { recent = teeth; showChoice(); } });
palette.addEventListener("choose", (event) => { const { entry, isAsked } = /** @type {CustomEvent} */ (event).detail; hand.enter(entry, "wait", isAsked); });
palette.addEventListener("place", (event) => {
  const { detail: teeth } = /** @type {CustomEvent<Map<number, Set<string>>>} */ (event);
  if ([...teeth.keys()].some((number) => !drawing?.parts.has(number))) showAll();
  selection.choose(teeth);
});
palette.addEventListener("refused", (event) => status.say(/** @type {CustomEvent} */ (event).detail, "danger"));
palette.addEventListener("leave", () => focusTooth(selection.focused));
timeline.addEventListener("change", () => mouth.load());
status.addEventListener("retry", () => mouth.load());
selection.addEventListener("change", showChoice);
pointAt(arch, selection, { rows, hover: (number) => { hovered = number; if (selection.isEmpty && !isWriting(byId("story"))) showChoice(); } });
listen(arch, board);
onLayers(hidden, () => drawing && hideLayers(drawing.root, hidden));
onDentition((chosen) => { dentition = chosen; redraw(); });
const loaded = mouth.load(); // what else the page asks for would only make the chart wait
void loaded.then(() => joinStrip(selection));
if (setup.mayWrite) coming = loaded.then(() => palette.load()).catch((error) => status.say(error.message, "danger")).then(() => { coming = null; });
