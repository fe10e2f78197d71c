import { deserialize } from '$app/forms';
import type { ActionResult } from '@sveltejs/kit';

const unreachable =
	'The connection broke off before the whole file had arrived. Check it, and send the file again.';

/** Sends a form to the action of this page, as the form itself would, and tells how much of it is on its way. */
export function upload(body: FormData, onSent: (fraction: number) => void) {
	const request = new XMLHttpRequest();
	const answer = new Promise<ActionResult>((resolve, reject) => {
		request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0);
		request.onerror = () => reject(new Error(unreachable));
		request.onabort = () => reject(new Error('The upload was stopped. Nothing of it is kept.'));
		request.onload = () => {
			try {
				resolve(deserialize(request.responseText));
			} catch {
				reject(new Error(unreachable));
			}
		};
	});
	request.open('POST', location.pathname);
	request.setRequestHeader('accept', 'application/json');
	request.setRequestHeader('x-sveltekit-action', 'true');
	request.send(body);
	return { answer, stop: () => request.abort() };
}
