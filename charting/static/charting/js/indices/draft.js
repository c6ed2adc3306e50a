// A sheet that is not kept yet stays on this device, sealed like every entry, until it is kept or cleared, whatever becomes of the page.
import { newKey } from "../api.js";
import { queue } from "../offline/queue.js";

/** @typedef {Record<string, string | number>} Scores */
/** @typedef {{id: string, scores: Scores, scored: string}} Sheet `scored`: when the last place was scored */

export class Draft {
  /** @param {string} patient @param {string} kind @param {string} name */
  constructor(patient, kind, name) {
    this.kind = kind;
    this.name = name;
    this.path = `/patients/${patient}/indices`;
    this.key = `index ${patient} ${kind}`;
    this.id = newKey();
    this.scored = new Date().toISOString();
  }

  /** What an earlier page has scored and not kept. @returns {Promise<Scores>} */
  async found() {
    await queue.ready;
    const sheet = /** @type {Sheet | undefined} */ (queue.entries.get(this.key)?.body);
    if (sheet) [this.id, this.scored] = [sheet.id, sheet.scored];
    return sheet?.scores ?? {};
  }

  /** @param {Scores} scores @param {boolean} isEmpty nothing of it is by hand */
  keep(scores, isEmpty) {
    this.scored = new Date().toISOString();
    if (isEmpty) queue.drop(this.key);
    else queue.add({ key: this.key, kind: "text", path: this.path, body: { id: this.id, scores, scored: this.scored }, words: this.name });
  }

  /** The sheet is finished: from now on it is an entry, with the time of its last score. @param {Scores} scores */
  async send(scores) {
    queue.add({ key: this.id, kind: "record", path: this.path, body: { id: this.id, kind: this.kind, scores, entered_at: this.scored }, words: this.name });
    queue.drop(this.key);
    await queue.send();
  }

  /** The finished sheet, while the clinic does not have it. */
  get sent() {
    return queue.entries.get(this.id);
  }
}
