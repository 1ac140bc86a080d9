// Files whose names are no routes, apart from those that are: one of them is no reason to know nothing of the others.
import { parseRouteFile } from "../routes/parse.ts";

/** A file of which something cannot be known, and why. */
export interface Mistake {
  /** Its name for people. */
  readonly source: string;
  readonly error: unknown;
}

export function judgeNames<File extends { readonly file: string; readonly source: string }>(
  files: readonly File[],
): { readonly files: File[]; readonly mistakes: Mistake[] } {
  const mistakes: Mistake[] = [];
  const sound = files.filter(({ file, source }) => {
    try {
      parseRouteFile(file);
      return true;
    } catch (error) {
      mistakes.push({ source, error });
      return false;
    }
  });
  return { files: sound, mistakes };
}
