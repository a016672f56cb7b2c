// A flow's text while it is edited: opened, tried as it is typed, saved into the draft, and what somebody else has made of it meanwhile.
import { computed, ref, watch, type Ref } from 'vue';
import type { FlowTextView, KeptFlowView, TriedFlowView } from '../../adapters/http/draft-flow-routes.js';
import { call, type Refusal } from '../api.js';
import { findingsOf, type ToldFinding } from '../publish/refusal-lines.js';
import { say } from '../words/language.js';
import { forgetText, keepText, keptText } from './kept-text.js';

/** A pause in typing after which the text is tried. */
const typingPauseMs = 600;

const plain = (text: string): string => text.replaceAll('\r\n', '\n');

/** What a clerk has to choose against: what is in force where his draft was written over something else, or else what is in the draft. */
const standingIn = ({ conflict, inForce, text, seen }: FlowTextView) => ({
  text: plain((conflict ? inForce : text) ?? ''),
  seen,
});

/** What the editor shows of a flow; nothing of the text is ever lost but by `drop` and `take`. */
export function useOpenFlow(id: Ref<string>) {
  const opened = ref<FlowTextView>();
  const text = ref('');
  const seen = ref<string | null>(null);
  const tried = ref<TriedFlowView>();
  /** What stands there now where somebody else has written, for the clerk to choose by. */
  const standing = ref<{ readonly text: string; readonly seen: string }>();
  const [svg, fault, done] = [ref<string | null>(null), ref(''), ref('')];
  const [busy, restored, saves] = [ref(false), ref(false), ref(0)];
  /** The flow whose text is in the box; undefined while none could be opened. */
  const loaded = ref<string>();
  let [asked, timer, triedText] = [0, 0, ''];

  const isNew = computed(() => seen.value === null);
  const isDirty = computed(() => isNew.value || text.value !== plain(opened.value?.text ?? ''));
  const canSave = computed(
    () => !busy.value && standing.value === undefined && (isDirty.value || opened.value?.conflict === true),
  );
  const pathOf = (name: string): string => `/api/v1/draft/flows/${encodeURIComponent(name)}`;

  async function open(): Promise<void> {
    const wanted = id.value;
    window.clearTimeout(timer);
    asked += 1;
    [loaded.value, tried.value, svg.value, standing.value] = [undefined, undefined, null, undefined];
    [fault.value, done.value, restored.value, triedText] = ['', '', false, ''];
    if (wanted === '') return;
    const answer = await call<FlowTextView>('GET', pathOf(wanted));
    if (wanted !== id.value) return;
    const kept = keptText(wanted);
    if (!answer.ok && !(answer.status === 404 && kept?.seen === null)) {
      fault.value = answer.message;
      return;
    }
    opened.value = answer.ok ? answer.body : undefined;
    const now = { text: plain(opened.value?.text ?? ''), seen: opened.value?.seen ?? null };
    const shown = kept !== undefined && kept.text !== now.text ? kept : now;
    restored.value = shown === kept;
    [text.value, seen.value, loaded.value] = [shown.text, shown.seen, wanted];
    if (opened.value && (opened.value.conflict || shown.seen !== now.seen))
      standing.value = standingIn(opened.value);
    void trial();
  }

  /** A new flow, begun with this text. */
  function begin(name: string, words: string): void {
    keepText(name, { text: words, seen: null });
  }

  watch(text, (words) => {
    if (loaded.value === undefined) return;
    if (isDirty.value) keepText(loaded.value, { text: words, seen: seen.value });
    else forgetText(loaded.value);
    window.clearTimeout(timer);
    if (words !== triedText) timer = window.setTimeout(() => void trial(), typingPauseMs);
  });

  /** Asked again and again: only the last answer counts. */
  async function trial(): Promise<void> {
    if (loaded.value === undefined) return;
    window.clearTimeout(timer);
    const own = (asked += 1);
    triedText = text.value;
    const answer = await call<TriedFlowView>('POST', `${pathOf(loaded.value)}/preview`, { text: triedText });
    if (own !== asked) return;
    fault.value = answer.ok ? '' : answer.message;
    if (answer.ok) show(answer.body);
  }

  function show(fares: TriedFlowView): void {
    tried.value = fares;
    // With an error the last picture stays, and says that it is old.
    svg.value = fares.svg ?? svg.value;
  }

  async function save(): Promise<void> {
    const name = loaded.value;
    if (!canSave.value || name === undefined) return;
    window.clearTimeout(timer);
    const own = (asked += 1);
    busy.value = true;
    [fault.value, done.value] = ['', ''];
    const words = text.value;
    const answer = await call<KeptFlowView>('PUT', pathOf(name), { text: words, seen: seen.value });
    busy.value = false;
    if (name !== loaded.value) return;
    if (!answer.ok) return refused(answer);
    const { inForce = null, scenarios = null } = opened.value ?? {};
    const { seen: now } = answer.body;
    seen.value = now;
    opened.value = {
      ...{ text: words, inForce, scenarios, seen: now },
      ...{ changed: words !== plain(inForce ?? ''), conflict: false },
    };
    restored.value = false;
    // What was typed meanwhile is not in the draft.
    if (text.value === words) forgetText(name);
    if (own === asked) show(answer.body);
    done.value = say('draft.saved');
    saves.value += 1;
  }

  async function refused(refusal: Refusal): Promise<void> {
    fault.value = refusal.message;
    const findings: readonly ToldFinding[] = findingsOf(refusal);
    if (findings.length > 0)
      show({
        findings: findings.map(({ level, ...one }) => ({
          ...{ ...one, field: null },
          level: level === 'error' ? 'error' : 'warning',
        })),
        ...{ svg: null, scenarios: null },
      });
    if (refusal.code !== 'DRAFT_CONFLICT' || refusal.details?.['file'] === undefined) return;
    const answer = await call<FlowTextView>('GET', pathOf(loaded.value ?? ''));
    if (!answer.ok) return;
    opened.value = answer.body;
    standing.value = standingIn(answer.body);
  }

  /** After a conflict: mine goes over what stands there. */
  function insist(): void {
    if (standing.value === undefined) return;
    seen.value = standing.value.seen;
    standing.value = undefined;
    fault.value = '';
    if (loaded.value !== undefined) keepText(loaded.value, { text: text.value, seen: seen.value });
  }

  /** After a conflict: what stands there comes into the box. */
  function take(): void {
    if (standing.value === undefined) return;
    text.value = standing.value.text;
    insist();
  }

  /** Gives up what is not in the draft. */
  async function drop(): Promise<void> {
    if (loaded.value !== undefined) forgetText(loaded.value);
    await open();
  }

  return {
    ...{ loaded, opened, text, tried, svg, standing, fault, done, busy, restored, saves },
    ...{ isNew, isDirty, canSave, open, begin, save, insist, take, drop },
  };
}
