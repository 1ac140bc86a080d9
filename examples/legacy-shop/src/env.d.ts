/// <reference types="starbridge/astro" />

declare namespace App {
  interface Locals {
    /** The host's own session object: what a page writes, legacy reads. */
    session: import("../shop/session.ts").ShopSession;
    user?: import("../shop/session.ts").User;
  }
}
