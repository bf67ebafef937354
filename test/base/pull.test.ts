import { describe, expect, test } from 'vitest';
import { forEachBounded } from '../../src/base/pull.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('pulling from a stream', () => {
  test('begins an item only when there is a hand free for it, and pulls a block only when the block before is begun', async () => {
    let pulled = 0;
    let inHand = 0;
    let inHandMost = 0;
    let aheadMost = 0;
    async function* items() {
      for (let block = 0; block < 25; block += 1) {
        pulled += 2;
        yield [2 * block, 2 * block + 1];
      }
    }
    let done = 0;
    await forEachBounded(items(), 4, async () => {
      inHand += 1;
      inHandMost = Math.max(inHandMost, inHand);
      aheadMost = Math.max(aheadMost, pulled - done);
      await turn();
      inHand -= 1;
      done += 1;
    });
    expect([done, inHandMost]).toEqual([50, 4]);
    expect(aheadMost).toBeLessThanOrEqual(6);
  });

  test('the first error ends the pulling, waits for the work in hand, and is thrown', async () => {
    let finished = 0;
    const work = async (item: number) => {
      if (item === 3) throw new Error('third');
      await turn();
      finished += 1;
    };
    await expect(
      forEachBounded(
        [
          [1, 2],
          [3, 4],
          [5, 6, 7, 8],
        ],
        3,
        work,
      ),
    ).rejects.toThrow('third');
    expect(finished).toBeGreaterThanOrEqual(2);
    expect(finished).toBeLessThan(7);
  });

  test('a stream that breaks waits for the work in hand as well, and is thrown', async () => {
    let finished = 0;
    async function* breaking() {
      yield [1];
      yield [2];
      throw new Error('the file is gone');
    }
    const work = async () => {
      await turn();
      await turn();
      finished += 1;
    };
    await expect(forEachBounded(breaking(), 3, work)).rejects.toThrow('the file is gone');
    expect(finished).toBe(2);
  });

  test('stops when it is told to', async () => {
    const seen: number[] = [];
    await forEachBounded(
      [[1, 2, 3, 4]],
      1,
      async (item) => void seen.push(item),
      () => seen.length >= 2,
    );
    expect(seen).toEqual([1, 2]);
  });
});
