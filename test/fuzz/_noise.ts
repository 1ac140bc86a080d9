// What a quiet process does not do: write to stderr, warn, reject or throw where nobody listens.

export interface Noise {
  /** What was heard since it was last taken; late rejections have had their turn. */
  take(): Promise<string[]>;
  /** Listens no more. */
  stop(): void;
}

/** What hosts cause by themselves: connect and Express read targets with `url.parse()`, which Node warns of once. */
const EXPECTED = /DEP0169|DEP0170|ExperimentalWarning/;

/** Listens to this process, in which the hosts run. */
export function listenForNoise(): Noise {
  let heard: string[] = [];
  const say = (kind: string) => (reason: unknown) => {
    const { code = "", stack } = Object(reason) as { code?: string; stack?: string };
    const text = `${kind}: ${code} ${stack ?? String(reason)}`;
    if (!EXPECTED.test(text)) heard.push(text);
  };
  const listeners = {
    warning: say("warning"),
    unhandledRejection: say("unhandledRejection"),
    uncaughtException: say("uncaughtException"),
  };
  for (const [event, listener] of Object.entries(listeners)) process.on(event, listener);
  const { error, warn } = console;
  const write = process.stderr.write;
  // Vitest has a console of its own, which never comes by the stream.
  console.error = (...parts: unknown[]) => say("console.error")(parts.map(String).join(" "));
  console.warn = (...parts: unknown[]) => say("console.warn")(parts.map(String).join(" "));
  process.stderr.write = ((text: unknown) => {
    say("stderr")(text);
    return true;
  }) as typeof write;
  return {
    async take() {
      await new Promise((resolve) => setImmediate(resolve));
      const taken = heard;
      heard = [];
      return taken;
    },
    stop() {
      for (const [event, listener] of Object.entries(listeners)) process.off(event, listener);
      Object.assign(console, { error, warn });
      process.stderr.write = write;
    },
  };
}
