import { expect, test } from 'vitest';
import { TurnQueue } from '../../src/send/turn-queue.ts';

test('users of one key follow each other in order, others do not wait, and a failure passes the turn on', async () => {
  const turns = new TurnQueue();
  const events: string[] = [];
  const use = (key: string, name: string, fails = false) =>
    turns.after(key, async () => {
      events.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      events.push(`${name} ends`);
      if (fails) throw new Error(name);
    });
  const ended = await Promise.allSettled([use('a', 'a1', true), use('a', 'a2'), use('b', 'b1'), use('a', 'a3')]);
  expect(ended.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(events.filter((event) => event.startsWith('a'))).toEqual([
    'a1 begins',
    'a1 ends',
    'a2 begins',
    'a2 ends',
    'a3 begins',
    'a3 ends',
  ]);
  expect(events.indexOf('b1 begins')).toBeLessThan(events.indexOf('a1 ends'));
});
