/**
 * The production build and the worker, as Node is to run them; the Dockerfile, package.json and docs/deploying.md say the
 * same. Left to itself, Node gives three times as much memory to what is thrown away at once, and under load it takes more
 * than a gigabyte for the 25 MB that the app needs; nothing becomes quicker by either.
 */
const memory = ['--max-semi-space-size=16', '--max-old-space-size=512'];

export const build = [...memory, 'build/index.js'];
export const worker = [...memory, 'src/worker/main.ts'];
