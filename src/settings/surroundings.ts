import type { Writable } from 'node:stream';

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** What a command may know of the process it runs in. Only main.ts makes one from the real process. */
export type Surroundings = {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
  /** '' when this user has none. */
  readonly userFolder: string;
  /** As `process.platform`. */
  readonly platform: string;
  /** This machine's time zone. */
  readonly timeZone: string;
  /** This machine's language, as Intl names it: `en-US`. */
  readonly locale: string;
  /** The words that start this program: node and the script. */
  readonly program: readonly string[];
  readonly pid: number;
  readonly version: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Calls back at each signal to stop, until the returned function is called. */
  readonly onSignal: (listener: (signal: StopSignal) => void) => () => void;
  /** Leaves at once: for the second Ctrl-C. */
  readonly exitNow: (exitCode: number) => never;
};

export type OutputStream = {
  write(text: string | Uint8Array): void;
  readonly isTerminal: boolean;
  /** For prompts only. */
  readonly stream: Writable;
  /** Columns of the terminal as it is now; 80 elsewhere. */
  readonly columnCount: number;
  /** Lines of the terminal as it is now; 24 elsewhere. */
  readonly rowCount: number;
};
