// Whoever asks for a page writes into the log: each pattern looks at a character only a limited number of times,
// however long a line is made.
const tokens = /\beyJ[\w-]{1,300}\.[\w-]+\.[\w-]*/g;
const keys = /\bsb_(secret|publishable)_[\w-]+/g;
const hashes = /\b(token_hash|token|code|access_token|refresh_token|password|apikey)=[^&\s"]+/gi;
/** The secret in the address of what is shared by a link. */
const links = /(?<=\/)[\da-f]{32}\b/g;
const addresses =
	/(?<![^\s"'<>(),:;=\\/@])([^\s"'<>(),:;=\\/@])[^\s"'<>(),:;=\\/@]*@([\w-]+(?:\.[\w-]+)+)/g;

/** Takes out of a line for the log what must never stand there: tokens, keys, and mail addresses in full. */
export function scrub(line: string): string {
	return line
		.replace(tokens, '[token]')
		.replace(keys, 'sb_$1_[key]')
		.replace(hashes, '$1=[removed]')
		.replace(links, '[secret]')
		.replace(addresses, '$1***@$2');
}
