import type { ParamMatcher } from '@sveltejs/kit';

/** The secret in the address of what is shared by a link: 128 bits. */
export const match = ((param) => /^[\da-f]{32}$/.test(param)) satisfies ParamMatcher;
