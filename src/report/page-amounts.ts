import { isZeroDecimal, subtractDecimals } from '../base/decimal.ts';
import { beforeAfterBars, countBar } from './charts.ts';
import { type Html, html } from './html.ts';
import { type PageParts, section } from './page-parts.ts';
import type { AmountFacts, LargeChange } from './report-rows.ts';

const NAMES = ['point', 'balance'] as const;

/** What was done, and what could not be. */
export function doneSection({ data, texts, formats }: PageParts): Html {
  const { actions, notChanged } = data.document;
  const given = Object.entries(actions).filter(([, count]) => count > 0);
  // A document of an earlier version has none.
  const kept = Object.entries(notChanged ?? {}).filter(([, count]) => count > 0);
  if (given.length === 0 && kept.length === 0) return html``;
  const done = given.map(([action, count]) => html`<li>${formats.rows(count)} ${texts.actions[action] ?? action}</li>`);
  const left = kept.map(([column, count]) => html`<li>${texts.notChanged(column, formats.rows(count))}</li>`);
  return section('actions', texts.sections.actions, [
    html`<ul class="chips">${done}</ul>`,
    left.length > 0 && html`<p class="note notchanged">${texts.notChangedHint}</p><ul class="chips">${left}</ul>`,
  ]);
}

/** Points and balance with their totals, exact to the last digit. */
export function amountSection({ data, texts, formats }: PageParts): Html {
  const { totals } = data.document;
  const asked = NAMES.filter((name) => !isZeroDecimal(totals[`${name}Increment`].asked));
  if (asked.length === 0) return html``;
  const t = texts.amounts;
  const headings = [t.asked, t.applied, t.inDoubt, t.open, t.before, t.after];
  const lines = asked.map((name) => {
    const total = totals[`${name}Increment`];
    const open = subtractDecimals(subtractDecimals(total.asked, total.applied), total.in_doubt);
    const facts = data.rows?.[name];
    const isKnown = facts !== undefined && facts.knownCount > 0;
    const cells = [
      ...[total.asked, total.applied, total.in_doubt, open].map(formats.change),
      isKnown ? formats.amount(facts.before) : '–',
      isKnown ? formats.amount(facts.after) : '–',
    ];
    return html`<tr><th scope="row">${t[name]}</th>${cells.map((cell, index) => html`<td class="num" data-label="${headings[index]}">${cell}</td>`)}</tr>`;
  });
  const bars = asked.map((name) => barsOf(t[name], data.rows?.[name], { data, texts, formats }));
  const known = Math.max(...asked.map((name) => data.rows?.[name].knownCount ?? 0));
  return section('amounts', texts.sections.amounts, [
    html`<table class="stack"><thead><tr><td></td>${headings.map((heading) => html`<th class="num" scope="col">${heading}</th>`)}</tr></thead><tbody>${lines}</tbody></table>`,
    known > 0 && html`<p class="soft">${t.knownOf(formats.rows(known))}</p>`,
    html`<div class="two">${bars}</div>`,
    largestTable(data.rows?.largest ?? [], { data, texts, formats }),
  ]);
}

function barsOf(what: string, facts: AmountFacts | undefined, { texts, formats }: PageParts): Html | undefined {
  if (facts === undefined || facts.knownCount === 0) return undefined;
  const title = texts.amounts.bar(what, formats.amount(facts.before), formats.amount(facts.after));
  const bars = beforeAfterBars(Number(facts.before), Number(facts.after), title);
  if (bars === undefined) return undefined;
  const change = formats.change(subtractDecimals(facts.after, facts.before));
  return html`<div><h3>${what} <span class="soft">${change}</span></h3>${bars}<p class="key soft"><span><span class="dot base"></span>${texts.amounts.before} ${formats.amount(facts.before)}</span><span><span class="dot done"></span>${texts.amounts.after} ${formats.amount(facts.after)}</span></p></div>`;
}

function largestTable(largest: readonly LargeChange[], { texts, formats }: PageParts): Html | undefined {
  if (largest.length === 0) return undefined;
  const t = texts.amounts;
  const cell = ({ change, before, after }: LargeChange['point']): Html =>
    Number(change) === 0
      ? html`–`
      : html`<strong>${formats.change(change)}</strong>${before !== '' && html` <span class="soft">${formats.amount(before)} → ${formats.amount(after)}</span>`}`;
  return html`<h3 class="largest">${t.largest}</h3><table class="stack"><thead><tr><th scope="col">${t.row}</th><th scope="col">${t.member}</th><th scope="col">${t.point}</th><th scope="col">${t.balance}</th></tr></thead><tbody>${largest.map(
    ({ rowNumber, key, point, balance }) =>
      html`<tr><td data-label="${t.row}">${rowNumber}</td><td data-label="${t.member}" class="mono">${key}</td><td data-label="${t.point}">${cell(point)}</td><td data-label="${t.balance}">${cell(balance)}</td></tr>`,
  )}</tbody></table>`;
}

/** Which amounts were asked for: a digit too many stands alone. */
export function spreadSection({ data, texts, formats }: PageParts): Html {
  const spreads = NAMES.flatMap((name) => {
    const spread = data.rows?.[name].spread;
    return spread === undefined || spread.rowCount === 0 ? [] : [{ name, spread }];
  });
  if (spreads.length === 0) return html``;
  const tables = spreads.map(({ name, spread }) => {
    const most = Math.max(...spread.groups.map(({ rowCount }) => rowCount));
    return html`<div><h3>${texts.amounts.spreadOf(texts.amounts[name])}</h3><table class="spread"><tbody>${spread.groups.map(
      ({ from, to, rowCount }) =>
        html`<tr><td class="num">${from === to ? formats.change(from) : texts.amounts.spreadRange(formats.amount(from), formats.amount(to))}</td><td>${countBar(rowCount, most)}</td><td class="num">${formats.rows(rowCount)}</td></tr>`,
    )}</tbody></table></div>`;
  });
  return section('spread', texts.sections.spread, [
    html`<div class="two">${tables}</div>`,
    html`<p class="soft">${texts.amounts.spreadNote}</p>`,
  ]);
}
