// The page of a periodontal exam: loads it, draws it, and joins hand, controls, saving and read-back.
import { call, tagOf, useSentences } from "../api.js";
import { Live } from "../offline/live.js";
import { queue } from "../offline/queue.js";
import { byId } from "../svg.js";
import { useNotation } from "../teeth.js";
import { showClashes } from "./clashes.js";
import { control } from "./controls.js";
import { Exam } from "./exam.js";
import { Hand } from "./hand.js";
import { paint } from "./paint.js";
import { Readback } from "./readback.js";
import { Saving } from "./saving.js";
import { Script } from "./script.js";
import { drawSheet } from "./sheet.js";
import { Status } from "./status.js";
import { writeTable } from "./table.js";

/** @type {PerioSetup} */
const setup = JSON.parse(byId("perio-setup").textContent ?? "{}");
useNotation(setup.notation);
useSentences({ lost: setup.words.lost, broken: setup.words.broken });

const page = byId("perio-page");
const exam = new Exam();
const readback = new Readback();
const status = new Status(page, setup.words);
/** @type {Map<"upper" | "lower", SVGElement>} */
const sheets = new Map();

const saving = new Saving(setup.exam, {
  saved: (data) => {
    take(data);
    show();
  },
  asked: (clashes) => {
    for (const clash of clashes) exam.set({ ...clash, value: clash.stands });
    showClashes(byId("perio-told"), clashes, setup.words);
    show();
  },
  refused: (entries, message) => {
    for (const entry of entries) exam.set({ ...entry, value: entry.seen });
    status.refused(message, entries);
    show();
  },
  changed: (count, message) => status.unsent(count, message),
}, (entry) => status.inWords(entry));

/** @param {import("./exam.js").Entry} entry */
function write(entry) {
  const seen = exam.stands(entry);
  exam.set(entry);
  saving.add(entry, seen);
  if (typeof entry.value === "number") readback.say(String(entry.value), entry.measure === "depth" && entry.value > 3);
  else if (entry.value === true) readback.say(setup.words[entry.measure], false);
  status.last(entry);
}

/** @param {string} name what the tooth has not here */
function refused(name) {
  status.cannot(name);
  readback.refuse();
}

const hand = new Hand(exam, write, show, refused);
const script = new Script(setup, () => {
  hand.follow(script.plan);
  readback.turn(script.isAloud);
});
readback.turn(script.isAloud);

function show() {
  const at = exam.isDraft && setup.mayWrite ? hand.at : null;
  for (const [arch, sheet] of sheets) paint(sheet, exam.rows[arch], exam, at, setup.words);
  status.here(hand, exam);
}

/** @param {PerioExamData} data */
function take(data) {
  live.tag = tagOf(data);
  exam.take(data, saving.waiting);
  for (const entry of saving.typed) exam.set(entry);
  status.figures(data.figures, exam);
  writeTable(byId("perio-table"), exam, setup.words);
}

async function load() {
  page.dataset.state = "loading";
  try {
    const data = await call(`/perio-exams/${setup.exam}`);
    await queue.ready;
    take(data);
    for (const arch of /** @type {const} */ (["upper", "lower"])) {
      const sheet = drawSheet(exam.rows[arch], exam, setup.words);
      sheets.set(arch, sheet);
      byId(`perio-${arch}`).replaceChildren(sheet);
    }
    page.dataset.state = exam.isDraft ? "draft" : "closed";
    hand.follow(script.plan);
    saving.remind();
    if (exam.isDraft && setup.mayWrite) byId("perio-sheets").focus({ preventScroll: true });
  } catch (error) {
    page.dataset.state = "failed";
    byId("perio-failure").textContent = /** @type {Error} */ (error).message;
  }
}

/** Somebody measured on another screen. @param {PerioExamData} data */
function hear(data) {
  if ((data.state === "draft") !== exam.isDraft) window.location.reload();
  take(data);
  show();
}

const live = new Live(`/perio-exams/${setup.exam}`, hear, () => ["draft", "closed"].includes(page.dataset.state ?? "") && saving.typed.length === 0);
if (setup.mayWrite) control({ page, exam, hand, script, readback, status, words: setup.words });
byId("perio-retry").addEventListener("click", load);
load();
