// The error format that the shop's clients have known for years: { error: { code, message } }.

/** A refusal of the shop's own. Both worlds throw it; the host's error handler answers. */
export class ShopError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What any thrown value becomes on the wire. */
export function toAnswer(error: unknown) {
  if (error instanceof ShopError) return answer(error.status, error.code, error.message);
  const { statusCode, status = statusCode } = Object(error) as Record<string, unknown>;
  if (status === 413) return answer(413, "too_large", "That is too large.");
  // A body that is no JSON: the parsers of both hosts say 400, `request.json()` throws this.
  const refused = error instanceof SyntaxError ? 400 : status;
  if (typeof refused === "number" && refused >= 400 && refused < 500) {
    return answer(refused, "bad_request", "The request could not be read.");
  }
  return answer(500, "internal", "Something went wrong.");
}

export const notFound = () => new ShopError(404, "not_found", "There is nothing here.");
export const loginRequired = () => new ShopError(401, "login_required", "Log in first.");
export const forbidden = () => new ShopError(403, "forbidden", "This is for administrators.");

function answer(status: number, code: string, message: string) {
  return { status, body: { error: { code, message } } };
}
