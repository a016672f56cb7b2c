// 专家座席咨询: an expert is reserved, the citizen is told and hears music, agent and expert talk; then all three, a hand-over, or back.
//
// Whatever fails leads back to the agent, whose leg stays up for that, or where he is gone to the head of his queue. The citizen hears
// music for `parkOver` at the longest, over all experts that are tried. An expert's reservation is his call: made with it, ended with it.
import {
  expertThere,
  isParked,
  type Consult,
  type ConsultOutcome,
  type ConsultPhase,
  type ExpertCall,
  type ExpertOutcome,
  type ExpertTalk,
} from './consult.js';
import { isHeld, type Talk } from './contact.js';
import { mannerOf, mannerOfTarget, type ConsultManner } from './consult-manner.js';
import type { ContactSignal, ExpertTold } from './contact-signals.js';
import {
  arm,
  ask,
  disarm,
  patch,
  record,
  refuse,
  voiced,
  withTalk,
  type ContactContext,
  type ContactStep,
} from './contact-step.js';
import { music, say, silence } from './contact-voice.js';
import type { BridgeId, ChannelId, ConsultId, PlayId } from './ids.js';

type Signal<Type extends ContactSignal['type']> = Extract<ContactSignal, { type: Type }>;

/** Choosing and reserving takes no longer, or nobody is free. */
const seekMs = 5_000;
const acceptKey = '1';
const declineKey = '2';
const userBusy = 17;
const noUserResponding = 18;
const noAnswer = 19;
const rejected = 21;

/** The bridge in which agent and expert talk: its id is the consult's. */
export const bridgeOfConsult = (id: ConsultId): BridgeId => id as string as BridgeId;

/** A consult in hand, and the talk it is in. */
interface Consulting {
  readonly talk: Talk;
  readonly consult: Consult;
}

/** Likewise with one of its experts. */
type WithCall = Consulting & { readonly call: ExpertCall };

/** The agent asks. The citizen is still with him: he leaves only for an expert who is reserved. */
export function seekExpert(
  step: ContactStep,
  talk: Talk,
  { consultId, agentId, wish, note, target }: Signal<'SeekExpert'>,
  context: ContactContext,
): ContactStep {
  if (talk.consult !== undefined) return refuse(step.contact, 'CONSULT_RUNNING');
  if (isHeld(talk)) return refuse(step.contact, 'CONTACT_HELD');
  const { nowMs } = context;
  const consult: Consult = {
    ...{ consultId, wish, note, phase: 'seeking', soughtAtMs: nowMs, sinceMs: nowMs, parkedSinceMs: null },
    ...{ queuedAtMs: null, calls: [], tried: [], recording: false, talkedMs: 0 },
    ...(target !== undefined && { target }),
  };
  const sought = record(patch(withTalk(step, { consult }), { consults: (step.contact.consults ?? 0) + 1 }), {
    type: 'ConsultSought',
    consultId,
    agentId,
    note,
    ...wish,
    ...(target !== undefined && { mode: target.mode, packet: target.packet }),
  });
  return seek(sought, consult, context);
}

function seek(step: ContactStep, consult: Consult, context: ContactContext): ContactStep {
  const { consultId, wish, tried } = consult;
  const asked = ask(inPhase(step, consult, 'seeking', context), {
    ...{ do: 'reserveExperts', consultId, wish, tried },
  });
  return arm(asked, 'consultOver', context.nowMs + seekMs);
}

