import { setImmediate } from 'node:timers/promises';
import * as v from 'valibot';
import { cardSchema } from '../../lib/features/studio/card.schema.ts';
import { drawCard } from '../../lib/features/studio/card.ts';
import { keepDrawable } from '../../lib/features/studio/drawable.ts';
import { openStudio } from '../../lib/features/studio/picture.ts';
import { steps } from '../../lib/features/studio/steps.ts';
import { answerOf } from '../answer-of.ts';
import { HopelessError, type Task } from '../task.ts';

/** Draws a share card, and renders it as a picture. */
export const drawShareCard: Task = async ({ job, db, signal }) => {
	const fence = { job_id: job.id, token: job.token };
	const begin = async (step: keyof typeof steps) => {
		signal.throwIfAborted();
		await answerOf(db.rpc('report_studio_job', { ...fence, progress: steps[step] }));
		await setImmediate();
	};

	const [asked] = await answerOf(
		db.from('studio_jobs').select('card').eq('id', job.subjectId).limit(1),
	);
	const parsed = v.safeParse(cardSchema, asked?.card);
	if (!parsed.success) throw new HopelessError('This card has nothing in it that can be drawn.');
	const { font, toPng } = await openStudio();

	await begin('drawing');
	const svg = drawCard(parsed.output, font);
	const { card, complete } = keepDrawable(parsed.output, font);

	await begin('rendering');
	const png = toPng(complete ? svg : drawCard(card, font));

	await begin('storing');
	await answerOf(
		db.rpc('finish_studio_job', {
			...fence,
			svg,
			png: Buffer.from(png).toString('base64'),
			png_complete: complete,
		}),
	);
};
