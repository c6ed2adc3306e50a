// The patient's paper: once the mouth is drawn, the browser asks for the printer; a failed load says so and prints nothing.
import { call } from "./api.js";
import { draw } from "./odontogram.js";
import { byId } from "./svg.js";

/** @type {{patient: string, at: string, failed: string}} */
const setup = JSON.parse(byId("handout-setup").textContent ?? "{}");

try {
  /** @type {ChartData} */
  const chart = await call(`/patients/${setup.patient}/chart?at=${encodeURIComponent(setup.at)}`);
  const { root } = draw(chart, chart.dentition);
  root.removeAttribute("role");
  root.setAttribute("aria-hidden", "true");
  byId("drawing").replaceChildren(root);
  window.print();
} catch {
  byId("drawing-failed").hidden = false;
  byId("drawing-failed").textContent = setup.failed;
}
