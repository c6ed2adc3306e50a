// The page of a periodontal exam: loads it, draws it, and joins hand, keys, pad, saving and read-back.
import { call, tagOf, useSentences } from "../api.js";
import { Live } from "../offline/live.js";
import { queue } from "../offline/queue.js";
import { byId } from "../svg.js";
import { useNotation } from "../teeth.js";
import { showClashes } from "./clashes.js";
import { Exam } from "./exam.js";
import { Hand } from "./hand.js";
import { listen } from "./keys.js";
import { paint } from "./paint.js";
import { LOWER, UPPER } from "./path.js";
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
/** @type {Map<number[], SVGElement>} */
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

/** @param {import("./exam.js").Entry} entry @param {import("./exam.js").Value} [seen] */
function write(entry, seen = exam.get(entry.tooth, entry.measure, entry.place) ?? (typeof entry.value === "boolean" ? false : null)) {
  exam.set(entry);
  saving.add(entry, seen);
  if (typeof entry.value === "number") readback.say(String(entry.value), entry.measure === "depth" && entry.value > 3);
  status.last(entry);
}

const hand = new Hand(exam, write, show);
const script = new Script(() => {
  hand.follow(script.path, script.measures);
  readback.turn(script.isAloud);
});

function show() {
  const at = exam.isDraft && setup.mayWrite ? hand.at : null;
  for (const [row, sheet] of sheets) paint(sheet, row, exam, at);
  status.here(at, hand, exam);
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
    for (const [id, row] of /** @type {[string, number[]][]} */ ([["perio-upper", UPPER], ["perio-lower", LOWER]])) {
      sheets.set(row, drawSheet(row, exam, setup.words));
      byId(id).replaceChildren(/** @type {SVGElement} */ (sheets.get(row)));
    }
    page.dataset.state = exam.isDraft ? "draft" : "closed";
    hand.follow(script.path, script.measures);
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

/** @type {Record<string, (value: any) => void>} */
const hands = {
  number: (value) => hand.number(value),
  flag: (name) => hand.flag(name),
  prefix: (name) => hand.ask(name),
  sign: () => hand.turnSign(),
  back: () => hand.back(),
  next: () => hand.step(1),
  tooth: () => hand.tooth(),
  move: (key) => hand.move(key),
  undo: () => hand.undo(),
  leave: () => hand.step(0),
};

/** @param {string} name @param {unknown} value */
function act(name, value) {
  if (exam.isDraft) hands[name](value);
}

if (setup.mayWrite) {
  listen(page, act, () => script.pedal);
  byId("perio-pad").addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    const [name, value] = (button?.dataset.does ?? "").split(" ");
    if (name) act(name, name === "number" ? Number(value) : value);
  });
  page.addEventListener("click", (event) => {
    const [tooth, site] = /** @type {HTMLElement} */ (event.target).getAttribute("data-site")?.split(" ") ?? [];
    if (!tooth || !exam.isDraft) return;
    const found = hand.path.find((step) => step.tooth === Number(tooth) && step.site === site);
    hand.go(found ?? { tooth: Number(tooth), site, measure: "depth" });
    byId("perio-sheets").focus({ preventScroll: true });
  });
}
const live = new Live(`/perio-exams/${setup.exam}`, hear, () => ["draft", "closed"].includes(page.dataset.state ?? "") && saving.typed.length === 0);
byId("perio-retry").addEventListener("click", load);
load();
