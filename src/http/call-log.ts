import { createHash } from 'node:crypto';
import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { errorText, type OperatorError, usageError } from '../base/errors.ts';
import { writeAllAtOnce } from '../base/whole-bytes.ts';
import { callTexts } from '../texts/runs/calls.ts';
import type { Answer } from './answer.ts';
import type { CallSubject } from './call-options.ts';
import type { TransportResult } from './exchange.ts';
import { maskedBodies } from './mask-body.ts';

/**
 * `--log`: one line of JSON for each call to a vendor, as a vendor's support asks for it. No header is ever written:
 * signatures and credentials are headers.
 */
export interface CallLog {
  write(call: LoggedCall): void;
  close(): void;
}

export type LoggedCall = {
  /** '' outside a run. */
  readonly runId?: string;
  readonly about: CallSubject | undefined;
  /** As in the table of endpoints, without anything of a record: `GET /customers/ref/:id`. */
  readonly endpoint: string;
  /** The id that the request carries in a header, where the vendor has one. */
  readonly requestId?: string | undefined;
  readonly body: string | undefined;
  readonly startedMs: number;
  readonly result: TransportResult;
  /** In English, whatever language is chosen: the log is for a vendor's support. */
  readonly answer: Answer<unknown>;
};

type CallLogOptions = {
  /** Bodies too, with everything masked that is not an id, an amount, a time or a code. */
  readonly withBodies: boolean;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly version: string;
  /** Told once when a line could not be written. Nothing more is then logged: a log must not stop a run. */
  readonly onFailure: (problem: string) => void;
};

/** Every log begins with it: nothing else is appended to. */
const FIRST_LINE = /^\{"log":"memberload calls"/;

/**
 * Opens the log for appending, mode 0600.
 *
 * @throws OperatorError LOG_NOT_WRITABLE (exit 2), also for a file that is no log of ours
 */
export function openCallLog(path: string, { withBodies, clock, version, onFailure }: CallLogOptions): CallLog {
  const file = openLogFile(path);
  let isBroken = false;

  function append(line: object): void {
    if (isBroken) return;
    try {
      writeAllAtOnce(file, Buffer.from(`${JSON.stringify(line)}\n`));
    } catch (error) {
      isBroken = true;
      onFailure(callTexts().logBroken(path, errorText(error)));
    }
  }

  append({ log: 'memberload calls', time: new Date(clock.nowMs()).toISOString(), version });
  return {
    write: (call) => append({ ...lineOf(call, clock.nowMs()), ...(withBodies && maskedBodies(call)) }),
    close() {
      isBroken = true;
      closeSync(file);
    },
  };
}

function lineOf(call: LoggedCall, nowMs: number): object {
  const { about, endpoint, body, startedMs, result, answer } = call;
  const isResponse = result.kind === 'response';
  const answered = isResponse ? (result.headers['x-request-id'] ?? result.headers['request-id']) : undefined;
  return {
    time: new Date(startedMs).toISOString(),
    run: call.runId === '' ? undefined : call.runId,
    row: about?.rowNumber,
    attempt: about?.attempt,
    endpoint,
    status: isResponse ? result.status : undefined,
    outcome: answer.kind,
    code: answer.kind === 'success' ? undefined : answer.errorCode,
    detail: 'detail' in answer ? answer.detail : undefined,
    ms: nowMs - startedMs,
    requestId: call.requestId,
    answeredId: answered?.slice(0, 100),
    sha256: body === undefined ? undefined : sha256(body),
    answerSha256: isResponse ? sha256(result.body) : undefined,
    answerBytes: isResponse ? result.body.length : undefined,
  };
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function openLogFile(path: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  // Before the open: opening a pipe waits for a reader.
  if (found !== undefined && !found.isFile()) throw refused(path, callTexts().logIsNoFile);
  let file: number | undefined;
  try {
    // Windows has no O_NOFOLLOW.
    const noFollow = constants.O_NOFOLLOW ?? 0;
    file = openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | noFollow, 0o600);
    const { size } = fstatSync(file);
    const head = Buffer.alloc(64);
    const length = readSync(file, head, 0, head.length, 0);
    if (size > 0 && !FIRST_LINE.test(head.toString('latin1', 0, length))) {
      throw refused(path, callTexts().logIsOther);
    }
    fchmodSync(file, 0o600);
    return file;
  } catch (error) {
    if (file !== undefined) closeSync(file);
    throw error instanceof Error && 'hint' in error ? error : refused(path, errorText(error));
  }
}

function refused(path: string, what: string): OperatorError {
  return usageError('LOG_NOT_WRITABLE', callTexts().logRefused(path, what), callTexts().logRefusedHint);
}
