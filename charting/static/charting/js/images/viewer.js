// The viewer: zoom to the pointer, move, brightness, contrast, negative; arrows lead to the neighbours.

const viewer = /** @type {HTMLElement} */ (document.querySelector("[data-viewer]"));
const stage = /** @type {HTMLElement | null} */ (viewer.querySelector("[data-stage]"));
const picture = /** @type {HTMLElement | null} */ (viewer.querySelector("[data-picture]"));
const MOST = 12;
const STEP = 1.25;
const place = { scale: 1, x: 0, y: 0 };

function draw() {
  if (picture) picture.style.transform = `translate(${place.x}px, ${place.y}px) scale(${place.scale})`;
}

/** @param {number} factor @param {{x: number, y: number}} [at] from the middle of the stage */
function zoom(factor, at = { x: 0, y: 0 }) {
  const scale = Math.min(Math.max(place.scale * factor, 1), MOST);
  const change = scale / place.scale;
  place.x = scale === 1 ? 0 : at.x - (at.x - place.x) * change;
  place.y = scale === 1 ? 0 : at.y - (at.y - place.y) * change;
  place.scale = scale;
  draw();
}

function shade() {
  const parts = [...viewer.querySelectorAll("[data-filter]")].map((node) => {
    const control = /** @type {HTMLInputElement} */ (node);
    const value = control.type === "checkbox" ? (control.checked ? 100 : 0) : control.value;
    return `${control.dataset.filter}(${value}%)`;
  });
  if (picture) picture.style.filter = parts.join(" ");
}

function reset() {
  Object.assign(place, { scale: 1, x: 0, y: 0 });
  for (const node of viewer.querySelectorAll("[data-filter]")) {
    const control = /** @type {HTMLInputElement} */ (node);
    control.value = "100";
    control.checked = false;
  }
  draw();
  shade();
}

/** @param {string} selector */
const follow = (selector) => /** @type {HTMLElement | null} */ (viewer.querySelector(selector))?.click();

/** @type {Record<string, () => void>} */
const KEYS = {
  ArrowLeft: () => follow("[data-newer]"),
  ArrowRight: () => follow("[data-older]"),
  "+": () => zoom(STEP),
  "=": () => zoom(STEP),
  "-": () => zoom(1 / STEP),
  0: reset,
};

document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.closest("input, textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}, { capture: true });

viewer.addEventListener("input", shade);
viewer.querySelector("[data-reset]")?.addEventListener("click", reset);
for (const button of viewer.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => zoom(/** @type {HTMLElement} */ (button).dataset.zoom === "in" ? STEP : 1 / STEP));
}

stage?.addEventListener("wheel", (event) => {
  event.preventDefault();
  const box = stage.getBoundingClientRect();
  zoom(event.deltaY < 0 ? STEP : 1 / STEP, { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 });
}, { passive: false });

stage?.addEventListener("pointerdown", (event) => stage.setPointerCapture(event.pointerId));
stage?.addEventListener("pointermove", (event) => {
  if (!stage.hasPointerCapture(event.pointerId) || place.scale === 1) return;
  place.x += event.movementX;
  place.y += event.movementY;
  draw();
});
stage?.addEventListener("dblclick", () => (place.scale > 1 ? reset() : zoom(2)));
