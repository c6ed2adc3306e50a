// Reading back what was entered: by voice where the browser has one, otherwise by a short tone.

const PITCH = { low: 523, deep: 330 };

export class Readback {
  constructor() {
    this.isOn = false;
    /** @type {AudioContext | null} */
    this.context = null;
  }

  /** @param {boolean} isOn */
  turn(isOn) {
    this.isOn = isOn;
    if (isOn && !this.context && "AudioContext" in window) this.context = new AudioContext();
  }

  /** @param {string} text @param {boolean} isDeep a pocket of 4 mm or more sounds lower */
  say(text, isDeep) {
    if (!this.isOn) return;
    if ("speechSynthesis" in window && speechSynthesis.getVoices().length) {
      const words = new SpeechSynthesisUtterance(text);
      words.lang = document.documentElement.lang;
      words.rate = 1.6;
      speechSynthesis.cancel();
      speechSynthesis.speak(words);
    } else this.#tone(isDeep ? PITCH.deep : PITCH.low);
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
