import list from './common-passwords.txt?raw';

/** The most used passwords of eight characters or more, from @zxcvbn-ts/language-common (common-passwords.license.txt). */
const common = new Set(list.split('\n'));

export function isCommonPassword(password: string): boolean {
	return common.has(password.trim().toLowerCase());
}
