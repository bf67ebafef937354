import { isAbsolute, join } from 'node:path';
import { EXIT, OperatorError, usageError } from '../../base/errors.ts';
import { makePrivateFolder } from '../../base/private-folder.ts';
import { openNewFile } from '../../csv/new-file.ts';
import type { Target } from '../../ledger/ledger.ts';
import { CONFIG_FILE_NAME } from '../../settings/config-file.ts';
import { hasComments, parseJsonFile, readTextFile } from '../../settings/read-text-file.ts';
import { Settings } from '../../settings/settings.ts';
import { type SettingName, settingOf } from '../../settings/settings-table.ts';
import type { Surroundings } from '../../settings/surroundings.ts';
import { vendorSettings } from '../../settings/vendor-settings.ts';
import { questionTexts } from '../../texts/cli/questions.ts';
import { settingsTexts } from '../../texts/cli/settings.ts';
import { sharedTexts } from '../../texts/shared.ts';
import type { CommandInput, CommandResult } from '../commands.ts';
import { isYes } from '../terminal/confirm.ts';
import { type Dialogue, openDialogue } from './dialogue.ts';

const WONDER_ADDRESS = 'https://gateway.wonder.today';

/** What the config file is going to say, and the key, which goes into a file of its own. */
type Answers = {
  readonly account: Record<string, string>;
  readonly general: Record<string, string | number>;
  readonly kybioKey: string | undefined;
};

/**
 * `init`: asks for the accounts, writes them into the config file and the key into a file of its own (both mode
 * 0600), and offers to try them. Answers may also come on standard input, one a line.
 */
export async function runInit(input: CommandInput): Promise<CommandResult> {
  const { settings, surroundings, console } = input;
  const configPath = settings.config.path ?? settings.path(settings.typed('config') ?? CONFIG_FILE_NAME);
  const store = settings.typed('store');
  const dialogue = await openDialogue(surroundings);
  try {
    const texts = questionTexts();
    console.say(texts.initBegins);
    console.say(texts.initEnter);
    const targets = await askTargets(dialogue);
    const answers = await askAccounts(targets, dialogue, surroundings);
    const config = await mergedConfig(configPath, store, answers, dialogue);
    const keyFile = answers.kybioKey === undefined ? undefined : await writeKey(answers, store, surroundings);
    if (keyFile !== undefined) accountOf(config, store).kybioAppKeyFile = keyFile;
    await writePrivate(configPath, `${JSON.stringify(config, undefined, 2)}\n`, true);
    console.say(texts.written(configPath));
    if (keyFile !== undefined) console.say(texts.keyIsIn(keyFile));
    warnOfEnvironment(input, answers);
    if (settings.get('json'))
      console.print(JSON.stringify({ command: 'init', config: configPath, keyFile: keyFile ?? null }));
    const storeFlag = store === undefined ? '' : ` --store ${store}`;
    const typed = await dialogue.ask(texts.tryNow(targets)).catch(() => 'no');
    dialogue.close();
    if (isYes(typed) || /^y$/i.test(typed)) {
      const { runDoctor } = await import('../doctor.ts');
      return await runDoctor({
        ...input,
        settings: new Settings(flagsOf(settings), surroundings),
        argument: undefined,
      });
    }
    console.say(texts.tryLater(`memberload doctor${storeFlag}`));
    return { exitCode: EXIT.ok };
  } finally {
    dialogue.close();
  }
}

/** The flags that say which settings these are. */
function flagsOf(settings: Settings): Record<string, string> {
  const flags: Record<string, string> = {};
  for (const name of ['config', 'store'] as const) {
    const value = settings.typed(name);
    if (value !== undefined) flags[name] = value;
  }
  return flags;
}

async function askTargets(dialogue: Dialogue): Promise<readonly Target[]> {
  const texts = questionTexts();
  const typed = await askUntil(dialogue, texts.whichAccount, 'kybio', (answer) =>
    ['kybio', 'wonder', 'both'].includes(answer.toLowerCase()) ? undefined : texts.whichAccountHint,
  );
  const answer = typed.toLowerCase();
  return answer === 'both' ? ['kybio', 'wonder'] : [answer as Target];
}

