// The exam as the paper will show it; the paper itself is drawn by the clinic from the record.
import { call, useSentences } from "../api.js";
import { byId } from "../svg.js";
import { Exam } from "./exam.js";
import { paint } from "./paint.js";
import { drawSheet } from "./sheet.js";

/** @type {PerioSetup} */
const setup = JSON.parse(byId("perio-setup").textContent ?? "{}");
useSentences({ lost: setup.words.lost, broken: setup.words.broken });

const exam = new Exam();
try {
  exam.take(await call(`/perio-exams/${setup.exam}`), new Set());
  for (const arch of /** @type {const} */ (["upper", "lower"])) {
    const sheet = drawSheet(exam.rows[arch], exam, setup.words);
    paint(sheet, exam.rows[arch], exam, null, setup.words);
    byId(`perio-${arch}`).replaceChildren(sheet);
  }
} catch {
  byId("perio-failure").hidden = false;
}
