import { describe, expect, it } from 'vitest';
import { textOf } from './mail-text.ts';

describe('the text of a mail', () => {
	it('is what the mail says, a line each, with its links in full', () => {
		const html = `<!doctype html><html><head><title>Not this</title></head><body>
			<table><tr><td>&#9670; Gatehouse</td></tr></table>
			<h1>Confirm your
				email</h1>
			<p><a href="http://localhost/confirm?a=1&amp;b=2">Confirm</a></p>
			<p>http://localhost/confirm?a=1&amp;b=2<br>Once &lt;only&gt;.</p></body></html>`;
		expect(textOf(html)).toBe(
			'\u25c6 Gatehouse\nConfirm your email\nConfirm\nhttp://localhost/confirm?a=1&b=2\nOnce <only>.',
		);
	});

	it('decodes once: what was escaped twice stays escaped', () => {
		expect(textOf('<p>&amp;lt;b&amp;gt;</p>')).toBe('&lt;b&gt;');
	});
});
