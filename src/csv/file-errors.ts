import { errorText, fileError, OperatorError } from '../base/errors.ts';

/** What the operating system said about reading `path`, as an error with a hint. */
export function readingError(path: string, error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return fileError('FILE_NOT_FOUND', `${path}: no such file.`, 'Check the path and its spelling.', error);
    case 'EISDIR':
      return folderError(path, error);
    case 'EACCES':
    case 'EPERM':
      return fileError('NOT_READABLE', `${path}: no permission to read it.`, 'Allow reading the file.', error);
    default:
      return fileError(
        'NOT_READABLE',
        `${path} cannot be read: ${errorText(error)}.`,
        'Check the disk or network share, or copy the file to a local folder.',
        error,
      );
  }
}

/** What the operating system said about writing `path`, as an error with a hint. */
export function writingError(path: string, error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return fileError(
        'DISK_FULL',
        `${path}: the disk or quota is full.`,
        'Free some space, or write elsewhere with -o.',
        error,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fileError(
        'NOT_WRITABLE',
        `${path}: no permission to write it.`,
        'Allow writing to its folder, or write elsewhere with -o.',
        error,
      );
    case 'ENOENT':
    case 'ENOTDIR':
      return fileError(
        'FOLDER_NOT_FOUND',
        `${path}: its folder does not exist.`,
        'Make the folder, or write elsewhere with -o.',
        error,
      );
    case 'EISDIR':
      return folderError(path, error);
    default:
      return fileError(
        'NOT_WRITABLE',
        `${path} cannot be written: ${errorText(error)}.`,
        'Check the disk, or write elsewhere with -o.',
        error,
      );
  }
}

export function folderError(path: string, cause?: unknown): OperatorError {
  return fileError('IS_A_FOLDER', `${path} is a folder.`, 'Name a file.', cause);
}

/** `ENOENT` and the like; undefined when the error is not the operating system's. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
