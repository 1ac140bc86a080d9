// How wide a text is on a terminal: 日本 takes four columns, and an accent that is a character of its own takes none.

const WIDE =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]/u;
const EMPTY = /[\p{Mark}\p{Default_Ignorable_Code_Point}]/u;

/** Columns that a text takes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/** The beginning of a text, as much of it as fits. */
export function cut(text: string, columns: number): string {
  let end = 0;
  let left = columns;
  for (const character of text) {
    left -= widthOf(character);
    if (left < 0) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

function widthOf(character: string): number {
  if (character <= "~") return 1;
  if (EMPTY.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
