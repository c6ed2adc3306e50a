// The exam drawn for paper: once it is drawn, the browser asks for the printer; a failed load says so and prints nothing.
import { call, useSentences } from "../api.js";
import { byId } from "../svg.js";
import { Exam } from "./exam.js";
import { paint } from "./paint.js";
import { LOWER, UPPER } from "./path.js";
import { drawSheet } from "./sheet.js";

/** @type {PerioSetup} */
const setup = JSON.parse(byId("perio-setup").textContent ?? "{}");
useSentences({ lost: setup.words.lost, broken: setup.words.broken });

const exam = new Exam();
try {
  exam.take(await call(`/perio-exams/${setup.exam}`), new Set());
  for (const [id, row] of /** @type {[string, number[]][]} */ ([["perio-upper", UPPER], ["perio-lower", LOWER]])) {
    const sheet = drawSheet(row, exam, setup.words);
    paint(sheet, row, exam, null);
    byId(id).replaceChildren(sheet);
  }
  window.print();
} catch (error) {
  byId("perio-failure").hidden = false;
  byId("perio-failure").textContent = /** @type {Error} */ (error).message;
}
