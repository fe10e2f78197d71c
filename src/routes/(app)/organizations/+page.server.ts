import { act } from '$lib/act.server.ts';
import { AppError } from '$lib/errors.ts';
import { chooseActive, findActive } from '$lib/features/organizations/active.server.ts';
import {
	nameSchema,
	organizationSchema,
} from '$lib/features/organizations/organizations.schema.ts';
import { requirePerson } from '$lib/features/organizations/organizations.server.ts';
import {
	createOrganization,
	listOrganizations,
} from '$lib/features/organizations/organizations.service.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async (event) => {
	const { id } = requirePerson(event);
	const organizations = await showOrFail(listOrganizations(event.locals.supabase, id));
	return { organizations, active: findActive(event, organizations)?.id ?? null };
};

export const actions: Actions = {
	create: act(nameSchema, async (event: RequestEvent, { name }) => {
		const id = await createOrganization(event.locals.supabase, name);
		chooseActive(event, id);
		return { text: `“${name}” is made. Invite the others.`, to: `/organizations/${id}` };
	}),
	activate: act(organizationSchema, async (event: RequestEvent, { organization }) => {
		const { id } = requirePerson(event);
		const own = await listOrganizations(event.locals.supabase, id);
		const chosen = own.find((each) => each.id === organization);
		if (!chosen) throw new AppError('no_organization', 404, 'You are not a member any more.');
		chooseActive(event, chosen.id);
		return { text: `You work in “${chosen.name}” now.` };
	}),
};
