// Emergency lines and a utility for tests: their rows, the secret of their receiver, and an agent's order.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Talk } from './consult-station.js';

/** emergency.yaml: two numbers one after the other, one by key, one utility; the first tells a receiver. */
export function emergencyRows(url: string, acceptAfter = '14s'): string {
  return `- id: police
  name: '110'
  en: Police
  key: '1'
  kind: emergency
  acceptAfter: ${acceptAfter}
  ring: 18s
  numbers:
    - { number: '110', trunk: outside }
    - { number: '031166600110', trunk: outside }
  webhook: { url: '${url}', secret: police }
- { id: ambulance, name: '120', key: '2', kind: emergency, accept: key, numbers: [{ number: '120', trunk: outside }] }
- { id: heat, name: 供热服务电话, key: '7', kind: utility, accept: agent, numbers: [{ number: '96069', trunk: outside }] }
`;
}

/** Made by the service when it is first asked for. */
export async function webhookSecret(home: string): Promise<string> {
  return (await readFile(join(home, 'secrets', 'webhooks', 'police'), 'utf8')).trim();
}

/** By the page. */
export async function handOverTo(test: Test, { asAgent, id }: Talk, order: object): Promise<void> {
  const answer = await asAgent('POST', `/api/v1/contacts/${id}/target`, order);
  test.match(answer, { status: 200 }, 'the hand-over is taken');
}
