/** Whether the host name of an address (`URL.hostname`) is this machine. What is sent to it never leaves it. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/.test(hostname);
}
