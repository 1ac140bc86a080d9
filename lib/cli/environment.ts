// What the machine refused: a file system that may not be read or written, a disk that is full, a folder that is gone.
// None of that is an error inside of Starbridge.

/** Words for what Node calls by the name of a system call. */
const VERBS: Readonly<Record<string, string>> = {
  access: "be reached",
  lstat: "be reached",
  mkdir: "be made",
  open: "be opened",
  read: "be read",
  readlink: "be read",
  realpath: "be reached",
  rename: "be renamed",
  rm: "be removed",
  rmdir: "be removed",
  scandir: "be listed",
  stat: "be reached",
  unlink: "be removed",
  watch: "be watched",
  write: "be written",
};

const HINTS: Readonly<Record<string, string>> = {
  EACCES: "Allow it to the user who runs the command, or name another folder.",
  EEXIST: "A file stands where a folder is needed: remove it, or name another folder.",
  EISDIR: "A folder stands where a file is needed: remove it, or name another file.",
  EMFILE: "Allow more open files (ulimit -n).",
  ENOSPC: "Free some space, or name a folder on another disk.",
  ENOTDIR: "A file stands where a folder is needed: remove it, or name another folder.",
  EPERM: "Allow it to the user who runs the command, or name another folder.",
  EROFS: "Name a folder that can be written to.",
};

/** Whether an error is one that the operating system gave. */
export function isOfEnvironment(error: unknown): error is NodeJS.ErrnoException {
  const { syscall, code } = (error ?? {}) as NodeJS.ErrnoException;
  return error instanceof Error && typeof syscall === "string" && typeof code === "string";
}

/** What happened in a sentence, and what to do about it. */
export function describeEnvironment(error: NodeJS.ErrnoException): {
  message: string;
  hint: string;
} {
  const { code = "", syscall = "", path } = error;
  if (syscall === "uv_cwd") {
    return {
      message: "The working directory does not exist any more.",
      hint: "Change to a folder that exists.",
    };
  }
  // "ENOTDIR: not a directory, mkdir '/app/package.json'".
  const reason = /^[A-Z0-9]+: (.+?), \w+/.exec(error.message)?.[1] ?? error.message;
  const what = path ?? (syscall === "write" ? "The answer" : "A file");
  const verb = VERBS[syscall] ?? `be used (${syscall})`;
  return {
    message: `${what} cannot ${verb}: ${reason} (${code}).`,
    hint: HINTS[code] ?? "Mend that, and run the command again.",
  };
}
