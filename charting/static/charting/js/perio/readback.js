// Reading back what was entered: by voice where the browser has one, otherwise by a short tone.

const LONGEST_MS = 6000;
const PITCH = { low: 523, deep: 330, wrong: 180 };

export class Readback {
  constructor() {
    this.isOn = false;
    /** Told when the clinic's own voice begins and ends. @type {(isSpeaking: boolean) => void} */
    this.speaking = () => {};
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {string[]} */
    this.texts = [];
    this.timer = 0;
    this.guard = 0;
    /** What is spoken now; held here, because a browser that lets go of it never tells its end. @type {SpeechSynthesisUtterance | null} */
    this.spoken = null;
  }

  /** @param {boolean} isOn */
  turn(isOn) {
    this.isOn = isOn;
    if (isOn && !this.context && "AudioContext" in window) this.context = new AudioContext();
  }

  /** What is entered by one stroke or sentence is read together. @param {string} text @param {boolean} isDeep a pocket of 4 mm or more sounds lower */
  say(text, isDeep) {
    if (!this.isOn) return;
    if (!("speechSynthesis" in window && speechSynthesis.getVoices().length)) return this.#tone(isDeep ? PITCH.deep : PITCH.low);
    this.texts.push(text);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.#speak());
  }

  /** What was heard and not understood, or cannot be: a low tone, whether reading aloud or not. */
  refuse() {
    this.#tone(PITCH.wrong);
  }

  #speak() {
    const words = new SpeechSynthesisUtterance(this.texts.splice(0).join(", "));
    words.lang = document.documentElement.lang;
    words.rate = 1.6;
    const over = () => this.spoken === words && this.#over();
    words.onstart = () => this.speaking(true);
    words.onend = words.onerror = over;
    window.clearTimeout(this.guard);
    speechSynthesis.cancel();
    this.spoken = words;
    this.guard = window.setTimeout(over, LONGEST_MS); // some voices never tell their end
    speechSynthesis.speak(words);
  }

  #over() {
    window.clearTimeout(this.guard);
    this.spoken = null;
    this.speaking(false);
  }

  /** @param {number} pitch */
  #tone(pitch) {
    if (!this.context) return;
    const [source, volume] = [this.context.createOscillator(), this.context.createGain()];
    source.frequency.value = pitch;
    volume.gain.value = 0.08;
    source.connect(volume).connect(this.context.destination);
    source.start();
    source.stop(this.context.currentTime + 0.07);
  }
}
