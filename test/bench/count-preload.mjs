/**
 * Preloaded into the built binary with `node --import`: counts what a row costs, without a line of it being in the
 * product. When the process ends, `BENCH_COUNTS`, a file, gets JSON:
 *
 *   statements   {name of the database: {SQL, its white space made one: how often it was run}}; `exec` counts as one
 *   opened       {path: how often it was opened}
 *   readBytes    {path: bytes that were read from it}
 *   syncs        calls of fsync and fdatasync
 *   collections  how often the young part of the heap was full; of a fixed size, so that it measures allocation
 */
import fs, { promises as fsPromises, writeFileSync } from 'node:fs';
import { register, syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GCProfiler } from 'node:v8';

const statements = {};
const opened = {};
const readBytes = {};
const pathOfDescriptor = new Map();
let syncs = 0;

function add(counts, name, by = 1) {
  counts[name] = (counts[name] ?? 0) + by;
}

function wrap(object, name, wrapper) {
  const original = object[name];
  if (typeof original !== 'function') return;
  // What hangs on a function of node:fs, such as the names by which promisify gives its results, stays.
  const { name: _name, length: _length, prototype: _prototype, ...others } = Object.getOwnPropertyDescriptors(original);
  object[name] = Object.defineProperties(wrapper(original), others);
}

// SQLite: its prototypes are sealed, so that each database and each statement is wrapped when it is made
const SQLITE = import.meta.resolve('@photostructure/sqlite');
const anchor = 'return Reflect.construct(_DatabaseSync, args, new.target);';
if (fs.readFileSync(fileURLToPath(SQLITE), 'utf8').split(anchor).length !== 2) {
  // A count that nothing counts must not pass for zero.
  throw new Error(`${SQLITE} has not once: ${anchor}`);
}
const replacement = anchor.replace('Reflect', 'globalThis.benchCounted(args[0], Reflect').replace(');', '));');
register('./patch-hook.mjs', import.meta.url, { data: { [SQLITE]: [{ anchor, replacement }] } });

function override(object, name, wrapper) {
  Object.defineProperty(object, name, { value: wrapper(object[name].bind(object)) });
}

globalThis.benchCounted = (path, database) => {
  const name = basename(String(path));
  statements[name] ??= {};
  const count = (sql) => add(statements[name], sql.replace(/\s+/g, ' ').trim());
  override(database, 'exec', (exec) => (sql) => {
    count(sql);
    return exec(sql);
  });
  override(database, 'prepare', (prepare) => (sql, ...rest) => {
    const statement = prepare(sql, ...rest);
    for (const method of ['run', 'get', 'all', 'iterate']) {
      override(statement, method, (run) => (...values) => {
        count(sql);
        return run(...values);
      });
    }
    return statement;
  });
  return database;
};

// Files, by each of the ways in which Node opens and reads them
function noteOpen(path, descriptor) {
  add(opened, String(path));
  pathOfDescriptor.set(descriptor, String(path));
}
function noteRead(descriptor, count) {
  const path = pathOfDescriptor.get(descriptor);
  if (path !== undefined) add(readBytes, path, count);
}
wrap(fs, 'openSync', (open) => (path, ...rest) => {
  const descriptor = open(path, ...rest);
  noteOpen(path, descriptor);
  return descriptor;
});
wrap(fs, 'readSync', (read) => (descriptor, ...rest) => {
  const count = read(descriptor, ...rest);
  noteRead(descriptor, count);
  return count;
});
wrap(fs, 'open', (open) => (path, ...rest) => {
  const done = rest.pop();
  return open(path, ...rest, (error, descriptor) => {
    if (!error) noteOpen(path, descriptor);
    done(error, descriptor);
  });
});
wrap(fs, 'read', (read) => (descriptor, ...rest) => {
  const done = rest.pop();
  return read(descriptor, ...rest, (error, count, buffer) => {
    if (!error) noteRead(descriptor, count);
    done(error, count, buffer);
  });
});
wrap(fsPromises, 'open', (open) => async (path, ...rest) => {
  const handle = await open(path, ...rest);
  noteOpen(path, handle.fd);
  return handle;
});
for (const [object, name] of [
  [fs, 'readFileSync'],
  [fsPromises, 'readFile'],
]) {
  wrap(object, name, (readFile) => (path, ...rest) => {
    add(opened, String(path));
    return readFile(path, ...rest);
  });
}
const probe = await fsPromises.open(new URL(import.meta.url));
const handlePrototype = Object.getPrototypeOf(probe);
await probe.close();
wrap(
  handlePrototype,
  'read',
  (read) =>
    async function (...rest) {
      const result = await read.apply(this, rest);
      noteRead(this.fd, result.bytesRead);
      return result;
    },
);
for (const [object, names] of [
  [fs, ['fsync', 'fdatasync', 'fsyncSync', 'fdatasyncSync']],
  [handlePrototype, ['sync', 'datasync']],
]) {
  for (const name of names) {
    wrap(
      object,
      name,
      (sync) =>
        function (...rest) {
          syncs += 1;
          return sync.apply(this, rest);
        },
    );
  }
}
syncBuiltinESMExports();

const profiler = new GCProfiler();
profiler.start();

process.on('exit', () => {
  const collections = profiler.stop().statistics.filter(({ gcType }) => gcType === 'Scavenge').length;
  writeFileSync(process.env.BENCH_COUNTS, JSON.stringify({ statements, opened, readBytes, syncs, collections }));
});