async function askAccounts(
  targets: readonly Target[],
  dialogue: Dialogue,
  surroundings: Surroundings,
): Promise<Answers> {
  const texts = questionTexts();
  const account: Record<string, string> = {};
  const general: Record<string, string | number> = {};
  let kybioKey: string | undefined;
  /** As an environment variable, where a mistake is found by the code that reads it for a run. */
  const checked = (target: Target, name: SettingName) => (answer: string) =>
    problemWith(target, { [settingOf(name).environment ?? name]: answer }, surroundings);
  if (targets.includes('kybio')) {
    account.kybioBaseUrl = await askUntil(dialogue, texts.kybioAddress, '', checked('kybio', 'kybioBaseUrl'));
    account.kybioAppId = await askUntil(dialogue, texts.kybioAppId, '', checked('kybio', 'kybioAppId'));
    kybioKey = await askUntil(
      dialogue,
      texts.kybioKey,
      '',
      (answer) => (answer === '' ? texts.keyNeeded : undefined),
      true,
    );
    const quota = await askUntil(dialogue, texts.callsPerDay, '', (answer) =>
      /^[0-9]{0,9}$/.test(answer) ? undefined : texts.callsPerDayHint,
    );
    if (quota !== '') general.dailyQuota = Number(quota);
  }
  if (targets.includes('wonder')) {
    account.wonderBaseUrl = await askUntil(
      dialogue,
      texts.wonderAddress(WONDER_ADDRESS),
      WONDER_ADDRESS,
      checked('wonder', 'wonderBaseUrl'),
    );
    account.wonderAppId = await askUntil(dialogue, texts.wonderAppId, '', checked('wonder', 'wonderAppId'));
    const file = await askUntil(dialogue, texts.wonderKeyFile, '', checked('wonder', 'wonderPrivateKeyFile'));
    account.wonderPrivateKeyFile = isAbsolute(file) ? file : join(surroundings.workingFolder, file);
  }
  return { account, general, kybioKey };
}

/** Asks again on a terminal until the answer will do. @throws OperatorError (exit 2) where nobody can be asked again */
async function askUntil(
  dialogue: Dialogue,
  question: string,
  standard: string,
  problemOf: (answer: string) => string | undefined,
  isSecret = false,
): Promise<string> {
  for (let shown = question; ; ) {
    const answer = (await dialogue.ask(shown, isSecret)) || standard;
    const problem = problemOf(answer);
    if (problem === undefined) return answer;
    if (!dialogue.isTerminal) throw usageError('BAD_VALUE', problem, questionTexts().nothingWritten);
    shown = `${problem}\n${question}`;
  }
}

const PLACEHOLDERS: Readonly<Record<Target, Readonly<Record<string, string>>>> = {
  kybio: { KYBIO_BASE_URL: 'https://host/openapi/v1', KYBIO_APP_ID: 'APP', KYBIO_APP_KEY: 'key' },
  wonder: { WONDER_BASE_URL: 'https://host', WONDER_APP_ID: 'APP', WONDER_PRIVATE_KEY_FILE: '' },
};

/** What a run would say of that one setting; undefined: nothing. */
function problemWith(
  target: Target,
  given: Readonly<Record<string, string>>,
  surroundings: Surroundings,
): string | undefined {
  const [name = ''] = Object.keys(given);
  const environment = { ...surroundings.environment, KYBIO_APP_KEY_FILE: undefined, ...PLACEHOLDERS[target], ...given };
  try {
    vendorSettings(new Settings({}, { ...surroundings, environment }), [target], { timeoutMs: 1000, connections: 1 });
    return undefined;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    // Of the key file that stands in for one not asked for yet.
    if (!error.message.includes(name) && target === 'wonder' && name !== 'WONDER_PRIVATE_KEY_FILE') return undefined;
    return sharedTexts().sentences([error.message, error.hint]);
  }
}

