/**
 * The states of a row at one target, as the ledger keeps them.
 *
 * ```
 *           ┌──────────────────────────────┐ (certainly not sent, or refused for the whole account)
 * (absent) ─┼→ intent ──→ done | failed | retry
 *           │     └────→ in_doubt ──→ done | failed      (increments only: by evidence or by a person)
 *           └→ open
 * ```
 *
 * - absent:   never begun; shown as `not_sent`
 * - intent:   a write may have gone out and no outcome is known. For an increment this is money that may
 *             have moved: it is settled, never sent anew. Other writes are checked or repeated.
 * - open:     begun, certainly not applied, to be done by `resume`; shown as `not_sent`
 * - deferred: waits for the call that changes the category of a hundred members
 * - retry:    a repeatable call found no answer in all its attempts; shown as `failed`, done again by `resume`
 * - invalid:  refused by us after the scan (the same member under two keys); nothing was sent
 * - done, failed, in_doubt: as in the result file
 */
export type RowState = 'intent' | 'deferred' | 'open' | 'retry' | 'invalid' | 'done' | 'failed' | 'in_doubt';

/** Whether `resume` leaves the row alone. */
export function isSettled(state: RowState): boolean {
  return state === 'done' || state === 'failed' || state === 'invalid';
}
