import type { KybioVendor } from '../calls/vendors.ts';

/** Point and balance of a member as one read told them; undefined when it told nothing. */
export type Reading = { readonly point: string | undefined; readonly balance: string | undefined };

/** One read of a member's amounts. `isSettling`: it may use the calls kept back for that. @throws StoppedError */
export async function readAmounts(
  customerUid: string,
  { client, lane }: KybioVendor,
  isSettling: boolean,
): Promise<Reading> {
  const { answer } = await lane.perform({
    endpoint: 'customerOpenApi/queryByUid',
    isRepeatable: true,
    isSettling,
    send: (onSent, attempt) => client.queryByUid(customerUid, { onSent, about: { attempt } }),
  });
  const member = answer.kind === 'success' ? answer.data : undefined;
  return { point: member?.point, balance: member?.balance };
}
