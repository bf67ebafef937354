import { createHash } from 'node:crypto';
import { openFormats } from './formats.ts';
import { Html, html } from './html.ts';
import { amountSection, doneSection, spreadSection } from './page-amounts.ts';
import { callSection, daySection } from './page-days.ts';
import { columnSection, settingSection } from './page-details.ts';
import { headOf, nextSection, rowSection } from './page-head.ts';
import type { PageParts } from './page-parts.ts';
import { causeSection, doubtSection } from './page-rows.ts';
import type { ReportData } from './report-data.ts';
import { reportStart } from './report-file.ts';
import { SCRIPT, STYLE } from './style.ts';
import type { ReportTexts } from './texts.ts';

/**
 * The report as one HTML page: no address is asked for anything, no script is needed to read it. Its security policy
 * lets a browser run this one script and use this one style, and nothing else, whatever a file has in its cells.
 */
export function renderPage(
  data: ReportData,
  texts: ReportTexts,
  of: { readonly version: string; readonly showsPersonal: boolean },
): string {
  const parts: PageParts = { data, texts, formats: openFormats(texts, data.saved.job.storeZone) };
  const policy = `default-src 'none'; img-src data:; style-src ${digestOf(STYLE)}; script-src ${digestOf(SCRIPT)}; base-uri 'none'; form-action 'none'`;
  const head = headOf(parts);
  const page = html`<html lang="${texts.locale}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="memberload ${of.version}">
<link rel="icon" href="data:,">
<title>${head.title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
${head.top}
${rowSection(parts)}
${nextSection(parts)}
${doubtSection(parts)}
${causeSection(parts)}
${doneSection(parts)}
${amountSection(parts)}
${spreadSection(parts)}
${daySection(parts)}
${callSection(parts)}
${columnSection(parts)}
${settingSection(parts)}
<footer><p>${of.showsPersonal ? texts.shown : texts.masked}</p><p>${texts.made(parts.formats.time(data.madeMs), of.version)} ${texts.timesIn(data.saved.job.storeZone)}.</p></footer>
</main>
${new Html(`<script>${SCRIPT}</script>`)}
</body>
</html>
`;
  return reportStart(data.run.runId) + page.text;
}

function digestOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
