// Remembers JSON that is none: the bundler says what is wrong with it and in which line, and not of which file.
import type { Plugin } from "vite";

/** @param broken Gets the files. */
export function jsonPlugin(broken: string[]): Plugin {
  return {
    name: "starbridge:json",
    enforce: "pre",
    transform(code, id) {
      if (id.endsWith(".json") && !id.includes("\0") && !isJson(code)) broken.push(id);
    },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\uFEFF/, ""));
    return true;
  } catch {
    return false;
  }
}
