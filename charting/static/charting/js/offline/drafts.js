// What is written into a note stays on this device, section by section, until the clinic has it.
import { queue } from "./queue.js";

export class Drafts {
  /** @param {string} visit @param {Record<string, string>} saved what the clinic holds, by section */
  constructor(visit, saved) {
    this.visit = visit;
    this.saved = saved;
  }

  /** @param {HTMLTextAreaElement} area */
  #key(area) {
    return `note ${this.visit} ${area.name}`;
  }

  /** @param {HTMLTextAreaElement[]} areas */
  keep(areas) {
    for (const area of areas) {
      const base = this.saved[area.name];
      const words = area.labels[0]?.textContent?.trim() ?? "";
      if (area.value === base) queue.drop(this.#key(area));
      else queue.add({ key: this.#key(area), kind: "text", path: `/visits/${this.visit}`, body: { text: area.value, base }, words });
    }
  }

  /** What an earlier page could not send comes back into its section; words that stand there since are asked about.
   * @param {HTMLTextAreaElement[]} areas @param {(area: HTMLTextAreaElement, theirs: string) => void} ask */
  async bringBack(areas, ask) {
    await queue.ready;
    for (const area of areas) {
      const kept = queue.entries.get(this.#key(area));
      const theirs = this.saved[area.name];
      if (!kept || area.value !== theirs) continue;
      area.value = kept.body.text;
      if (kept.body.base !== theirs && kept.body.text !== theirs) ask(area, theirs);
    }
    this.keep(areas);
  }
}
