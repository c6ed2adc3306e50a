// Beside each patient of this chair: since when the device holds the record, or that it does not.
import { heldSince } from "./copies.js";

const list = /** @type {HTMLElement} */ (document.getElementById("chair-day"));
const words = /** @type {Record<string, string>} */ (list.dataset);

async function tell() {
  for (const cell of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-held]"))) {
    const at = await heldSince(cell.dataset.held ?? "");
    const hour = at && new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    cell.textContent = hour ? `${words.here} ${hour}` : words.absent;
    cell.classList.toggle("muted", !hour);
    cell.dataset.state = hour ? "here" : "absent";
  }
}

document.addEventListener("packed", () => tell().catch(() => {}));
tell().catch(() => {}); // a browser that keeps no databases holds nothing
