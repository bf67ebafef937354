import fc from 'fast-check';

/**
 * Where chance begins in the tests. The same each time, because what gates a change must be repeatable.
 * `TEST_SEED=7` tries other values, files and moments of a kill: do that now and then, and before a release.
 */
export const TEST_SEED = Number(process.env.TEST_SEED ?? 1);

fc.configureGlobal({ seed: TEST_SEED });

export { fc };
