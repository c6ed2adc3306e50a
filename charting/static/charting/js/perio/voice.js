// The exam by voice, where the browser has a recogniser of speech. Off until it is asked for; while the read-back speaks it does not listen.
import { understood } from "./vocabulary.js";

const LOCALES = /** @type {Record<string, string>} */ ({ ru: "ru-RU", fr: "fr-FR", en: "en-US" });
const AGAIN_MS = 300;

/** @typedef {{continuous: boolean, interimResults: boolean, lang: string, onresult: any, onend: any, onerror: any, start: () => void, abort: () => void}} Ear */
/** @typedef {{act: (name: string, value?: unknown) => void, heard: (said: string, unclear: string[]) => void, turned: (isOn: boolean, reason: string) => void}} Told */

const Recogniser = /** @type {(new () => Ear) | undefined} */ (/** @type {any} */ (window).SpeechRecognition ?? /** @type {any} */ (window).webkitSpeechRecognition);

export class Voice {
  static isThere = Boolean(Recogniser);

  /** @param {Told} told */
  constructor(told) {
    this.told = told;
    this.isOn = false;
    this.isDeaf = false;
    this.language = document.documentElement.lang.slice(0, 2);
    /** @type {Ear | null} */
    this.ear = null;
  }

  /** @param {boolean} isOn @param {string} [reason] why it went off by itself */
  turn(isOn, reason = "") {
    if (!Recogniser || isOn === this.isOn) return;
    this.isOn = isOn;
    this.ear ??= this.#listener(new Recogniser());
    if (isOn) this.#listen();
    else this.ear.abort();
    this.told.turned(isOn, reason);
  }

  /** While the clinic's own voice speaks nothing is taken for a number. @param {boolean} isDeaf */
  mute(isDeaf) {
    this.isDeaf = isDeaf;
    if (!this.isOn) return;
    if (isDeaf) this.ear?.abort();
    else this.#listen();
  }

  /** @param {Ear} ear */
  #listener(ear) {
    ear.continuous = true;
    ear.interimResults = false;
    ear.lang = LOCALES[this.language] ?? "en-US";
    ear.onresult = (/** @type {any} */ event) => {
      for (let place = event.resultIndex; place < event.results.length; place += 1) {
        if (event.results[place].isFinal) this.#hear(event.results[place][0].transcript);
      }
    };
    ear.onerror = (/** @type {any} */ event) => {
      if (["not-allowed", "service-not-allowed", "audio-capture", "language-not-supported", "network"].includes(event.error)) this.turn(false, event.error);
    };
    ear.onend = () => window.setTimeout(() => this.isOn && !this.isDeaf && this.#listen(), AGAIN_MS);
    return ear;
  }

  #listen() {
    try {
      this.ear?.start();
    } catch {
      // it listens already
    }
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
