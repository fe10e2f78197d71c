import * as v from 'valibot';
import { fromAuth } from '../../errors.ts';
import type { Client } from '../../supabase/request.server.ts';
import { isProvider, providers, type Provider } from './providers.ts';

const settings = v.object({
	external: v.object({
		github: v.optional(v.boolean(), false),
		google: v.optional(v.boolean(), false),
	}),
});

const kept = 60_000;
let known: { providers: Provider[]; until: number } | null = null;

/** The providers that the project has set up; none while it does not say. Asked for once a minute. */
export async function listProviders(
	backend: { url: string; publishableKey: string },
	fetch: typeof globalThis.fetch,
): Promise<Provider[]> {
	if (known && known.until > Date.now()) return known.providers;
	const found = await askProviders(backend, fetch).catch(() => []);
	known = { providers: found, until: Date.now() + kept };
	return found;
}

async function askProviders(
	{ url, publishableKey }: { url: string; publishableKey: string },
	fetch: typeof globalThis.fetch,
): Promise<Provider[]> {
	const response = await fetch(`${url}/auth/v1/settings`, {
		headers: { apikey: publishableKey },
		signal: AbortSignal.timeout(2_000),
	});
	const { external } = v.parse(settings, await response.json());
	return Object.keys(providers)
		.filter(isProvider)
		.filter((name) => external[name]);
}

/** Where to send the browser so that the provider asks the person. */
export async function startProvider(
	client: Client,
	provider: Provider,
	returnTo: string,
): Promise<string> {
	const { data, error } = await client.auth.signInWithOAuth({
		provider,
		options: { redirectTo: returnTo, skipBrowserRedirect: true },
	});
	if (error) throw fromAuth(error);
	return data.url;
}

/** Finishes in the browser that began: `code` is worth nothing in another one. */
export async function finishProvider(client: Client, code: string): Promise<void> {
	const { error } = await client.auth.exchangeCodeForSession(code);
	if (error) throw fromAuth(error);
}
