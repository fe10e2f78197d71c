/** What nobody types by accident: generators for fuzzing. */
import fc from 'fast-check';

/** A name for elements and attributes that no page of ours has. */
export const mark = 'x-mark';

const attacks = [
	`<${mark}>`,
	`"><${mark}>`,
	`'><${mark}>`,
	`" ${mark}="`,
	`' ${mark}='`,
	` ${mark}=1 `,
	`</script><${mark}>`,
	`</title><${mark}>`,
	`<!--<${mark}>`,
	`]]><${mark}>`,
	`{@html "<${mark}>"}`,
	`\\u003c${mark}>`,
	`&lt;${mark}&gt;`,
	`javascript:${mark}`,
	'%sveltekit.body%',
	'%theme%',
	'$&$`$1',
	'__proto__',
	'constructor',
	'\u0000',
	'\ud800',
	'\udc00\ud800',
	'\u202e',
	'\u2028',
	'\ufeff',
	'\r\nset-cookie: x-mark=1',
	"'; drop table public.users; --",
	'x'.repeat(2000),
];

export const text = fc.oneof(
	fc.constantFrom(...attacks),
	fc.string({ unit: 'binary', maxLength: 40 }),
	fc
		.array(fc.oneof(fc.constantFrom(...attacks), fc.string({ maxLength: 8 })), { maxLength: 4 })
		.map((parts) => parts.join('')),
);

export const address = fc.oneof(
	text,
	fc.emailAddress(),
	fc.tuple(text, text).map(([name, domain]) => `${name}@${domain}`),
	text.map((part) => `${part}@example.com`),
	text.map((domain) => `ada@${domain}.example`),
);

const otherSites = [
	'//evil.example',
	'///evil.example',
	'/\\evil.example',
	'\\\\evil.example',
	'/\t/evil.example',
	'/\n/evil.example',
	'\u0000//evil.example',
	'/.//evil.example',
	'/..//evil.example',
	'/x/..//evil.example',
	'/%2f/evil.example',
	'/%5cevil.example',
	'/.\\evil.example',
	'https://evil.example',
	'https:evil.example',
	'http:\\\\evil.example',
	'javascript:alert(1)',
	'data:text/html,x',
	'@evil.example',
	'.evil.example',
	':80@evil.example',
	'/／evil.example',
];

/** Where somebody might want to send people after a form. */
export const next = fc.oneof(
	fc.constantFrom(...otherSites),
	fc.tuple(fc.constantFrom(...otherSites), text).map((parts) => parts.join('')),
	fc
		.array(fc.constantFrom('/', '\\', '.', '\t', '%2f', '%5c', 'evil.example', ':', '@', '?', '#'))
		.map((parts) => parts.join('')),
	text,
);

/** Percent-encodes bytes; a lone surrogate becomes the three bytes that a careless program would send. */
export function encode(value: string): string {
	let encoded = '';
	for (const character of value) {
		const code = character.codePointAt(0) ?? 0;
		const bytes =
			code >= 0xd800 && code <= 0xdfff
				? [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]
				: [...Buffer.from(character)];
		encoded += bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
	}
	return encoded;
}

export function encodeForm(fields: [string, string][]): Buffer {
	return Buffer.from(fields.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&'));
}

export type Body = { type: string | null; bytes: Buffer };

const urlEncoded = 'application/x-www-form-urlencoded';

/** Bodies of any kind, with these names for fields, under any content type. */
export function body(names: string[]): fc.Arbitrary<Body> {
	const name = fc.oneof(fc.constantFrom(...names, '__proto__'), text);
	const fields = fc.array(fc.tuple(name, text), { maxLength: 8 });
	return fc.oneof(
		fields.map((pairs) => ({ type: urlEncoded, bytes: encodeForm(pairs) })),
		fc
			.array(fc.constantFrom('%', '%z', '%ff', '=', '&', '+', ';', '\u00ff', ...names))
			.map((parts) => ({ type: urlEncoded, bytes: Buffer.from(parts.join(''), 'latin1') })),
		fc
			.tuple(fc.array(fc.tuple(name, text, fc.boolean()), { maxLength: 5 }), fc.boolean())
			.map(([parts, whole]) => ({
				type: 'multipart/form-data; boundary=edge',
				bytes: Buffer.from(
					parts
						.map(
							([field, value, isFile]) =>
								`--edge\r\ncontent-disposition: form-data; name="${field}"${isFile ? '; filename="a.txt"' : ''}\r\n\r\n${value}\r\n`,
						)
						.join('') + (whole ? '--edge--\r\n' : ''),
				),
			})),
		fc.jsonValue().map((value) => ({
			type: 'application/json',
			bytes: Buffer.from(JSON.stringify(value)),
		})),
		fc
			.tuple(
				fc.constantFrom(
					urlEncoded,
					'multipart/form-data',
					'multipart/form-data; boundary=',
					'text/plain',
					'text/plain; charset=utf-16',
					'application/json',
					'application/octet-stream',
					'nonsense',
					null,
				),
				fc.uint8Array({ maxLength: 200 }),
			)
			.map(([type, bytes]) => ({ type, bytes: Buffer.from(bytes) })),
	);
}

const claims = fc.record(
	{
		sub: fc.oneof(fc.uuid(), text),
		role: fc.constantFrom('authenticated', 'service_role', 'anon', 'postgres'),
		session_id: fc.oneof(fc.uuid(), text),
		exp: fc.oneof(fc.integer(), fc.constant(4102444800), text),
	},
	{ requiredKeys: [] },
);

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Tokens of the right shape, signed by nobody. */
const token = fc.oneof(
	fc
		.tuple(fc.constantFrom('HS256', 'none', 'RS256', 'x'), claims, fc.uint8Array({ maxLength: 40 }))
		.map(
			([alg, payload, signature]) =>
				`${part({ alg, typ: 'JWT' })}.${part(payload)}.${Buffer.from(signature).toString('base64url')}`,
		),
	text,
);

const session = fc.oneof(
	fc.record(
		{
			access_token: fc.oneof(token, fc.jsonValue()),
			refresh_token: fc.oneof(fc.stringMatching(/^[\w-]{12,22}$/), fc.jsonValue()),
			expires_at: fc.oneof(fc.constant(4102444800), fc.double(), fc.jsonValue()),
			expires_in: fc.oneof(fc.integer(), fc.jsonValue()),
			token_type: fc.constant('bearer'),
			user: fc.oneof(fc.record({ id: fc.uuid() }), fc.jsonValue()),
		},
		{ requiredKeys: [] },
	),
	fc.jsonValue(),
);

/** Values for the session's cookie. */
export const sessionCookie = fc.oneof(
	{ weight: 3, arbitrary: session.map((value) => `base64-${part(value)}`) },
	session.map((value) => encode(JSON.stringify(value))),
	fc.base64String().map((value) => `base64-${value}`),
	text.map(encode),
	fc.constantFrom('', 'base64-', '%', '%ff', 'null', '"', 'x'.repeat(4000)),
);

/** Values of a header: what a client can send at all. */
export const headerValue = fc.oneof(
	fc.constantFrom(
		`<${mark}>`,
		`"${mark}"`,
		'*/*',
		'text/html;q=',
		'true',
		'../..',
		'%00',
		'\u00ff',
	),
	fc
		.array(
			fc.integer({ min: 0x21, max: 0xff }).filter((code) => code !== 0x7f),
			{ maxLength: 80 },
		)
		.map((codes) => String.fromCharCode(...codes)),
);
