// The viewer's page: one picture, or two beside each other; tools act on the one that was touched last.
import { call, useSentences } from "../api.js";
import { byId } from "../svg.js";
import { listen } from "./gestures.js";
import { listenToKeys } from "./keys.js";
import { LineDesk } from "./lines.js";
import { STEP } from "./placing.js";
import { slidersOf, windowOf } from "./shading.js";
import { View } from "./view.js";

/** @typedef {{mayWrite: boolean, words: Record<string, string>, views: ImageSetup[]}} Setup */
/** @typedef {import("./gestures.js").Tool} Tool */

/** @type {Setup} */
const setup = JSON.parse(byId("viewer-setup").textContent ?? "{}");
const viewer = /** @type {HTMLElement} */ (document.querySelector("[data-viewer]"));
const hint = /** @type {HTMLElement} */ (viewer.querySelector("[data-hint]"));
useSentences({ lost: setup.words.lost, broken: setup.words.broken });

const views = setup.views.map((one) => new View(/** @type {HTMLElement} */ (viewer.querySelector(`[data-view="${one.id}"]`)), one, setup.words));
const lines = new LineDesk(viewer, views, setup, say);
let active = views[0];
/** @type {Tool} */
let tool = "move";

/** @param {string} text */
function say(text) {
  hint.textContent = text;
}

/** @param {string} name @returns {HTMLInputElement | null} */
const control = (name) => viewer.querySelector(name);

/** @param {View} view */
function touch(view) {
  active = view;
  for (const each of views) each.figure.classList.toggle("is-active", views.length > 1 && each === view);
  showControls();
}

function showControls() {
  const { shade, points, placing, setup: one, frame } = active;
  if (!points) return;
  const sliders = slidersOf(points, shade);
  for (const name of /** @type {const} */ (["brightness", "contrast"])) Object.assign(control(`[data-shade=${name}]`) ?? {}, { value: sliders[name] });
  Object.assign(control("[data-shade=negative]") ?? {}, { checked: shade.negative });
  control("[data-does=mirror]")?.setAttribute("aria-pressed", String(placing.mirrored));
  control("[data-frames]")?.toggleAttribute("hidden", one.frames < 2);
  Object.assign(control("[data-frame]") ?? {}, { max: one.frames, value: frame + 1 });
}

function shade() {
  const { points } = active;
  if (!points) return;
  const wish = windowOf(points, Number(control("[data-shade=brightness]")?.value), Number(control("[data-shade=contrast]")?.value));
  Object.assign(active.shade, wish, { negative: Boolean(control("[data-shade=negative]")?.checked) });
  active.repaint();
}

/** Zoom and place of one picture are the other's too, when they move together. @param {View} view */
function follow(view) {
  if (!control("[data-together]")?.checked) return;
  for (const other of views) {
    if (other === view) continue;
    Object.assign(other.placing, { scale: view.placing.scale, x: view.placing.x, y: view.placing.y });
    other.draw();
  }
}

/** @param {Tool} wish */
function choose(wish) {
  tool = wish;
  lines.drop();
  for (const button of viewer.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.getAttribute("data-tool") === tool));
  viewer.dataset.using = tool;
  if (tool === "measure") say(active.setup.scale ? setup.words.firstEnd : setup.words.noScale);
}

/** @param {(view: View) => void} change */
function place(change) {
  change(active);
  follow(active);
  active.draw();
}

async function save() {
  const { placing, points, setup: one } = active;
  if (!points || !setup.mayWrite) return;
  const isOwn = active.shade.low === points.low && active.shade.high === points.high;
  const wish = { low: isOwn ? null : active.shade.low, high: isOwn ? null : active.shade.high, is_negative: active.shade.negative, quarter_turns: placing.turns, is_mirrored: placing.mirrored };
  try {
    one.display = await call(`/images/${one.id}/display`, { method: "PUT", body: { version: one.display?.version ?? 0, ...wish } });
    say(setup.words.saved);
  } catch (error) {
    say(/** @type {Error} */ (error).message);
  }
}

/** @type {Record<string, () => void>} */
const DOES = {
  zoomIn: () => place((view) => view.placing.zoom(STEP)),
  zoomOut: () => place((view) => view.placing.zoom(1 / STEP)),
  turnLeft: () => place((view) => view.placing.turn(-1)),
  turnRight: () => place((view) => view.placing.turn(1)),
  mirror: () => place((view) => view.placing.mirror()),
  negative: () => (control("[data-shade=negative]")?.click(), undefined),
  reset: () => (place((view) => view.asSaved()), active.repaint()),
  save: () => void save(),
};

for (const view of views) {
  listen(view, { tool: () => tool, placed: follow, measured: (measured) => lines.ask(measured), touched: touch });
  view.addEventListener("change", () => view === active && showControls());
  void view.open(view.frame);
}
viewer.addEventListener("input", (event) => {
  const name = /** @type {HTMLElement} */ (event.target).dataset;
  if (name.shade) shade();
  if ("frame" in name) void active.open(Number(control("[data-frame]")?.value) - 1);
});
viewer.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement} */ (event.target).closest("button");
  if (button?.dataset.tool) choose(/** @type {Tool} */ (button.dataset.tool));
  if (button?.dataset.does) DOES[button.dataset.does]();
});
if (active) touch(active);
listenToKeys(viewer, { view: () => active, tool: () => tool, choose, does: DOES, placed: follow, measured: (view) => lines.ask(view), drop: () => lines.drop() });
