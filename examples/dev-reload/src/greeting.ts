export type Tone = "short" | "long";

export function greet(tone: Tone, name: string): string {
  return `${tone === "short" ? "Hi" : "Good morning"}, ${name}!`;
}
