import { createHash, timingSafeEqual } from "node:crypto";
import { forbidden, loginRequired, ShopError } from "./errors.ts";

export interface User {
  email: string;
  role: "customer" | "admin";
}

/** What the shop keeps in the session; express-session and @fastify/session both hold this. */
export interface ShopSession {
  user?: User;
  cart?: Record<string, number>;
}

// An example: real shops store a slow, salted hash.
const accounts: (User & { password: string })[] = [
  { email: "ada@example.com", role: "customer", password: "countess" },
  { email: "boss@example.com", role: "admin", password: "secret" },
];

export function checkLogin(input: unknown): User {
  const { email, password } = Object(input) as Record<string, unknown>;
  const account = accounts.find((candidate) => candidate.email === email);
  const same = timingSafeEqual(digest(account?.password ?? ""), digest(String(password)));
  if (!account || !same) throw new ShopError(401, "wrong_login", "Wrong e-mail or password.");
  return { email: account.email, role: account.role };
}

export function requireUser(session: ShopSession): User {
  if (!session.user) throw loginRequired();
  return session.user;
}

/** The guard of /api/admin: the host calls it in front of both worlds. */
export function requireAdmin(session: ShopSession): void {
  if (requireUser(session).role !== "admin") throw forbidden();
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