/** Reserved: the citizen is told, and their phones ring. Come too late, they are let go again. */
export function expertsReserved(
  step: ContactStep,
  { consultId, experts }: Signal<'ExpertsReserved'>,
  context: ContactContext,
): ContactStep {
  const rungAtMs = context.nowMs;
  const calls = experts.map((expert): ExpertCall => ({ ...expert, rungAtMs, state: 'ringing' }));
  const now = consultIn(step);
  const [first] = calls;
  if (now?.consult.consultId !== consultId || now.consult.phase !== 'seeking')
    return ask(step, ...calls.map(release));
  if (isHeld(now.talk)) return waitOrEnd(ask(step, ...calls.map(release)), now, null, context);
  if (first === undefined) return step;
  const { talk, consult } = now;
  const manner = mannerFor(consult, first, context);
  const parked = park(step, talk, consult, manner, context);
  const ringing = inPhase(parked, { ...consult, ...parkedOf(parked), calls }, 'ringing', context);
  const { ringMs } = manner;
  const rung = calls.reduce(
    (so, call) =>
      ask(record(so, { type: 'ExpertRung', ...told(consult, call) }), ...busy(call, true), {
        do: 'ringExpert',
        call,
        ringMs,
      }),
    ringing,
  );
  return arm(rung, 'consultOver', context.nowMs + ringMs);
}

/** How this party is met. */
function mannerFor(
  { target }: Pick<Consult, 'target'>,
  call: ExpertCall,
  { policy }: ContactContext,
): ConsultManner {
  return mannerOf(target, call, policy.consult);
}

/** Out of the talk: 正在为您联系专家座席, then music. Not twice where the next one is rung. */
function park(
  step: ContactStep,
  talk: Talk,
  consult: Consult,
  { seek: prompt, next }: ConsultManner,
  context: ContactContext,
): ContactStep {
  if (consult.parkedSinceMs !== null)
    return next === null ? step : say(step, [{ prompt: next, mustHear: false }], context);
  const { nowMs, policy } = context;
  const { consultId } = consult;
  const out = record(
    withTalk(ask(step, { do: 'takeOut', bridgeId: talk.bridgeId }), {
      consult: { ...consult, parkedSinceMs: nowMs },
    }),
    { type: 'CitizenParked', consultId, parked: true },
  );
  return arm(say(out, [{ prompt, mustHear: false }], context), 'parkOver', nowMs + policy.consult.parkMs);
}

function parkedOf(step: ContactStep): Pick<Consult, 'parkedSinceMs'> {
  return { parkedSinceMs: consultIn(step)?.consult.parkedSinceMs ?? null };
}

/** Nobody is free: the consult waits, and the citizen is with his agent meanwhile; or it is over. */
export function expertsBusy(
  step: ContactStep,
  { consultId, mayCome, expectedMs }: Signal<'ExpertsBusy'>,
  context: ContactContext,
): ContactStep {
  const now = consultIn(step);
  if (now?.consult.consultId !== consultId || now.consult.phase !== 'seeking') return step;
  if (!mayCome) return endConsult(step, now.talk, 'nobody', context);
  return waitOrEnd(step, now, expectedMs, context);
}

/** A target is waited for by nobody. */
function waitOrEnd(
  step: ContactStep,
  { talk, consult }: Consulting,
  expectedMs: number | null,
  context: ContactContext,
): ContactStep {
  if (consult.target !== undefined) return endConsult(step, talk, 'failed', context);
  return waitForExpert(step, consult, expectedMs, context);
}

function waitForExpert(
  step: ContactStep,
  consult: Consult,
  expectedMs: number | null,
  context: ContactContext,
): ContactStep {
  const { nowMs, policy } = context;
  const back = unpark(step, consult);
  const untilMs = consult.soughtAtMs + policy.consult.queueMs;
  const queuedAtMs = consult.queuedAtMs ?? nowMs;
  const waiting = inPhase(back, { ...consult, parkedSinceMs: null, queuedAtMs }, 'queued', context);
  const isNew = consult.queuedAtMs === null;
  const told = isNew
    ? record(waiting, { type: 'ConsultQueued', consultId: consult.consultId, expectedMs })
    : waiting;
  return arm(told, 'consultOver', Math.max(nowMs, untilMs));
}

