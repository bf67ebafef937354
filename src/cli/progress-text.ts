import { cutToWidth, textWidth } from '../base/text-width.ts';

/** When a run is going to be finished: soon, or on a day that the quota decides. */
export type Finish = { readonly seconds: number } | { readonly at: string };

/** Where a run stands at a moment. */
export type Standing = {
  readonly unit: string;
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
 * The block of live progress. Every line is narrower than the terminal, and all of it is ASCII: box signs are two
 * columns wide in many Chinese terminals, and would wrap.
 */
export function renderBlock(standing: Standing, columnCount: number): string[] {
  const width = Math.max(10, Math.min(WIDTH_MAX, columnCount - 1));
  const { asleep } = standing;
  return [
    headLine(standing, width),
    ...flow(countItems(standing), width),
    ...flow(asleep === undefined ? callItems(standing) : [], width),
    ...flow(asleep === undefined ? [finishText(standing)] : asleep.split(/(?<=[:.]) /), width, ' '),
  ];
}

/** The same as one line, for a file or a terminal that cannot be drawn on. */
export function renderLine(standing: Standing): string {
  const items = [...countItems(standing), ...callItems(standing)].join(', ');
  return `${amountText(standing)}: ${items}. ${finishText(standing)}.`;
}

function headLine(standing: Standing, width: number): string {
  const { total, ended } = standing;
  const text = amountText(standing);
  const room = Math.min(BAR_WIDTH_MAX, width - text.length - 4);
  if (total === 0 || room < BAR_WIDTH_MIN) return cutToWidth(text, width);
  const full = Math.floor((ended / total) * room);
  return `[${'#'.repeat(full)}${'-'.repeat(room - full)}]  ${text}`;
}

function amountText({ total, ended, unit }: Standing): string {
  if (total === 0) return `${ended} ${unit}`;
  return `${ended} of ${total} ${unit} (${Math.floor((ended / total) * 100)} %)`;
}

function countItems({ counts, total, ended }: Standing): string[] {
  const { done, failed, inDoubt, invalid } = counts;
  return [
    `done ${done}`,
    `failed ${failed}`,
    ...(inDoubt > 0 ? [`in doubt ${inDoubt}`] : []),
    ...(invalid > 0 ? [`invalid ${invalid}`] : []),
    ...(total > 0 ? [`left ${total - ended}`] : []),
  ];
}

function callItems({ callsPerSecond, callsPerSecondMax, today, retries }: Standing): string[] {
  const max = callsPerSecondMax === undefined ? '' : ` (at most ${rounded(callsPerSecondMax)})`;
  return [
    `${callsPerSecond.toFixed(1)} calls/s${max}`,
    ...(today === undefined ? [] : [`calls left today ${today.left} of ${today.quota}`]),
    ...(retries > 0 ? [`retries ${retries}`] : []),
  ];
}

function rounded(perSecond: number): string {
  return perSecond >= 10 ? String(Math.round(perSecond)) : String(Number(perSecond.toPrecision(2)));
}

function finishText({ finish }: Standing): string {
  if (finish === undefined) return 'Time left: not known yet';
  if ('seconds' in finish) return `Time left: about ${formatSeconds(finish.seconds)}`;
  return `Done by about ${finish.at}`;
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

/** An item that is wider than a line, at its spaces. */
function pieces(text: string, width: number): string[] {
  if (textWidth(text) <= width) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(last) + 1 + textWidth(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(cutToWidth(word, width));
  }
  return lines;
}

/** `3 s`, `12 min`, `2 h 05 min`, `3 d 4 h`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 100) return `${whole} s`;
  const minutes = Math.ceil(whole / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
