import { describe, expect, test } from 'vitest';
import { RunControl, StoppedError } from '../../src/calls/run-control.ts';

const interrupted = { kind: 'interrupted', signal: 'SIGINT' } as const;
const quota = { kind: 'quota', detail: '', resumeAtMs: 1, isForeseen: true } as const;
const fatal = { kind: 'fatal', error: new Error('disk') } as const;

describe('stopping a run', () => {
  test('the first reason counts, and nothing new is admitted', () => {
    const control = new RunControl();
    control.check();
    control.stop(quota);
    control.stop(interrupted);
    expect(control.reason).toBe(quota);
    expect(control.signal.aborted).toBe(true);
    expect(() => control.check()).toThrow(StoppedError);
  });

  test('a failed ledger outranks every other reason', () => {
    const control = new RunControl();
    control.stop(interrupted);
    control.stop(fatal);
    expect(control.reason).toBe(fatal);
  });

  test('a used-up day leaves time to settle, a person or a failed ledger does not', () => {
    const control = new RunControl();
    expect(control.maySettle).toBe(true);
    control.stop(quota);
    expect(control.maySettle).toBe(true);
    expect(control.interruptSignal.aborted).toBe(false);
    control.stop(interrupted);
    expect(control.maySettle).toBe(false);
    expect(control.interruptSignal.aborted).toBe(true);
    const stopped = new RunControl();
    stopped.stop({ kind: 'breaker', detail: '' });
    expect(stopped.maySettle).toBe(false);
  });
});

test('the control of one run among several stops with all, or alone, and its unsent calls are withdrawn with all', async () => {
  const all = new RunControl();
  const [one, other] = [all.child(), all.child()];
  one.stop({ kind: 'max_errors', detail: 'too many' });
  expect([one.reason?.kind, other.reason, all.reason]).toEqual(['max_errors', undefined, undefined]);
  const unsent = other.holdUnsent();
  const withdrawn = all.withdrawUnsent();
  expect(unsent.aborted).toBe(true);
  unsent.end();
  await withdrawn;
  all.release(one);
  all.stop({ kind: 'interrupted', signal: 'SIGTERM' });
  expect([one.reason?.kind, other.reason?.kind, all.child().reason?.kind]).toEqual([
    'max_errors',
    'interrupted',
    'interrupted',
  ]);
});
