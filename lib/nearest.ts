// The known word that a misspelt one was meant to be.

/** @returns `undefined` when none is near: more than a third of the letters would have to change, or many are missing. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const changes = distance(word.toLowerCase(), candidate.toLowerCase());
    if (changes < fewest) {
      fewest = changes;
      best = candidate;
    }
  }
  return best ?? known.find((candidate) => isShortFor(word.toLowerCase(), candidate.toLowerCase()));
}

/** `host` for `hostname`, `bodyLimit` for `bodySizeLimit`. */
function isShortFor(word: string, candidate: string): boolean {
  if (word.length < 4) return false;
  if (candidate.startsWith(word)) return true;
  if (word.length * 2 < candidate.length) return false;
  let at = 0;
  for (const letter of candidate) if (letter === word[at]) at++;
  return at === word.length;
}

/** Levenshtein's distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
