// The words of a spoken exam in three languages, and what a sentence of them means. Pure.

/** @typedef {[string, unknown?]} Act what `hands` of the page do: a name and its value */
/** @typedef {{numbers: string[], words: [RegExp, string, string?][]}} Language numbers from 0 to 20; words by their beginnings */

/** @type {Record<string, Language>} */
const LANGUAGES = {
  en: {
    numbers: "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(" "),
    words: [
      [/^(bleed|blood)/, "flag", "bleeding"], [/^(pus$|suppur)/, "flag", "suppuration"], [/^pla(que|ck|k)/, "flag", "plaque"], [/^(calcul|tartar)/, "flag", "calculus"],
      [/^mobil/, "prefix", "mobility"], [/^furc/, "prefix", "furcation"], [/^(gingiv|gum|kerat)/, "prefix", "gingiva"], [/^progn/, "prefix", "prognosis"],
      [/^minus/, "sign"], [/^plus/, "ten"], [/^tooth/, "goto"], [/^(back|previous)/, "back"], [/^(next|skip)/, "next"], [/^undo/, "undo"], [/^stop/, "voice"],
    ],
  },
  fr: {
    numbers: "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf vingt".split(" "),
    words: [
      [/^saign/, "flag", "bleeding"], [/^(pus$|supp)/, "flag", "suppuration"], [/^plaque/, "flag", "plaque"], [/^tartre/, "flag", "calculus"],
      [/^mobil/, "prefix", "mobility"], [/^furc/, "prefix", "furcation"], [/^(gencive|k[ée]rat)/, "prefix", "gingiva"], [/^pronos/, "prefix", "prognosis"],
      [/^moins/, "sign"], [/^plus/, "ten"], [/^dent/, "goto"], [/^(retour|arri[èe]re)/, "back"], [/^(suivant|passe)/, "next"], [/^annul/, "undo"], [/^(stop|arr[êe]t)/, "voice"],
    ],
  },
  ru: {
    numbers: "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать".split(" "),
    words: [
      [/^кров/, "flag", "bleeding"], [/^гно/, "flag", "suppuration"], [/^(нал[её]т|бляшк)/, "flag", "plaque"], [/^кам(ень|н)/, "flag", "calculus"],
      [/^подвиж/, "prefix", "mobility"], [/^фурк/, "prefix", "furcation"], [/^десн/, "prefix", "gingiva"], [/^прогноз/, "prefix", "prognosis"],
      [/^минус/, "sign"], [/^плюс/, "ten"], [/^зуб/, "goto"], [/^назад/, "back"], [/^(дальше|следующ|пропус)/, "next"], [/^отмен/, "undo"], [/^(стоп|хватит)/, "voice"],
    ],
  },
};
/** What recognisers write for numbers that sound like something else. @type {Record<string, number>} */
const HEARD_AS = { to: 2, too: 2, for: 4, oh: 0, une: 1, одна: 1, две: 2, нуль: 0 };

/** @param {string} language @param {string} word @returns {number | null} */
function numberOf(language, word) {
  const at = (LANGUAGES[language] ?? LANGUAGES.en).numbers.indexOf(word);
  return at >= 0 ? at : (HEARD_AS[word] ?? null);
}

/** What was said: acts in their order, and what was not understood. Written digits are single numbers (`323` is 3, 2, 3); a written 10 to 20
 * may be one number or two, so it is not entered but asked again: `plus two` or the word is twelve. After `tooth` comes its code, at once or
 * by two digits.
 * @param {string} said @param {string} language @returns {{acts: Act[], unclear: string[]}} */
export function understood(said, language) {
  const heard = new Heard();
  for (const word of said.toLowerCase().replace(/(^|\s)[-−–](?=\d)/g, "$1minus ").split(/[\s,.;:!?]+/).filter(Boolean)) {
    const number = /^\d+$/.test(word) ? Number(word) : numberOf(language, word);
    const [, name, value] = (LANGUAGES[language] ?? LANGUAGES.en).words.find(([start]) => start.test(word)) ?? [];
    if (number !== null) heard.number(number, word);
    else heard.word(name, value, word);
  }
  heard.tooth();
  return { acts: heard.acts, unclear: heard.unclear };
}

class Heard {
  /** @type {Act[]} */
  acts = [];
  /** @type {string[]} */
  unclear = [];
  isTen = false;
  /** @type {string | null} the code of a tooth as far as it is said */
  code = null;

  /** @param {string | undefined} name @param {string | undefined} value @param {string} word */
  word(name, value, word) {
    this.tooth();
    if (name === "goto") this.code = "";
    else if (name === "ten") this.isTen = true;
    else if (name) this.acts.push(value ? [name, value] : [name]);
    else this.unclear.push(word);
  }

  /** @param {number} number @param {string} word */
  number(number, word) {
    if (this.code !== null) {
      this.code += number === 20 && word !== "20" ? "2" : String(number);
      if (this.code.length > 1) this.tooth();
    } else if (this.isTen && number < 10) this.acts.push(["number", number + 10]);
    else if (!/^\d+$/.test(word)) this.acts.push(["number", number]);
    else if (number >= 10 && number <= 20) this.unclear.push(word);
    else for (const digit of word) this.acts.push(["number", Number(digit)]);
    this.isTen = false;
  }

  /** The code of the tooth is said whole. */
  tooth() {
    if (this.code) this.acts.push(["goto", this.code]);
    this.code = null;
  }
}
