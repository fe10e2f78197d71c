/** The first that fits: most browsers also call themselves by the names of older ones. */
const browsers: [RegExp, string][] = [
	[/\bEdg(A|iOS)?\//, 'Edge'],
	[/\bOPR\//, 'Opera'],
	[/\bSamsungBrowser\//, 'Samsung Internet'],
	[/\b(Firefox|FxiOS)\//, 'Firefox'],
	[/\b(Chrome|CriOS)\//, 'Chrome'],
	[/\bVersion\/.*\bSafari\//, 'Safari'],
];

const systems: [RegExp, string][] = [
	[/\biPhone\b/, 'iPhone'],
	[/\biPad\b/, 'iPad'],
	[/\bAndroid\b/, 'Android'],
	[/\bWindows\b/, 'Windows'],
	[/\bCrOS\b/, 'ChromeOS'],
	[/\bMac OS X\b/, 'Mac'],
	[/\bLinux\b/, 'Linux'],
];

/** What a person calls the browser behind a user agent; null when nobody would know it. */
export function nameBrowser(userAgent: string | null): string | null {
	const nameIn = (names: [RegExp, string][]) =>
		names.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
	const browser = nameIn(browsers);
	const system = nameIn(systems);
	if (browser && system) return `${browser} on ${system}`;
	return browser ?? system ?? null;
}
