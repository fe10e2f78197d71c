import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
	if (locals.hindrance?.kind !== 'suspended') redirect(303, '/');
	return { until: locals.hindrance.until, reason: locals.hindrance.reason };
};
