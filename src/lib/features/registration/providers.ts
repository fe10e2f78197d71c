export const providers = { github: 'GitHub', google: 'Google' } as const;
export type Provider = keyof typeof providers;

export function isProvider(name: string): name is Provider {
	return Object.hasOwn(providers, name);
}
