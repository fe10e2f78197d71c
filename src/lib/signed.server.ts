import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { env } from '$env/dynamic/private';

/** Without the secret key only this process knows its own signatures: enough where there is one. */
const key = env['SUPABASE_SECRET_KEY'] || randomBytes(32);

/** For a cookie that nobody may write but us. The purpose keeps what was signed for one thing from serving another. */
export function sign(purpose: string, value: string): string {
	return `${value}.${signatureOf(purpose, value)}`;
}

/** What was signed for this purpose, or null. */
export function readSigned(purpose: string, text: string): string | null {
	const end = text.lastIndexOf('.');
	const value = text.slice(0, Math.max(end, 0));
	const given = Buffer.from(text.slice(end + 1));
	const right = Buffer.from(signatureOf(purpose, value));
	return given.length === right.length && timingSafeEqual(given, right) ? value : null;
}

function signatureOf(purpose: string, value: string): string {
	return createHmac('sha256', key).update(`${purpose}\n${value}`).digest('base64url');
}
