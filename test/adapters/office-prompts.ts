// A few prompts with sound for tests of the pages and their API: the real studio over folders of its own.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import type { PromptManifest } from '../../src/adapters/prompts/prompt-manifest.js';
import { createPromptStore } from '../../src/adapters/prompts/prompt-store.js';
import { createPromptStudio } from '../../src/adapters/prompts/prompt-studio.js';
import { finishedWav, wavDurationMs } from '../../src/ivr/telephone-sound.js';
import { speechLike } from '../speech-like.js';

type Prompt = PromptManifest['prompts'][string];

const plain = { speed: 'normal', language: 'zh', profile: 'citizen' } as const;

/** A studio with the greeting, a place in line and an agent's state; `home` has `sounds` and `prompt-recordings`. */
export function openPrompts() {
  const home = mkdtempSync(path.join(tmpdir(), 'yihao-prompts-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  const soundsDir = path.join(home, 'sounds');
  mkdirSync(path.join(soundsDir, 'yihao'), { recursive: true });
  const sound = (name: string, text: string, seconds: number, pinyin: string) => {
    const wav = finishedWav(speechLike(seconds), text.endsWith('，'));
    writeFileSync(path.join(soundsDir, 'yihao', `${name}.wav`), wav);
    const durationMs = wavDurationMs(wav.length);
    const told = { text, spoken: text, pinyin, source: 'synthesized', uploaded: null } as const;
    return { file: `yihao/${name}`, durationMs, ...told };
  };
  const prompts: Record<string, Prompt> = {
    'greet.main': {
      ...plain,
      text: '您好，12345政务服务便民热线。',
      when: '12345 接通即播。',
      longestMs: 9_000,
      parts: [
        {
          slot: '',
          kind: '',
          sounds: { '': sound('greet-main', '您好，12345政务服务便民热线。', 3, 'nín hǎo, yī èr sān sì wǔ') },
        },
      ],
    },
    'queue.place': {
      ...plain,
      speed: 'slow',
      text: '您前面还有{n}位，请稍候。',
      when: '前面 1 至 20 位。',
      longestMs: 12_000,
      parts: [
        {
          slot: 'n',
          kind: 'count',
          sounds: {
            '1': sound('queue-place--n-1', '您前面还有1位，请稍候。', 2, 'nín qián miàn hái yǒu yī wèi'),
            '2': sound('queue-place--n-2', '您前面还有2位，请稍候。', 2, 'nín qián miàn hái yǒu liǎng wèi'),
          },
        },
      ],
    },
    'a.state': {
      ...plain,
      profile: 'agent',
      text: '您当前{state}，已{t}。',
      when: '*29',
      longestMs: 12_000,
      parts: [
        {
          slot: 'state',
          kind: 'words',
          sounds: { ready: sound('a-state--1--state-ready', '您当前空闲，', 1, 'nín dāng qián kòng xián,') },
        },
        {
          slot: 't',
          kind: 'minutes',
          sounds: { '1': sound('a-state--2--t-1', '已1分钟。', 9, 'yǐ yī fēn zhōng.') },
        },
      ],
    },
  };
  const manifest: PromptManifest = { version: 2, prompts };
  writeFileSync(path.join(soundsDir, 'manifest.json'), JSON.stringify(manifest));
  const store = createPromptStore(path.join(soundsDir, 'manifest.json'));
  const recordingsDir = path.join(home, 'prompt-recordings');
  return { home, store, studio: createPromptStudio({ soundsDir, recordingsDir, store }) };
}
