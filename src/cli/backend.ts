import { fork, type ChildProcess } from 'node:child_process';
import type { Message } from '../../supabase/local/main.ts';
import { StartError, type Project, type Settings } from './settings.ts';

export type Backend = { project: Project; child: ChildProcess | null };

type Options = { origin: string; flags: string[]; report: (text: string) => void };

/** The Supabase to run against: the project that the environment names, or the embedded backend, started here. */
export async function startBackend(settings: Settings, options: Options): Promise<Backend> {
	if (settings.project) {
		await requireProject(settings.project);
		return { project: settings.project, child: null };
	}
	requireEmbedded();
	const child = fork('supabase/local/main.ts', options.flags, {
		env: { ...process.env, ORIGIN: options.origin, LITE_TELEMETRY: '0', DO_NOT_TRACK: '1' },
		execArgv: ['--disable-warning=ExperimentalWarning'],
		// Ctrl+C reaches the whole group of a terminal at once; this one is stopped last.
		detached: true,
	});
	const project = await new Promise<Project>((resolve, reject) => {
		child.on('message', (message: Message) => {
			if (message.kind === 'progress') options.report(message.text);
			if (message.kind === 'ready') resolve(message);
			if (message.kind === 'failed') reject(new StartError(message.text));
		});
		child.once('exit', (code) =>
			reject(new StartError(`The embedded backend ended before it was ready (code ${code}).`)),
		);
	});
	return { project, child };
}

async function requireProject({ url, publishableKey }: Project): Promise<void> {
	let response: Response;
	try {
		response = await fetch(`${url}/auth/v1/settings`, {
			headers: { apikey: publishableKey },
			signal: AbortSignal.timeout(10_000),
		});
	} catch {
		throw new StartError(
			`No answer from ${url}. Check PUBLIC_SUPABASE_URL, and that the project is running and not paused.`,
		);
	}
	if (response.status === 401 || response.status === 403) {
		throw new StartError(
			`${url} refuses PUBLIC_SUPABASE_PUBLISHABLE_KEY. Copy it again from the project's API settings.`,
		);
	}
	if (!response.ok)
		throw new StartError(`${url} answered ${response.status} instead of its auth settings.`);
}

function requireEmbedded(): void {
	try {
		import.meta.resolve('@supabase/lite');
	} catch {
		throw new StartError(
			'The embedded backend is not installed, as this is an installation for production. Set PUBLIC_SUPABASE_URL and PUBLIC_SUPABASE_PUBLISHABLE_KEY.',
		);
	}
}
