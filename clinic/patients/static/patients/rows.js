// Rows of the registration screen: "another" adds an empty row to a block and tells the server how many there are.

/** @param {HTMLElement} block */
function add(block) {
  const total = /** @type {HTMLInputElement} */ (block.querySelector("[name$=-TOTAL_FORMS]"));
  const most = /** @type {HTMLInputElement} */ (block.querySelector("[name$=-MAX_NUM_FORMS]"));
  const template = /** @type {HTMLTemplateElement} */ (block.querySelector("template"));
  const list = block.querySelector("[data-list]");
  if (Number(total.value) >= Number(most.value) || !list) return;
  list.insertAdjacentHTML("beforeend", template.innerHTML.replaceAll("__prefix__", total.value));
  total.value = String(Number(total.value) + 1);
  /** @type {HTMLElement | null} */ (list.lastElementChild?.querySelector("input, select"))?.focus();
}

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-add]");
  const block = /** @type {HTMLElement | null} */ (button?.closest("[data-rows]") ?? null);
  if (block) add(block);
});
