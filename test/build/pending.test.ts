import { afterEach, describe, expect, it, vi } from "vitest";
import { Pending } from "../../lib/build/pending.ts";

function watched() {
  const activities: (string | undefined)[] = [];
  const long: string[] = [];
  const pending = new Pending({
    onActivity: (activity) => activities.push(activity),
    onLong: (activity, seconds) => long.push(`${activity} ${seconds}`),
  });
  return { pending, activities, long };
}

describe("what a build waits for", () => {
  afterEach(() => void vi.useRealTimers());

  it("is told while it lasts, the oldest first, however it ends", async () => {
    const { pending, activities } = watched();
    let resolve: (value: number) => void = () => {};
    const first = pending.during("one", () => new Promise<number>((done) => (resolve = done)));
    const second = pending.during("two", () => Promise.reject(new Error("no")));
    await expect(second).rejects.toThrow("no");
    resolve(1);
    expect(await first).toBe(1);
    await expect(
      pending.during("three", () => {
        throw new Error("at once");
      }),
    ).rejects.toThrow("at once");
    expect(activities).toEqual(["one", "one (and 1 more)", "one", undefined, "three", undefined]);
  });

  it("is told once when it takes long", async () => {
    vi.useFakeTimers();
    const { pending, long } = watched();
    const one = pending.during(
      "one",
      () => new Promise<void>((resolve) => setTimeout(resolve, 60_000)),
    );
    const two = pending.during(
      "two",
      () => new Promise<void>((resolve) => setTimeout(resolve, 9999)),
    );
    await vi.advanceTimersByTimeAsync(60_000);
    await Promise.all([one, two]);
    expect(long).toEqual(["one 10"]);
  });
});
