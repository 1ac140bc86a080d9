// context.pass(): an answer that means "not mine".

const passes = new WeakSet<Response>();

/** A Response that means that the host shall answer. */
export function createPass(): Response {
  const response = new Response(null, { status: 404 });
  passes.add(response);
  return response;
}

/** Whether the host shall answer instead. */
export function isPass(response: Response): boolean {
  return passes.has(response);
}
