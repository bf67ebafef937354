import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const FEW = 20_000;
const MANY = 300_000;
const GROWTH_KIB_MAX = 60 * 1024;

/**
 * A heap that garbage cannot fill up for long: without it V8 lets the heap grow to what is comfortable, which
 * says nothing of what is kept. An array of 300,000 rows does not fit in here.
 */
const TIGHT_HEAP = ['--max-semi-space-size=1', '--max-old-space-size=64'];

/** Prints the process's own peak as it leaves. */
const PRINT_PEAK = `data:text/javascript,process.on('exit',()=>process._rawDebug('peak',process.resourceUsage().maxRSS))`;

async function peakKib(work: Workspace, args: readonly string[], exitCode: number): Promise<number> {
  const ended = await work.run(args, { nodeFlags: [...TIGHT_HEAP, '--import', PRINT_PEAK] });
  expect(ended).toMatchObject({ exitCode, signal: null });
  return Number(/^peak ([0-9]+)$/m.exec(ended.stderr)?.[1]);
}

function writeRows(work: Workspace, name: string, count: number): void {
  const file = openSync(join(work.folder, name), 'w');
  writeSync(file, 'number,pointIncrement,balanceIncrement,note\n');
  for (let from = 0; from < count; from += 10_000) {
    let text = '';
    for (let row = from; row < from + 10_000; row += 1) text += `M${row},${row % 100}.5,0.1,a note of row ${row}\n`;
    writeSync(file, text);
  }
  closeSync(file);
}

test('validating 300,000 rows takes no more memory than 20,000', async () => {
  const work = openWorkspace();
  writeRows(work, 'few.csv', FEW);
  writeRows(work, 'many.csv', MANY);
  const few = await peakKib(work, ['validate', 'few.csv', '--as', 'lookups'], 0);
  const many = await peakKib(work, ['validate', 'many.csv', '--as', 'lookups'], 0);
  expect(many - few).toBeLessThan(GROWTH_KIB_MAX);
});

test('scanning 300,000 rows before a run takes no more memory than 20,000', async () => {
  const work = openWorkspace(vendor.settings);
  writeRows(work, 'few.csv', FEW);
  writeRows(work, 'many.csv', MANY);
  // Refused by its control total once the whole file was read, before a call.
  const few = await peakKib(work, ['topup', 'few.csv', '--expect-rows', '1'], 3);
  const many = await peakKib(work, ['topup', 'many.csv', '--expect-rows', '1'], 3);
  expect(many - few).toBeLessThan(GROWTH_KIB_MAX);
  expect(await vendor.callCount()).toBe(0);
});
