import * as v from 'valibot';
import { email } from '../../credentials/credentials.schema.ts';

const reason = v.pipe(
	v.string(),
	v.trim(),
	v.check((typed) => [...typed].length <= 500, 'Please use at most 500 characters.'),
);

/** A button alone. */
export const buttonSchema = v.object({});

export const roleSchema = v.object({
	role: v.picklist(['user', 'admin'], 'Please choose a role.'),
});

export const suspendSchema = v.object({
	reason: v.pipe(reason, v.nonEmpty('Please say why. The person will read it.')),
	/** Empty for a suspension without an end. */
	days: v.picklist(['', '1', '7', '30', '90'], 'Please choose how long.'),
});

export const sessionSchema = v.object({
	session: v.pipe(v.string(), v.uuid('There is no such session.')),
});

export const inviteSchema = v.object({ email });

export const deleteSchema = v.object({
	email: v.pipe(v.string(), v.trim()),
	why: reason,
});
