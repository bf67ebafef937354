export type RowErrorCode =
  | 'REQUIRED'
  | 'NOT_A_DECIMAL'
  | 'OUT_OF_RANGE'
  | 'TOO_LONG'
  | 'NOT_ALLOWED'
  | 'BAD_DATE'
  | 'BAD_PHONE'
  | 'BAD_EMAIL'
  | 'BAD_ID'
  | 'EXCEL_DAMAGED'
  | 'DUPLICATE_ROW'
  | 'WRONG_COLUMN_COUNT'
  | 'NOTHING_TO_DO';

/** One thing that is wrong with a row; nothing of it is sent. `message` says what, where, the value seen and what to do. */
export type RowIssue = { readonly errorCode: RowErrorCode; readonly column?: string; readonly message: string };
