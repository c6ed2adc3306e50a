// Sending what was entered and what was pressed, telling how it went, and taking the last of it back.
import { call } from "./api.js";
import { send, undo } from "./entering.js";

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
    if (kept.length + held.length) this.status.entered(kept.map((order) => order.words), kept.length ? () => this.#takeBack(kept) : null);
    if (done.length) await this.mouth.load();
    return kept.length > 0;
  }

  /** @param {import("./entering.js").Order[]} entered */
  async #takeBack(entered) {
    try {
      await undo(entered);
      this.status.entered([this.words.undone], null);
      await this.mouth.load();
    } catch (error) {
      this.status.say(/** @type {Error} */ (error).message, "danger");
    }
  }

  /** @type {import("./story.js").StoryContext["act"]} */
  async act(path, method, body, words, back) {
    try {
      const answer = await call(path, { method, body });
      this.status.entered([typeof words === "string" ? words : words(answer)], back ? () => this.act(back.path, back.method, back.body, this.words.undone) : null);
      await this.mouth.load();
    } catch (error) {
      this.status.refused(/** @type {Error} */ (error), () => this.act(path, method, body, words, back));
    }
  }
}
