/** Exchanges one text of a built module; the anchor must stand there exactly once. */
export type Patch = { readonly file: string; readonly anchor: string; readonly replacement: string };

type Point = {
  readonly file: string;
  /** Text of the built module. */
  readonly anchor: string;
  /** Where the process is when it passes the point. */
  readonly at: 'before' | 'after';
  /** Only calls for which this expression holds. */
  readonly when?: string;
  /** A turn of the event loop later: what was handed to the socket is out. */
  readonly isDeferred?: boolean;
};

/** Records an increment's intent, with its guards. */
const BEGIN = 'progress.begun = await ledger.increments.begin(intentOf(call, work, kybio));';

const IS_INCREMENT = "request.path.endsWith('/updateBalancePointByIncrement')";

/**
 * The named moments of the protocol (DESIGN §4) at which a process may die. Anchors are texts of `dist`:
 * whoever refactors there moves them along, and `copyBuild` refuses one that it cannot find.
 */
const POINTS = {
  'stage.data': at('stage/stage.js', 'await writeDurably(join(folder, INDEX_FILE), JSON.stringify(index));', 'before'),
  'stage.rename': at('stage/stage.js', 'await rename(temporary, path);', 'before'),
  'stage.renamed': at('stage/stage.js', 'await rename(temporary, path);', 'after'),
  'start.before': at(
    'run/prepare-run.js',
    'requireStarted(await startRun(job, input, runId, { ledger, mark }), job.inputPath);',
    'before',
  ),
  'start.planned': at('ledger/sqlite/sqlite-runs.js', 'await writePage(run, page);', 'after'),
  'start.after': at(
    'run/prepare-run.js',
    'requireStarted(await startRun(job, input, runId, { ledger, mark }), job.inputPath);',
    'after',
  ),
  'intent.before': at('send/send-increment.js', BEGIN, 'before'),
  'commit.before': at('ledger/sqlite/group-commit.js', "this.#database.exec('COMMIT');", 'before'),
  'commit.after': at('ledger/sqlite/group-commit.js', 'await this.#disk.sync();', 'before'),
  'commit.durable': at('ledger/sqlite/group-commit.js', 'await this.#disk.sync();', 'after'),
  'intent.after': at('send/send-increment.js', BEGIN, 'after'),
  'shared.before': at('ledger/postgres/write-queue.js', 'const found = await this.#carryOut(group);', 'before'),
  'shared.after': at('ledger/postgres/write-queue.js', 'const found = await this.#carryOut(group);', 'after'),
  'admit.before': at('calls/lane.js', 'const admission = await this.#limiter.admit(', 'before'),
  'send.before': at('send/send-increment.js', 'const raw = await sendWrite(vendors, sent,', 'before'),
  'send.first_byte': { ...at('http/exchange.js', 'request.onSent?.();', 'after'), when: IS_INCREMENT },
  'send.after': { ...at('http/exchange.js', 'wasSent = true;\n', 'after'), when: IS_INCREMENT, isDeferred: true },
  'answer.before': {
    ...at('http/exchange.js', 'const body = Buffer.concat(chunks, byteCount);', 'before'),
    when: IS_INCREMENT,
  },
  'answer.after': at('send/send-increment.js', 'return withLearnedMeaning(raw, kybio, context);', 'before'),
  'outcome.before': at('send/send-row.js', 'await recordOutcome(outcome, attempts, lastAnswer, row);', 'before'),
  'outcome.after': at('send/send-row.js', 'await recordOutcome(outcome, attempts, lastAnswer, row);', 'after'),
  'settle.read': at(
    'send/settle.js',
    'const reading = await readAmounts(record.customerUid, settling.kybio, true);',
    'after',
  ),
  'settle.decide': at('send/settle.js', 'const isKept = await context.ledger.rows.decide(record, change);', 'before'),
  'settle.decided': at('send/settle.js', 'const isKept = await context.ledger.rows.decide(record, change);', 'after'),
  'settle.repeat': at('send/settle.js', "await addEvidence(record, 'repeat'", 'before'),
  'view.before': at('result/write-result.js', 'await file?.writeHeader(', 'before'),
  'view.row': at('result/write-result.js', 'await file?.write(rendered);', 'before'),
  'view.hashed': at(
    'run/own-result.js',
    "await ledger.runs.setResult(runId, { path, sha256: hashes.join(' ') });",
    'after',
  ),
  'view.rename': at('csv/new-file.js', 'await orAbort(options.mayReplace ?', 'before'),
  'view.after': at('csv/new-file.js', "state = 'committed';", 'after'),
  'finish.before': at('run/execute-run.js', 'await ledger.runs.end(run.runId,', 'before'),
  'finish.after': at('run/execute-run.js', '// After the state: a run killed before it must find its stage.', 'before'),
} as const satisfies Record<string, Point>;

export type PointName = keyof typeof POINTS;
export const POINT_NAMES = Object.keys(POINTS) as PointName[];

