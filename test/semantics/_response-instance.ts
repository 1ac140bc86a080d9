// Instances of the class and of classes that are derived from it.
import { inspect } from "node:util";
import { outcome } from "./_observe.ts";
import type { BodyInit } from "./_observe.ts";
import { getters, methods } from "./_response-class.ts";
import type { ResponseCase, ResponseClass } from "./_response.ts";

const instances: ResponseCase[] = [
  [
    "makes instances of itself and of the platform's class",
    (R) => {
      const response = new R("x");
      return [
        response instanceof R,
        response instanceof globalThis.Response,
        response instanceof Object,
        response.constructor === R,
        Object.getPrototypeOf(response) === R.prototype,
      ];
    },
    Array(5).fill(true),
  ],
  [
    "takes what the platform's class made for an instance",
    async (R) => {
      const P = globalThis.Response as ResponseClass;
      const all = [new P("x"), P.json(1), P.error(), P.redirect("http://x.test/"), new P().clone()];
      return [...all, await fetch("data:,x")].map((response) => response instanceof R);
    },
    Array(6).fill(true),
  ],
  [
    "takes nothing else for an instance",
    (R) =>
      [null, undefined, 1, "x", {}, new Headers(), new Request("http://x.test/"), () => 1].map(
        (value) => (value as unknown) instanceof R,
      ),
    Array(8).fill(false),
  ],
  [
    "makes instances without keys of their own",
    (R) => {
      const response = new R("x", { headers: { a: "1" } });
      return [
        Object.keys(response),
        JSON.stringify(response),
        Object.getOwnPropertyNames(response),
      ];
    },
    [[], "{}", []],
  ],
  [
    "shows the members of the platform's in a loop over an instance",
    (R) => {
      const names: string[] = [];
      for (const name in new R("x")) names.push(name);
      return names.sort();
    },
    [...getters, ...methods].sort(),
  ],
  [
    "makes instances that can be added to, and whose fields cannot be set",
    async (R) => {
      const response = new R("x") as Response & { mine?: number };
      response.mine = 1;
      const fields = Object.fromEntries(getters.map((name) => [name, 1]));
      const tries = getters.map((name) =>
        outcome(() => Object.assign(response, { [name]: fields[name] })),
      );
      return [response.mine, response.status, await Promise.all(tries)];
    },
    [1, 200, getters.map(() => "throws TypeError")],
  ],
  [
    "makes instances that can be frozen and still be read",
    async (R) => {
      const response = Object.freeze(new R("x"));
      response.headers.set("a", "1");
      return [response.headers.get("a"), await response.text(), response.bodyUsed];
    },
    ["1", "x", true],
  ],
  [
    "makes instances that are keys of maps and members of weak sets",
    (R) => {
      const response = new R();
      return [new Map([[response, 1]]).get(response), new WeakSet([response]).has(response)];
    },
    [1, true],
  ],
  [
    "is shown by util.inspect with status, headers and type, and is not used by that",
    async (R) => {
      const response = new R("text", { status: 201, headers: { a: "1" } });
      const text = inspect(response);
      const parts = [/^Response \{/, /status: 201/, /a: '1'/, /ok: true/, /bodyUsed: false/];
      const depths = [{ depth: 0 }, { depth: null }, { colors: true }, { showHidden: true }];
      const lengths = depths.map((options) => inspect({ response }, options).length > 0);
      return [parts.map((part) => part.test(text)), lengths, await response.text()];
    },
    [Array(5).fill(true), Array(4).fill(true), "text"],
  ],
  [
    "has a prototype that util.inspect can show",
    (R) => [inspect(R.prototype).length > 0, inspect(R).length > 0],
    [true, true],
  ],
];

/** The types of Node declare members where the class has getters and methods. */
interface Base {
  readonly status: number;
  readonly headers: Headers;
  text(): Promise<string>;
  clone(): Response;
}

type BaseClass = Pick<ResponseClass, "json" | "redirect" | "error"> &
  (new (
    body?: BodyInit,
    init?: ResponseInit,
  ) => Base);

const derive = (R: ResponseClass) =>
  class Mine extends (R as unknown as BaseClass) {
    readonly name: string;
    readonly #mark = ":";
    constructor(name: string, body?: BodyInit, init: ResponseInit = {}) {
      super(body, { ...init, headers: { ...init.headers, "x-name": name } });
      this.name = name;
    }
    override async text(): Promise<string> {
      return `${this.name}${this.#mark} ${await super.text()}`;
    }
    get double(): number {
      return this.status * 2;
    }
    static made(): Mine {
      return new Mine("made");
    }
  };

const derived: ResponseCase[] = [
  [
    "can be derived from, with a constructor, fields and overrides of one's own",
    async (R) => {
      const Mine = derive(R);
      const mine = new Mine("me", "body", { status: 201, headers: { a: "1" } });
      const made = [mine instanceof Mine, mine instanceof R, mine instanceof globalThis.Response];
      const { status, double, name } = mine;
      return [
        made,
        mine.constructor === Mine,
        status,
        double,
        name,
        [...mine.headers.keys()],
        await mine.text(),
      ];
    },
    [[true, true, true], true, 201, 402, "me", ["a", "content-type", "x-name"], "me: body"],
  ],
  [
    "does not take the platform's, or its own, for one of a derived class",
    (R) => {
      const Mine = derive(R);
      const others = [new globalThis.Response(), new R(), R.json(1), new (derive(R))("other")];
      return [others.map((other) => other instanceof Mine), Mine.made() instanceof Mine];
    },
    [[false, false, false, false], true],
  ],
  [
    "gives plain ones by the static methods and the clone() of a derived class",
    async (R) => {
      const Mine = derive(R);
      const all = [
        Mine.json([1]),
        Mine.redirect("http://x.test/"),
        Mine.error(),
        new Mine("me", "x").clone(),
      ];
      return all.map((response) => [
        response instanceof Mine,
        response instanceof R,
        response.status,
      ]);
    },
    [
      [false, true, 200],
      [false, true, 302],
      [false, true, 0],
      [false, true, 200],
    ],
  ],
  [
    "can be derived from twice, and without a constructor",
    async (R) => {
      class One extends R {}
      class Two extends One {
        extra(): number {
          return this.status + 1;
        }
      }
      const two = new Two("x", { status: 201 });
      const instance = [
        two instanceof Two,
        two instanceof One,
        two instanceof R,
        new One() instanceof Two,
      ];
      return [instance, two.extra(), Two.name, await two.text()];
    },
    [[true, true, true, false], 202, "Two", "x"],
  ],
  [
    "can be constructed for another target",
    async (R) => {
      class Other extends R {}
      const made = Reflect.construct(R, ["x", { status: 201 }], Other) as Response;
      return [Object.getPrototypeOf(made) === Other.prototype, made.status, await made.text()];
    },
    [true, 201, "x"],
  ],
  [
    "checks what a derived class passes up",
    async (R) => {
      class Bad extends R {
        constructor() {
          super("x", { status: 99 });
        }
      }
      return await outcome(() => new Bad());
    },
    "throws RangeError",
  ],
  [
    "shows a derived class in util.inspect without failing",
    (R) => inspect(new (derive(R))("me", "x")).includes("status"),
    true,
  ],
];

export const responseInstances: ResponseCase[] = [...instances, ...derived];
