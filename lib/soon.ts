// What may be there at once. Each promise on the way of an answer costs a turn of the microtask queue and memory, so
// that what does not wait goes without.

/** A value, or the promise of one. */
export type Soon<Value> = Value | Promise<Value>;

/** Goes on with a value: now, where it is there. */
export function whenSoon<Value, Result>(
  value: Soon<Value>,
  next: (value: Value) => Soon<Result>,
): Soon<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** What somebody else gave, who may have promises of his own kind, as `await` would take it. */
export function toSoon<Value>(value: Value | PromiseLike<Value>): Soon<Value> {
  if (value instanceof Promise) return value;
  const isThenable = typeof (value as PromiseLike<Value> | null | undefined)?.then === "function";
  return isThenable ? Promise.resolve(value) : (value as Value);
}
