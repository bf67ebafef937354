/**
 * Whether an input is no file of a folder: `-`, `/dev/stdin`, or `/dev/fd/63`, which is how a shell passes `<(…)`.
 * Nothing is written beside such an input. What is made of it has its name from `stdin`, in the working folder.
 */
export function isDevicePath(path: string): boolean {
  return path === '-' || /^\/(dev\/(stdin$|fd\/)|proc\/[^/]+\/fd\/)/.test(path);
}
