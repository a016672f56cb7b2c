// A spoken text by name: which prompt, with which slots filled.

/** A prompt of `ivr-flows/prompts/` and the values of its slots. */
export interface PromptRef {
  readonly id: string;
  readonly slots?: Readonly<Record<string, string | number>>;
}
