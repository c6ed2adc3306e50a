// How this screen is set: theme, chair mode, rail. Kept in a cookie, so the next page arrives as it should look.

const root = document.documentElement;
const NARROW = window.matchMedia("(width <= 1100px)");

/**
 * @param {string} name
 * @param {string} value
 */
function set(name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
  document.cookie = `${name}=${value}; path=/; max-age=${value ? 31536000 : 0}; samesite=lax`;
  document.dispatchEvent(new CustomEvent("screen-set", { detail: { name, value } }));
}

/** @param {HTMLElement} button */
function next(button) {
  const name = button.dataset.switch;
  if (name === "rail") return (root.dataset.rail ?? (NARROW.matches ? "narrow" : "wide")) === "narrow" ? "wide" : "narrow";
  if (name === "mode") return root.dataset.mode ? "" : "chair";
  return button.dataset.value ?? "";
}

/** @param {string} name */
function mark(name) {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-switch=${name}][aria-pressed]`))) {
    button.setAttribute("aria-pressed", String(name === "mode" ? Boolean(root.dataset.mode) : (root.dataset[name] ?? "") === button.dataset.value));
  }
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const button = /** @type {HTMLElement | null} */ (target.closest("[data-switch]"));
  if (button) {
    set(button.dataset.switch ?? "", next(button));
    mark(button.dataset.switch ?? "");
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(target)) menu.removeAttribute("open");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.removeAttribute("open");
    /** @type {HTMLElement | null} */ (menu.querySelector("summary"))?.focus();
  }
});
