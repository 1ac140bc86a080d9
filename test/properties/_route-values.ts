// Files of every kind, and paths in every spelling that they may answer.
import fc from "fast-check";

const texts = ["a", "b", "ab", "A", "admin", "x.json", "sp ace", "ünï", "a+b", "q&=", "c-d", "~x"];
const name = fc.constantFrom("p", "q", "r");
const segment = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...texts) },
  { weight: 4, arbitrary: name.map((param) => `[${param}]`) },
  { weight: 1, arbitrary: name.map((param) => `[...${param}]`) },
  { weight: 1, arbitrary: name.map((param) => `a-[${param}]`) },
  { weight: 1, arbitrary: name.map((param) => `[${param}].json`) },
);
const file = fc
  .tuple(fc.array(segment, { maxLength: 3 }), fc.boolean())
  .map(([segments, isIndex]) => [
    ...segments,
    ...(isIndex || segments.length === 0 ? ["index"] : []),
  ])
  // One rest at most, and each parameter once: what else happens is told in words elsewhere.
  .filter((segments) => {
    const params = segments.join("/").match(/\w+(?=\])/g) ?? [];
    const rests = segments.join("/").split("[...").length - 1;
    return rests <= 1 && new Set(params).size === params.length;
  })
  .map((segments) => `${segments.join("/")}.ts`);
/** Files of one project, of which no two have the same shape. */
export const table = fc.uniqueArray(file, {
  minLength: 1,
  maxLength: 8,
  // Two files of one shape: which of them answers is told elsewhere.
  selector: (path) =>
    path
      .replace(/(^|\/)index\.ts$/, ".ts")
      .replace(/^\.ts$/, "")
      .replace(/\w+(?=\])/g, "_"),
});

const hex = (char: string, upper: boolean): string =>
  [...Buffer.from(char)]
    .map((byte) =>
      `%${upper ? byte.toString(16).toUpperCase() : byte.toString(16)}`.replace(/%(.)$/, "%0$1"),
    )
    .join("");

/** A text in one of its spellings: as it stands where that is possible, or any part of it escaped, once or twice. */
const spelled = fc
  .tuple(
    fc.constantFrom(...texts, "zz", "a-b", "a-", ".json", "y.json"),
    fc.infiniteStream(fc.nat(9)),
    fc.boolean(),
  )
  .map(([text, choices, upper]) =>
    [...text]
      .map((char) => {
        const choice = choices.next().value ?? 9;
        if (choice === 0) return hex(char, upper);
        if (choice === 1 && text === "admin") return hex(char, upper).replace("%", "%25");
        return /[A-Za-z0-9\-._~!$&'()*+,;=:@]/.test(char) ? char : hex(char, upper);
      })
      .join(""),
  );
const odd = fc.constantFrom(
  ..."..|.|%2e%2E|%2e|.%2E|...|%2F|a%2Fb|a%2f..|..%2fa|%5C|a%5cb|%00|%1f|%7F|%C2%80|%zz|%|%E0%A4%A|%C0%AF|%25|%2525|a;b|a,b|*|:p|[p]|{}|^|%C3%BC|u%CC%88|(a)|%3F|%23|a%20|'|\"".split(
    "|",
  ),
);
const word = fc.oneof({ weight: 8, arbitrary: spelled }, { weight: 2, arbitrary: odd });

/** Paths that a file of the table answers, or nearly, and others. */
export const pathFor = (files: string[]) =>
  fc
    .tuple(
      fc.constantFrom("", ...files),
      fc.array(word, { minLength: 6, maxLength: 6 }),
      fc.nat(4),
      fc.constantFrom("", "", "", "/", "//"),
      fc.constantFrom("", "", "?q", "?a=/admin"),
    )
    .map(([from, words, length, end, query]) => {
      const left = [...words];
      const path =
        from === ""
          ? words.slice(0, length).join("/")
          : from
              .replace(/\.ts$/, "")
              .replace(/(^|\/)index$/, "")
              .replace(/\[\.\.\.\w+\]/g, () => left.splice(0, length % 3).join("/"))
              .replace(/\[\w+\]/g, () => left.shift() ?? "")
              .replace(/[^\x21-\x7e]|[[\]{}]/g, (char) => encodeURIComponent(char));
      return `/${path}${path === "" ? "" : end}${query}`;
    });
