// The amount of a payment follows the ticked charges until somebody types an amount.

/** @param {string} text */
const toCents = (text) => Math.round(Number(text) * 100);

/** @param {number} cents */
function shown(cents) {
  const point = document.documentElement.lang === "en" ? "." : ",";
  return `${Math.floor(cents / 100)}${point}${String(cents % 100).padStart(2, "0")}`;
}

/** @param {HTMLFormElement} form */
function sumUp(form) {
  const amount = /** @type {HTMLInputElement | null} */ (form.querySelector("[name=amount]"));
  const sum = /** @type {HTMLElement | null} */ (form.querySelector("[data-sum]"));
  const ticked = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[name=charges]:checked"));
  const cents = [...ticked].reduce((sum, box) => sum + toCents(box.dataset.due ?? "0"), 0);
  if (amount && !amount.dataset.typed) amount.value = cents ? shown(cents) : "";
  if (sum) sum.textContent = (cents / 100).toLocaleString(document.documentElement.lang, { style: "currency", currency: sum.dataset.currency });
}

/** @param {Event} event */
function changed(event) {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const form = /** @type {HTMLFormElement | null} */ (input.closest?.("form[data-payment]"));
  if (!form) return;
  if (input.name === "amount") input.dataset.typed = "1";
  if (input.name === "charges") sumUp(form);
}

document.addEventListener("input", changed);
