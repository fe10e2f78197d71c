/** The session in a browser's cookies, read and changed as somebody could who holds the keys, or only claims to. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../support/stage.ts';
import type { Visitor } from '../support/visitor.ts';

type Session = { access_token: string; refresh_token: string; expires_at: number };

export function readSession(visitor: Visitor): Session {
	const parts = [...visitor.cookies].filter(([name]) => /^session(\.\d+)?$/.test(name)).sort();
	const text = parts.map(([, value]) => value).join('');
	return JSON.parse(Buffer.from(text.replace(/^base64-/, ''), 'base64url').toString());
}

/** The same session with some of it changed. */
export function changeSession(visitor: Visitor, changes: Partial<Session>): void {
	const session = JSON.stringify({ ...readSession(visitor), ...changes });
	for (const name of visitor.cookies.keys()) {
		if (/^session(\.\d+)?$/.test(name)) visitor.cookies.delete(name);
	}
	const text = `base64-${Buffer.from(session).toString('base64url')}`;
	for (let part = 0; part * 3000 < text.length; part += 1) {
		visitor.cookies.set(`session.${part}`, text.slice(part * 3000, (part + 1) * 3000));
	}
}

export function claimsOf(token: string): Record<string, unknown> {
	return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

export function jwtSecret(stage: Stage): string {
	const { jwtSecret } = JSON.parse(readFileSync(join(stage.data, 'keys.json'), 'utf8'));
	return String(jwtSecret);
}

/** A token with these claims, signed with a secret: the auth server's own, or another. */
export function sign(claims: Record<string, unknown>, secret: string): string {
	const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
	const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
	return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

export const now = () => Math.floor(Date.now() / 1000);
