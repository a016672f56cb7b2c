// SIPp as the hotline's people: one process is all agents' phones, another calls as citizens. Both speak A-law and write down when each INVITE was.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from '../phones/child.js';
import { runSipp, type SippResult } from '../phones/sipp.js';
import type { SipAddress } from '../phones/sip-transport.js';
import { markIn, type Mark } from './figures.js';

/** A phone's account. */
export interface PhoneAccount {
  readonly deviceId: string;
  readonly password: string;
}

/** Where the agents' phones are and where their sound would go. */
export interface AgentPhones {
  readonly server: SipAddress;
  readonly bind: SipAddress;
  /** Where they register from. */
  readonly registerPort: number;
  readonly mediaPort: number;
  /** For its logs. */
  readonly folder: string;
}

/** A round's callers. */
export interface Callers {
  readonly server: SipAddress;
  readonly bind: SipAddress;
  readonly mediaPort: number;
  readonly folder: string;
  readonly number: string;
  readonly calls: number;
  readonly callsPerSecond: number;
  /** At most so many at one time; whoever is done makes room for the next. */
  readonly atOnce: number;
  /** They hang up so long after they were answered; `null`: they wait until they are released. */
  readonly staysMs: number | null;
  /** No number comes twice in a run. */
  readonly firstCaller: number;
  readonly timeoutMs: number;
  /** Aborted: they hang up, as it were, all at once. */
  readonly signal: AbortSignal;
}

/** A citizen who hears nothing of anybody gives up at last. */
const patienceMs = 120_000;
/** A talk that its caller ends is ended by the phone only if that never happens. */
const longestTalkMs = 30_000;

const session = (who: string) => `v=0
o=${who} 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
`;

const message = (text: string) => `<![CDATA[\n${text}\n]]>`;

const answerTo = (tag: string, status = '200 OK') => `SIP/2.0 ${status}
[last_Via:]
[last_From:]
[last_To:]${tag === '' ? '' : `;tag=[pid]${tag}[call_number]`}
[last_Call-ID:]
[last_CSeq:]`;

const empty = 'Content-Length: 0\n';
const contact = 'Contact: <sip:[local_ip]:[local_port]>';

/** All phones of the agents: answer at once, another offer in the talk too, and release after `talkMs` unless the other side does. */
const phonesScenario = (talkMs: number) => `<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="agents">
  <recv request="OPTIONS" optional="true" next="alive"/>
  <recv request="INVITE" rrs="true">
    <action>
      <ereg regexp="INVITE sip:([^@]*)@" search_in="msg" assign_to="line,agent"/>
      <ereg regexp="sip:([^@>]*)[@>]" search_in="hdr" header="From:" assign_to="address,caller"/>
      <ereg regexp=".*" search_in="hdr" header="From:" assign_to="peer"/>
      <log message="I;[timestamp];[$agent];[$caller];"/>
    </action>
  </recv>
  <send>${message(`${answerTo('a', '180 Ringing')}\n${contact}\n${empty}`)}</send>
  <send retrans="500">${message(`${answerTo('a')}
${contact}
Content-Type: application/sdp
Content-Length: [len]

${session('agent')}`)}</send>
  <recv request="ACK"/>
  <label id="talk"/>
  <recv request="INVITE" optional="true" next="again" timeout="${String(talkMs)}" ontimeout="release"/>
  <recv request="BYE" timeout="${String(talkMs)}" ontimeout="release"/>
  <send next="end">${message(`${answerTo('')}\n${empty}`)}</send>
  <label id="release"/>
  <nop><action><log message="R;[timestamp];[$agent];[$caller];"/></action></nop>
  <send retrans="500">${message(`BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:[$agent]@[local_ip]:[local_port]>;tag=[pid]a[call_number]
To: [$peer]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
${empty}`)}</send>
  <recv response="200" next="end"/>
  <label id="again"/>
  <send retrans="500">${message(`${answerTo('')}
${contact}
Content-Type: application/sdp
Content-Length: [len]

${session('agent')}`)}</send>
  <recv request="ACK" next="talk"/>
  <label id="alive"/>
  <send>${message(`${answerTo('o')}\n${empty}`)}</send>
  <label id="end"/>
  <Reference variables="line,address"/>
</scenario>
`;

const fromCaller = (cseq: string) => `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
Call-ID: [call_id]
CSeq: ${cseq}
Max-Forwards: 70
Contact: <sip:[field0]@[local_ip]:[local_port]>`;

const callerReleases = (staysMs: number) => `<pause milliseconds="${String(staysMs)}"/>
  <send retrans="500">${message(`BYE [next_url] SIP/2.0\n[routes]\n[last_To:]\n${fromCaller('2 BYE')}\n${empty}`)}</send>
  <recv response="200" crlf="true"/>`;

const callerIsReleased = `<recv request="BYE" timeout="${String(patienceMs)}"/>
  <send>${message(`${answerTo('')}\n${empty}`)}</send>`;

