import type { RequestEvent } from '@sveltejs/kit';
import * as v from 'valibot';
import { cookieOptions } from './cookie-options.ts';

const name = 'toast';
const toast = v.object({
	kind: v.picklist(['success', 'info', 'error']),
	text: v.pipe(v.string(), v.maxLength(500)),
});

export type Toast = v.InferOutput<typeof toast>;

type Browser = Pick<RequestEvent, 'cookies' | 'url'>;

/** Says something once, on the next page that the person sees. */
export function sayOnce({ cookies, url }: Browser, kind: Toast['kind'], text: string): void {
	cookies.set(name, JSON.stringify({ kind, text }), { ...cookieOptions(url), maxAge: 60 });
}

export function takeToast({ cookies, url }: Browser): Toast | null {
	const value = cookies.get(name);
	if (!value) return null;
	cookies.delete(name, cookieOptions(url));
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), toast), value);
	return parsed.success ? parsed.output : null;
}