/** Citizen and agent hear one another again. */
function unpark(step: ContactStep, { consultId, parkedSinceMs }: Consult): ContactStep {
  const { stage } = step.contact;
  if (parkedSinceMs === null || stage.at !== 'talking') return step;
  const { bridgeId, legId } = stage.talk;
  const quiet = music(silence(disarm(step, 'parkOver')), false);
  return ask(record(quiet, { type: 'CitizenParked', consultId, parked: false }), {
    do: 'gather',
    bridgeId,
    citizen: true,
    legIds: [legId],
  });
}

/** Somebody may be free for who waits. */
export function expertMayBeFree(
  step: ContactStep,
  { consultId }: Signal<'ExpertMayBeFree'>,
  context: ContactContext,
): ContactStep {
  const now = consultIn(step);
  if (now?.consult.consultId !== consultId || now.consult.phase !== 'queued' || isHeld(now.talk)) return step;
  return seek(step, now.consult, context);
}

/** An expert's phone was answered: at his desk by himself, outside by a person or a machine. */
export function expertAnswered(
  step: ContactStep,
  { legId }: Signal<'ExpertAnswered'>,
  context: ContactContext,
): ContactStep {
  const now = callIn(step, legId);
  if (now?.call.state !== 'ringing') return step;
  const { call, consult } = now;
  const { asksKey, accept: prompt } = mannerFor(consult, call, context);
  if (!asksKey) return taken(step, now, context);
  const asked = withCall(step, consult, { ...call, state: 'asked' });
  const said = ask(asked, { do: 'tellExpert', legId, playId: `${legId}.accept` as PlayId, prompt });
  return arm(said, 'consultOver', context.nowMs + context.policy.consult.acceptMs);
}

/** 接听请按1，暂时不便请按2. */
export function expertPressed(
  step: ContactStep,
  { legId, digit }: Signal<'ExpertPressed'>,
  context: ContactContext,
): ContactStep {
  const now = callIn(step, legId);
  if (now?.call.state !== 'asked') return step;
  if (digit === acceptKey) return taken(step, now, context);
  return digit === declineKey ? missed(step, now, 'declined', 0, context) : step;
}

/** He is the one: all others are let go, and he hears that it is recorded before anybody hears him. */
function taken(step: ContactStep, { consult, call }: WithCall, context: ContactContext): ContactStep {
  const { nowMs, policy } = context;
  const { legId, rungAtMs } = call;
  const there: ExpertCall = { ...call, state: 'there' };
  const others = consult.calls.filter((one) => one.legId !== legId);
  const alone = others.reduce((so, one) => closeCall(so, consult, one, 'elsewhere', 0, context), step);
  const answered = record(inPhase(alone, { ...consult, calls: [there] }, 'noticed', context), {
    type: 'ExpertAnswered',
    ...told(consult, call),
    ...{ rangMs: nowMs - rungAtMs, waitedMs: nowMs - consult.soughtAtMs },
  });
  const asked =
    call.state === 'asked'
      ? ask(answered, { do: 'stopPlay', playId: `${legId}.accept` as PlayId })
      : answered;
  const { notice: prompt } = mannerFor(consult, call, context);
  const noticed = ask(asked, { do: 'tellExpert', legId, playId: noticeOf(legId), prompt });
  return arm(noticed, 'consultOver', nowMs + policy.playMs);
}

/** The playback by which who has taken it hears of the recording. */
export const noticeOf = (legId: ChannelId): PlayId => `${legId}.notice` as PlayId;

/** They have what is known of the matter: whoever answers from now on is told so. */
export function packetTaken(step: ContactStep, { consultId }: Signal<'PacketTaken'>): ContactStep {
  const now = consultIn(step);
  const target = now?.consult.target;
  if (now?.consult.consultId !== consultId || target === undefined) return step;
  return withTalk(step, { consult: { ...now.consult, target: { ...target, packetTaken: true } } });
}

