import { topic } from '../texts.ts';

type Unit = 'rows' | 'writes' | 'records';

/** Live progress, and waiting. */
export const PROGRESS = {
  // progress-text.ts
  amount: (ended: number, unit: Unit) => `${ended} ${unit}`,
  amountOf: (ended: number, total: number, unit: Unit, percent: number) =>
    `${ended} of ${total} ${unit} (${percent} %)`,
  line: (amount: string, items: readonly string[], finish: string) => `${amount}: ${items.join(', ')}. ${finish}.`,
  done: (count: number) => `done ${count}`,
  failed: (count: number) => `failed ${count}`,
  inDoubt: (count: number) => `in doubt ${count}`,
  invalid: (count: number) => `invalid ${count}`,
  left: (count: number) => `left ${count}`,
  callsPerSecond: (calls: string, max: string | undefined) =>
    `${calls} calls/s${max === undefined ? '' : ` (at most ${max})`}`,
  callsLeft: (left: number, quota: number) => `calls left today ${left} of ${quota}`,
  retries: (count: number) => `retries ${count}`,
  timeUnknown: 'Time left: not known yet',
  timeLeft: (time: string) => `Time left: about ${time}`,
  doneBy: (when: string) => `Done by about ${when}`,
  seconds: (seconds: number) => `${seconds} s`,
  minutes: (minutes: number) => `${minutes} min`,
  /** `minutes`: two digits. */
  hours: (hours: number, minutes: string) => `${hours} h ${minutes} min`,
  days: (days: number, hours: number) => `${days} d ${hours} h`,

  // progress.ts
  waiting: (until: string, detail: string) => `Waiting until ${until}: ${detail}.`,
  /** `days`: undefined when not known. */
  waitingOnDay: (until: string, detail: string, day: number, days: number | undefined) =>
    `Waiting until ${until}: ${detail}. Day ${day}${days === undefined ? '' : ` of ${days}`}.`,
};

export const progressTexts = topic('progress', PROGRESS);
