// The mouth as the paper will show it; the paper itself is drawn by the clinic from the record.
import { call } from "./api.js";
import { drawMap } from "./mucosa-map.js";
import { draw } from "./odontogram.js";
import { byId } from "./svg.js";

/** @type {{patient: string, at: string, dentition: ChartData["dentition"], mucosa: {numbers: Record<string, number>, found: string[]}}} */
const setup = JSON.parse(byId("paper-setup").textContent ?? "{}");

if (setup.mucosa.found.length) byId("paper-mucosa").replaceChildren(drawMap(setup.mucosa.numbers, new Set(setup.mucosa.found)));
try {
  /** @type {ChartData} */
  const chart = await call(`/patients/${setup.patient}/chart?at=${encodeURIComponent(setup.at)}`);
  const { root } = draw(chart, setup.dentition);
  root.removeAttribute("role");
  root.setAttribute("aria-hidden", "true");
  byId("paper-drawing").replaceChildren(root);
} catch {
  byId("paper-failed").hidden = false;
}
