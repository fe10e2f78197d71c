import pino from 'pino';
import { logLevel } from './environment.server.ts';
import { scrub } from './scrub.ts';

/** Lines of JSON on standard output, each with an `event` whose name never changes. Development shows them readably. */
export const log = pino({ level: logLevel(), base: null, hooks: { streamWrite: scrub } });
