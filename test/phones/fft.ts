// The fast Fourier transform (radix 2, in place), and what correlation needs of it. Pure.

/** The smallest power of two that is not below `n`. */
export function powerOfTwoFor(n: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, n)));
}

const twiddles = new Map<number, { readonly cos: Float64Array; readonly sin: Float64Array }>();

/** Transforms re + i·im in place; the length is a power of two. For the way back, exchange the two arguments and divide by the length. */
export function fft(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  const { cos, sin } = twiddlesOf(n);
  reorder(re, im);
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0, t = 0; k < half; k += 1, t += stride) {
        const a = start + k;
        const b = a + half;
        // Indices stay inside: the assertions spare a check in the innermost loop.
        const c = cos[t]!;
        const s = sin[t]!;
        const br = re[b]! * c + im[b]! * s;
        const bi = im[b]! * c - re[b]! * s;
        re[b] = re[a]! - br;
        im[b] = im[a]! - bi;
        re[a]! += br;
        im[a]! += bi;
      }
    }
  }
}

/**
 * Correlates `signal` with `pattern`: out[k] = Σ signal[k+i]·pattern[i], for each k at which the pattern lies wholly inside.
 * Overlap-save, two blocks a transform: the real signals share one complex FFT.
 */
export function correlate(signal: Float64Array, pattern: Float64Array): Float64Array {
  const out = new Float64Array(Math.max(0, signal.length - pattern.length + 1));
  const n = powerOfTwoFor(Math.min(2 * pattern.length + 1_024, signal.length));
  const step = n - pattern.length + 1;
  const pr = new Float64Array(n);
  const pi = new Float64Array(n);
  pr.set(pattern);
  fft(pr, pi);
  for (let start = 0; start < out.length; start += 2 * step) {
    const re = blockAt(signal, start, n);
    const im = blockAt(signal, start + step, n);
    fft(re, im);
    for (let k = 0; k < n; k += 1) {
      const r = re[k]! * pr[k]! + im[k]! * pi[k]!;
      im[k] = im[k]! * pr[k]! - re[k]! * pi[k]!;
      re[k] = r;
    }
    fft(im, re);
    for (let i = 0; i < step; i += 1) {
      if (start + i < out.length) out[start + i] = re[i]! / n;
      if (start + step + i < out.length) out[start + step + i] = im[i]! / n;
    }
  }
  return out;
}

function blockAt(signal: Float64Array, start: number, length: number): Float64Array {
  const block = new Float64Array(length);
  block.set(signal.subarray(Math.min(start, signal.length), Math.min(start + length, signal.length)));
  return block;
}

function twiddlesOf(n: number): { readonly cos: Float64Array; readonly sin: Float64Array } {
  const known = twiddles.get(n);
  if (known) return known;
  const made = {
    cos: Float64Array.from({ length: n / 2 }, (_unused, k) => Math.cos((2 * Math.PI * k) / n)),
    sin: Float64Array.from({ length: n / 2 }, (_unused, k) => Math.sin((2 * Math.PI * k) / n)),
  };
  twiddles.set(n, made);
  return made;
}

function reorder(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i += 1) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
}
