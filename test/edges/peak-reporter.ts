/** Prints the largest memory of the process when it ends. */
export const PEAK_REPORTER = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => console.error('peak ' + Math.round(process.resourceUsage().maxRSS / 1024) + ' MB'))",
)}`;
