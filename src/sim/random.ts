// The simulator's chance is the core's own.
export { createRandom, exponentialMs, type Random } from '../acd/random.js';
