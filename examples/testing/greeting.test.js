import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createTestApp } from "starbridge/testing";

const app = createTestApp({ root: import.meta.dirname });
after(() => app.close());
const ada = { locals: { customer: "Ada" }, clientAddress: "192.0.2.1" };

test("greets the customer of the session", async () => {
  const response = await app.fetch("/greeting", {}, ada);
  assert.deepEqual(await response.json(), { hello: "Ada", from: "192.0.2.1" });
});

test("asks strangers who they are", async () => {
  assert.equal((await app.fetch("/greeting")).status, 401);
});

test("keeps the name of the form in a cookie", async () => {
  const body = new URLSearchParams({ name: "Ada" });
  const response = await app.fetch("/greeting", { method: "POST", body }, ada);
  assert.equal(response.status, 303);
  assert.deepEqual(response.headers.getSetCookie(), ["name=Ada; Path=/"]);
});
