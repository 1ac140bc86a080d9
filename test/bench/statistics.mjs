/** The middle one. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** How often the other's value goes into ours, round by round: rounds that stand side by side share the noise. */
export function pairedRatio(ours, others) {
  return median(ours.map((value, at) => others[at] / value));
}
