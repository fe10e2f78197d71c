import * as v from 'valibot';

export const codeSchema = v.object({
	code: v.pipe(
		v.string(),
		v.transform((typed) => typed.replaceAll(/[\s-]/g, '')),
		v.nonEmpty('Please enter the code from the mail.'),
		v.regex(/^\d{6,10}$/, 'The code is made of digits only, such as 123456.'),
	),
});

/** The button alone: which mail is meant, the browser's cookie says. */
export const resendSchema = v.object({});
