/**
 * Runs one server in a folder of its own: `node keeper.ts <folder> <uid:gid, or ''> <command> [args…]`.
 * The server is stopped and the folder removed when this process's input closes. The system closes it
 * when whoever started the keeper ends, in whatever way: even a killed test run leaves nothing behind.
 */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';

const PATIENCE = 10_000;

const [folder = '', owner = '', command = '', ...args] = process.argv.slice(2);
const [uid, gid] = owner.split(':').map(Number);

const server = spawn(command, args, {
	stdio: ['ignore', 'inherit', 'inherit'],
	...(owner && uid !== undefined && gid !== undefined ? { uid, gid } : {}),
});

let code = 1;
server.on('error', (error) => console.error(error.message));
server.on('exit', (exitCode) => (code = exitCode ?? 1));
server.on('close', async () => {
	await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	process.exit(code);
});

// SIGINT is the fast stop of both servers: PostgreSQL takes SIGTERM for "once everybody has left".
process.stdin.resume().on('close', () => {
	server.kill('SIGINT');
	setTimeout(() => server.kill('SIGKILL'), PATIENCE).unref();
});
