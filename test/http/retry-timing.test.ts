import { describe, expect, it } from 'vitest';
import type { Answer, Meaning } from '../../src/http/answer.ts';
import { createRetryBudget, decideRetry, parseRetryAfter } from '../../src/http/retry-timing.ts';
import { fc } from '../support/chance.ts';

const success: Answer<string> = { kind: 'success', data: 'x' };
const notSent: Answer<string> = { kind: 'not_sent', errorCode: 'CONNECTION_FAILED', detail: '' };
const unanswered: Answer<string> = { kind: 'unanswered', errorCode: 'TIMEOUT', detail: '' };

function refused(meaning: Meaning, retryAfterMs?: number): Answer<string> {
  const refusal = { kind: 'refused', errorCode: '1', messages: [], meaning } as const;
  return retryAfterMs === undefined ? refusal : { ...refusal, retryAfterMs };
}

function decide(answer: Answer<string>, changes: Partial<Parameters<typeof decideRetry>[0]> = {}) {
  const budget = { mayRetry: () => true };
  return decideRetry({ attempt: 1, answer, repeatable: true, budget, random: () => 0.5, ...changes });
}

describe('whether a call is sent again', () => {
  it.each([true, false])('not sent and too fast: always (repeatable: %s)', (repeatable) => {
    expect(decide(notSent, { repeatable }).retry).toBe(true);
    expect(decide(refused('too_fast'), { repeatable }).retry).toBe(true);
  });

  it('unanswered: only a repeatable call, an increment never', () => {
    expect(decide(unanswered, { repeatable: true }).retry).toBe(true);
    expect(decide(unanswered, { repeatable: false }).retry).toBe(false);
  });

  it('success and every other refusal: never', () => {
    const meanings: Meaning[] = ['row', 'not_found', 'exists', 'credentials', 'quota', 'repeat', 'unknown'];
    for (const answer of [success, ...meanings.map((meaning) => refused(meaning, 1000))]) {
      expect(decide(answer).retry).toBe(false);
    }
  });

  it('at most three attempts, and none without budget', () => {
    expect(decide(notSent, { attempt: 2 }).retry).toBe(true);
    expect(decide(notSent, { attempt: 3 }).retry).toBe(false);
    expect(decide(notSent, { budget: { mayRetry: () => false } }).retry).toBe(false);
  });
});

describe('after how long', () => {
  it('is anything up to 500 ms, doubled with each attempt', () => {
    expect(decide(notSent, { attempt: 1, random: () => 0 })).toEqual({ retry: true, delayMs: 0 });
    expect(decide(notSent, { attempt: 1, random: () => 0.999 })).toEqual({ retry: true, delayMs: 500 });
    expect(decide(notSent, { attempt: 2, random: () => 0.5 })).toEqual({ retry: true, delayMs: 500 });
  });

  it('is at least what the vendor asked for', () => {
    expect(decide(refused('too_fast', 3000))).toEqual({ retry: true, delayMs: 3000 });
    expect(decide(refused('too_fast', 10))).toEqual({ retry: true, delayMs: 250 });
    expect(decide({ ...unanswered, retryAfterMs: 2000 })).toEqual({ retry: true, delayMs: 2000 });
  });
});

describe('the budget', () => {
  it('allows ten retries at the start, and one more for every ten calls', () => {
    const budget = createRetryBudget();
    let retryCount = 0;
    const spend = () => {
      while (budget.mayRetry()) {
        budget.recordRetry();
        retryCount++;
      }
    };
    spend();
    expect(retryCount).toBe(10);
    for (let call = 0; call < 9; call++) budget.recordCall();
    expect(budget.mayRetry()).toBe(false);
    budget.recordCall();
    expect(budget.mayRetry()).toBe(true);
  });

  it('keeps retries at a tenth of the calls, whatever happens when', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 3000 }), (isRetryWanted) => {
        const budget = createRetryBudget();
        let callCount = 0;
        let retryCount = 0;
        for (const isWanted of isRetryWanted) {
          budget.recordCall();
          callCount++;
          if (isWanted && budget.mayRetry()) {
            budget.recordRetry();
            retryCount++;
          }
        }
        expect(retryCount).toBeLessThanOrEqual(10 + callCount / 10);
      }),
    );
  });

  it('does not save up for a storm', () => {
    const budget = createRetryBudget();
    for (let call = 0; call < 100_000; call++) budget.recordCall();
    let retryCount = 0;
    for (; budget.mayRetry(); retryCount++) budget.recordRetry();
    expect(retryCount).toBe(50);
  });
});

describe('Retry-After', () => {
  const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  it.each([
    ['0', 0],
    ['120', 120_000],
    ['86400', 300_000],
    ['99999999999', 300_000],
    ['9'.repeat(4000), 300_000],
    ['0.0000000001', 1],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 300_000],
    [' 2 ', 2000],
    ['1.5', 1500],
    ['Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
    ['Friday, 02-Jan-26 03:04:35 GMT', 30_000],
    ['Fri Jan  2 03:04:35 2026', 30_000],
    ['Thu, 01 Jan 2026 00:00:00 GMT', 0],
  ])('%j is read, and held to five minutes', (text, ms) => {
    expect(parseRetryAfter(text, nowMs)).toBe(ms);
  });

  it.each(['', 'soon', '-1', '1e9', 'Infinity', '2026-01-02T03:04:35Z', 'Fri, 99 Foo 2026', 'Friday'])(
    '%j is ignored',
    (text) => {
      expect(parseRetryAfter(text, nowMs)).toBeUndefined();
    },
  );
});
