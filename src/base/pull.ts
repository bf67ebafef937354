import pLimit from 'p-limit';

/**
 * Runs `work` over a stream with at most `concurrency` at a time. p-limit queues without bound, so an item
 * is pulled from the stream only when a slot is free: memory holds `concurrency` items, however long the
 * stream is.
 *
 * The first error, of the work or of the stream, stops the pulling, waits for the work in hand, and is thrown. `isStopped` is asked before
 * each pull.
 */
export async function forEachBounded<T>(
  items: AsyncIterable<T> | Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<void>,
  isStopped: () => boolean = () => false,
): Promise<void> {
  const limit = pLimit(concurrency);
  const inHand = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  try {
    for await (const item of items) {
      if (failure || isStopped()) break;
      const running = limit(work, item)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => inHand.delete(running));
      inHand.add(running);
      if (inHand.size >= concurrency) await Promise.race(inHand);
    }
  } catch (error) {
    failure ??= { error };
  }
  await Promise.all(inHand);
  if (failure) throw failure.error;
}
