// Sending what was entered and what was pressed, telling how it went, and taking the last of it back.
import { entered, send, undo } from "./entering.js";

/** An act on something that stands on the chart: what it changes there at once, and what takes it back.
 * @typedef {{path: string, method?: string, body: Record<string, any>, words: string, change: import("./offline/waiting.js").Change, back?: import("./entering.js").Back}} Act */

export class Acts {
  /** @param {import("./status.js").Status} status @param {Record<string, string>} words @param {import("./mouth.js").Mouth} mouth */
  constructor(status, words, mouth) {
    this.status = status;
    this.words = words;
    this.mouth = mouth;
  }

  /** @param {import("./entering.js").Order[]} orders @returns {Promise<boolean>} whether anything was recorded, here or there */
  async submit(orders) {
    this.status.saving();
    const { done, held, waiting } = await send(orders);
    const kept = [...done, ...waiting];
    const isBackable = kept.some((order) => order.undo || waiting.includes(order));
    if (kept.length + held.length) this.status.entered(kept.map((order) => order.words), isBackable ? () => this.#takeBack(kept) : null);
    if (done.length) await this.mouth.load();
    return kept.length > 0;
  }

  /** @param {Act} act */
  act({ path, method, body, words, change, back }) {
    return this.submit([{ path, method, body: { ...entered(this.mouth.loaded?.at), ...body }, words, shown: { change }, undo: back }]);
  }

  /** What the clinic has done at once. @param {import("./entering.js").Order} order */
  async told(order) {
    this.status.entered([order.words], () => this.#takeBack([order]));
    await this.mouth.load();
  }

  /** @param {import("./entering.js").Order[]} orders */
  async #takeBack(orders) {
    await undo(orders, this.words.undone);
    this.status.entered([this.words.undone], null);
    await this.mouth.load();
  }
}
