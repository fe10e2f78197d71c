type Drawing = { title: string; svg: string; png: string };

/**
 * A card as a file. A drawing is a document: opened by itself it could run scripts and load things, if it had any, so
 * it comes with a policy that lets it do nothing.
 */
export function cardFile(
	{ title, svg, png }: Drawing,
	kind: 'svg' | 'png',
	{ download = false }: { download?: boolean } = {},
): Response {
	const name = encodeURIComponent(`${title}.${kind}`).replace(
		/['()*]/g,
		(mark) => `%${mark.charCodeAt(0).toString(16)}`,
	);
	return new Response(kind === 'svg' ? svg : new Uint8Array(Buffer.from(png, 'base64')), {
		headers: {
			'content-type': kind === 'svg' ? 'image/svg+xml; charset=utf-8' : 'image/png',
			'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
			'content-disposition': `${download ? 'attachment' : 'inline'}; filename="card.${kind}"; filename*=UTF-8''${name}`,
			// A link that is turned off is off at once.
			'cache-control': 'no-store',
		},
	});
}
