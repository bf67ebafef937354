import { topic } from '../texts.ts';

/** What reading from the vendor and the rest of a run cost. `call` names a call as the vendor does. */
export const PLAN = {
  // dry-run.ts
  changes: (row: number, key: string, action: string, fields: readonly string[]) =>
    `Row ${row} ${key} ${action}: ${fields.join(', ')}`,
  allInDiff: '… all of them in the file of -o',
  othersInDiff: '… the others with -o diff.csv',
  lookupFailed: (errorCode: string) => `A lookup failed with ${errorCode}; without it there is no plan.`,
  lookupFailedHint: (isRefused: boolean) =>
    `Nothing was written. ${isRefused ? 'The vendor refused the credentials: correct them, then type the same command again.' : 'Try again.'}`,

  // gather.ts
  categoriesUnread: (errorCode: string) => `The categories could not be read: ${errorCode}.`,
  categoriesUnreadHint: 'Nothing was written. Try again, or run without --change-category.',
  unknownCategories: (names: readonly { readonly name: string; readonly nearest: string | undefined }[]) =>
    `categoryName: the account has no category ${names
      .map(({ name, nearest }) => (nearest ? `'${name}' (did you mean '${nearest}'?)` : `'${name}'`))
      .join(', ')}.`,
  unknownCategoriesHint: (categories: readonly string[]) =>
    `Nothing was written. Its categories: ${categories.join(', ') || 'none'}.`,

  // others-today.ts
  othersToday: (atVendor: number, counted: number) =>
    `Somebody else, or another home, uses this account today: Kybio counts ${atVendor} calls, this home ${counted}.`,
  adviceOnOthers: (count: number) =>
    `${count} calls were made by others: another program, or another MEMBERLOAD_HOME, which this one cannot see. Leave them room with --reserve ${count}, and never give one top-up file to both.`,

  // pages.ts
  pagesTurn: (call: string) => `${call} answered a page that was read before: its pages lead in a circle.`,
  pagesTurnHint:
    'Nothing more was read. Try again later; --lookup rows needs no pages. If it stays so, tell the vendor.',
  pageFailed: (call: string, errorCode: string, detail: string) => `${call} failed with ${errorCode}: ${detail}.`,
  pageFailedHint: 'What was sent is in the ledger. Carry on with: memberload resume',

  // read-snapshots.ts
  probing: (pageCount: number) =>
    `Reading ${pageCount === 1 ? '1 page' : `up to ${pageCount} pages`} of members first, to find out whether pages or single lookups cost fewer calls.`,
  readingPages: (rowCount: number) =>
    `Reading the members by pages: that costs fewer calls than a lookup for each of ${rowCount} rows.`,
  readingPagesToSkip: (rowCount: number) =>
    `Reading the members by pages: of ${rowCount} rows, those that are already so cost no write.`,

  // price.ts; `quota`: calls left today, of how many, and the days that all calls take
  price: ({
    total,
    readCount,
    isAtMost,
    quota,
    finishes,
  }: {
    readonly total: number;
    readonly readCount: number;
    readonly isAtMost: boolean;
    readonly quota: { readonly left: number; readonly of: number; readonly days: number | null } | undefined;
    readonly finishes: string | undefined;
  }) => {
    const parts = [
      ...(readCount > 0 ? [`${readCount} to read`] : []),
      ...(total > readCount ? [`${total - readCount} to write`] : []),
    ].join(', ');
    const left =
      quota && ` ${quota.left} of ${quota.of} left today, ${quota.days ?? '?'} ${quota.days === 1 ? 'day' : 'days'}.`;
    return `Price: ${isAtMost ? 'at most ' : ''}${total} ${total === 1 ? 'call' : 'calls'}${parts === '' ? '' : ` (${parts})`}.${left ?? ''}${
      finishes === undefined ? '' : ` Done by about ${finishes}.`
    }`;
  },
};

export const planTexts = topic('plan', PLAN);