/** Passed for every row, so that a plan "the n-th time" comes true while rows are left. */
export const ROW_POINTS: readonly PointName[] = POINT_NAMES.filter((name) =>
  /^(intent|commit|admit|send|answer|outcome)\./.test(name),
);
/** Passed for every group of writes, by a tool whose ledger is shared. */
export const SHARED_POINTS: readonly PointName[] = POINT_NAMES.filter((name) => name.startsWith('shared.'));
/** Passed once, before anything is sent: while the input is copied and the run is recorded. */
export const START_POINTS: readonly PointName[] = POINT_NAMES.filter((name) => /^(stage|start)\./.test(name));
/** Passed at the end of a process, when the ledger has decided everything. */
export const END_POINTS: readonly PointName[] = POINT_NAMES.filter((name) => /^(view|finish)\./.test(name));
/** Passed only when rows are in doubt; by reads, or by sending again. */
export const SETTLE_POINTS: Readonly<Record<'accepted' | 'refused', readonly PointName[]>> = {
  accepted: ['settle.read', 'settle.decide', 'settle.decided'],
  refused: ['settle.repeat', 'settle.decide', 'settle.decided'],
};

/** The patches that make every point tell of itself. */
export function pointPatches(): Patch[] {
  const merged = new Map<string, { before: string; after: string; point: Point }>();
  for (const name of POINT_NAMES) {
    const point: Point = POINTS[name];
    const key = `${point.file}\n${point.anchor}`;
    const entry = merged.get(key) ?? { before: '', after: '', point };
    entry[point.at] += passing(name, point);
    merged.set(key, entry);
  }
  return [...merged.values()].map(({ before, after, point: { file, anchor } }) => {
    return { file, anchor, replacement: `${before}${anchor}${after}` };
  });
}

function passing(name: PointName, point: Point): string {
  const pass = `globalThis.chaosPass('${name}');`;
  const timed = point.isDeferred ? `setImmediate(() => { ${pass} });` : pass;
  return point.when === undefined ? ` ${timed} ` : ` if (${point.when}) { ${timed} } `;
}

function at(file: string, anchor: string, where: Point['at']): Point {
  return { file, anchor, at: where };
}

/**
 * Negative controls: the product with one of its safeguards taken out. Chaos that finds neither doubles nor losses in
 * these proves nothing about the product either.
 */
export const CONTROLS = {
  /** The increment goes out without a trace in the ledger. */
  withoutIntent: [
    {
      file: 'send/send-increment.js',
      anchor: BEGIN,
      replacement:
        "progress.begun = { kind: 'begun', hasBefore: true, dataChangeTime: zonedIso(context.clock.nowMs(), context.settings.storeZone).slice(0, 19).replace('T', ' ') };",
    },
  ],
  /** `resume` sends rows again that have an intent, instead of settling them. */
  resendsIntents: [
    {
      file: 'stage/rows-to-do.js',
      anchor: 'if (RESTING_STATES.includes(state))',
      replacement: "if (RESTING_STATES.includes(state) && state !== 'in_doubt')",
    },
    {
      file: 'stage/rows-to-do.js',
      anchor: "return !(state === 'intent' && row.kind === 'topup');",
      replacement: 'return true;',
    },
    {
      file: 'run/execute-run.js',
      anchor: 'await settleNow();\n    if (settledCount > 0)\n        stands = undefined;\n    await lookForOthers(',
      replacement: 'await lookForOthers(',
    },
  ],
  /** Nobody looks at what was credited before. */
  withoutGuard: [
    {
      file: 'intake/read-input.js',
      anchor: 'const marked = guard ? await guard.mark(rows, judge.origins(block.cells)) : rows;',
      replacement: 'const marked = rows;',
    },
    {
      file: 'send/send-increment.js',
      anchor: 'const isGuarded = !call.isTarget',
      replacement: 'const isGuarded = false && !call.isTarget',
    },
  ],
  /** `resume` reads the input once more, whatever a person has made of it. */
  withoutStage: [
    {
      file: 'run/resume-run.js',
      anchor: 'const staged = await findStage(run, saved.job, parts);',
      replacement: `
        const { rmSync } = await import('node:fs');
        for (const name of ['stage', 'stage.json']) rmSync(runFolder + '/' + name, { force: true });
        const { stageInput } = await import('../intake/stage-input.js');
        const staged = await stageInput({ path: run.inputPath }, runFolder, {
          settings: saved.job, control: parts.control, guard: undefined, resultFor: saved.resultFor, nowMs: Date.now(),
          findUsedMapping: async () => undefined,
        });`,
    },
  ],
  /** An increment is sent, and a row written, whether or not the lease will outlast the call. */
  withoutDeadline: [
    {
      file: 'send/send-increment.js',
      anchor: 'if (ledger.mayStillSend(controls.timeoutMs))',
      replacement: 'if (true)',
    },
  ],
  /** A refused repeat counts as applied, also when it was the first answer. */
  believesFirstRepeat: [
    {
      file: 'send/send-increment.js',
      anchor: 'outcome: await confirmNotApplied(call, answer, begun, kybio), answer, attempts',
      replacement: 'outcome: appliedBefore(call, undefined), answer, attempts',
    },
  ],
} as const satisfies Record<string, readonly Patch[]>;
