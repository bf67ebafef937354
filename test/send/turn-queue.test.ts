import { expect, test } from 'vitest';
import { TurnQueue } from '../../src/send/turn-queue.ts';

test('users of one key follow each other in order, and others do not wait', async () => {
  const turns = new TurnQueue();
  const events: string[] = [];
  const use = async (key: string, name: string) => {
    const leave = await turns.enter(key);
    events.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    events.push(`${name} ends`);
    leave();
  };
  await Promise.all([use('a', 'a1'), use('a', 'a2'), use('b', 'b1'), use('a', 'a3')]);
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
