// Entries on the device's shelf: each is sealed for its owner; what is written together is there together.
import { change, entriesOf } from "./db.js";
import { hidden, openVault, seal, unseal } from "./vault.js";

/** @typedef {import("./queue.js").Entry} Entry */

export class Shelf {
  /** @param {string} owner */
  constructor(owner) {
    this.owner = owner;
    /** @type {import("./vault.js").Vault | null} */
    this.vault = null;
    /** What memory holds and the device does not yet (or still). @type {Map<string, Entry | null>} */
    this.dirty = new Map();
    /** @type {Promise<void> | null} */
    this.writing = null;
  }

  async open() {
    this.vault ??= await openVault(this.owner).catch(() => null);
    if (this.vault) this.#write();
  }

  /** Whether everything typed would outlive this page. */
  get isSafe() {
    return this.dirty.size === 0;
  }

  /** @param {string} key @param {Entry | null} entry nothing takes it off the shelf */
  put(key, entry) {
    this.dirty.set(key, entry);
    if (this.vault) this.#write();
  }

  #write() {
    this.writing ??= this.#writeAll().then((isWritten) => {
      this.writing = null;
      if (isWritten && this.dirty.size) this.#write();
    });
  }

  async #writeAll() {
    await Promise.resolve(); // what is typed in one go is written in one go
    while (this.vault && this.dirty.size) {
      const { vault } = this;
      const batch = [...this.dirty];
      const rows = await Promise.all(batch.flatMap(([key, entry]) => (entry ? [this.#row(vault, key, entry)] : [])));
      const gone = await Promise.all(batch.flatMap(([key, entry]) => (entry ? [] : [this.#name(vault, key)])));
      try {
        await change("entries", rows, gone);
      } catch {
        return false; // the disk is full or closed: the page warns before it is left
      }
      for (const [key, entry] of batch) if (this.dirty.get(key) === entry) this.dirty.delete(key);
    }
    return true;
  }

  /** @param {import("./vault.js").Vault} vault @param {string} key @param {Entry} entry */
  async #row(vault, key, entry) {
    return { key: await this.#name(vault, key), owner: this.owner, order: entry.order, sealed: await seal(vault, entry) };
  }

  /** @param {import("./vault.js").Vault} vault @param {string} key */
  #name(vault, key) {
    return hidden(vault, `${this.owner} ${key}`);
  }

  /** What stands on the shelf, in order; nothing when it cannot be read now. @returns {Promise<Entry[] | null>} */
  async read() {
    await this.writing;
    const { vault } = this;
    if (!vault) return null;
    const rows = await entriesOf(this.owner);
    const found = await Promise.all(rows.map((row) => unseal(vault, row.sealed).catch(() => null)));
    return found.filter((entry) => entry !== null);
  }
}
