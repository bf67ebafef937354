/** Node's load hook: gives the modules that preload.mjs names their exchanged texts. */
let byUrl = {};

export function initialize(data) {
  byUrl = data;
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  const patches = byUrl[url];
  if (!patches) return loaded;
  let source = Buffer.from(loaded.source).toString('utf8');
  for (const { anchor, replacement } of patches) source = source.replace(anchor, () => replacement);
  return { ...loaded, source };
}
