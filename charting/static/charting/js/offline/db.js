// The device's own small database: the key of the session, entries that wait for the clinic, copies of opened pages. Everything about patients in it is sealed.

const NAME = "clinic";
const VERSION = 1;

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys");
      request.result.createObjectStore("entries", { keyPath: "key" }).createIndex("owner", "owner");
      request.result.createObjectStore("copies", { keyPath: "url" }).createIndex("day", "day");
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/** @typedef {"keys" | "entries" | "copies"} Store */

/** @param {Store} store @param {IDBTransactionMode} [mode] */
const within = async (store, mode = "readonly") => (await open()).transaction(store, mode, { durability: "strict" }).objectStore(store);

/** @param {Store} store @param {IDBValidKey} key @returns {Promise<any>} */
export const get = async (store, key) => done((await within(store)).get(key));

/** @param {Store} store @returns {Promise<any[]>} */
export const all = async (store) => done((await within(store)).getAll());

/** @param {Store} store @param {unknown} row @param {IDBValidKey} [key] */
export const put = async (store, row, key) => done((await within(store, "readwrite")).put(row, key));

/** Write and remove rows together: all or none. @param {Store} store @param {any[]} rows @param {IDBValidKey[]} gone */
export async function change(store, rows, gone) {
  const place = await within(store, "readwrite");
  for (const row of rows) place.put(row);
  for (const key of gone) place.delete(key);
  await new Promise((resolve, reject) => {
    place.transaction.oncomplete = () => resolve(undefined);
    place.transaction.onabort = () => reject(place.transaction.error);
  });
}

/** Change a row where it stands, if it is there. @param {Store} store @param {IDBValidKey} key @param {(row: any) => any} mend */
export async function amend(store, key, mend) {
  const place = await within(store, "readwrite");
  const row = await done(place.get(key));
  if (row) await done(place.put(mend(row)));
}

/** @param {Store} store @param {IDBValidKey} key */
export const remove = async (store, key) => done((await within(store, "readwrite")).delete(key));

/** @param {Store} store @param {string} index @param {string} bound rows below it go */
export async function removeBefore(store, index, bound) {
  const place = await within(store, "readwrite");
  for (const key of await done(place.index(index).getAllKeys(IDBKeyRange.upperBound(bound, true)))) place.delete(key);
}

/** @param {Store} store */
export const empty = async (store) => done((await within(store, "readwrite")).clear());

/** Entries of one person, in the order in which they were made. @param {string} owner @returns {Promise<any[]>} */
export const entriesOf = async (owner) => (await done((await within("entries")).index("owner").getAll(owner))).sort((a, b) => a.order - b.order);
