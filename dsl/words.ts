/**
 * Words: a table of words of integers, in which equal words have one number.
 * idea:  all words stand one after another in one array, and open addressing by a hash finds them: a word costs no object and no text, so a
 *        table of a hundred thousand is made in milliseconds.
 * laws:  test/dsl/words.test.ts: equal words, and only those, have equal numbers; numbers count from 0 on
 */

export interface Words {
  /** adds an integer of 32 bits to the word that is being written */
  readonly put: (n: number) => void;
  /** ends the word. Its number: that of the equal one, or else the next */
  readonly end: () => number;
}

/** Twice as many integers. */
const doubled = (array: Int32Array): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
};

/** Spreads what is in the upper bits over the lower ones, by which a slot is chosen. */
const mixed = (hash: number): number => {
  const half = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return half ^ (half >>> 13);
};

/** What the hash of every word starts from. */
const basis = 0x811c9dc5 | 0;

export const wordTable = (): Words => {
  /** the words; `from` says where each begins, and where the next one will */
  let letters = new Int32Array(1 << 8);
  let from = new Int32Array(1 << 5);
  let hashes = new Int32Array(1 << 5);
  /** number + 1 of the word in a slot, 0 where there is none; at most half of them are taken */
  let slots = new Int32Array(1 << 6);
  let words = 0;
  let at = 0;
  let hash = basis;

  const isLast = (word: number): boolean => {
    const [own, other] = [from[words] ?? 0, from[word] ?? 0];
    const length = at - own;
    if ((from[word + 1] ?? 0) - other !== length) return false;
    for (let i = 0; i < length; i += 1) if (letters[own + i] !== letters[other + i]) return false;
    return true;
  };
  const grow = (): void => {
    from = doubled(from);
    hashes = doubled(hashes);
    slots = new Int32Array(slots.length * 2);
    for (let word = 0; word < words; word += 1) {
      let slot = (hashes[word] ?? 0) & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = word + 1;
    }
  };

  return {
    put: (n) => {
      if (at === letters.length) letters = doubled(letters);
      letters[at] = n;
      at += 1;
      hash = Math.imul(hash ^ n, 0x01000193) ^ (hash >>> 15);
    },
    end: () => {
      const own = mixed(hash);
      hash = basis;
      let slot = own & (slots.length - 1);
      for (let found = slots[slot] ?? 0; found !== 0; found = slots[slot] ?? 0) {
        if (hashes[found - 1] === own && isLast(found - 1)) {
          at = from[words] ?? 0;
          return found - 1;
        }
        slot = (slot + 1) & (slots.length - 1);
      }
      slots[slot] = words + 1;
      hashes[words] = own;
      words += 1;
      if (words + 1 >= from.length) grow();
      from[words] = at;
      return words - 1;
    },
  };
};
