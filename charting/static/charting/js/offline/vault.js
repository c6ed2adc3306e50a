// The key of what waits on this device: the clinic gives it to its owner alone, scripts can use it and not read it, and it goes when the session ends.
import { empty, get, put, remove } from "./db.js";

/** `key` seals what is kept, `places` says under which name an entry lies. @typedef {{owner: string, key: CryptoKey, places: CryptoKey, until: number}} Vault */
/** @typedef {{iv: BufferSource, data: BufferSource}} Sealed */

const CURRENT = "current";
const ADDRESS = "/account/offline-key/";

/** The key as the device holds it, if its time is not over. @returns {Promise<Vault | null>} */
export async function heldVault() {
  const held = /** @type {Vault | undefined} */ (await get("keys", CURRENT));
  if (!held) return null;
  if (held.until > Date.now()) return held;
  await forget();
  return null;
}

/** The key of the person who acts on this page, from the device or else from the clinic.
 * @param {string} owner @returns {Promise<Vault | null>} nothing when neither has it: then entries wait in the page alone */
export async function openVault(owner) {
  if (!owner || !window.isSecureContext) return null;
  const held = await heldVault();
  if (held?.owner === owner && held.places) return held;
  if (held) await forget();
  const answer = await fetch(ADDRESS, { headers: { "X-Page-Form": "1" }, cache: "no-store" }).catch(() => null);
  const given = answer?.ok ? await answer.json().catch(() => null) : null;
  if (given?.user !== owner) return null;
  const bytes = Uint8Array.from(atob(given.key), (sign) => sign.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  const places = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  bytes.fill(0);
  const vault = { owner, key, places, until: given.until };
  await put("keys", vault, CURRENT);
  return vault;
}

/** The session is over: entries stay, sealed, for their owner's next login; copies of records go. */
export async function forget() {
  await remove("keys", CURRENT);
  await empty("copies");
}

/** @param {Vault} vault @param {unknown} value @returns {Promise<Sealed>} */
export async function seal(vault, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, vault.key, new TextEncoder().encode(JSON.stringify(value)));
  return { iv, data };
}

/** The name under which an entry lies: its own one tells of teeth. @param {Vault} vault @param {string} name @returns {Promise<string>} */
export async function hidden(vault, name) {
  const marks = new Uint8Array(await crypto.subtle.sign("HMAC", vault.places, new TextEncoder().encode(name)));
  return Array.from(marks, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {Vault} vault @param {Sealed} sealed @returns {Promise<any>} */
export async function unseal(vault, { iv, data }) {
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, vault.key, data)));
}
