import { createRequire } from "node:module";
import type express5 from "express";
import { describe } from "vitest";
import { conformance } from "./_conformance.ts";
import { expressManners } from "./_express.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");

conformance("express 4");
describe("manners of express 4", () => expressManners(express4));