type Config = Record<string, unknown>;

/** The config file with the answers in it. What else is there stays. @throws OperatorError NOT_CONFIRMED (exit 2) */
async function mergedConfig(
  path: string,
  store: string | undefined,
  { account, general }: Answers,
  dialogue: Dialogue,
): Promise<Config> {
  const texts = questionTexts();
  const file = readTextFile(settingsTexts().configFile, path);
  // Read before by Settings, which has refused what is no JSON object.
  const config =
    file === undefined ? {} : (parseJsonFile(settingsTexts().configFile, path, file, texts.correctIt) as Config);
  const own = accountOf(config, store);
  const changed = [
    ...Object.entries(account).filter(([name, value]) => own[name] !== undefined && own[name] !== value),
    ...Object.entries(general).filter(([name, value]) => config[name] !== undefined && config[name] !== value),
  ].map(([name]) => name);
  const losesComments = file !== undefined && hasComments(file);
  if (changed.length > 0 || losesComments) {
    const typed = await dialogue.ask(texts.replaces(path, changed, losesComments));
    if (!isYes(typed)) throw usageError('NOT_CONFIRMED', texts.notConfirmed, texts.secondStore);
  }
  Object.assign(own, account);
  Object.assign(config, general);
  return config;
}

/** Where the account stands: in the store's own part, or at the top. */
function accountOf(config: Config, store: string | undefined): Config {
  if (store === undefined) return config;
  config.stores ??= {};
  const stores = config.stores as Record<string, Config>;
  if (!Object.hasOwn(stores, store)) stores[store] = {};
  return stores[store] ?? {};
}

/** The key alone in a file. @throws OperatorError when another key is there */
async function writeKey(
  { account, kybioKey = '' }: Answers,
  store: string | undefined,
  surroundings: Surroundings,
): Promise<string> {
  const folder = configFolder(surroundings);
  const name = (store ?? account.kybioAppId?.slice(-4) ?? '').replace(/[^A-Za-z0-9_-]/g, '_');
  const path = join(folder, `kybio-${name}.key`);
  makePrivateFolder(folder);
  const there = readTextFile(settingsTexts().keyFile, path);
  if (there?.bytes.toString('utf8').trim() === kybioKey) return path;
  if (there !== undefined) {
    throw usageError('KEY_FILE_EXISTS', questionTexts().keyFileIsThere(path), questionTexts().keyFileIsThereHint);
  }
  await writePrivate(path, `${kybioKey}\n`, false);
  return path;
}

function configFolder({ environment, userFolder, platform }: Surroundings): string {
  const { XDG_CONFIG_HOME, APPDATA } = environment;
  if (platform === 'win32' && APPDATA !== undefined && isAbsolute(APPDATA)) return join(APPDATA, 'memberload');
  if (XDG_CONFIG_HOME !== undefined && isAbsolute(XDG_CONFIG_HOME)) return join(XDG_CONFIG_HOME, 'memberload');
  if (isAbsolute(userFolder)) return join(userFolder, '.config', 'memberload');
  throw usageError('NO_HOME', questionTexts().noHomeForKey, questionTexts().noHomeForKeyHint);
}

async function writePrivate(path: string, text: string, mayReplace: boolean): Promise<void> {
  const file = await openNewFile(path, { mayReplace });
  await file.write(Buffer.from(text, 'utf8'));
  await file.commit();
}

/** A variable goes before the file: the person would wonder whose members are changed. */
function warnOfEnvironment({ surroundings, settings, console }: CommandInput, { account }: Answers): void {
  if (settings.typed('store') !== undefined) return;
  for (const [name, value] of Object.entries(account)) {
    const variable = settingOf(name as SettingName).environment ?? '';
    const set = surroundings.environment[variable];
    if (set !== undefined && set !== '' && set !== value) {
      console.say(questionTexts().variableWins(variable));
    }
  }
}
