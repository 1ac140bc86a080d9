/// <reference types="starbridge/astro" />

declare namespace App {
  interface Locals {
    /** The host's session object. */
    visits?: { count?: number };
  }
}
