import * as v from 'valibot';

export const askSchema = v.object({
	/** What the card is to show: 'profile', or 'training/<id>'. */
	subject: v.pipe(
		v.string(),
		v.nonEmpty('Please choose what the card is to show.'),
		v.maxLength(100, 'Please choose what the card is to show.'),
	),
	/** No field of the form. Whoever sends it says for whom the card is, and that is nobody's to say. */
	user_id: v.string(),
});

/** A button alone. */
export const buttonSchema = v.object({});