/** The notice is over: agent and expert are joined, or all three. */
export function expertPlayEnded(
  step: ContactStep,
  { legId, playId }: Signal<'ExpertPlayEnded'>,
  context: ContactContext,
): ContactStep {
  const now = callIn(step, legId);
  if (now?.consult.phase !== 'noticed' || playId !== noticeOf(legId)) return step;
  return joinExpert(step, now, context);
}

function joinExpert(step: ContactStep, now: WithCall, context: ContactContext): ContactStep {
  const { talk, consult, call } = now;
  if (mannerFor(consult, call, context).together) return gatherAll(step, now, context);
  const bridgeId = bridgeOfConsult(consult.consultId);
  const joining = ask(inPhase(step, consult, 'joining', context), {
    ...{ do: 'gather', bridgeId, citizen: false, legIds: [call.legId, talk.legId] },
  });
  return arm(joining, 'consultOver', context.nowMs + context.policy.joinMs);
}

/** A leg that could not be joined for being gone is told of within this. */
const legGoneMs = 500;

/** Those who were asked for are in their bridge, or cannot be. */
export function gathered(
  step: ContactStep,
  { bridgeId, legIds, ok }: Signal<'Gathered'>,
  context: ContactContext,
): ContactStep {
  const now = consultIn(step);
  const call = now === null ? undefined : expertThere(now.consult);
  if (now === null || call === undefined) return step;
  const { talk, consult } = now;
  const isConsults = consult.phase === 'joining' && bridgeId === bridgeOfConsult(consult.consultId);
  const isAll = consult.phase === 'gathering' && bridgeId === talk.bridgeId && legIds.includes(call.legId);
  if (!isConsults && !isAll) return step;
  // The agent may have just hung up: his leg's end is told in a moment, and then the citizen is handed over.
  if (!ok) return arm(step, 'consultOver', context.nowMs + legGoneMs);
  const all = { talk, consult, call };
  return isConsults ? consultJoined(step, all, context) : conferenceJoined(step, all, context);
}

function consultJoined(step: ContactStep, { consult, call }: WithCall, context: ContactContext): ContactStep {
  const joined = disarm(
    record(inPhase(step, consult, 'talking', context), { type: 'ConsultJoined', ...told(consult, call) }),
    'consultOver',
  );
  if (!context.policy.record) return joined;
  return ask(joined, { do: 'recordConsult', legId: call.legId, consult: step.contact.consults ?? 1 });
}

/** The file of agent and expert alone; late, it is of a consult that is over. */
export function consultRecordingStarted(
  step: ContactStep,
  { consult: nth, file }: Signal<'ConsultRecordingStarted'>,
): ContactStep {
  const now = consultIn(step);
  if (now === null || nth !== (step.contact.consults ?? 1)) return step;
  const { consult } = now;
  return record(withTalk(step, { consult: { ...consult, recording: true } }), {
    ...{ type: 'ConsultRecordingStarted', consultId: consult.consultId, file },
  });
}

/** 三方通话: the citizen comes to them. */
export function conferConsult(step: ContactStep, talk: Talk, context: ContactContext): ContactStep {
  const { consult } = talk;
  const call = consult && expertThere(consult);
  // Who would be released by himself stays.
  if (consult?.phase === 'conference') return disarm(step, 'consultOver');
  if (consult?.phase === 'gathering') return step;
  if (consult?.phase !== 'talking' || call === undefined) return refuse(step.contact, 'CONSULT_NONE');
  const talkedMs = context.nowMs - consult.sinceMs;
  const all = { talk, call, consult: { ...consult, recording: false, talkedMs } };
  const asked = gatherAll(stopRecordingConsult(step, consult, call), all, context);
  return ask(asked, { do: 'dropBridge', bridgeId: bridgeOfConsult(consult.consultId) });
}

