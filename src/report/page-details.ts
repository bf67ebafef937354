import type { Rate } from '../calls/rate.ts';
import { type Html, html } from './html.ts';
import { type PageParts, section } from './page-parts.ts';
import type { ReportTexts } from './texts.ts';

/** Headers of a file may be many; the result file has all of them. */
const COLUMNS_SHOWN = 60;

/** Which columns of the file were used for what, and which were not. */
export function columnSection({ data, texts, formats }: PageParts): Html {
  const columns = data.rows?.columns;
  if (columns === undefined || columns.read.length === 0) return html``;
  const t = texts.columns;
  const read = columns.read
    .slice(0, COLUMNS_SHOWN)
    .map(
      ({ header, column, firstValue }) =>
        html`<tr><td data-label="${t.header}">${header}</td><td data-label="${t.field}"><code>${column}</code></td><td class="full" data-label="${t.firstValue}">${firstValue === '' ? html`<span class="soft">${t.blank}</span>` : firstValue.slice(0, 80)}</td></tr>`,
    );
  const unused = columns.unused.slice(0, COLUMNS_SHOWN);
  const rest = columns.unused.length - unused.length;
  return section('columns', texts.sections.columns, [
    html`<table class="stack"><thead><tr><th scope="col">${t.header}</th><th scope="col">${t.field}</th><th scope="col">${t.firstValue}</th></tr></thead><tbody>${read}</tbody></table>`,
    html`<h3 class="largest">${t.unused}</h3>`,
    unused.length === 0
      ? html`<p class="soft">${t.unusedNone}</p>`
      : html`<ul class="chips">${unused.map((header) => html`<li>${header}</li>`)}${rest > 0 && html`<li>+${formats.count(rest)}</li>`}</ul>`,
    columns.moneyLike.length > 0 && html`<p class="note notchanged">${t.moneyLike(columns.moneyLike.join(', '))}</p>`,
    columns.unnamedCount > 0 && html`<p class="soft">${t.unnamed(formats.count(columns.unnamedCount))}</p>`,
  ]);
}

/** Where the files are, and what the run was told. */
export function settingSection({ data, texts }: PageParts): Html {
  const { run, document, undoneBy } = data;
  const t = texts.settings;
  const files: readonly (readonly [string, string])[] = [
    [t.place, run.place],
    [t.input, run.inputPath],
    [t.result, document.result ?? run.resultPath],
    [t.fingerprint, run.inputSha256],
    [t.undoneBy, undoneBy.join(', ')],
  ];
  const rows = [...files, ...settingRows(data.saved, texts)].filter(([, value]) => value !== '');
  return section('settings', texts.sections.settings, [
    html`<table class="stack"><tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td class="full">${value}</td></tr>`)}</tbody></table>`,
  ]);
}

/** The settings that say something: what is off or not given is left out. */
function settingRows(
  { job, controls }: PageParts['data']['saved'],
  texts: ReportTexts,
): (readonly [name: string, value: string])[] {
  const { byName, on } = texts.settings;
  const time = (ms: number): string => texts.duration(ms / 1000);
  const isTopup = job.command === 'topup';
  const given: Readonly<Record<string, string | number | boolean | undefined>> = {
    command: `memberload ${job.command}`,
    targets: job.targets.join(', '),
    mode: job.command === 'import' ? job.mode : undefined,
    campaign: job.campaign,
    columns: job.columns?.join(', '),
    encoding: job.encoding,
    delimiter: job.delimiter,
    headerRow: job.headerRow,
    sheet: job.sheet,
    columnMap:
      job.columnMap &&
      Object.entries(job.columnMap)
        .map(([header, name]) => `${header} → ${name}`)
        .join(', '),
    dateFormats: job.dateFormats?.join(', '),
    country: job.country,
    storeZone: job.storeZone,
    lookup: job.lookup,
    changesCategory: job.changesCategory,
    onDuplicate: job.onDuplicate,
    skipInvalid: job.skipInvalid,
    skipsCredited: job.skipsCredited,
    isAgain: job.isAgain,
    readsBefore: job.readsBefore,
    repeatWindow: isTopup && job.campaign === '' ? time(job.repeatWindowMs) : undefined,
    ignoresResults: job.ignoresResults,
    rate: rateText(controls.rate),
    concurrency: controls.concurrency,
    timeout: time(controls.timeoutMs),
    dailyQuota: controls.dailyQuota,
    reserve: controls.reserve || undefined,
    waitsForQuota: controls.waitsForQuota,
    quotaZone: controls.dailyQuota === undefined ? undefined : controls.quotaZone,
    maxErrors:
      controls.maxErrors &&
      ('count' in controls.maxErrors ? controls.maxErrors.count : `${controls.maxErrors.percent}%`),
  };
  return Object.entries(given).flatMap(([name, value]) =>
    value === undefined || value === false || value === ''
      ? []
      : [[byName[name] ?? name, value === true ? on : String(value)] as const],
  );
}

function rateText(rate: Rate): string {
  return rate === 'unlimited' ? rate : `${rate.calls} / ${rate.perMs / 1000} s`;
}
