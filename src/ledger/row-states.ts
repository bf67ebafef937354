/**
 * The states of a row at one target, as the ledger keeps them.
 *
 * ```
 *             ┌──────────────────────────────┐ (certainly not sent, or refused for the whole account)
 *             ↓                              │
 * (absent) ─┬→ open ──┬→ intent ─────────────┴→ done | failed | retry
 *           │         │      └────→ in_doubt ──→ done | failed | open   (increments only: by evidence or a person)
 * planned ──┴─────────┴→ deferred | failed | invalid | done
 * ```
 *
 * A row of a top-up begins as `planned`: the run's start records every row that it is going to send. Any other row
 * begins as absent. Both are left with the row's first change: an intent, or an outcome without one.
 *
 * - absent:   never begun; shown as `not_sent`
 * - planned:  a row of a top-up that is still to be sent, and was never begun; shown as `not_sent`. Only the guard
 *             against a second credit looks at planned rows.
 * - intent:   a write may have gone out and no outcome is known. For an increment this is money that may
 *             have moved: it is settled, never sent anew. Other writes are checked or repeated.
 * - open:     begun, certainly not applied, to be done by `resume`; shown as `not_sent`
 * - deferred: waits for the call that changes the category of a hundred members
 * - retry:    a repeatable call found no answer in all its attempts; shown as `failed`, done again by `resume`
 * - invalid:  refused by us after intake (the same member under two keys); nothing was sent
 * - done, failed, in_doubt: as in the result file. A row that is done without an increment of its own (credited
 *             before) has no dataChangeTime, and is no credit.
 */
export const ROW_STATES = [
  'planned',
  'intent',
  'deferred',
  'open',
  'retry',
  'invalid',
  'done',
  'failed',
  'in_doubt',
] as const;

export type RowState = (typeof ROW_STATES)[number];

/** How many rows are in which state; a state of none is absent. */
export type StateCounts = { readonly [S in RowState]?: number };

export function countIn(counts: StateCounts, states: readonly RowState[]): number {
  return states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
}

/** Nothing is sent for a row in one of these: it is settled, or waits for a person or for a call of its own kind. */
export const RESTING_STATES: readonly RowState[] = ['done', 'failed', 'invalid', 'in_doubt', 'deferred'];
