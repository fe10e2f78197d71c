import type { RequestEvent } from '@sveltejs/kit';
import { env } from '$env/dynamic/private';
import { AppError } from '../errors.ts';
import { isBreached } from './breached-password.service.ts';

/** Off unless BREACHED_PASSWORDS_URL names a service. When the service is away, the password passes. */
export async function refuseBreached(
	{ locals }: Pick<RequestEvent, 'locals'>,
	password: string,
): Promise<void> {
	const service = env['BREACHED_PASSWORDS_URL'];
	if (!service) return;
	const breached = await isBreached(password, service, globalThis.fetch).catch((err: unknown) => {
		locals.log.warn({ event: 'breached_passwords.unreachable', err });
		return false;
	});
	if (breached) {
		throw new AppError(
			'breached_password',
			400,
			'This password has leaked from another site. Please choose another one.',
		);
	}
}

/** The codes that belong beside the field for a new password. */
export const passwordFaults = {
	breached_password: 'password',
	weak_password: 'password',
	same_password: 'password',
};
