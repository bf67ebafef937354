import { scaleLinear, scaleSymlog } from 'd3-scale';
import type { RowStatus } from '../result/run-document.ts';
import { type Html, html } from './html.ts';

/*
 * Charts as inline SVG. d3-scale does the arithmetic (scales, round ticks); the signs are our own, for three reasons:
 * colours come from the page's style, so that one chart fits light, dark and print; places are percentages, so that a
 * chart fits a phone without small letters; and Apache ECharts, the alternative, is 62 MB on disk and takes a hundred
 * times as long to load.
 */

type Share = { readonly status: RowStatus; readonly count: number };

/** One bar of all rows, by how they ended. A share too small to be seen still gets a sign. */
export function statusBar(shares: readonly Share[], title: string): Html {
  const total = shares.reduce((sum, { count }) => sum + count, 0);
  const given = shares.filter(({ count }) => count > 0);
  const widths = withLeastWidths(given.map(({ count }) => (count / Math.max(1, total)) * 100));
  let left = 0;
  const bars = given.map(({ status }, index) => {
    const width = widths[index] ?? 0;
    const bar = html`<rect class="fill-${status}" x="${percent(left)}" width="${percent(width)}" y="0" height="28"/>${
      index > 0 && html`<rect class="gap" x="${percent(left)}" width="2" y="0" height="28"/>`
    }`;
    left += width;
    return bar;
  });
  return html`<svg class="bar" width="100%" height="28" role="img" aria-label="${title}">${bars}</svg>`;
}

const SHARE_MIN = 0.8;

function withLeastWidths(widths: readonly number[]): readonly number[] {
  const raised = widths.map((width) => Math.max(SHARE_MIN, width));
  const sum = raised.reduce((total, width) => total + width, 0);
  return raised.map((width) => (width / sum) * 100);
}

/** The bar of one row of a table; `most`: the count of the longest bar. */
export function countBar(count: number, most: number): Html {
  // A single row beside a hundred thousand is what a person looks for: it must be seen.
  const width = scaleSymlog([0, Math.max(1, most)], [0, 100]).constant(Math.max(1, most / 20))(count);
  return html`<svg class="count" width="100%" height="14" aria-hidden="true"><rect class="track" width="100%" height="14" rx="3"/><rect class="fill-accent" width="${percent(Math.max(1, width))}" height="14" rx="3"/></svg>`;
}

/** Values before and after, on one scale. The amounts are numbers here: a picture needs no more digits. */
export function beforeAfterBars(before: number, after: number, title: string): Html | undefined {
  if (!(before >= 0) || !(after >= 0) || Math.max(before, after) === 0) return undefined;
  const x = scaleLinear([0, Math.max(before, after)], [0, 100]);
  const both = Math.min(before, after);
  const change = Math.abs(after - before);
  const changed = html`<rect class="${after >= before ? 'fill-done' : 'fill-failed'}" x="${percent(x(both))}" width="${percent(Math.max(0.4, x(change)))}" y="${after >= before ? 18 : 0}" height="14"/>`;
  return html`<svg class="pair" width="100%" height="32" role="img" aria-label="${title}"><rect class="track" width="100%" height="14"/><rect class="track" width="100%" y="18" height="14"/><rect class="fill-base" width="${percent(x(both))}" height="14"/><rect class="fill-base" width="${percent(x(both))}" y="18" height="14"/>${change > 0 && changed}</svg>`;
}

type ColumnBar = { readonly label: string; readonly low: number; readonly high: number; readonly text: string };

const PLOT_HEIGHT = 150;
const PLOT_TOP = 18;
const TICKS_SHOWN = 5;

/** Upright bars of two stacked parts over time. `text`: what a bar says when it is pointed at. */
export function columnChart(bars: readonly ColumnBar[], title: string, count: (value: number) => string): Html {
  const most = Math.max(1, ...bars.map(({ low, high }) => low + high));
  const y = scaleLinear([0, most], [PLOT_HEIGHT, PLOT_TOP]).nice(3);
  const ticks = y.ticks(3).filter((tick) => tick > 0 && Number.isInteger(tick));
  const step = 100 / bars.length;
  const width = Math.min(step * 0.82, 12);
  const grid = ticks.map((tick) => html`<line class="grid" x1="0" x2="100%" y1="${y(tick)}" y2="${y(tick)}"/>`);
  const signs = bars.map(({ low, high, text }, index) => {
    const x = index * step + (step - width) / 2;
    const rect = (kind: string, from: number, to: number): Html =>
      html`<rect class="${kind}" x="${percent(x)}" width="${percent(width)}" y="${y(to)}" height="${Math.max(1, y(from) - y(to))}"/>`;
    if (low + high === 0) return '';
    return html`<g><title>${text}</title>${low > 0 && rect('fill-accent', 0, low)}${high > 0 && rect('fill-failed', low, low + high)}</g>`;
  });
  const every = Math.max(1, Math.ceil(bars.length / TICKS_SHOWN));
  const labels = bars.map(({ label }, index) => {
    if (index % every !== 0) return '';
    const isLast = index + every >= bars.length;
    const x = index === 0 ? 0 : isLast && index === bars.length - 1 ? 100 : index * step + step / 2;
    const anchor = index === 0 ? 'start' : x === 100 ? 'end' : 'middle';
    return html`<text class="tick" x="${percent(x)}" y="${PLOT_HEIGHT + 18}" text-anchor="${anchor}">${label}</text>`;
  });
  const scaleWidth = 8 + 8 * Math.max(1, ...ticks.map((tick) => count(tick).length));
  const scale = ticks.map(
    (tick) => html`<text class="tick" x="${scaleWidth}" y="${y(tick) + 4}" text-anchor="end">${count(tick)}</text>`,
  );
  return html`<div class="plot"><svg class="scale" width="${scaleWidth}" height="${PLOT_HEIGHT + 26}" aria-hidden="true">${scale}</svg><svg class="columns" width="100%" height="${PLOT_HEIGHT + 26}" role="img" aria-label="${title}">${grid}${signs}<line class="axis" x1="0" x2="100%" y1="${PLOT_HEIGHT}" y2="${PLOT_HEIGHT}"/>${labels}</svg></div>`;
}

function percent(value: number): string {
  return `${Math.round(value * 1000) / 1000}%`;
}
