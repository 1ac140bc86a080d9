// A straight line through samples, and how sure one can be of its slope.

/** Two-sided 95 % points of Student's t, by degrees of freedom. */
const T95 = [Infinity, 12.7, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23];

/**
 * Least squares.
 *
 * @param points `[x, y]` each.
 * @returns The slope, and half the width of its 95 % confidence interval.
 */
export function slopeOf(points) {
  const count = points.length;
  const mean = (index) => points.reduce((sum, point) => sum + point[index], 0) / count;
  const [meanX, meanY] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const rest = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  const freedom = count - 2;
  const error = Math.sqrt(rest / freedom / spread);
  return { slope, margin: (T95[freedom] ?? 2.2) * error };
}

/**
 * Whether memory grows more with the bridge than without: the slope is above a floor below which nobody could
 * tell it from chance, and the two confidence intervals do not touch.
 */
export function growsMore(withBridge, without, floor) {
  const isApart = withBridge.slope - withBridge.margin > without.slope + without.margin;
  return withBridge.slope > floor && isApart;
}
