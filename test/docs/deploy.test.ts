import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { COMMANDS } from '../../src/cli/commands.ts';
import { flagName, flagsOf, SETTING_NAMES, settingOf } from '../../src/settings/settings-table.ts';
import { ROOT } from './pages.ts';

/*
 * The files of samples/deploy are not started here: they need services that a test machine has not. What they say of
 * memberload is compared with the program, and their form with what their programs read.
 */
const FOLDER = join(ROOT, 'samples/deploy');
const files = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));
const VARIABLES = SETTING_NAMES.map((name) => settingOf(name).environment).filter((name) => name !== undefined);

describe('the files for services', () => {
  test.each(files)('$name: every command, flag and variable of memberload is there', ({ text }) => {
    const lines = text
      .replaceAll(/[[\],"]/g, ' ')
      .replaceAll(/ +/g, ' ')
      .split('\n')
      .flatMap((line) => /memberload (worker|ledger|import|topup)\b.*/.exec(line)?.[0] ?? []);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const [, command = '', ...words] = line.trim().split(/\s+/);
      const known = COMMANDS.find(({ name }) => name === command);
      expect(known?.name, line).toBe(command);
      const flags = flagsOf(known?.name).map((name) => `--${flagName(name)}`);
      for (const word of words.filter((each) => each.startsWith('--'))) expect(flags, line).toContain(word);
    }
    for (const [variable] of text.matchAll(/\b(?:MEMBERLOAD|KYBIO|WONDER)_[A-Z_]+\b/g)) {
      expect(VARIABLES, text).toContain(variable);
    }
  });

  test.each(files.filter(({ name }) => name.endsWith('.yaml')))('$name: is YAML, and says what it must', ({ text }) => {
    const document = parseDocument(text, { strict: true, merge: true });
    expect(document.errors).toEqual([]);
    const { services, spec } = document.toJS() as Compose & Kubernetes;
    const [container] = spec?.template.spec.containers ?? [services?.worker];
    expect(JSON.stringify(container)).toContain('MEMBERLOAD_DATA_KEY_FILE');
    // The first process of a container has SIGTERM: npx or a shell there would not hand it on.
    expect([container?.command ?? container?.args].flat().join(' ')).toMatch(/^memberload worker /);
    // The image answers on its socket while it still makes the database.
    for (const check of text.match(/test: .*pg_isready.*/g) ?? []) expect(check).toContain('-h, 127.0.0.1');
    // A worker that is not given time to end leaves rows in doubt.
    expect(text).toMatch(/(stop_grace_period|terminationGracePeriodSeconds): 60/);
  });

  test('the unit has the sections and keys that systemd reads', () => {
    const unit = files.find(({ name }) => name.endsWith('.service'))?.text ?? '';
    expect(unit.match(/^\[\w+\]$/gm)).toEqual(['[Unit]', '[Service]', '[Install]']);
    for (const line of unit.split('\n').filter((each) => each !== '' && !/^[#[]/.test(each))) {
      expect(line).toMatch(/^[A-Z][A-Za-z]+=\S/);
    }
    expect(unit).toMatch(/^ExecStart=\/usr\/bin\/memberload worker/m);
    expect(unit).toMatch(/^TimeoutStopSec=60$/m);
  });
});

type Container = { readonly command?: string | readonly string[]; readonly args?: readonly string[] };
type Compose = { readonly services?: { readonly worker: Container } };
type Kubernetes = {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
};
