import type { ParamMatcher } from '@sveltejs/kit';

export const match = ((param): param is 'svg' | 'png' =>
	param === 'svg' || param === 'png') satisfies ParamMatcher;
