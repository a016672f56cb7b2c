// Plays a sound that came in an answer. Decoded here: the pages' policy lets sound come from the service alone.

/** Plays a WAV file given as base64. */
export async function playSound(wav: string): Promise<void> {
  const bytes = Uint8Array.from(atob(wav), (sign) => sign.codePointAt(0) ?? 0);
  const context = new AudioContext();
  const source = context.createBufferSource();
  source.buffer = await context.decodeAudioData(bytes.buffer);
  source.connect(context.destination);
  source.addEventListener('ended', () => void context.close());
  source.start();
}
