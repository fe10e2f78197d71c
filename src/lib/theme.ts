/** What a person can choose; `system` is kept as the absence of a choice. */
export const themes = ['light', 'dark', 'system'] as const;
export type Theme = 'light' | 'dark';

export const themeCookie = 'theme';

export function parseTheme(value: string | undefined | null): Theme | null {
	return value === 'light' || value === 'dark' ? value : null;
}
