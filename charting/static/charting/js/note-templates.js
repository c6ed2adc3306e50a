// Ready texts in a section: by click, or by Ctrl+Space, a few letters and Enter.
const plain = (/** @type {string} */ text) => text.toLocaleLowerCase().replaceAll("ё", "е");

/** @param {HTMLElement} form @param {Record<string, string>} words */
export function attachTemplates(form, words) {
  for (const section of form.querySelectorAll(".note-section")) attach(/** @type {HTMLElement} */ (section), words);
}

/** @param {HTMLElement} section @param {Record<string, string>} words */
function attach(section, words) {
  const area = /** @type {HTMLTextAreaElement} */ (section.querySelector("textarea"));
  const menu = /** @type {HTMLDetailsElement} */ (section.querySelector(".note-menu"));
  const search = /** @type {HTMLInputElement} */ (menu.querySelector("input"));
  const rows = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll("li")]);

  function filter() {
    const wanted = plain(search.value);
    for (const row of rows) row.hidden = !plain(row.textContent ?? "").includes(wanted);
    search.setCustomValidity(rows.every((row) => row.hidden) ? words.nothingFound : "");
  }

  /** @param {string} text */
  function insert(text) {
    const before = area.value.slice(0, area.selectionStart);
    const gap = before && !/\s$/.test(before) ? "\n" : "";
    area.setRangeText(gap + text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    menu.open = false;
    area.focus();
  }

  menu.addEventListener("toggle", () => {
    if (!menu.open) return;
    search.value = "";
    filter();
    search.focus();
  });
  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") rows.find((row) => !row.hidden)?.querySelector("button")?.click();
    if (event.key === "ArrowDown") rows.find((row) => !row.hidden)?.querySelector("button")?.focus();
    if (event.key === "Escape") { menu.open = false; area.focus(); }
    if (["Enter", "ArrowDown", "Escape"].includes(event.key)) event.preventDefault();
  });
  menu.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-insert]"));
    if (button) insert(button.dataset.insert ?? "");
  });
  area.addEventListener("keydown", (event) => {
    if (!event.ctrlKey || event.code !== "Space") return;
    event.preventDefault();
    menu.open = true;
  });
}