function gatherAll(
  step: ContactStep,
  { talk, consult, call }: WithCall,
  context: ContactContext,
): ContactStep {
  const { bridgeId, legId } = talk;
  const quiet = music(silence(disarm(step, 'parkOver')), false);
  const asked = ask(inPhase(quiet, { ...consult, parkedSinceMs: null }, 'gathering', context), {
    ...{ do: 'gather', bridgeId, citizen: true, legIds: [legId, call.legId] },
  });
  return arm(asked, 'consultOver', context.nowMs + context.policy.joinMs);
}

/** All three hear that there are three, and that it is recorded. */
function conferenceJoined(
  step: ContactStep,
  { talk, consult, call }: WithCall,
  context: ContactContext,
): ContactStep {
  const { consultId, target } = consult;
  const { bridgeId, legId } = talk;
  const { joined: prompt, toAll } = mannerFor(consult, call, context);
  const three = ask(
    record(
      disarm(inPhase(step, consult, 'conference', context), 'consultOver'),
      { type: 'CitizenParked', consultId, parked: false },
      { type: 'ConferenceJoined', ...told(consult, call) },
    ),
    { do: 'announce', bridgeId, legId, prompt },
  );
  const playId = `${call.legId}.three` as PlayId;
  const heard = toAll ? ask(three, { do: 'tellExpert', legId: call.legId, playId, prompt }) : three;
  const releaseAfterMs = target?.releaseAfterMs ?? null;
  return releaseAfterMs === null ? heard : arm(heard, 'consultOver', context.nowMs + releaseAfterMs);
}

/** The agent of a talk is to be released when `consultOver` comes: all three talk, and it is accepted. */
export function isAcceptedInTime({ consult }: Pick<Talk, 'consult'>): boolean {
  return consult?.phase === 'conference' && (consult.target?.releaseAfterMs ?? null) !== null;
}

/** The agent goes back, or gives it up. */
export function backFromConsult(step: ContactStep, talk: Talk, context: ContactContext): ContactStep {
  if (talk.consult === undefined) return refuse(step.contact, 'CONSULT_NONE');
  return endConsult(step, talk, 'back', context);
}

/** An expert's phone is gone, or could not be rung. */
export function expertGone(
  step: ContactStep,
  { legId, causeCode }: Signal<'ExpertGone'>,
  context: ContactContext,
): ContactStep {
  const now = callIn(step, legId);
  if (now === null) return step;
  const hasTalked = now.consult.phase !== 'noticed' && now.consult.phase !== 'joining';
  if (now.call.state === 'there' && hasTalked) return endConsult(step, now.talk, 'left', context);
  return missed(step, now, outcomeOf(causeCode), causeCode, context);
}

function outcomeOf(causeCode: number): ExpertOutcome {
  if (causeCode === userBusy) return 'busy';
  if (causeCode === rejected) return 'declined';
  return causeCode === noAnswer || causeCode === noUserResponding ? 'noAnswer' : 'failed';
}

/** One did not come: the others ring on, or the next is sought. */
function missed(
  step: ContactStep,
  { consult, call }: WithCall,
  outcome: ExpertOutcome,
  causeCode: number,
  context: ContactContext,
): ContactStep {
  const left: Consult = {
    ...consult,
    calls: consult.calls.filter(({ legId }) => legId !== call.legId),
    tried: [...consult.tried, call.expertId],
  };
  const closed = closeCall(step, consult, call, outcome, causeCode, context);
  if (left.calls.length > 0) return withTalk(closed, { consult: left });
  return seek(closed, left, context);
}

