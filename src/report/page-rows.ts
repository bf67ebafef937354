import { isZeroDecimal } from '../base/decimal.ts';
import { evidenceDetail } from '../ledger/evidence-detail.ts';
import type { Evidence } from '../ledger/ledger.ts';
import type { Cause } from './cause-tally.ts';
import { type Html, html } from './html.ts';
import { command, type PageParts, section } from './page-parts.ts';
import type { Doubt } from './report-data.ts';
import type { CauseText, ReportTexts } from './texts.ts';

/** A person reads the first ones; the result file has all. */
const CAUSES_SHOWN = 24;
const COLUMNS_NAMED = 4;

/** Why rows did not end as they should, as cards: in words, with an example and what to do. */
export function causeSection({ data, texts, formats }: PageParts): Html {
  const { rows, lacksResult, document } = data;
  const note = lacksResult && html`<p class="note">${texts.causes.onlyLedger}</p>`;
  // Rows in doubt have a section of their own.
  const causes = (rows?.causes ?? []).filter(({ status }) => status !== 'in_doubt');
  if (causes.length === 0) {
    const isGood = document.rows.invalid + document.rows.failed === 0;
    if (isGood && !note) return html``;
    const told = isGood ? texts.causes.none : rows === undefined ? texts.causes.noRows : undefined;
    if (told === undefined && !note) return html``;
    return section('causes', texts.sections.causes, [note, told !== undefined && html`<p>${told}</p>`]);
  }
  const more = causes.length - CAUSES_SHOWN;
  return section('causes', texts.sections.causes, [
    note,
    html`<div class="cards">${causes.slice(0, CAUSES_SHOWN).map((cause) => causeCard(cause, texts, formats))}</div>`,
    more > 0 && html`<p class="soft">${texts.causes.more(formats.count(more))}</p>`,
  ]);
}

function causeCard(cause: Cause, texts: ReportTexts, formats: PageParts['formats']): Html {
  const { status, errorCode, rowCount, columns, example, rowNumbers } = cause;
  const { title, fix } = causeText(errorCode, texts);
  const named = columns.slice(0, COLUMNS_NAMED).map(({ name }) => name);
  const rest = rowCount - rowNumbers.length;
  const about = [texts.statuses[status], errorCode].filter(Boolean).join(' · ');
  return html`<article class="card ${status}"><header><h3>${title}</h3><b>${formats.rows(rowCount)}</b></header>
<div class="soft">${about}${named.length > 0 && html` · ${texts.causes.inColumns(named.join(', '))}`}</div>
<dl><div><dt>${texts.causes.example}</dt><dd><blockquote><strong>${texts.causes.exampleRow(example.rowNumber)}${example.key !== '' && html` (<span class="mono">${example.key}</span>)`}</strong>${example.message !== '' && html`<br>${example.message}`}</blockquote></dd></div>
<div><dt>${texts.causes.fix}</dt><dd>${fix}</dd></div>
<div><dt>${texts.causes.whichRows}</dt><dd class="mono">${rowNumbers.join(', ')}${rest > 0 && texts.causes.andMore(formats.count(rest))}</dd></div></dl></article>`;
}

/** `kybio:2012` and `HTTP_502` have the text of their kind. */
function causeText(errorCode: string, { causes }: ReportTexts): CauseText {
  const code = errorCode.replace(/^(kybio|wonder):/, '');
  const kind = code === '' ? 'OTHER' : code.startsWith('HTTP_') ? 'HTTP' : code;
  return causes.byCode[kind] ?? causes.byCode.VENDOR ?? { title: code, fix: '' };
}

/** Money that may or may not have moved: each row with what is known of it, and what to type. */
export function doubtSection({ data, texts, formats }: PageParts): Html {
  const { doubts, doubtCount, rows, run } = data;
  if (doubtCount === 0) return html``;
  const earlier = rows?.earlierDoubtCount ?? 0;
  const more = doubtCount - earlier - doubts.length;
  return section('doubts', texts.sections.doubts, [
    doubts.length > 0 && html`<p>${texts.doubts.about}</p>`,
    doubts.length > 0 &&
      html`<p>${texts.doubts.settle}</p>${command(`memberload resolve ${run.runId} --settle`, texts)}<div class="doubts">${doubts.map((doubt) => doubtCard(doubt, { data, texts, formats }))}</div>`,
    more > 0 &&
      html`<p>${texts.doubts.more(formats.count(more))}</p>${command(`memberload resolve ${run.runId}`, texts)}`,
    earlier > 0 && html`<p>${texts.doubts.earlier(formats.count(earlier))}</p>`,
  ]);
}

function doubtCard({ record, evidence }: Doubt, { data, texts, formats }: PageParts): Html {
  const { doubts } = texts;
  const { rowNumber, number, customerUid, pointIncrement, balanceIncrement, dataChangeTime } = record;
  const member = number || customerUid;
  const amounts = [
    isZeroDecimal(pointIncrement || '0') ? '' : `${texts.amounts.point} ${formats.change(pointIncrement)}`,
    isZeroDecimal(balanceIncrement || '0') ? '' : `${texts.amounts.balance} ${formats.change(balanceIncrement)}`,
  ]
    .filter(Boolean)
    .join(', ');
  const isKnown = record.pointBefore !== '' && record.balanceBefore !== '';
  const base = `memberload resolve ${data.run.runId} --row ${rowNumber}`;
  const sent = html`<li><time>${formats.time(record.intentMs)}</time>${doubts.sent} · ${doubts.changeTime} ${dataChangeTime}</li>`;
  const known = evidence.map(
    (each) => html`<li><time>${formats.time(each.recordedMs)}</time>${tellEvidence(each, texts)}</li>`,
  );
  const told = record.messages.length > 0 ? record.messages.join(' ') : doubts.onTheWire;
  const before = isKnown
    ? doubts.values(formats.amount(record.pointBefore), formats.amount(record.balanceBefore))
    : doubts.unknown;
  return html`<article class="card doubt in_doubt"><header><h3>${doubts.row(String(rowNumber))} · ${doubts.member} <span class="mono">${member}</span></h3><b>${amounts}</b></header>
<div><dl><div><dt>${doubts.before}</dt><dd>${before}</dd></div><div><dt>${doubts.evidence}</dt><dd><ul class="evidence">${sent}${known}</ul></dd></div></dl><p class="soft">${told}</p></div>
<div><p>${doubts.backOffice(member, amounts, dataChangeTime)}</p><div class="steps"><p>${doubts.wasApplied}</p>${command(`${base} --as applied`, texts)}<p>${doubts.wasNot}</p>${command(`${base} --as not-applied`, texts)}<p>${doubts.sendAgain}</p>${command(`${base} --resend`, texts)}</div></div></article>`;
}

function tellEvidence(evidence: Evidence, { doubts }: ReportTexts): string {
  const detail = evidenceDetail(evidence);
  const text = (name: string): string => (detail[name] === undefined ? doubts.unknown : String(detail[name]));
  switch (evidence.kind) {
    case 'read':
      return doubts.read(doubts.values(text('point'), text('balance')));
    case 'answer':
      return doubts.answer(text('answer'));
    case 'repeat':
      return doubts.repeat(text('answer'));
    case 'decision':
      return doubts.decision(text('as'));
    case 'late_answer':
      return doubts.lateAnswer(
        text('state'),
        // Written by the ledger, by the names of its columns.
        detail.point_after === undefined ? '' : doubts.values(text('point_after'), text('balance_after')),
      );
    case 'resend':
      return doubts.resend;
    default:
      return `${evidence.kind}: ${evidence.detailJson}`;
  }
}
