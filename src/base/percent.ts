/** A part of an address without its percent codes; undefined where a % begins none, as in a password that holds one. */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
