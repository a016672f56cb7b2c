// A bare Asterisk with accounts and a plain Dial, nothing of the product in it: what the phones are tried against first.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAsterisk } from '../../scripts/run/asterisk-program.mjs';
import { startChild } from './child.js';
import type { SipAddress } from './sip-transport.js';

/** A running Asterisk. Accounts: 101-105, password `pw` + number. Numbers: another account, 600 echo, 601 tone before answer, 602 echo from the carrier 127.0.0.2. */
export interface PlainAsterisk {
  readonly server: SipAddress;
  close(): Promise<void>;
}

const accounts = ['101', '102', '103', '104', '105'];

const modules = [
  ...['codec_alaw', 'codec_ulaw', 'codec_a_mu', 'res_timing_timerfd', 'res_rtp_asterisk', 'bridge_simple'],
  ...[
    'bridge_native_rtp',
    'bridge_softmix',
    'bridge_builtin_features',
    'res_sorcery_config',
    'res_sorcery_memory',
  ],
  ...[
    'res_sorcery_astdb',
    'res_pjproject',
    'res_pjsip',
    'res_pjsip_session',
    'res_pjsip_pubsub',
    'res_pjsip_acl',
  ],
  ...['res_pjsip_authenticator_digest', 'res_pjsip_registrar', 'res_pjsip_endpoint_identifier_ip'],
  ...[
    'res_pjsip_endpoint_identifier_user',
    'res_pjsip_caller_id',
    'res_pjsip_diversion',
    'res_pjsip_dtmf_info',
  ],
  ...[
    'res_pjsip_nat',
    'res_pjsip_refer',
    'res_pjsip_rfc3326',
    'res_pjsip_sdp_rtp',
    'chan_pjsip',
    'pbx_config',
  ],
  ...['app_dial', 'app_echo', 'app_playtones', 'func_channel', 'func_callerid', 'res_pjsip_header_funcs'],
];

/** Starts one on 127.0.0.1; undefined where no Asterisk is installed. */
export async function startPlainAsterisk(ports: {
  readonly sip: number;
  readonly rtpFirst: number;
  readonly rtpLast: number;
}): Promise<PlainAsterisk | undefined> {
  const program = await findAsterisk(process.env['YIHAO_CACHE'] ?? join(homedir(), '.cache', 'yihao'));
  if (!program) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'yihao-plain-'));
  for (const name of ['etc', 'lib', 'run', 'spool', 'log', 'data/sounds'])
    mkdirSync(join(folder, name), { recursive: true });
  symlinkSync(join(program.data, 'documentation'), join(folder, 'data', 'documentation'));
  const files = configFiles(folder, program.modules, ports);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'etc', name), text);
  const args = [...program.args, '-f', '-C', join(folder, 'etc', 'asterisk.conf')];
  const child = await startChild(program.command, args, { cwd: folder });
  return {
    server: { host: '127.0.0.1', port: ports.sip },
    async close() {
      await child.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configFiles(
  folder: string,
  modulesFolder: string,
  ports: { readonly sip: number; readonly rtpFirst: number; readonly rtpLast: number },
): Readonly<Record<string, string>> {
  const directories = {
    astetcdir: 'etc',
    astvarlibdir: 'lib',
    astdbdir: 'lib',
    astkeydir: 'lib',
    astdatadir: 'data',
  };
  const more = { astagidir: 'lib', astspooldir: 'spool', astrundir: 'run', astlogdir: 'log' };
  const lines = Object.entries({ ...directories, ...more }).map(
    ([key, name]) => `${key} => ${join(folder, name)}`,
  );
  return {
    'asterisk.conf': `[directories]\nastmoddir => ${modulesFolder}\n${lines.join('\n')}\n`,
    'modules.conf': `[modules]\nautoload=no\n${modules.map((name) => `load=${name}.so`).join('\n')}\n`,
    'logger.conf': '[general]\n[logfiles]\nmessages.log => warning,error\n',
    'rtp.conf': `[general]\nrtpstart=${ports.rtpFirst}\nrtpend=${ports.rtpLast}\nicesupport=no\n`,
    'indications.conf':
      '[general]\ncountry=cn\n[cn]\ndescription=China\nringcadence=1000,4000\ndial=450\nring=450/1000,0/4000\n',
    'extensions.conf': extensions,
    'pjsip.conf': [
      `[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:${ports.sip}`,
      ...accounts.map(accountConfig),
      `[carrier]\ntype=endpoint\n${endpointLines}`,
      '[carrier]\ntype=identify\nendpoint=carrier\nmatch=127.0.0.2',
      '',
    ].join('\n'),
  };
}

const endpointLines = [
  ...[
    'context=phones',
    'disallow=all',
    'allow=alaw,ulaw',
    'direct_media=no',
    'trust_id_inbound=yes',
    'send_pai=yes',
  ],
  ...['media_address=127.0.0.1', 'bind_rtp_to_media_address=yes'],
].join('\n');

function accountConfig(user: string): string {
  return [
    `[${user}]\ntype=endpoint\n${endpointLines}\nauth=${user}\naors=${user}`,
    `[${user}]\ntype=auth\nauth_type=digest\nusername=${user}\npassword=pw${user}`,
    `[${user}]\ntype=aor\nmax_contacts=1\nremove_existing=yes`,
  ].join('\n');
}

const extensions = `[phones]
exten => _10X,1,Dial(PJSIP/\${EXTEN},20)
 same => n,Hangup()
exten => 600,1,Answer()
 same => n,Echo()
exten => 601,1,Progress()
 same => n,PlayTones(dial)
 same => n,Wait(5)
`;
