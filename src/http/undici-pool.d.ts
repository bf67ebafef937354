/** The pool alone: all of undici, with fetch, web sockets and caches, takes three times as long to load. */
declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici';
  export = Pool;
}
