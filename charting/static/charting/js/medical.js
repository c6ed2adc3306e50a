// The medical questionnaire: "no" to all that is left, and the frame to sign in only when the patient signs.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form.form"));
const signer = /** @type {HTMLSelectElement | null} */ (document.querySelector("#signer"));
const drawn = /** @type {HTMLElement | null} */ (document.querySelector("[data-drawn]"));

document.querySelector("[data-rest-no]")?.addEventListener("click", () => {
  for (const question of form?.querySelectorAll(".health-question") ?? []) {
    if (question.querySelector("input:checked")) continue;
    const no = /** @type {HTMLInputElement | null} */ (question.querySelector('input[value="no"]'));
    if (no) no.checked = true;
  }
  signer?.focus();
});

function showFrame() {
  if (drawn && signer) drawn.hidden = signer.value === "staff";
}

signer?.addEventListener("change", showFrame);
showFrame();
/** @type {HTMLElement | null} */ (document.querySelector('.health-detail[aria-invalid="true"]'))?.focus();
