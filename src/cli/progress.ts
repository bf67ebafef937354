import type { Clock } from '../base/clock.ts';
import type { Reporter } from '../calls/reporter.ts';
import type { Outcome } from '../job/outcome.ts';
import type { Console } from './console.ts';

/** A terminal is redrawn as often as an eye follows; elsewhere a plain line as CONTRACT §6 says. */
const LIVE_EVERY_MS = 200;
const PLAIN_EVERY_MS = 30_000;

/** Shows how a run goes: one live line on a terminal, a plain line every 30 s elsewhere, nothing when quiet. */
export function openProgress(console: Console, clock: Clock): Reporter {
  let rowCount = 0;
  let startedMs = 0;
  let doneCount = 0;
  let failedCount = 0;
  let doubtCount = 0;
  let timer: NodeJS.Timeout | undefined;

  const line = (): string => {
    const endedCount = doneCount + failedCount + doubtCount;
    const seconds = Math.max(0.001, (clock.monotonicMs() - startedMs) / 1000);
    const perSecond = endedCount / seconds;
    const leftSeconds = perSecond > 0 ? (rowCount - endedCount) / perSecond : Number.NaN;
    const percent = rowCount > 0 ? Math.floor((endedCount / rowCount) * 100) : 100;
    return [
      `${endedCount} of ${rowCount} rows (${percent} %)`,
      `${perSecond.toFixed(1)} rows/s`,
      `ETA ${formatSeconds(leftSeconds)}`,
      `done ${doneCount}, failed ${failedCount}${doubtCount > 0 ? `, in doubt ${doubtCount}` : ''}`,
    ].join(' · ');
  };
  const draw = (): void => (console.isLive ? console.drawLine(line()) : console.say(line()));

  return {
    note(text) {
      if (text !== '') console.say(text);
    },
    start(count) {
      rowCount = count;
      startedMs = clock.monotonicMs();
      if (console.isQuiet) return;
      timer = setInterval(draw, console.isLive ? LIVE_EVERY_MS : PLAIN_EVERY_MS);
      timer.unref();
    },
    row(outcome: Outcome) {
      if (outcome.status === 'done') doneCount += 1;
      else if (outcome.status === 'in_doubt') doubtCount += 1;
      else if (outcome.status !== 'unapplied') failedCount += 1;
    },
    end() {
      if (timer) clearInterval(timer);
      console.drawLine('');
    },
  };
}

/** `3 s`, `12 min`, `2 h 05 min`, `3 d 4 h`. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.ceil(seconds);
  if (whole < 100) return `${whole} s`;
  const minutes = Math.ceil(whole / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
