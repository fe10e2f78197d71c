import type { Inbox, Mail } from './inbox.ts';

/**
 * The inbox over HTTP: a page for people, a list for scripts, and below /inbox/api the calls of Mailpit, the inbox of
 * `supabase start`, so that the same tests read mail on either.
 */
export function showInbox(inbox: Inbox, request: Request): Response {
	const url = new URL(request.url);
	if (url.pathname === '/inbox.json') return Response.json(inbox.list());
	if (url.pathname === '/inbox') return page(inbox.list());
	const path = url.pathname.replace(/^\/inbox\/api\/v1/, '');
	if (path === '/messages' && request.method === 'DELETE') {
		inbox.clear();
		return new Response('ok');
	}
	if (path === '/messages') return list(inbox.list());
	if (path === '/search') {
		const address = /to:"?([^"\s]+)"?/
			.exec(url.searchParams.get('query') ?? '')?.[1]
			?.toLowerCase();
		return list(inbox.list().filter((mail) => mail.to.toLowerCase() === address));
	}
	const mail = inbox.find(path.replace(/^\/message\//, ''));
	if (!mail) return new Response('Not found', { status: 404 });
	return Response.json({
		...summary(mail),
		Date: mail.createdAt,
		Text: mail.text,
		HTML: mail.html,
	});
}

function list(mails: Mail[]): Response {
	return Response.json({
		total: mails.length,
		messages_count: mails.length,
		start: 0,
		messages: mails.map(summary),
	});
}

function summary(mail: Mail) {
	return {
		ID: mail.id,
		From: { Name: 'Gatehouse', Address: 'inbox@localhost' },
		To: [{ Name: '', Address: mail.to }],
		Subject: mail.subject,
		Created: mail.createdAt,
		Snippet: mail.text.slice(0, 250),
	};
}

function page(mails: Mail[]): Response {
	const body = mails.length
		? mails.map(entry).join('\n')
		: '<p>No mail yet. Sign up in the app, and the mail arrives here. Then reload this page.</p>';
	return new Response(
		`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Inbox (${mails.length})</title>
<style>
	body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
	details { border: 1px solid #8886; border-radius: 0.75rem; margin-block: 1rem; padding: 0.75rem 1rem; }
	summary { cursor: pointer; }
	iframe { border: 0; border-radius: 0.5rem; margin-top: 0.75rem; width: 100%; height: 48rem; background: #fff; }
</style>
<h1>Inbox</h1>
${body}
</html>`,
		{
			headers: {
				'content-type': 'text/html; charset=utf-8',
				'content-security-policy':
					"default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; frame-ancestors 'none'",
				'cache-control': 'no-store',
			},
		},
	);
}

/** The mail runs nothing and reads nothing; a click on its link leaves the frame. The newest one stands open. */
function entry(mail: Mail, index: number): string {
	const shown = escape(`<base target="_top">${mail.html || `<pre>${escape(mail.text)}</pre>`}`);
	const time = mail.createdAt.slice(0, 19).replace('T', ' ');
	return `<details${index === 0 ? ' open' : ''}>
<summary><b>${escape(mail.subject)}</b><br>To ${escape(mail.to)}, <time datetime="${mail.createdAt}">${time} UTC</time></summary>
<iframe title="${escape(mail.subject)}" loading="lazy" sandbox="allow-top-navigation-by-user-activation" srcdoc="${shown}"></iframe>
</details>`;
}

function escape(text: string): string {
	return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
