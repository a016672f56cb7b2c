// departments.yaml, experts.yaml and duty.yaml: what they say, and every slip by its line.
import t from 'tap';
import { dayStartMs } from '../../src/contact/civil-time.js';
import { expertsOnDuty } from '../../src/workforce/experts.js';
import { errorsIn, siteOf, smallSite } from './small-site.js';

const departments = `- id: fund
  name: 公积金
  en: Housing fund
  hunting: allAtOnce
  cover: [{ on: workday, from: '08:30', to: '17:30' }]
- { id: tax, name: 税务 }
`;
const experts = `- { id: '8001', name: 甲, department: fund, phone: '031166600801', skills: [general: 8] }
- { id: '8002', name: 乙, department: fund, agent: '1001', skills: [general] }
- { id: '8003', name: 丙, department: fund, phone: '13800138000' }
`;
const duty = `- { expert: '8001', on: [mon, tue, wed, thu], from: '08:30', to: '17:30', since: '2026-09-01' }
- { expert: '8002', on: fri, from: '08:30', to: '17:30' }
- { expert: '8002', day: '2026-11-27', from: '12:00', to: '24:00' }
- { expert: '8001', day: '2026-11-26', off: true }
`;
const files = (changes: Readonly<Record<string, string>> = {}) =>
  new Map([
    ...smallSite(),
    ['departments.yaml', departments],
    ['experts.yaml', experts],
    ['duty.yaml', duty],
    ['dial-out.yaml', "mobiles: true\nareas: ['0311']\n"],
    ...Object.entries(changes),
  ]);

t.test('who is on duty, and what is not covered, with what was changed since', async (t) => {
  const { expertSeats, rosterGaps } = siteOf(files());
  const view = { roster: expertSeats.roster, kindOf: expertSeats.kindOf, changes: [] };
  const all = [...expertSeats.experts.values()];
  const atMs = (day: string, hour: number) => dayStartMs(day) + hour * 3_600_000;
  const onDuty = (ms: number) =>
    expertsOnDuty(view, all, ms).map(({ expert: { id }, untilMs }) => [id, untilMs]);
  t.same(onDuty(atMs('2026-11-25', 9)), [['8001', atMs('2026-11-25', 17.5)]]);
  t.same(onDuty(atMs('2026-11-26', 9)), [], 'off');
  t.same(onDuty(atMs('2026-11-27', 23)), [['8002', atMs('2026-11-28', 0)]]);
  t.match(expertSeats.experts.get('8001'), { phone: { number: '031166600801' } });
  t.same([...(expertSeats.experts.get('8001')?.skills ?? [])], [['general', 8]]);
  t.equal(expertSeats.departments.get('tax')?.hunting, 'oneByOne');

  const thursday = { departmentId: 'fund', fromMs: atMs('2026-11-26', 8.5), toMs: atMs('2026-11-26', 17.5) };
  t.same(rosterGaps(atMs('2026-11-25', 0), []), [thursday], 'within two days');
  t.same(rosterGaps(atMs('2026-11-25', 0), [{ ...thursday, takenBy: '8002' }]), []);
});

t.test('a site without the files has no expert seats', async (t) => {
  const { expertSeats, rosterGaps } = siteOf(smallSite());
  t.equal(expertSeats.experts.size, 0);
  t.same(rosterGaps(0, []), []);
});

t.test('every slip is told by its line', async (t) => {
  const told: readonly (readonly [file: string, from: string, to: string, finding: string])[] = [
    ['departments.yaml', 'hunting: allAtOnce', 'hunting: both', 'departments.yaml:4 notAllowed'],
    ['departments.yaml', 'on: workday', 'on: workdays', 'departments.yaml:5 badDays'],
    ['departments.yaml', "'08:30', to", "'8:30', to", 'departments.yaml:5 badTime'],
    [
      'departments.yaml',
      '税务 }',
      "税务, cover: [{ on: every, from: '00:00', to: '24:00' }] }",
      'departments.yaml:6 noExperts',
    ],
    [
      'experts.yaml',
      'department: fund, agent',
      'department: funds, agent',
      'experts.yaml:2 unknownDepartment',
    ],
    ['experts.yaml', "agent: '1001'", "agent: '1999'", 'experts.yaml:2 unknownAgent'],
    ['experts.yaml', "phone: '031166600801'", "agent: '1001'", 'experts.yaml:2 agentTwice'],
    ['experts.yaml', "agent: '1001', ", '', 'experts.yaml:2 badPhone'],
    ['experts.yaml', "agent: '1001'", "agent: '1001', phone: '13800138000'", 'experts.yaml:2 badPhone'],
    ['experts.yaml', "'031166600801'", "'00000801'", 'experts.yaml:1 badNumber'],
    ['experts.yaml', "'031166600801'", "'02988886666'", 'experts.yaml:1 dialNotAllowed'],
    ['experts.yaml', 'general: 8', 'nothing: 8', 'experts.yaml:1 unknownSkill'],
    ['experts.yaml', "id: '8003'", "id: 'x3'", 'experts.yaml:3 badAgentId'],
    ['duty.yaml', "'8002', on", "'8009', on", 'duty.yaml:2 unknownExpert'],
    ['duty.yaml', 'on: fri, ', '', 'duty.yaml:2 badDays'],
    ['duty.yaml', "since: '2026-09-01'", "since: '2026-09-31'", 'duty.yaml:1 badDay'],
    ['duty.yaml', "since: '2026-09-01'", "since: '2026-09-01', until: '2026-08-31'", 'duty.yaml:1 badDay'],
    ['duty.yaml', 'off: true', "off: true, from: '08:00', to: '09:00'", 'duty.yaml:4 badHours'],
    ['duty.yaml', "from: '12:00', to: '24:00'", "from: '24:00', to: '24:00'", 'duty.yaml:3 badTime'],
    ['duty.yaml', 'on: fri', 'days: fri, on: fri', 'duty.yaml:2 unknownKey'],
  ];
  for (const [file, from, to, finding] of told) {
    const text = files().get(file) ?? '';
    t.ok(text.includes(from), `${file}: ${from}`);
    t.same(errorsIn(files({ [file]: text.replace(from, to) })), [finding], to);
  }
});
