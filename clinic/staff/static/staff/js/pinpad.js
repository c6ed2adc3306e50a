/** The PIN pad: big keys for gloved fingers fill the PIN field; the keyboard works as well. On the page or in the side panel. */

/**
 * @param {Event} event
 * @returns {HTMLInputElement | null} the PIN field of the pad in which something happened
 */
function pinOf(event) {
  const form = /** @type {Element} */ (event.target).closest("form[data-pinpad]");
  return form ? /** @type {HTMLInputElement} */ (/** @type {HTMLFormElement} */ (form).elements.namedItem("pin")) : null;
}

document.addEventListener("click", (event) => {
  const pin = pinOf(event);
  const key = /** @type {Element} */ (event.target).closest("button");
  if (!pin || !key) return;
  const digit = key.getAttribute("data-digit");
  if (digit !== null && pin.value.length < pin.maxLength) pin.value += digit;
  if (key.hasAttribute("data-erase")) pin.value = pin.value.slice(0, -1);
});

document.addEventListener("change", (event) => {
  const pin = pinOf(event);
  if (pin && /** @type {HTMLInputElement} */ (event.target).name === "user") {
    pin.value = "";
    pin.focus();
  }
});
