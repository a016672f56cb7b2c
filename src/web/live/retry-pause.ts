// How long to wait before the next try to connect.

const firstMs = 500;
const longestMs = 5_000;

/** The pause before the n-th try (from 0): doubling, half of it by chance in [0, 1), so that fifty boards do not come back at once. */
export function retryPauseMs(attempt: number, chance: number): number {
  const fullMs = Math.min(longestMs, firstMs * 2 ** attempt);
  return fullMs / 2 + (fullMs / 2) * chance;
}
