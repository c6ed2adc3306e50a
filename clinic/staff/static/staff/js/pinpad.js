/** The PIN pad: big keys for gloved fingers fill the PIN field; the keyboard works as well. */

/**
 * @param {HTMLFormElement} form
 */
function listen(form) {
  const pin = /** @type {HTMLInputElement} */ (form.elements.namedItem("pin"));
  form.addEventListener("click", (event) => {
    const key = /** @type {Element} */ (event.target).closest("button");
    if (!key) return;
    const digit = key.getAttribute("data-digit");
    if (digit !== null && pin.value.length < pin.maxLength) pin.value += digit;
    if (key.hasAttribute("data-erase")) pin.value = pin.value.slice(0, -1);
  });
  form.addEventListener("change", (event) => {
    if (/** @type {HTMLInputElement} */ (event.target).name === "user") {
      pin.value = "";
      pin.focus();
    }
  });
}

for (const form of document.querySelectorAll("form[data-pinpad]")) listen(/** @type {HTMLFormElement} */ (form));