const callerScenario = (staysMs: number | null) => `<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="citizens">
  <nop><action><log message="C;[timestamp];[field0];"/></action></nop>
  <send retrans="500">${message(`INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
To: <sip:[service]@[remote_ip]:[remote_port]>
${fromCaller('1 INVITE')}
Content-Type: application/sdp
Content-Length: [len]

${session('citizen')}`)}</send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rrs="true"/>
  <send>${message(`ACK [next_url] SIP/2.0\n[routes]\n[last_To:]\n${fromCaller('1 ACK')}\n${empty}`)}</send>
  ${staysMs === null ? callerIsReleased : callerReleases(staysMs)}
</scenario>
`;

const registerText = (phonesPort: number, more: string) => `REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[remote_ip]:[remote_port]>;tag=[pid]r[call_number]
To: <sip:[field0]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: [cseq] REGISTER
Contact: <sip:[field0]@[local_ip]:${String(phonesPort)}>
Max-Forwards: 70
Expires: 3600
${more}Content-Length: 0
`;

const registerScenario = (phonesPort: number) => `<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="registration">
  <send retrans="500">${message(registerText(phonesPort, ''))}</send>
  <recv response="401" auth="true"/>
  <send retrans="500">${message(registerText(phonesPort, '[field1]\n'))}</send>
  <recv response="200"/>
</scenario>
`;

/** Registers every phone; they are on already, for Asterisk asks each at once whether it is there. @throws Error with SIPp's words where one was refused */
export async function registerPhones(phones: AgentPhones, accounts: readonly PhoneAccount[]): Promise<void> {
  const rows = accounts.map(
    ({ deviceId, password }) => `${deviceId};[authentication username=${deviceId} password=${password}]`,
  );
  const file = await writeRows(phones.folder, 'accounts.csv', rows);
  const result = await runSipp({
    scenario: { xml: registerScenario(phones.bind.port) },
    target: phones.server,
    bind: { host: phones.bind.host, port: phones.registerPort },
    mediaPort: phones.mediaPort + 10,
    calls: accounts.length,
    callsPerSecond: 50,
    timeoutMs: 30_000,
    extraArgs: ['-inf', file],
  });
  if (!result.ok) throw new Error(`the phones could not register: ${result.errors}`);
}

/** Agents' phones that are on. */
export interface PhonesOn {
  /** Every mark so far. */
  marks(): Promise<readonly Mark[]>;
  off(): Promise<void>;
}

/** Turns on all agents' phones; `talkMs`: the agents release so long after their answer, `null`: the callers do. */
export async function turnOnPhones(phones: AgentPhones, talkMs: number | null): Promise<PhonesOn> {
  const scenario = join(phones.folder, 'phones.xml');
  const log = join(phones.folder, 'phones.log');
  await writeFile(scenario, phonesScenario(talkMs ?? longestTalkMs));
  await writeFile(log, '');
  const child = await startChild(
    'sipp',
    [
      ...['-sf', scenario, '-i', phones.bind.host, '-p', String(phones.bind.port)],
      ...['-mi', phones.bind.host, '-mp', String(phones.mediaPort), '-nostdin'],
      ...['-trace_logs', '-log_file', log],
    ],
    { cwd: phones.folder },
  );
  return {
    marks: () => marksOf(log),
    // It would wait for its calls otherwise.
    off: () => child.stop(0),
  };
}

/** What came of a round's callers. */
export interface CallersDone extends SippResult {
  readonly marks: readonly Mark[];
}

/** Calls, and waits until every call is over. */
export async function callIn(callers: Callers): Promise<CallersDone> {
  const rows = Array.from(
    { length: callers.calls },
    (_unused, at) => `0311${String(80_000_000 + callers.firstCaller + at)};`,
  );
  const file = await writeRows(callers.folder, 'callers.csv', rows);
  const log = join(callers.folder, 'callers.log');
  await writeFile(log, '');
  const result = await runSipp({
    scenario: { xml: callerScenario(callers.staysMs) },
    target: callers.server,
    bind: callers.bind,
    mediaPort: callers.mediaPort,
    service: callers.number,
    calls: callers.calls,
    callsPerSecond: callers.callsPerSecond,
    atOnce: callers.atOnce,
    timeoutMs: callers.timeoutMs,
    signal: callers.signal,
    extraArgs: ['-inf', file, '-trace_logs', '-log_file', log],
  });
  return { ...result, marks: await marksOf(log) };
}

async function writeRows(folder: string, name: string, rows: readonly string[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `SEQUENTIAL\n${rows.join('\n')}\n`, { mode: 0o600 });
  return file;
}

async function marksOf(log: string): Promise<readonly Mark[]> {
  const text = await readFile(log, 'utf8');
  return text.split('\n').flatMap((line) => markIn(line) ?? []);
}
