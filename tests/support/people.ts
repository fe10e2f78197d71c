import { randomBytes } from 'node:crypto';

export type NewPerson = { name: string; email: string; password: string };

/** Somebody whom no other test knows: tests share one backend and run side by side. */
export function newPerson(name = 'Ada'): NewPerson {
	const unique = randomBytes(6).toString('hex');
	return {
		name,
		email: `${name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}-${unique}@example.com`,
		password: `correct horse ${unique}`,
	};
}
