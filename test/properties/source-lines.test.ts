// Code that was moved to the lines of its source: it means what it meant, and errors name the lines that the source has,
// however a program is laid out and whatever the compiler has made of it.
import type { SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { encode } from "@jridgewell/sourcemap-codec";
import fc from "fast-check";
import * as vite from "vite";
import { describe, expect, it } from "vitest";
import type { ParseCode } from "../../lib/loader/anatomy.ts";
import { evaluate, toEvaluated } from "../../lib/loader/evaluator.ts";
import { atSourceLines } from "../../lib/loader/source-lines.ts";
import { holds, TIME } from "./_property.ts";

const parse = vite.parseSync as ParseCode;

/**
 * `~` may be any white space, or none; `^` is at least some, in one line. `@` is a call that tells its line, `$` a name of
 * its own, `%` the sign before what a template holds.
 */
const STATEMENTS = [
  "@;",
  "let^$~=~@~+~1;",
  "const^{~a:~$~=~@~}~=~{~};",
  "if~(~@~>~0~)~{~@;~}~else^@;",
  "for~(~const^x^of~[~1,~2~]~)~{~if~(~x~===~2~)~continue;~@;~}",
  "for~(~let^i~=~0;~i~<~1;~i++~)~@;",
  "outer:~for~(;;)~{~for~(;;)~{~@;~break^outer;~}~}",
  "do^@;~while~(~false~);",
  "switch~(~@~)~{~case~-1:~@;~break;~default:~@;~}",
  "try~{~throw^new^Error(~String(~@~)~);~}~catch~{~@;~}~finally~{~@;~}",
  "function^$(~a:~number~=~@~):~number~{~@;~return^a~+~@;~}~$();",
  "const^$~=~async^(~x:~number~)^=>~{~await^null;~return^x~+~@~};~await^$(~1~);",
  "const^$~=~async^x^=>~@~+~x;~await^$(1);",
  "function*^$()~{~yield^@;~yield*~[~@~];~}~[...$()];",
  "function^$()~{~return^(~@~+~1~)~}~if~($()~!==~0)~throw^new^Error(~'It is not 0.'~);",
  "try~{~throw^(~@~,~new^Error()~)~}~catch~{}",
  "[...(function*()~{~const^x~=~yield^(~@~);~yield^(~(~@~)~,~@~)~;~})()]~.map(~(x)^=>~(~@~+~x.length~)~);",
  "class^$~{~static^x:~number~=~@;~y~=~@;~async^z()~{~return^@~}~get^g()~{~return^@~}~}~await^new^$().z();",
  "interface^$I~{~a:~string;~b?:~number~}",
  "type^$T~=~{~a:~1~}~|~'b';",
  "enum^$~{~A~=~1,~B~}~@;",
  "const^$~=~`one\n  two %{~@~} three\n`~+~`\n%{\n@}`;",
  'const^$~=~"one\\\n two"~+~@;',
  "[~@,~@~]~.map(~(~x~)^=>~x~+~1~)~.filter(~Boolean~)~.forEach(~()^=>~{~@~}~);",
  "const^$~=~/[/]\\//g.test('/');~@;",
  "let^$~=~1;~$++;~--~$;~@;",
  "(~function~()~{~@;~}~)();",
  "const^$~=~{~async^f()~{~return^@~},~get^g()~{~return^@~},~['h']:~@~};~await^$.f();",
  "@^as^any^as^number;",
  "void^@~?.toString~?.();",
  "namespace^$N~{~export^const^a~=~1;~}~@;",
  "label:~{~@;~if~(~true~)~break^label;~@;~}",
  "abstract^class^$~{~constructor(~readonly^a:~number~=~@~)~{~@;~}~}~new~(class^extends^$~{~})();",
];
const TYPED = /number|^interface|^type|^enum|^namespace|^abstract|\^as\^/;
const gap = fc.constantFrom(
  "",
  "",
  " ",
  " ",
  "\n",
  "\n\n",
  "  \n  ",
  " /* c */ ",
  " // c\n",
  "\r\n",
);
const inLine = fc.constantFrom(" ", "  ", "\t", " /* c */ ");

/** A statement with names and calls of its own, laid out at random. */
const statement = (templates: string[]) =>
  fc.constantFrom(...templates).chain((template) => {
    const parts = template.split(/([~^])/);
    return fc
      .tuple(
        ...parts.map((part) => (part === "~" ? gap : part === "^" ? inLine : fc.constant(part))),
      )
      .map((pieces) => pieces.join(""));
  });
const program = (templates: string[]) =>
  fc
    .tuple(
      fc.array(
        fc.tuple(statement(templates), fc.constantFrom("\n", "\n", " ", "\n\n\n", "// c\n")),
        {
          minLength: 1,
          maxLength: 8,
        },
      ),
      fc.boolean(),
    )
    .map(([statements, isEnded]) => {
      const text = statements
        .map(([text, end], index) => {
          // Where a line ends the semicolon before it may be missing, but not where the next line would go on.
          const next = statements[index + 1]?.[0] ?? "";
          const isFree = !isEnded && end.startsWith("\n") && /^[a-z]/.test(next);
          const named = text.replaceAll("$", `v${index}_`).replaceAll("%{", "${");
          return (isFree ? named.replace(/;$/, "") : named) + end;
        })
        .join("");
      let count = 0;
      return text.replaceAll("@", () => `here(${count++})`);
    });

const typeScript = program(STATEMENTS).map((source) => ({ source, file: "program.ts" }));
const JAVASCRIPT = STATEMENTS.filter((text) => !TYPED.test(text));
const javaScript = program(JAVASCRIPT).map((source) => ({
  source,
  file: "program.js",
}));
const programs = fc.oneof(typeScript, javaScript);

async function transform(source: string, file: string): Promise<{ code: string; map: MapText }> {
  const options = { sourcemap: true, target: "node20" } as const;
  const isTyped = file.endsWith(".ts");
  const compiled = isTyped ? await vite.transformWithOxc(source, file, options) : undefined;
  const { code = source, map } = compiled ?? {};
  const result = await vite.moduleRunnerTransform(code, map as never, file, source);
  if (result === null) throw new Error("It was not transformed.");
  return { code: result.code, map: result.map as MapText };
}
interface MapText {
  readonly mappings: string;
  readonly sources: readonly string[];
}

/** What the program did: the calls in their order, each with the line that a stack names. */
async function run(code: string, map: MapText, file: string, isMoved: boolean): Promise<string[]> {
  const calls: string[] = [];
  const here = (id: number): number => {
    const [, , frame = ""] = (new Error().stack ?? "").split("\n");
    calls.push(`${id} at ${/program\.[jt]s:(\d+)/.exec(frame)?.[1]}`);
    return -1;
  };
  const url = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString("base64")}`;
  // Put together: who looks for the map of this file must not find it here.
  const notes = ["", `URL=/${file}`, "MappingSource=vite-generated", `MappingURL=${url}`];
  const context = { here, __vite_ssr_exportName__: () => {} };
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 2;
  await evaluate(
    toEvaluated(code + notes.join("\n//# source"), file, context, isMoved ? parse : undefined),
    context,
    {},
  ).finally(() => {
    Error.stackTraceLimit = limit;
  });
  return calls;
}

describe("code that was moved to the lines of its source", () => {
  it("does what it did before, and each call names the line of the source", { timeout: TIME }, () =>
    holds(300, programs, async ({ source, file }) => {
      const { code, map } = await transform(source, file);
      const before = await run(code, map, file, false);
      const after = await run(code, map, file, true);
      const idsOf = (calls: string[]) => calls.map((call) => call.split(" ")[0]);
      expect(idsOf(after)).toEqual(idsOf(before));
      const lines = new Map(
        linesOf(source).flatMap(({ ids, line }) => ids.map((id) => [id, line])),
      );
      for (const call of after) {
        const [id, line] = call.split(" at ");
        expect(`${id} at ${line}`).toBe(`${id} at ${lines.get(id as string)}`);
      }
    }),
  );

  it("has the syntax tree that it had", { timeout: TIME }, () =>
    holds(300, programs, async ({ source, file }) => {
      const { code, map } = await transform(source, file);
      const moved = atSourceLines({ code, map }, file, parse, 0);
      expect(treeOf(moved.code)).toBe(treeOf(code));
    }),
  );
});

/** Where tokens go is anybody's guess: other compilers have maps of their own kind. */
const places = fc.array(fc.record({ at: fc.nat(2000), line: fc.nat(30), column: fc.nat(40) }), {
  minLength: 1,
  maxLength: 60,
});

describe("code with any map", () => {
  it("has the syntax tree that it had", { timeout: TIME }, () =>
    holds(600, fc.tuple(program(JAVASCRIPT), places), ([code, found]) => {
      const lines = code.split("\n").map((text) => ({ text, segments: [] as SourceMapSegment[] }));
      const tokens = [...code.matchAll(/[\w(\[{`"'/+-]+|\S/g)].map(({ index }) => index);
      for (const { at, line, column } of found) {
        let offset = tokens[at % tokens.length] ?? 0;
        const where = lines.find(({ text }) => {
          if (offset <= text.length) return true;
          offset -= text.length + 1;
          return false;
        });
        where?.segments.push([offset, 0, line, column]);
      }
      for (const { segments } of lines) segments.sort((one, other) => one[0] - other[0]);
      const mappings = encode(lines.map(({ segments }) => segments));
      const map = { mappings, sources: ["program.js"] };
      expect(treeOf(atSourceLines({ code, map }, "program.js", parse, 0).code)).toBe(treeOf(code));
    }),
  );

  it.each([
    ["return", "const f = () => { return (here) }"],
    ["throw", "const f = () => { throw (here) }"],
    ["yield", "const f = function* () { yield (here) }"],
  ])("keeps %s beside the parenthesis behind it", (word, code) => {
    const at = code.indexOf("(here");
    const mappings = encode([
      [
        [0, 0, 0, 0],
        [code.indexOf(word), 0, 1, 0],
        [at, 0, 4, 2],
      ],
    ]);
    const map = { mappings, sources: ["program.js"] };
    const moved = atSourceLines({ code, map }, "program.js", parse, 0);
    expect(treeOf(moved.code)).toBe(treeOf(code));
    expect(moved.code.split("\n")).toHaveLength(5);
  });

  it("stays as it is when it was made of another file", () => {
    const code = "const a = 1;\nconst b = 2;";
    const mappings = encode([[[0, 0, 9, 0]], [[0, 0, 20, 0]]]);
    const map = { mappings, sources: ["../src/program.js"] };
    expect(atSourceLines({ code, map }, "/app/dist/program.js", parse, 0).code).toBe(code);
  });
});

function linesOf(source: string): { line: number; ids: string[] }[] {
  return source.split("\n").map((text, index) => ({
    line: index + 1,
    ids: [...text.matchAll(/here\((\d+)\)/g)].map(([, id]) => id as string),
  }));
}

function treeOf(code: string): string {
  const options = { lang: "js", sourceType: "module", preserveParens: false } as const;
  const { program, errors } = parse("program.js", code, options);
  expect(errors).toEqual([]);
  return JSON.stringify(program, (key, value) => (/^(?:start|end)$/.test(key) ? undefined : value));
}
