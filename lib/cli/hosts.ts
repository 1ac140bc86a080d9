// The two lines that mount the bridge, for the hosts that a project depends on.

/** What is asked of a package.json. */
export interface Manifest {
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

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
  mount(root: string): string;
  readonly place: string;
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
    mount: (root) => `await app.register(starbridge, { root: ${root} });`,
    place: "the second below the plugins and hooks that hold for endpoint files too",
  },
  {
    name: "NestJS on Express",
    packages: ["@nestjs/platform-express"],
    entry: "connect",
    mount: (root) => `app.use(starbridge({ root: ${root} }));`,
    place: "the second below NestFactory.create(…, { bodyParser: false })",
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

/** The hosts among the dependencies; Node's own server when there is none. */
export function mountsFor(manifest: Manifest): Mount[] {
  const packages = { ...manifest.dependencies, ...manifest.devDependencies };
  const found = HOSTS.filter((host) => host.packages.some((name) => name in packages));
  const isModule = manifest.type === "module";
  const isTyped = "typescript" in packages;
  const root = isModule ? "import.meta.dirname" : "__dirname";
  return (found.length > 0 ? found : [NODE]).map(({ name, entry, mount, place }) => {
    const specifier = `"starbridge/${entry}"`;
    // TypeScript is written with import, whatever becomes of it.
    const first =
      isModule || isTyped
        ? `import { starbridge } from ${specifier};`
        : `const { starbridge } = require(${specifier});`;
    return { name, lines: [first, mount(root)], place };
  });
}
