import { codeOf, errorText, fileError, OperatorError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';

/** What the operating system said about reading `path`, as an error with a hint. */
export function readingError(path: string, error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return fileError('FILE_NOT_FOUND', fileTexts().notFound(path), fileTexts().notFoundHint, error);
    case 'EISDIR':
      return folderError(path, error);
    case 'EACCES':
    case 'EPERM':
      return fileError('NOT_READABLE', fileTexts().notReadable(path), fileTexts().notReadableHint, error);
    default:
      return fileError(
        'NOT_READABLE',
        fileTexts().unreadable(path, errorText(error)),
        fileTexts().unreadableHint,
        error,
      );
  }
}

/** What the operating system said about writing `path`, as an error with a hint. */
export function writingError(path: string, error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return fileError('DISK_FULL', fileTexts().diskFull(path), fileTexts().diskFullHint, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fileError('NOT_WRITABLE', fileTexts().notWritable(path), fileTexts().notWritableHint, error);
    case 'ENOENT':
    case 'ENOTDIR':
      return fileError('FOLDER_NOT_FOUND', fileTexts().noFolder(path), fileTexts().noFolderHint, error);
    case 'EISDIR':
      return folderError(path, error);
    default:
      return fileError(
        'NOT_WRITABLE',
        fileTexts().unwritable(path, errorText(error)),
        fileTexts().unwritableHint,
        error,
      );
  }
}

export function folderError(path: string, cause?: unknown): OperatorError {
  return fileError('IS_A_FOLDER', fileTexts().isFolder(path), fileTexts().isFolderHint, cause);
}
