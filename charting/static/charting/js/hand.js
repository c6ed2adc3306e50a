// Putting things on the chart: an entry of the palette, the last one once more, or the answer to what the age proposes.
import { NOTHING } from "./detail.js";
import { ordersFor } from "./entering.js";
import { judged } from "./eruption.js";
import { walk } from "./keyboard.js";
import { askRoles, rolesFor } from "./roles.js";

/** @typedef {import("./detail.js").Detail} Detail */
/** What the hand works with.
 * @typedef {{setup: ChartSetup, palette: import("./palette.js").Palette, acts: import("./acts.js").Acts, status: import("./status.js").Status, mouth: import("./mouth.js").Mouth, mucosa: import("./mucosa.js").Mucosa,
 *   selected: import("./selected.js").SelectedPanel, board: import("./keyboard.js").Board, isPast: () => boolean, told: (teeth: number[]) => void}} Tools `told` shows the story of the teeth just charted */

export class Hand {
  /** @param {Tools} tools */
  constructor(tools) {
    this.tools = tools;
    this.selection = tools.board.selection;
    /** What R enters once more: an entry of the palette, or a finding on the mucosa without its region. @type {{entry: PaletteEntry, surfaces: string[], detail: Detail} | {lesion: import("./mucosa.js").Found} | null} */
    this.last = null;
  }

  get mayAct() {
    return this.tools.setup.mayWrite && !this.tools.isPast() && this.tools.mouth.chart !== null;
  }

  /** @param {PaletteEntry} entry @param {"wait" | "stay" | "go on"} then the choice ends when the entry is saved, or at once: on the same tooth, or on the next one
   * @param {boolean} isAsked for a number or a date that the entry could go without @param {Detail} [again] the detail of the entry that is repeated */
  async enter(entry, then = "wait", isAsked = false, again) {
    const { palette, board, status, setup, acts } = this.tools;
    const { selection } = this;
    if (entry.type === "combination" && !setup.mayDiagnose) return status.say(setup.words.mayNotDiagnose, "warning");
    const detail = again ?? (entry.amount || entry.is_dated ? await palette.detailFor(entry, isAsked) : NOTHING);
    if (!detail || !this.mayAct) return;
    if (entry.scope === "mucosa") return this.#onMucosa({ kind: entry.kind, amount: detail.amount });
    const isPlaced = entry.scope === "mouth" || (entry.type === "finding" && ["plaque", "calculus"].includes(entry.kind));
    if (selection.isEmpty && then !== "wait") selection.pick(selection.focused, false);
    if (selection.isEmpty && !isPlaced) return status.say(setup.words.chooseTeeth, "warning");
    const roles = isAsked && Object.keys(entry.roles ?? {}).length ? await this.#askRoles(entry) : null;
    if (roles?.size === 0) return;
    const [typed, chosen] = [palette.search.value, selection.key];
    this.last = { entry, surfaces: [...(selection.teeth.values().next().value ?? [])], detail };
    const orders = ordersFor(entry, selection.teeth, { ...this.#context(detail), roles });
    if (then === "go on") walk(board, 1);
    else if (then === "stay") selection.clear();
    if (!(await acts.submit(orders))) return;
    if (palette.search.value === typed) palette.forget();
    this.tools.told(selection.finish(chosen));
  }

  /** On the region that was typed or is in hand; without one the map asks for it. @param {import("./mucosa.js").Found} lesion */
  async #onMucosa(lesion) {
    const { palette, mucosa, status, setup } = this.tools;
    const typed = palette.search.value;
    const site = palette.readPlace(typed).site ?? mucosa.region;
    if (!site) {
      status.say(setup.words.mucosaWhere, "warning");
      mucosa.askWhere(lesion);
    } else if (!(await mucosa.put({ ...lesion, site, note: "" }))) return;
    if (palette.search.value === typed) palette.forget();
  }

  /** The last entry once more, with its surfaces where none are chosen; what was found on the mucosa, on the region in hand. */
  repeat() {
    const { last, selection } = this;
    const { board } = this.tools;
    if (!last || !this.mayAct) return;
    if ("lesion" in last) return void this.#onMucosa(last.lesion);
    if (selection.isEmpty) selection.pick(selection.focused, false);
    for (const surface of selection.hasSurfaces ? [] : last.surfaces) selection.toggleEverywhere(surface, board.known());
    this.enter(last.entry, board.isWalking() ? "go on" : "wait", false, last.detail);
  }

  /** What the age says of the chosen teeth (with none chosen, of the others) is right, or the teeth are there. @param {boolean} isRight @param {number[]} others */
  async judge(isRight, others) {
    if (!this.mayAct) return;
    const { board, palette, acts } = this.tools;
    const meant = (this.selection.isEmpty ? others : this.selection.numbers).flatMap((number) => board.known().get(number) ?? []);
    const orders = judged(meant, isRight, palette.data.entries, this.#context(NOTHING));
    if (orders.length && (await acts.submit(orders))) this.selection.clear();
  }

  /** What every order is made with. @param {Detail} detail */
  #context(detail) {
    const { palette, board, setup, mouth, selected } = this.tools;
    const state = palette.mode === "condition" ? "proposed" : palette.mode;
    const order = (/** @type {number[]} */ numbers) => board.rows().flat().map((spot) => spot.number).filter((number) => numbers.includes(number));
    const isGone = (/** @type {number} */ number) => ["missing", "unerupted"].includes(board.known().get(number)?.presence ?? "");
    return { patient: setup.patient, seen: mouth.loaded?.at, state, note: "", absent: board.absent(), isGone, order, undoReason: setup.words.undoReason, roots: selected.roots, detail, roles: null };
  }

  /** @param {PaletteEntry} entry @returns {Promise<Map<number, string>>} empty when it was left */
  async #askRoles(entry) {
    const { palette, setup } = this.tools;
    const { order, absent } = this.#context(NOTHING);
    return (await askRoles(palette.slots, entry, rolesFor(entry, order(this.selection.numbers), absent, null), setup.words)) ?? new Map();
  }
}
