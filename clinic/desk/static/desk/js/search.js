// Search as you type: arrows walk the hits, Enter opens the first, Esc leaves.

const box = document.querySelector("[data-search]");
const input = /** @type {HTMLInputElement | null} */ (box?.querySelector("input") ?? null);
const results = box?.querySelector(".search-results");

const hits = () => /** @type {HTMLAnchorElement[]} */ ([...(results?.querySelectorAll("a") ?? [])]);

function clear() {
  if (input) htmx.trigger(input, "htmx:abort");
  results?.replaceChildren();
  input?.setAttribute("aria-expanded", "false");
}

/** @param {number} step */
function walk(step) {
  const all = hits();
  const here = all.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
  const next = here + step;
  if (next < 0) input?.focus();
  else all[Math.min(next, all.length - 1)]?.focus();
}

/** @param {KeyboardEvent} event */
function key(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    walk(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && document.activeElement === input) {
    event.preventDefault();
    hits()[0]?.click();
  } else if (event.key === "Escape") {
    clear();
    input?.blur();
  }
}

box?.addEventListener("keydown", (event) => key(/** @type {KeyboardEvent} */ (event)));
box?.addEventListener("htmx:afterSwap", () => {
  if (input && (!input.value.trim() || !box.contains(document.activeElement))) clear();
  else input?.setAttribute("aria-expanded", String(hits().length > 0));
});
input?.addEventListener("focus", () => input.select());
document.addEventListener("pointerdown", (event) => {
  if (!box?.contains(/** @type {Node} */ (event.target))) clear();
});
