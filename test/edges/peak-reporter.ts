/** For `--import`: prints the largest memory of the process and its time on the processor, when it ends. */
export const PEAK_REPORTER = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => { const { maxRSS, userCPUTime } = process.resourceUsage();" +
    "console.error('peak ' + Math.round(maxRSS / 1024) + ' MB, ' + Math.round(userCPUTime / 1000) + ' ms'); })",
)}`;

/** What the reporter printed. */
export function readPeak(stderr: string): { readonly megabytes: number; readonly cpuMs: number } {
  const [, megabytes, cpuMs] = /peak (\d+) MB, (\d+) ms/.exec(stderr) ?? [];
  return { megabytes: Number(megabytes), cpuMs: Number(cpuMs) };
}
