import type { LiveEvent } from '$lib/live/event.ts';
import { wordsFor } from './words.ts';

const setting = 'browser-notifications';

/** What this browser does: nothing it can do, asked for and allowed, not asked for, or forbidden in its settings. */
export type Choice = 'impossible' | 'on' | 'off' | 'forbidden';

export function readChoice(): Choice {
	if (!('Notification' in window)) return 'impossible';
	if (Notification.permission === 'denied') return 'forbidden';
	const wanted = localStorage.getItem(setting) === 'on';
	return wanted && Notification.permission === 'granted' ? 'on' : 'off';
}

/** To be called when the person has pressed the button: the browser asks them, once. */
export async function turnOn(): Promise<Choice> {
	if ((await Notification.requestPermission()) === 'granted') localStorage.setItem(setting, 'on');
	return readChoice();
}

export function turnOff(): Choice {
	localStorage.removeItem(setting);
	return readChoice();
}

/** Says it outside of the page, to somebody who asked for that and does not look at the page. */
export function showInBrowser({ subject, data }: LiveEvent): void {
	if (!subject || !document.hidden || readChoice() !== 'on') return;
	const { text, href } = wordsFor({ kind: String(data['kind']), data: data['data'] });
	try {
		// Several tabs that say the same are one.
		const shown = new Notification(text, { tag: subject, icon: '/favicon.svg' });
		shown.onclick = () => {
			window.focus();
			location.assign(href ?? '/notifications');
		};
	} catch {
		// Some phones offer this to installed apps only, and say so here.
		turnOff();
	}
}
