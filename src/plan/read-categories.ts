import { EXIT, fileError, OperatorError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import type { KybioVendor } from '../calls/vendors.ts';
import { CATEGORY_LIST_CALL } from '../job/category-calls.ts';

/**
 * The account's categories, name → uid, after checking that every name of the file is among them.
 *
 * @throws OperatorError UNKNOWN_CATEGORY (exit 3), before anything is written
 */
export async function readCategories(
  kybio: KybioVendor,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const { answer } = await kybio.lane.perform({
    endpoint: CATEGORY_LIST_CALL,
    isRepeatable: true,
    send: (onSent) => kybio.client.queryAllCustomerCategory({ onSent }),
  });
  if (answer.kind !== 'success') {
    throw new OperatorError({
      code: 'CATEGORIES_UNREAD',
      message: `The categories could not be read: ${answer.errorCode}.`,
      hint: 'Nothing was written. Try again, or run without --change-category.',
      exitCode: answer.kind === 'refused' && answer.meaning === 'credentials' ? EXIT.credentials : EXIT.stopped,
    });
  }
  const categories = new Map(answer.data.map(({ name, uid }) => [name, uid]));
  const unknown = [...names].filter((name) => !categories.has(name));
  if (unknown.length === 0) return categories;
  const suggestions = unknown.map((name) => {
    const nearest = nearestName(name, categories.keys());
    return nearest ? `'${name}' (did you mean '${nearest}'?)` : `'${name}'`;
  });
  throw fileError(
    'UNKNOWN_CATEGORY',
    `categoryName: the account has no category ${suggestions.join(', ')}.`,
    `Nothing was written. Its categories: ${[...categories.keys()].join(', ') || 'none'}.`,
  );
}
