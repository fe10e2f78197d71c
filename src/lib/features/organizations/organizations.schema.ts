import * as v from 'valibot';
import { email } from '../../credentials/credentials.schema.ts';

/** What the database refuses: it could not be shown, or would turn the text around it. */
const unreadable = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u;

export const nameSchema = v.object({
	name: v.pipe(
		v.string(),
		v.trim(),
		v.nonEmpty('Please give it a name.'),
		v.check((typed) => [...typed].length <= 80, 'Please use at most 80 characters.'),
		v.check((typed) => !unreadable.test(typed), 'Please use characters that can be shown.'),
	),
});

const role = v.picklist(['owner', 'member'], 'Please choose a role.');

export const inviteSchema = v.object({
	role,
	email: v.union([v.pipe(v.string(), v.trim(), v.literal('')), email], notAnAddress),
});

function notAnAddress(): string {
	return 'Please enter an email address such as ada@example.com, or none.';
}

const id = v.pipe(v.string(), v.uuid('Please choose one of the list.'));

export const memberSchema = v.object({ member: id });
export const roleSchema = v.object({ member: id, role });
export const invitationSchema = v.object({ invitation: id });
/** `next` is the page that it was chosen on. */
export const activateSchema = v.object({ organization: id, next: v.string() });

export const deleteSchema = v.object({ typed: v.string() });

/** A button alone. */
export const buttonSchema = v.object({});
