// A logger of an app or of a host, and nobody who reads it.
function ignore(): void {}

/** Fastify's own logger has more to it than ours asks for. */
export const quietLogger = {
  info: ignore,
  warn: ignore,
  error: ignore,
  debug: ignore,
  trace: ignore,
  fatal: ignore,
  child: () => quietLogger,
};
