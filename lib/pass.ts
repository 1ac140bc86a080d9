// context.pass(): an answer that means "not mine".

const passes = new WeakSet<Response>();

/** Makes a Response mean that the host shall answer. */
export function markAsPass(response: Response): Response {
  passes.add(response);
  return response;
}

/** Whether the host shall answer instead. */
export function isPass(response: Response): boolean {
  return passes.has(response);
}
