export function openSheetTable(..._: unknown[]): never {
  throw new Error('todo');
}
