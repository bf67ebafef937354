/**
 * Runs `work` over a stream of blocks with at most `concurrency` items at a time. The next block is pulled when
 * the block before it is begun, so memory holds one block, however long the stream is.
 *
 * The first error, of the work or of the stream, stops the pulling, waits for the work in hand, and is thrown.
 * `isStopped` is asked before each item.
 */
export async function forEachBounded<T>(
  blocks: AsyncIterable<readonly T[]> | Iterable<readonly T[]>,
  concurrency: number,
  work: (item: T) => Promise<void>,
  isStopped: () => boolean = () => false,
): Promise<void> {
  let runningCount = 0;
  let failure: { error: unknown } | undefined;
  let wake: () => void = () => undefined;
  const start = async (item: T): Promise<void> => {
    runningCount += 1;
    try {
      await work(item);
    } catch (error) {
      failure ??= { error };
    }
    runningCount -= 1;
    wake();
  };
  const fewerThan = async (count: number): Promise<void> => {
    while (runningCount >= count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  try {
    for await (const block of blocks) {
      for (const item of block) {
        if (failure || isStopped()) break;
        void start(item);
        await fewerThan(concurrency);
      }
      if (failure || isStopped()) break;
    }
  } catch (error) {
    failure ??= { error };
  }
  await fewerThan(1);
  if (failure) throw failure.error;
}
