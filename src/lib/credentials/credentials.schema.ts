import { domainToASCII } from 'node:url';
import * as v from 'valibot';
import { isCommonPassword } from './common-passwords.server.ts';

const address = /^[^\s@]+@[^\s@]+$/;
const asciiAddress =
	/^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const notAnAddress = 'Please enter an email address such as ada@example.com.';

/**
 * One spelling for one mailbox: no spaces around it, no capitals, and a domain like bücher.example as the mail system
 * writes it, which is also how some browsers send it. A plus tag is part of the address.
 */
export const email = v.pipe(
	v.string(),
	v.trim(),
	v.nonEmpty('Please enter your email.'),
	v.maxLength(254, 'This email is too long.'),
	v.regex(address, notAnAddress),
	v.transform((typed) => {
		const at = typed.lastIndexOf('@');
		return `${typed.slice(0, at).toLowerCase()}@${domainToASCII(typed.slice(at + 1))}`;
	}),
	v.maxLength(254, 'This email is too long.'),
	v.regex(asciiAddress, notAnAddress),
);

/** What the database refuses in a name: it could not be shown, or would turn the text around it. */
const unreadable = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u;

export const name = v.pipe(
	v.string(),
	v.trim(),
	v.nonEmpty('Please enter your name.'),
	v.check((typed) => [...typed].length <= 80, 'Please use at most 80 characters.'),
	v.check((typed) => !unreadable.test(typed), 'Please use characters that can be shown.'),
);

/** A password to log in with: it may be older than any rule. */
export const password = v.pipe(
	v.string(),
	v.nonEmpty('Please enter your password.'),
	v.maxBytes(1000, 'This password is too long.'),
);

/** The auth server hashes no more than 72 bytes; what came after them would not count. */
export const newPassword = v.pipe(
	v.string(),
	v.nonEmpty('Please choose a password.'),
	v.minBytes(8, 'Please use 8 characters or more.'),
	v.maxBytes(
		72,
		'Please use at most 72 characters; letters with accents and emoji count for more.',
	),
	v.check((typed) => !/\p{Cc}/u.test(typed), 'Please use characters that can be typed.'),
	v.check(
		(typed) => !isCommonPassword(typed),
		'Too many people use this password. Please choose another one.',
	),
);

export function isAbout(password: string, texts: string[]): boolean {
	const typed = password.trim().toLowerCase();
	return texts.some((text) => typed === text.trim().toLowerCase());
}

/** Where to go afterwards; read with `whereTo`, which trusts none of it. */
export const next = v.string();
