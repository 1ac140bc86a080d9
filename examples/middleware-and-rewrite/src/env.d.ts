/// <reference types="starbridge/astro" />

declare namespace App {
  interface Locals {
    /** Who asks, as the host knows it. */
    visitor?: string;
  }
}
