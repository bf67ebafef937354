import type { Ledger, LedgerReader, NewEvidence, RowReader, RowRecord } from '../ledger/ledger.ts';
import { type KeptWords, openKeptWords } from './kept-words.ts';

/**
 * The ledger as everybody above sees it: rows and evidence are read with the vendor's words and recorded without
 * them. Whatever quotes a vendor goes through here, so that no new message can bring a name into the ledger.
 */
export function withoutWords(ledger: Ledger, homeFolder: string): Ledger {
  const words = openKeptWords(homeFolder);
  const sealed = <Change extends { readonly messages?: readonly string[] }>(runId: string, change: Change): Change =>
    change.messages === undefined || change.messages.length === 0
      ? change
      : { ...change, messages: change.messages.map((message) => words.seal(runId, message)) };
  const sealedEvidence = (runId: string, evidence: NewEvidence): NewEvidence => ({
    ...evidence,
    detailJson: words.seal(runId, evidence.detailJson),
  });
  const { rows } = ledger;
  return {
    ...ledger,
    rows: {
      ...readingWords(rows, words),
      record: (key, change, evidence) =>
        rows.record(key, sealed(key.runId, change), evidence && sealedEvidence(key.runId, evidence)),
      recordSoon: (key, change) => rows.recordSoon(key, sealed(key.runId, change)),
      decide: (record, change, evidence) =>
        rows.decide(record, sealed(record.runId, change), evidence && sealedEvidence(record.runId, evidence)),
      addEvidence: (key, evidence) => rows.addEvidence(key, sealedEvidence(key.runId, evidence)),
    },
  };
}

/** The same for who only reads. */
export function withWords(ledger: LedgerReader, homeFolder: string): LedgerReader {
  return { ...ledger, rows: readingWords(ledger.rows, openKeptWords(homeFolder)) };
}

function readingWords(rows: RowReader, words: KeptWords): RowReader {
  const restored = (record: RowRecord): RowRecord =>
    record.messages.length === 0
      ? record
      : { ...record, messages: record.messages.map((message) => words.restore(record.runId, message)) };
  return {
    ...rows,
    async find(key) {
      const record = await rows.find(key);
      return record && restored(record);
    },
    async *read(runId, fromRow) {
      for await (const page of rows.read(runId, fromRow)) yield page.map(restored);
    },
    listByState: async (runId, states) => (await rows.listByState(runId, states)).map(restored),
    listEvidence: async (runId, rowNumber) =>
      (await rows.listEvidence(runId, rowNumber)).map((evidence) => ({
        ...evidence,
        detailJson: words.restore(runId, evidence.detailJson),
      })),
  };
}