/** What the consult waited for did not come in time. */
export function consultOverdue(step: ContactStep, context: ContactContext): ContactStep {
  const now = consultIn(step);
  if (now === null) return step;
  const { talk, consult } = now;
  switch (consult.phase) {
    case 'seeking':
      return waitOrEnd(step, now, null, context);
    case 'queued':
      return endConsult(step, talk, 'waited', context);
    case 'ringing': {
      const tried = [...consult.tried, ...consult.calls.map(({ expertId }) => expertId)];
      const closed = consult.calls.reduce(
        (so, call) => closeCall(so, consult, call, 'noAnswer', noAnswer, context),
        step,
      );
      return seek(closed, { ...consult, calls: [], tried }, context);
    }
    case 'noticed': {
      const call = expertThere(consult);
      return call === undefined ? step : joinExpert(step, { talk, consult, call }, context);
    }
    case 'joining':
    case 'gathering':
      return endConsult(step, talk, 'failed', context);
    case 'talking':
    case 'conference':
      return step;
  }
}

/** He has heard music for long enough: his agent comes back to him. */
export function parkedTooLong(step: ContactStep, context: ContactContext): ContactStep {
  const now = consultIn(step);
  return now === null || !isParked(now.talk) ? step : endConsult(step, now.talk, 'parked', context);
}

/** Outcomes that the agent did not ask for: he is told. */
const failures: readonly ConsultOutcome[] = ['nobody', 'waited', 'failed', 'left', 'restart'];

/** The consult is over and the talk goes on: every expert is let go, the citizen comes back to his agent. */
export function endConsult(
  step: ContactStep,
  talk: Talk,
  outcome: ConsultOutcome,
  context: ContactContext,
): ContactStep {
  const { consult } = talk;
  if (consult === undefined) return step;
  const back = unpark(dropConsult(step, talk, outcome, context), consult);
  // A gathering that failed has left him between two bridges.
  const { bridgeId, legId } = talk;
  const together =
    consult.phase === 'gathering'
      ? ask(back, { do: 'gather', bridgeId, citizen: true, legIds: [legId] })
      : back;
  if (!failures.includes(outcome)) return together;
  const failed = consult.target === undefined ? null : mannerOfTarget(consult.target).failed;
  if (failed !== null && (outcome === 'nobody' || outcome === 'failed'))
    return ask(together, { do: 'announce', bridgeId, legId, prompt: failed });
  const playId = `${consult.consultId}.over` as PlayId;
  return ask(together, { do: 'whisper', legId, playId, prompt: { id: 'a.back' }, waits: false });
}

/** After a restart or a reconnect: a talk goes on as it was, whatever had not come to one is over. */
export function resyncConsult(
  step: ContactStep,
  talk: Talk,
  expert: 'gone' | 'up' | undefined,
  context: ContactContext,
): ContactStep {
  const { consult, bridgeId, legId } = talk;
  const call = consult && expertThere(consult);
  if (consult === undefined) return step;
  if (consult.phase === 'queued' || (consult.phase === 'seeking' && consult.parkedSinceMs === null))
    return seek(step, consult, context);
  const talks = consult.phase === 'talking' || consult.phase === 'conference';
  if (!talks || call === undefined) return endConsult(step, talk, 'restart', context);
  if (expert !== 'up') return endConsult(step, talk, 'left', context);
  if (consult.phase === 'conference')
    return ask(step, { do: 'gather', bridgeId, citizen: true, legIds: [legId, call.legId] });
  const consultBridge = bridgeOfConsult(consult.consultId);
  const apart = ask(
    step,
    { do: 'takeOut', bridgeId },
    { do: 'gather', bridgeId: consultBridge, citizen: false, legIds: [call.legId, legId] },
  );
  // Whether his music is on nobody knows.
  return voiced(silence(apart), { music: false });
}

