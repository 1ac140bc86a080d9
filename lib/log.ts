// The logger we accept from a host, and the one we use when it has none.

/** A logger shaped like pino's: `log.warn("text")` and `log.error({ err }, "text")`. */
export interface Logger {
  info(message: string): void;
  info(fields: object, message?: string): void;
  warn(message: string): void;
  warn(fields: object, message?: string): void;
  error(message: string): void;
  error(fields: object, message?: string): void;
  debug?(message: string): void;
  debug?(fields: object, message?: string): void;
}

/** Silent below `warn`; above it, one line on the console with the error's stack where there is one. */
export const consoleLogger: Logger = {
  info() {},
  warn(fieldsOrMessage: object | string, message?: string) {
    write("warn", fieldsOrMessage, message);
  },
  error(fieldsOrMessage: object | string, message?: string) {
    write("error", fieldsOrMessage, message);
  },
};

/** In development somebody may read along, at a terminal: what was reloaded, and what will not be. */
export const developmentLogger: Logger = {
  ...consoleLogger,
  info(fieldsOrMessage: object | string, message?: string) {
    if (process.stdout.isTTY) write("info", fieldsOrMessage, message);
  },
};

function write(
  level: "info" | "warn" | "error",
  fieldsOrMessage: object | string,
  message?: string,
): void {
  if (typeof fieldsOrMessage === "string") {
    console[level](`[starbridge] ${fieldsOrMessage}`);
    return;
  }
  const error = (fieldsOrMessage as { err?: unknown }).err;
  if (error === undefined) console[level](`[starbridge] ${message ?? ""}`, fieldsOrMessage);
  else console[level](`[starbridge] ${message ?? ""}`, error);
}
