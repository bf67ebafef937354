import { createHash } from 'node:crypto';

const MASK = (1n << 62n) - 1n;
const SMALLEST = 10n ** 17n;

/**
 * The customerUid of the member with this row id: 18 or 19 digits, always beyond 2^53, inside a Java
 * Long, scattered, and unique: every step is a bijection on 62 bits.
 */
export function customerUidFor(seed: number, rowId: number): string {
  let mixed = (BigInt(rowId) * 0x1e3779b97f4a7c15n + BigInt(seed) * 0x2545f4914f6cdd1dn) & MASK;
  mixed ^= mixed >> 31n;
  mixed = (mixed * 0x14d049bb133111ebn) & MASK;
  mixed ^= mixed >> 29n;
  return (SMALLEST + mixed).toString();
}

/** A uuid (version 4 in shape) for the nth thing of a kind; the same for the same seed. */
export function uuidFor(seed: number, kind: string, rowId: number): string {
  const hex = createHash('md5').update(`${seed}:${kind}:${rowId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
