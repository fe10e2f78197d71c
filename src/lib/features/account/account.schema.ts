import * as v from 'valibot';
import { email, name, newPassword } from '../../credentials/credentials.schema.ts';

/** Empty for somebody who has none: whether it is needed is the auth server's to say. */
const current_password = v.pipe(v.string(), v.maxBytes(1000, 'This password is too long.'));

/** A box that is not ticked is not sent. */
const box = v.pipe(
	v.string(),
	v.transform((sent) => sent === 'on'),
);

export const profileSchema = v.object({
	name,
	avatar_hue: v.pipe(
		v.string(),
		v.regex(/^\d{1,3}$/, 'Please choose a colour.'),
		v.transform(Number),
		v.maxValue(359, 'Please choose a colour.'),
	),
});

export const emailSchema = v.object({ email, current_password });

export const passwordSchema = v.object({
	password: newPassword,
	current_password,
	end_others: box,
});

export const endSessionSchema = v.object({
	session: v.pipe(v.string(), v.uuid('Please choose one of the list.')),
});

/** The button alone. */
export const endOthersSchema = v.object({});

export const deleteSchema = v.object({
	current_password,
	understood: v.pipe(
		box,
		v.check((ticked) => ticked, 'Please tick the box, if you are sure.'),
	),
});

export type Profile = v.InferOutput<typeof profileSchema>;
