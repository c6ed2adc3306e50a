// What others enter on another screen comes here within two seconds: a cheap question ("still the same?") while the page is looked at.
import { call, Refusal } from "../api.js";
import { queue } from "./queue.js";

const PAUSE_MS = 1300;
const LOST_MS = 4000;

export class Live {
  /** @param {string} path under /api/v1 @param {(data: any) => void} take which says by `tag` what it has taken @param {() => boolean} isWanted */
  constructor(path, take, isWanted) {
    this.path = path;
    this.take = take;
    this.isWanted = isWanted;
    this.tag = "";
    this.timer = 0;
    document.addEventListener("visibilitychange", () => this.#later(0));
    window.addEventListener("online", () => this.#later(0));
    this.#later(PAUSE_MS);
  }

  /** @param {number} after */
  #later(after) {
    window.clearTimeout(this.timer);
    if (!document.hidden) this.timer = window.setTimeout(() => this.#ask(), after);
  }

  async #ask() {
    const isLost = this.isWanted() && !(await this.#askOnce());
    this.#later(isLost ? LOST_MS : PAUSE_MS);
  }

  async #askOnce() {
    const held = this.tag;
    try {
      const data = await call(this.path, { held });
      if (data && held === this.tag && this.isWanted()) this.take(data);
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
    if (queue.message) void queue.send(); // the clinic is back
    return true;
  }
}