/** Takes the consult out of the talk; where the citizen is then is the caller's affair. `keep`: this expert goes on with him. */
export function dropConsult(
  step: ContactStep,
  { consult, agentId }: Pick<Talk, 'consult' | 'agentId'>,
  outcome: ConsultOutcome,
  context: ContactContext,
  keep?: ExpertCall,
): ContactStep {
  if (consult === undefined) return step;
  const { consultId, calls, target } = consult;
  const there = expertThere(consult);
  const others = calls.filter(({ legId }) => legId !== keep?.legId);
  const hushed = there === undefined ? step : stopRecordingConsult(step, consult, there);
  const closed = others.reduce(
    (so, call) =>
      call.state === 'there' ? letGo(so, call) : closeCall(so, consult, call, 'cancelled', 0, context),
    hushed,
  );
  const talked = there !== undefined && consult.phase !== 'noticed' && consult.phase !== 'joining';
  const sinceMs = consult.phase === 'conference' || consult.phase === 'gathering' ? consult.talkedMs : 0;
  const ended = record(withoutConsult(disarm(closed, 'consultOver', 'parkOver')), {
    ...{ type: 'ConsultEnded', consultId, agentId, outcome },
    ...(there !== undefined && { expertId: there.expertId }),
    ...(target !== undefined && { targetId: target.targetId }),
    talkMs: talked ? sinceMs + context.nowMs - consult.sinceMs : 0,
  });
  return ask(ended, { do: 'dropBridge', bridgeId: bridgeOfConsult(consultId) });
}

function withoutConsult(step: ContactStep): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'talking') return step;
  const { consult: _over, ...talk } = stage.talk;
  return patch(step, { stage: { ...stage, talk } });
}

function stopRecordingConsult(step: ContactStep, { recording }: Consult, { legId }: ExpertCall): ContactStep {
  return recording ? ask(step, { do: 'stopConsultRecording', legId }) : step;
}

/** One who was rung is let go, and why. */
function closeCall(
  step: ContactStep,
  consult: Consult,
  call: ExpertCall,
  outcome: ExpertOutcome,
  causeCode: number,
  { nowMs }: ContactContext,
): ContactStep {
  const rangMs = nowMs - call.rungAtMs;
  return letGo(
    record(step, { type: 'ExpertMissed', ...told(consult, call), outcome, causeCode, rangMs }),
    call,
  );
}

/** His phone, his reservation, and his state as an agent. */
export function letGo(step: ContactStep, call: ExpertCall): ContactStep {
  return ask(step, { do: 'hangUpExpert', legId: call.legId }, ...busy(call, false), release(call));
}

const release = (call: ExpertCall) => ({ do: 'releaseExpert', call }) as const;

/** Who is an agent besides is offered nothing until it is over: his phone is taken. */
function busy({ line, legId }: ExpertCall, up: boolean) {
  if ('outside' in line) return [];
  const signal = { type: 'OwnCall', channelId: legId, up } as const;
  return [{ do: 'tellAgent', agentId: line.agentId, signal } as const];
}

/** An expert as the journal names him. */
export function told({ consultId }: Pick<Consult | ExpertTalk, 'consultId'>, call: ExpertCall): ExpertTold {
  const { expertId, departmentId, line } = call;
  const targetId = 'outside' in line ? line.target?.targetId : undefined;
  return { consultId, expertId, departmentId, ...(targetId !== undefined && { targetId }) };
}

function consultIn({ contact: { stage } }: ContactStep): Consulting | null {
  if (stage.at !== 'talking' || stage.talk.consult === undefined) return null;
  return { talk: stage.talk, consult: stage.talk.consult };
}

function callIn(step: ContactStep, legId: ChannelId): WithCall | null {
  const now = consultIn(step);
  const call = now?.consult.calls.find((one) => one.legId === legId);
  return now === null || call === undefined ? null : { ...now, call };
}

function withCall(step: ContactStep, consult: Consult, call: ExpertCall): ContactStep {
  const calls = consult.calls.map((one) => (one.legId === call.legId ? call : one));
  return withTalk(step, { consult: { ...consult, calls } });
}

function inPhase(
  step: ContactStep,
  consult: Consult,
  phase: ConsultPhase,
  { nowMs }: ContactContext,
): ContactStep {
  return withTalk(step, { consult: { ...consult, phase, sinceMs: nowMs } });
}
