import type { Formats } from './formats.ts';
import { type Html, html } from './html.ts';
import type { ReportData } from './report-data.ts';
import type { ReportTexts } from './texts.ts';

/** What each section of the page is made of. */
export type PageParts = { readonly data: ReportData; readonly texts: ReportTexts; readonly formats: Formats };

/** A section with its heading; `id` names it for the browser's address and for tests. */
export function section(
  id: string,
  heading: string,
  body: Html | readonly (Html | undefined | false | string)[],
): Html {
  return html`<section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${heading}</h2>${body}</section>`;
}

/** A command to copy: a click selects all of it, and with a script a button copies it. */
export function command(text: string, { copy, copied }: Pick<ReportTexts, 'copy' | 'copied'>): Html {
  // A line breaks between words, never inside a flag.
  const words = text.split(' ').map((word, index) => html`${index > 0 && ' '}<span>${word}</span>`);
  return html`<div class="command"><code>${words}</code><button type="button" data-done="${copied}">${copy}</button></div>`;
}
