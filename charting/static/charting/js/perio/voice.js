// The exam by voice, where the browser has a recogniser of speech. Off until it is asked for; while the read-back speaks it does not listen.
import { understood } from "./vocabulary.js";

const LOCALES = /** @type {Record<string, string>} */ ({ ru: "ru-RU", fr: "fr-FR", en: "en-US" });
const AGAIN_MS = 300;
const SHORT_MS = 1000;
const MOST_SHORT = 5;
const FATAL = ["not-allowed", "service-not-allowed", "audio-capture", "language-not-supported", "network"];

/** @typedef {{continuous: boolean, interimResults: boolean, lang: string, onstart: any, onresult: any, onend: any, onerror: any, start: () => void, abort: () => void}} Ear */
/** `ready`: it listens now (the browser may have asked first); `hears`: words that are not final yet; `turned`: on, or off with the reason.
 * @typedef {{act: (name: string, value?: unknown) => void, heard: (said: string, unclear: string[]) => void, hears: (said: string) => void, ready: () => void,
 *   turned: (isOn: boolean, reason: string) => void}} Told */

const Recogniser = /** @type {(new () => Ear) | undefined} */ (/** @type {any} */ (window).SpeechRecognition ?? /** @type {any} */ (window).webkitSpeechRecognition);
const isAndroid = navigator.userAgent.includes("Android");

/** Chrome on Android calls its guesses final, without any confidence. @param {any} result */
const isFinal = (result) => result.isFinal && !(isAndroid && result[0].confidence === 0);

export class Voice {
  static isThere = Boolean(Recogniser);

  /** @param {Told} told */
  constructor(told) {
    this.told = told;
    this.isOn = false;
    this.isDeaf = false;
    this.isStopped = false;
    this.isAsking = false;
    this.language = document.documentElement.lang.slice(0, 2);
    this.taken = 0; // results of this listening
    this.begun = 0;
    this.short = 0; // listenings in a row that ended at once
    /** @type {Ear | null} */
    this.ear = null;
    document.addEventListener("visibilitychange", () => document.hidden && this.turn(false, "hidden"));
  }

  /** @param {boolean} isOn @param {string} [reason] why it went off by itself */
  turn(isOn, reason = "") {
    if (!Recogniser || isOn === this.isOn) return;
    this.isOn = isOn;
    this.short = 0;
    this.isAsking = isOn;
    this.ear ??= this.#listener(new Recogniser());
    this.told.turned(isOn, reason);
    if (isOn) this.#listen();
    else this.#stop();
  }

  /** While the clinic's own voice speaks nothing is taken for a number. @param {boolean} isDeaf */
  mute(isDeaf) {
    this.isDeaf = isDeaf;
    if (!this.isOn) return;
    if (isDeaf) this.#stop();
    else this.#listen();
  }

  /** @param {Ear} ear */
  #listener(ear) {
    ear.continuous = true;
    ear.interimResults = true;
    ear.lang = LOCALES[this.language] ?? "en-US";
    ear.onstart = () => {
      if (this.isOn && this.isAsking) this.told.ready();
      this.isAsking = false;
    };
    ear.onresult = (/** @type {any} */ event) => this.#take(event.results);
    ear.onerror = (/** @type {any} */ event) => {
      const isTaken = event.error === "aborted" && !this.isStopped;
      if (FATAL.includes(event.error) || isTaken) this.turn(false, event.error);
    };
    ear.onend = () => this.#ended();
    return ear;
  }

  /** @param {ArrayLike<any>} results of this listening, from its beginning */
  #take(results) {
    this.short = 0;
    const all = Array.from(results);
    const open = all.filter((result) => !isFinal(result)).map((result) => result[0].transcript.trim());
    for (let place = this.taken; place < all.length && isFinal(all[place]); place += 1) {
      this.taken = place + 1;
      this.#hear(all[place][0].transcript);
    }
    if (open.length && this.isOn && !this.isDeaf) this.told.hears(open.join(" "));
  }

  /** A listening ends after some silence or a minute, and the next one begins; one that ends at once again and again is given up. */
  #ended() {
    this.isStopped = false;
    if (!this.isOn || this.isDeaf) return;
    this.short = Date.now() - this.begun < SHORT_MS ? this.short + 1 : 0;
    if (this.short > MOST_SHORT) this.turn(false, "restless");
    else window.setTimeout(() => this.isOn && !this.isDeaf && this.#listen(), AGAIN_MS * (1 + this.short));
  }

  #listen() {
    try {
      this.ear?.start();
      [this.taken, this.begun] = [0, Date.now()];
    } catch (error) {
      if (/** @type {DOMException} */ (error).name !== "InvalidStateError") this.turn(false, "not-allowed"); // else it listens already, or has not stopped yet and begins when it has
    }
  }

  #stop() {
    this.isStopped = true;
    this.ear?.abort();
  }

  /** @param {string} said */
  #hear(said) {
    if (!this.isOn || this.isDeaf) return;
    const { acts, unclear } = understood(said, this.language);
    for (const [name, value] of acts) {
      if (name === "voice") return this.turn(false);
      this.told.act(name, value);
    }
    this.told.heard(said.trim(), unclear);
  }
}
