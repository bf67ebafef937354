import { cutToWidth, foldLine, textWidth } from '../../base/text-width.ts';
import { progressTexts } from '../../texts/cli/progress.ts';

/** When a run is going to be finished: soon, or on a day that the quota decides. */
export type Finish = { readonly seconds: number } | { readonly at: string };

/** Where a run stands at a moment. */
export type Standing = {
  readonly unit: 'rows' | 'writes' | 'records';
  /** 0: not known. */
  readonly total: number;
  readonly ended: number;
  readonly counts: {
    readonly done: number;
    readonly failed: number;
    readonly inDoubt: number;
    readonly invalid: number;
  };
  readonly callsPerSecond: number;
  /** Undefined: unlimited. */
  readonly callsPerSecondMax: number | undefined;
  /** Undefined: no quota is known. */
  readonly today: { readonly left: number; readonly quota: number } | undefined;
  readonly retries: number;
  /** Undefined: not known yet. */
  readonly finish: Finish | undefined;
  /** Until when and why nothing is sent, as a sentence. */
  readonly asleep: string | undefined;
};

const BAR_WIDTH_MAX = 32;
const BAR_WIDTH_MIN = 8;
const GAP = '   ';

/** In a wide window too, so that lines which are there fit when the window is made narrower. */
const WIDTH_MAX = 64;

/**
 * The block of live progress. Every line is narrower than the terminal, and its bar is ASCII: box signs are two
 * columns wide in many Chinese terminals, and would wrap.
 */
export function renderBlock(standing: Standing, columnCount: number): string[] {
  const width = Math.max(10, Math.min(WIDTH_MAX, columnCount - 1));
  const { asleep } = standing;
  return [
    headLine(standing, width),
    ...flow(countItems(standing), width),
    ...flow(asleep === undefined ? callItems(standing) : [], width),
    ...flow(asleep === undefined ? [finishText(standing)] : asleep.split(/(?<=[:.]) |(?<=[：。])/), width, ' '),
  ];
}

/** The same as one line, for a file or a terminal that cannot be drawn on. */
export function renderLine(standing: Standing): string {
  const items = [...countItems(standing), ...callItems(standing)];
  return progressTexts().line(amountText(standing), items, finishText(standing));
}

function headLine(standing: Standing, width: number): string {
  const { total, ended } = standing;
  const text = amountText(standing);
  const room = Math.min(BAR_WIDTH_MAX, width - textWidth(text) - 4);
  if (total === 0 || room < BAR_WIDTH_MIN) return cutToWidth(text, width);
  const full = Math.floor((ended / total) * room);
  return `[${'#'.repeat(full)}${'-'.repeat(room - full)}]  ${text}`;
}

function amountText({ total, ended, unit }: Standing): string {
  if (total === 0) return progressTexts().amount(ended, unit);
  return progressTexts().amountOf(ended, total, unit, Math.floor((ended / total) * 100));
}

function countItems({ counts, total, ended }: Standing): string[] {
  const { done, failed, inDoubt, invalid } = counts;
  const texts = progressTexts();
  return [
    texts.done(done),
    texts.failed(failed),
    ...(inDoubt > 0 ? [texts.inDoubt(inDoubt)] : []),
    ...(invalid > 0 ? [texts.invalid(invalid)] : []),
    ...(total > 0 ? [texts.left(total - ended)] : []),
  ];
}

function callItems({ callsPerSecond, callsPerSecondMax, today, retries }: Standing): string[] {
  const texts = progressTexts();
  const max = callsPerSecondMax === undefined ? undefined : rounded(callsPerSecondMax);
  return [
    texts.callsPerSecond(callsPerSecond.toFixed(1), max),
    ...(today === undefined ? [] : [texts.callsLeft(today.left, today.quota)]),
    ...(retries > 0 ? [texts.retries(retries)] : []),
  ];
}

function rounded(perSecond: number): string {
  return perSecond >= 10 ? String(Math.round(perSecond)) : String(Number(perSecond.toPrecision(2)));
}

function finishText({ finish }: Standing): string {
  const texts = progressTexts();
  if (finish === undefined) return texts.timeUnknown;
  return 'seconds' in finish ? texts.timeLeft(formatSeconds(finish.seconds)) : texts.doneBy(finish.at);
}

/** Items one after the other, in as many lines as they need. */
function flow(items: readonly string[], width: number, gap = GAP): string[] {
  const lines: string[] = [];
  for (const item of items.flatMap((text) => pieces(text, width))) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(last) + gap.length + textWidth(item) <= width) {
      lines[lines.length - 1] = last + gap + item;
    } else lines.push(item);
  }
  return lines;
}

/** An item that is wider than a line, in several; a word that is wider is cut. */
function pieces(text: string, width: number): string[] {
  return foldLine(text, width).map((line) => cutToWidth(line, width));
}

/** `3 s`, `12 min`, `2 h 05 min`, `3 d 4 h`, in the chosen language. */
function formatSeconds(seconds: number): string {
  const texts = progressTexts();
  const whole = Math.ceil(seconds);
  if (whole < 100) return texts.seconds(whole);
  const minutes = Math.ceil(whole / 60);
  if (minutes < 100) return texts.minutes(minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return texts.hours(hours, String(minutes % 60).padStart(2, '0'));
  return texts.days(Math.floor(hours / 24), hours % 24);
}
