import { isDevicePath } from '../base/device-path.ts';
import { statusBar } from './charts.ts';
import { type Html, html } from './html.ts';
import { nameOf, nextSteps } from './next-steps.ts';
import { command, type PageParts, section } from './page-parts.ts';

/** Where, what was asked, what happened. */
export function headOf({ data, texts, formats }: PageParts): { readonly title: string; readonly top: Html } {
  const { run, saved, state, document } = data;
  const { rows } = document;
  const file = isDevicePath(run.inputPath) ? 'stdin' : nameOf(run.inputPath || run.resultPath);
  const asked = texts.asked({
    command: run.command,
    rowCount: formats.rows(rows.read),
    file: run.command === 'export' ? nameOf(run.resultPath) : file,
    targets: run.targets.map((target) => (target === 'kybio' ? 'Kybio' : 'Wonder')).join(' + '),
    mode: saved.job.mode,
    campaign: saved.job.campaign,
    undoes: run.undoes,
  });
  const toCorrect = rows.invalid + rows.failed;
  const inDoubt = state === 'running' ? data.doubtCount : rows.in_doubt;
  const counted = (count: number): string => (count === 0 ? '' : formats.rows(count));
  const happened = texts.happened({
    state,
    done: formats.count(rows.done),
    read: formats.rows(rows.read),
    isAllDone: rows.done === rows.read,
    toCorrect: counted(toCorrect),
    inDoubt: counted(inDoubt),
    left: formats.rows(rows.not_sent),
    resumeAt: resumeAtOf(document.quota?.resumeAt),
    exitCode: document.exitCode,
    isOne: { toCorrect: toCorrect === 1, inDoubt: inDoubt === 1, left: rows.not_sent === 1 },
  });
  const { usesSandbox } = saved.connection;
  const isOver = state === 'finished' || state === 'cancelled';
  const facts: readonly (readonly [name: string, value: string])[] = [
    [texts.run, run.runId],
    [texts.begun, formats.time(run.createdMs)],
    [isOver ? texts.ended : texts.lastChange, formats.time(run.updatedMs)],
    ...(data.workers.length > 1 ? [[texts.workers, texts.workerList(data.workers)] as const] : []),
    ...(document.elapsedMs > 0 ? [[texts.took, texts.duration(document.elapsedMs / 1000)] as const] : []),
  ];
  const place = usesSandbox
    ? html`<strong class="place sandbox">${texts.sandbox}</strong><span>${texts.sandboxHint}</span>`
    : html`<strong class="place">${run.place}</strong>`;
  const top = html`<header class="top"><p class="kicker">${place}<span class="state">${texts.states[state]}</span><span>memberload · ${texts.report}</span></p>
<h1>${texts.title(run.command, file)}</h1>
<p class="lead">${asked}${texts.between}${happened}</p>
<dl class="meta">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></header>`;
  const name = texts.title(run.command, file);
  return { title: usesSandbox ? `${texts.sandbox} · ${name}` : name, top };
}

/** `2026-01-06T00:00:30+08:00` in the store's zone → `2026-01-06 00:00`. */
function resumeAtOf(resumeAt: string | undefined): string {
  return resumeAt === undefined ? '' : resumeAt.slice(0, 16).replace('T', ' ');
}

const STATUSES = ['done', 'invalid', 'failed', 'in_doubt', 'not_sent'] as const;

/** The one bar: how the rows ended. */
export function rowSection({ data, texts, formats }: PageParts): Html {
  const { rows } = data.document;
  const shares = STATUSES.map((status) => ({ status, count: rows[status] }));
  const title = shares
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${texts.statuses[status]} ${formats.count(count)}`)
    .join(', ');
  const legend = shares.map(
    ({ status, count }) =>
      html`<li class="${count === 0 ? 'off' : 'on'}"><span class="dot ${status}"></span><div><b>${formats.count(count)}</b>${texts.statuses[status]}${
        count > 0 && html` <span class="soft">${formats.share(count, rows.read)}</span>`
      }<div class="soft">${texts.statusHints[status]}${
        status === 'done' && rows.doneBefore > 0 && html`; ${texts.doneBefore(formats.count(rows.doneBefore))}`
      }</div></div></li>`,
  );
  return section('rows', texts.sections.rows, [
    rows.read > 0 && statusBar(shares, title),
    html`<ul class="legend">${legend}</ul>`,
  ]);
}

export function nextSection({ data, texts }: PageParts): Html {
  const steps = nextSteps(data, texts, resumeAtOf(data.document.quota?.resumeAt));
  return section('next', texts.sections.next, [
    html`<div class="steps">${steps.map((step) => html`<p>${step.text}</p>${step.command !== undefined && command(step.command, texts)}`)}</div>`,
  ]);
}
