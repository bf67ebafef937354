/** A value read from a vendor's answer, or why that answer cannot be believed (never quoting it). */
export type Reading<T> =
  | { readonly isRead: true; readonly value: T }
  | { readonly isRead: false; readonly problem: string };

export function read<T>(value: T): Reading<T> {
  return { isRead: true, value };
}

export function unreadable(problem: string): Reading<never> {
  return { isRead: false, problem };
}
