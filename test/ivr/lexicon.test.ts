// The lexicon's readings are right: a dictionary says the same, or it is written here why it does not.
import { readFileSync } from 'node:fs';
import { pinyin } from 'pinyin-pro';
import t from 'tap';
import { parseLexicon } from '../../src/ivr/lexicon.js';

const { lexicon } = parseLexicon('lexicon.yaml', readFileSync('ivr-flows/lexicon.yaml', 'utf8'));

/** As the dictionary reads a word by itself; 一 and 不 change their tone before others. */
function readByDictionary(word: string): string {
  const syllables = pinyin(word, { toneType: 'num', type: 'array', v: true });
  return syllables.map((syllable) => syllable.replace(/0$/, '5')).join(' ');
}

/** What the lexicon reads otherwise than this dictionary, by the reason why the lexicon is right. */
const exceptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '供 is gong1 where something is supplied; gong4 is for offerings': {
    供热: 'gong1 re4',
    供暖: 'gong1 nuan3',
    供暖费: 'gong1 nuan3 fei4',
  },
  '给 by itself, after a verb, is gei3; ji3 is for 供给 and 给予': {
    提供给: 'ti2 gong1 gei3',
  },
  '假 is jia4 where one is off work; jia3 is false': {
    年假: 'nian2 jia4',
    假日: 'jia4 ri4',
  },
  '中 is zhong4 where something is suffered': {
    中暑: 'zhong4 shu3',
  },
  'no neutral tone in what an office does': {
    任务: 'ren4 wu4',
  },
  'across two words: 市 and 长期, not 市长 and 期': {
    市长期: 'shi4 chang2 qi1',
    县长期: 'xian4 chang2 qi1',
    村长期: 'cun1 chang2 qi1',
    家长期: 'jia1 chang2 qi1',
    部长期: 'bu4 chang2 qi1',
    班长期: 'ban1 chang2 qi1',
  },
  'across two words: 的 and 确认, 了 and 解决, 要 and 求助': {
    的确认: 'de5 que4 ren4',
    的确定: 'de5 que4 ding4',
    了解决: 'le5 jie3 jue2',
    要求助: 'yao4 qiu2 zhu4',
  },
  '要 is yao1 in 要求, so 不 before it keeps its tone': {
    不要求: 'bu4 yao1 qiu2',
  },
  'names of places in Hebei, as the gazetteer has them': {
    蔚县: 'yu4 xian4',
    乐亭: 'lao4 ting2',
    任丘: 'ren2 qiu1',
    任泽: 'ren2 ze2',
    任县: 'ren2 xian4',
    蠡县: 'li3 xian4',
    望都: 'wang4 du1',
    柴沟堡: 'chai2 gou1 bu3',
    曲阳: 'qu1 yang2',
    曲周: 'qu1 zhou1',
    廊坊: 'lang2 fang2',
    南堡: 'nan2 pu4',
    燕郊: 'yan1 jiao1',
    鹰手营子: 'ying1 shou3 ying2 zi5',
  },
  'da4 officially, dai4 to its people: the office decides': {
    大城: 'da4 cheng2',
    大城县: 'da4 cheng2 xian4',
  },
};
const excepted = new Map(Object.values(exceptions).flatMap((words) => Object.entries(words)));

t.test('each reading of the lexicon is the dictionary’s, or an exception with its reason', (t) => {
  for (const [word, reading] of lexicon.readings)
    t.equal(reading, excepted.get(word) ?? readByDictionary(word), word);
  for (const [word, reading] of excepted) {
    t.not(reading, readByDictionary(word), `${word} is no exception`);
    t.ok(lexicon.readings.has(word), `${word} is in the lexicon`);
  }
  t.ok(lexicon.readings.size > 200);
  t.end();
});
