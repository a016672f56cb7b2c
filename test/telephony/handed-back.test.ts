// A call that a sub-centre hands back: tied to what it was there, and its headers trusted on that trunk alone.
import t from 'tap';
import type { Call } from '../phones/call.js';
import { createPhone } from '../phones/phone.js';
import { headerOf } from '../phones/sip-message.js';
import { centreHost, startSubCentre, talkHz, untilHears } from './sub-centre-station.js';

const sipPort = 19_860;
const { centre, station, citizenCalls, factOf, nothingLeft } = await startSubCentre({
  portBase: 19_840,
  sipPort,
  centrePort: 19_875,
  rtpStart: 32_300,
});

/** What X-Yihao headers a hand-over has; whoever is in the sub-centre's place sends it. */
type Headers = Readonly<Record<string, string>>;
const trunkPhone = (host: string) =>
  createPhone({
    user: '6002',
    server: { host: '127.0.0.1', port: sipPort },
    bind: { host },
    toneHz: talkHz.centre,
  });

t.test(
  'handed back: straight to a person, tied to what it was; elsewhere its headers mean nothing',
  async (t) => {
    centre.setOnInvite('manual');
    const earlier = await citizenCalls('0010');
    const leg = await centre.incoming(15_000);
    await leg.answer();
    await factOf(earlier.id, 'CentreConnected');
    const said = ['Contact', 'Entry', 'Caller', 'Heard', 'Region'].map((name) => `X-Yihao-${name}`);
    const headers: Headers = Object.fromEntries(
      said.flatMap((name) => {
        const value = headerOf(leg.invite, name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
    const back = await trunkPhone(centreHost);
    const arrivalOf = async (call: Call) =>
      station.until('the arrival', async () =>
        (await station.facts('ContactArrived')).find(({ sipCallId }) => sipCallId === call.sipCallId),
      );
    const handed = await back.call('12345', { headers });
    const arrived = await arrivalOf(handed);
    const before = await factOf(earlier.id, 'ContactArrived');
    t.match(arrived, {
      ...{ entryId: '12333', kpiLine: '12333', cameFrom: earlier.id, dnis: '12345' },
      ...{
        callerKey: before['callerKey'],
        callerMasked: before['callerMasked'],
        handedOver: { noticeHeard: true },
      },
    });
    const seat = await station.seat('1001', { toneHz: talkHz.agent });
    await factOf(arrived.id, 'AgentConnected');
    await untilHears(t, handed, talkHz.agent, 'they hear the agent, who was asked nothing');
    const passed = (await station.facts('NoticeHeard')).filter(({ id }) => id === arrived.id);
    t.same(passed, [], 'no second notice');
    const [first, second] = await Promise.all(
      [earlier.id, arrived.id].map(async (id) => (await station.api('GET', `/api/v1/contacts/${id}`)).body),
    );
    t.match(first, { earlier: null, later: [{ contactId: arrived.id }] });
    t.match(second, { earlier: { contactId: earlier.id }, later: [] });
    await handed.hangUp();
    await leg.hangUp();
    await earlier.call.untilEnded(15_000);
    await seat.act('sign-out');
    await seat.phone.close();
    t.match((await station.closedRecord(arrived.id)).record, {
      answered: true,
      kpiLine: '12333',
      recordingFailed: false,
    });

    const forged = await (await station.citizen('0011')).call('12345', { headers });
    const plain = await arrivalOf(forged);
    t.match(plain, { entryId: '12345', callerMasked: '0311-****0011' });
    t.notOk('cameFrom' in plain || 'handedOver' in plain, 'a citizen’s own headers are nobody’s');
    await forged.hangUp();

    const hostile = {
      'X-Yihao-Contact': '${SHELL(id)},"\\\\),x',
      'X-Yihao-Heard': `,${'trans.sub'.repeat(60)}`,
    };
    const broken = await back.call('12345', {
      headers: { ...hostile, Privacy: 'id', 'X-Yihao-Entry': ')):0:9,${EXTEN}' },
    });
    const taken = await arrivalOf(broken);
    t.match(taken, {
      ...{ entryId: '12345', callerKey: '', callerMasked: '未显示号码', callerShown: false },
      handedOver: { noticeHeard: false },
    });
    await station.hears(broken, 'greet.main', { sinceMs: broken.invitedAtMs, timeoutMs: 15_000 });
    await broken.hangUp();
    await back.close();
    await nothingLeft(t);
  },
);

t.test('both stand in its line of the report', async (t) => {
  const { body } = await station.api('GET', '/api/v1/kpis?by=day&kpiLine=12333');
  t.match(body['total'], {
    counts: { answered: 1, abandonedInPrompt: 0, abandonedRinging: 0, excludedBy: { subCentre: 1 } },
  });
});
