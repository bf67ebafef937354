import type { Evidence } from './ledger.ts';

/** What an evidence tells, by name. Which names there are depends on its kind, and on the version that wrote it. */
export function evidenceDetail({ detailJson }: Pick<Evidence, 'detailJson'>): Readonly<Record<string, unknown>> {
  const detail: unknown = JSON.parse(detailJson);
  return typeof detail === 'object' && detail !== null ? { ...detail } : {};
}
