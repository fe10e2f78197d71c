import { createContext } from 'svelte';

type FormState = {
	/** The button whose press is on its way to the server. */
	readonly sentBy: HTMLElement | null;
};

/** How a form and the buttons in it know of each other. */
export const [enclosingForm, shareForm] = createContext<FormState>();
