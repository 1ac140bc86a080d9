/// <reference types="starbridge/astro" />

declare namespace App {
  interface Locals {
    customer?: string;
  }
}
