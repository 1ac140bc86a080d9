// The two lines that mount the bridge, for the hosts that a project depends on.
import type { HostFile } from "./host-file.ts";
import type { Package } from "./packages.ts";

export interface Mount {
  readonly name: string;
  /** An import, and the line that mounts. */
  readonly lines: readonly [string, string];
  /** Where the second line belongs, for a sentence. */
  readonly place: string;
}

interface Host {
  readonly name: string;
  /** Packages that give the host away. */
  readonly packages: readonly string[];
  readonly entry: string;
  /** @param canAwait CommonJS waits for nothing at its top level; Fastify's own queue does. */
  mount(root: string, canAwait: boolean): string;
  readonly place: string;
  /** What it runs on is its own affair, also where a project depends on that. */
  readonly isNest?: boolean;
}

const HOSTS: readonly Host[] = [
  {
    name: "Express",
    packages: ["express"],
    entry: "express",
    mount: (root) => `app.use(starbridge({ root: ${root} }));`,
    place: "the second above the body parsers",
  },
  {
    name: "Fastify",
    packages: ["fastify"],
    entry: "fastify",
    mount: (root, canAwait) =>
      `${canAwait ? "await " : ""}app.register(starbridge, { root: ${root} });`,
    place: "the second below the plugins and hooks that hold for endpoint files too",
  },
  {
    name: "NestJS on Express",
    packages: ["@nestjs/platform-express"],
    entry: "connect",
    mount: (root) => `app.use(starbridge({ root: ${root} }));`,
    place: "the second below NestFactory.create(…, { bodyParser: false })",
    isNest: true,
  },
  {
    name: "NestJS on Fastify",
    packages: ["@nestjs/platform-fastify"],
    entry: "fastify",
    // In the function that creates the app, which waits in every kind of module.
    mount: (root) => `await app.register(starbridge, { root: ${root} });`,
    place: "the second below NestFactory.create(…, new FastifyAdapter())",
    isNest: true,
  },
  {
    name: "connect",
    packages: ["connect"],
    entry: "connect",
    mount: (root) => `app.use(starbridge({ root: ${root} }));`,
    place: "the second above the body parsers",
  },
];

const NODE: Host = {
  name: "node:http",
  packages: [],
  entry: "connect",
  mount: (root) => `createServer(starbridge({ root: ${root} })).listen(3000);`,
  place: "the second in place of your own handler",
};

/** The hosts that the innermost package with one depends on; Node's own server when there is none. */
export function mountsFor(
  packages: readonly Package[],
  { isModule, hasImports, root }: HostFile,
): Mount[] {
  const found = packages
    .map(({ dependencies }) =>
      HOSTS.filter((host) => host.packages.some((name) => dependencies.has(name))),
    )
    .find((hosts) => hosts.length > 0);
  const nest = found?.filter((host) => host.isNest);
  return (nest?.length ? nest : (found ?? [NODE])).map(({ name, entry, mount, place }) => {
    const specifier = `"starbridge/${entry}"`;
    const first = hasImports
      ? `import { starbridge } from ${specifier};`
      : `const { starbridge } = require(${specifier});`;
    return { name, lines: [first, mount(root, isModule)], place };
  });
}
