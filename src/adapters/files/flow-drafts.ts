// Flows as texts in somebody's draft: shown, tried as they are typed, and kept once the check finds no error in them.
import { AppError } from '../../errors.js';
import { textIn, withText, type DraftText } from '../../site/draft-text.js';
import { applyDraft, type Draft, type DraftChange } from '../../site/draft.js';
import { flowFile, scenarioFile, type FlowOnTrial } from '../../site/flow-trial.js';
import type { JudgedDraft } from '../../site/judge-draft.js';
import { readScenarioFiles } from './site-files.js';

/** What these stand on: parts of the publisher. */
export interface FlowDraftParts {
  readonly dir: string;
  readonly filesInForce: () => Promise<ReadonlyMap<string, string>>;
  /** An empty one where there is none. */
  readonly draftOf: (author: string) => Promise<Draft>;
  readonly judge: (
    files: ReadonlyMap<string, string>,
    changes: readonly DraftChange[],
    flow: FlowOnTrial,
  ) => Promise<JudgedDraft>;
  /** Keeps a draft whose changes are these. @throws SITE_INVALID, DRAFT_CONFLICT where the judgement stands against it */
  readonly keep: (draft: Draft, judged: JudgedDraft) => Promise<unknown>;
}

/** A text somebody types. */
export interface FlowWish {
  readonly author: string;
  readonly id: string;
  readonly text: string;
  /** Of the texts it was typed over; null = a new flow. */
  readonly seen: string | null;
}

/** A flow's text and what stands beside it. */
export interface FlowTextInDraft extends DraftText {
  readonly text: string;
  /** Of the file in force; null where there is none. */
  readonly scenarios: string | null;
}

/** The flows of one site's drafts; see `SitePublisher` of the HTTP server. */
export function createFlowDrafts({ dir, filesInForce, draftOf, judge, keep }: FlowDraftParts) {
  const scenariosOf = async (id: string) => (await readScenarioFiles(dir)).get(scenarioFile(id)) ?? null;

  async function judged({ author, id, text }: Omit<FlowWish, 'seen'>) {
    const [files, draft] = [await filesInForce(), await draftOf(author)];
    const present = textIn(files, draft.changes, flowFile(id));
    const changes = withText(files, draft.changes, flowFile(id), text);
    const result = await judge(files, changes, { id, scenarios: await scenariosOf(id) });
    return { files, present, draft: { ...draft, changes }, result };
  }

  return {
    async flows(author: string) {
      const [files, { changes }] = [await filesInForce(), await draftOf(author)];
      return [...applyDraft(files, changes).files.keys()]
        .flatMap((file) => /^flows\/([^/]+)\.yaml$/.exec(file)?.[1] ?? [])
        .sort()
        .map((id) => ({ id, changed: textIn(files, changes, flowFile(id)).changed }));
    },
    async flowText(author: string, id: string): Promise<FlowTextInDraft> {
      const [files, { changes }] = [await filesInForce(), await draftOf(author)];
      const { text, ...rest } = textIn(files, changes, flowFile(id));
      if (text === null) throw new AppError('NOT_FOUND');
      return { text, ...rest, scenarios: await scenariosOf(id) };
    },
    previewFlow: async (wish: Omit<FlowWish, 'seen'>) => (await judged(wish)).result,
    async putFlow(wish: FlowWish): Promise<JudgedDraft & { readonly seenText: string }> {
      const { files, present, draft, result } = await judged(wish);
      if (wish.seen === null && present.text !== null)
        throw new AppError('ROW_EXISTS', { field: 'id', id: wish.id });
      if (wish.seen !== null && wish.seen !== present.seen)
        throw new AppError('DRAFT_CONFLICT', { file: flowFile(wish.id) });
      await keep(draft, result);
      const { seen } = textIn(files, draft.changes, flowFile(wish.id));
      return { ...result, seenText: seen };
    },
  };
}
