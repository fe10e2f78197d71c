import * as v from 'valibot';
import { email, isAbout, name, newPassword, next } from '../../credentials/credentials.schema.ts';

export const signUpSchema = v.pipe(
	v.object({
		name,
		email,
		password: newPassword,
		/** Nobody sees this field. Whoever fills it in is a program. */
		website: v.string(),
		next,
	}),
	v.forward(
		v.partialCheck(
			[['name'], ['email'], ['password']],
			({ name, email, password }) => !isAbout(password, [name, email, email.split('@')[0] ?? '']),
			'Please choose a password that is not your name or your email.',
		),
		['password'],
	),
);

export type SignUp = Pick<v.InferOutput<typeof signUpSchema>, 'name' | 'email' | 'password'>;
